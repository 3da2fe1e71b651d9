/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/findings.h"
#include "gatehousectl/json.h"
#include "gatehousectl/offline.h"
#include "gatehousectl/say.h"
#include "gatehousectl/table.h"
#include "gatehousectl/command.h"
#include "ipwhitelist/allowlist.h"
#include "lib/config.h"
#include "lib/error.h"

/* No line of the file is longer. */
#define VALUE_SIZE 512

/* Users that are named have to exist, or gatehoused does not start. */
static void
check_users(const char *file, const char *key, const char *names,
    struct findings *findings)
{
	char *copy = strdup(names), *name, *rest;
	char text[VALUE_SIZE];

	if (copy == NULL)
		findings_add(file, 0, gate_strerror(GATE_ENOMEM), findings);
	for (name = copy != NULL ? strtok_r(copy, " ,\t", &rest) : NULL;
	     name != NULL; name = strtok_r(NULL, " ,\t", &rest))
		if (getpwnam(name) == NULL) {
			snprintf(text, sizeof(text),
			    "%s: there is no user \"%s\"", key, name);
			findings_add(file, 0, text, findings);
		}
	free(copy);
}

/*
 * The folder of a file that the daemon makes. Those of the defaults are made
 * by the service manager.
 */
static void
check_folder(const char *file, const char *key, const char *path,
    const char *fallback, struct findings *findings)
{
	char folder[VALUE_SIZE], text[VALUE_SIZE + 64];

	if (path[0] != '/' || strcmp(path, fallback) == 0)
		return;
	snprintf(folder, sizeof(folder), "%s", path);
	strrchr(folder, '/')[1] = '\0';
	if (access(folder, F_OK) == 0)
		return;
	snprintf(text, sizeof(text), "%s: there is no folder %s", key, folder);
	findings_add(file, 0, text, findings);
}

static void
check_places(
    const char *file, const struct config *config, struct findings *findings)
{
	struct config *fallback = NULL;

	if (config_new(&fallback) != 0) {
		findings_add(file, 0, gate_strerror(GATE_ENOMEM), findings);
		return;
	}
	if (config->run_as[0] != '\0')
		check_users(file, "[gate] run_as", config->run_as, findings);
	check_folder(
	    file, "[gate] socket", config->socket, fallback->socket, findings);
	check_folder(file, "[store] path", config->store_path,
	    fallback->store_path, findings);
	check_folder(file, "[store] master_key", config->master_key,
	    fallback->master_key, findings);
	check_folder(
	    file, "[log] to", config->log_to, fallback->log_to, findings);
	config_free(&fallback);
}

static void
check_saml(
    const char *file, const struct config *config, struct findings *findings)
{
	struct saml_worker *worker = NULL;
	char why[512] = "";
	char text[sizeof(why) + 16];
	int r = offline_worker(&worker, config, why, sizeof(why));

	if (r == 0 && saml_worker_warning(worker) != NULL) {
		snprintf(why, sizeof(why), "idp_metadata: %s",
		    saml_worker_warning(worker));
		r = GATE_ECONFIG;
	}
	saml_worker_free(&worker);
	/* without SSO there is the fallback */
	if (r == 0 || r == GATE_ENOTFOUND)
		return;
	snprintf(text, sizeof(text), "[saml] %s", why);
	findings_add(file, 0, text, findings);
}

int
config_check(const struct options *options)
{
	const char *file = options_config(options);
	struct findings findings = FINDINGS(options->json);
	struct config *config = NULL;
	struct allowlist *list = NULL;

	if (config_load(&config, file, findings_add, &findings) == 0) {
		check_users(
		    file, "[peers] login", config->peers_login, &findings);
		check_users(
		    file, "[peers] admin", config->peers_admin, &findings);
		(void)allowlist_load(
		    &list, config->allowlist_file, findings_add, &findings);
		check_places(file, config, &findings);
		check_saml(file, config, &findings);
	} else
		note("the files that it names are looked at once it is good");
	allowlist_free(&list);
	config_free(&config);
	return findings_show(&findings, file);
}

/* One key with its value, as its line in the file or as an object. */
static void
show_key(
    const struct config_key *key, const char *value, int json, json_t *array)
{
	int is_default = strcmp(value, key->fallback) == 0;
	json_t *object;

	if (!json) {
		printf("%s =%s%s%s\n", key->name, value[0] != '\0' ? " " : "",
		    value, is_default ? "  ; default" : "");
		return;
	}
	object = json_object();
	json_put_text(object, "section", key->section);
	json_put_text(object, "name", key->name);
	json_put_text(object, "value", value);
	json_put(object, "default", json_boolean(is_default));
	json_add(array, object);
}

static void
show_section(const struct config_key *keys, size_t i)
{
	if (i > 0 && strcmp(keys[i].section, keys[i - 1].section) == 0)
		return;
	printf("%s[%s]\n", i > 0 ? "\n" : "", keys[i].section);
}

int
config_show(const struct options *options)
{
	const char *file = options_config(options);
	struct config *config = NULL;
	const struct config_key *keys;
	json_t *array = NULL;
	char value[VALUE_SIZE];
	size_t count, i;

	if (config_load(&config, file, complain_file, NULL) != 0)
		return CTL_FAILED;
	if (options->json)
		array = json_array();
	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		/* what was read from a line fits */
		(void)config_value(config, &keys[i], value, sizeof(value));
		if (!options->json)
			show_section(keys, i);
		show_key(&keys[i], value, options->json, array);
	}
	config_free(&config);
	return options->json ? json_show(array) : CTL_DONE;
}

static int
has_range(const struct config_key *key)
{
	return key->type == CONFIG_NUMBER || key->type == CONFIG_DURATION ||
	    key->type == CONFIG_SIZE;
}

static json_t *
describe(const struct config_key *key)
{
	json_t *object = json_object(), *choices = json_null();
	int range = has_range(key);
	size_t i;

	json_put_text(object, "section", key->section);
	json_put_text(object, "name", key->name);
	json_put_text(object, "type", config_type_name(key->type));
	json_put(object, "default", json_string(key->fallback));
	json_put(object, "min", range ? json_integer(key->min) : json_null());
	json_put(object, "max", range ? json_integer(key->max) : json_null());
	if (key->choices != NULL) {
		choices = json_array();
		for (i = 0; key->choices[i] != NULL; i++)
			json_add(choices, json_string(key->choices[i]));
	}
	json_put(object, "choices", choices);
	json_put_text(object, "help", key->help);
	return object;
}

/* A bound as the file would spell it: what config_value makes of it. */
static const char *
spell(struct config *config, const struct config_key *key, int64_t bound,
    char *text, size_t size)
{
	memcpy((char *)config + key->offset, &bound, sizeof(bound));
	(void)config_value(config, key, text, size);
	return text;
}

/* What a key may be: a range, or the choices. */
static void
spell_range(struct config *config, const struct config_key *key, char *text,
    size_t size)
{
	char min[32], max[32];
	size_t i, used = 0;

	text[0] = '\0';
	if (has_range(key))
		snprintf(text, size, "%s to %s",
		    spell(config, key, key->min, min, sizeof(min)),
		    spell(config, key, key->max, max, sizeof(max)));
	else if (key->choices != NULL)
		for (i = 0; key->choices[i] != NULL && used < size; i++)
			used += (size_t)snprintf(text + used, size - used,
			    "%s%s", i > 0 ? ", " : "", key->choices[i]);
}

static int
keys_table(const struct config_key *keys, size_t count)
{
	struct config *scratch = NULL;
	struct table *table = NULL;
	char text[VALUE_SIZE];
	size_t i;
	int r = config_new(&scratch);

	if (r == 0)
		r = table_new(&table, 5);
	if (r != 0)
		goto out;
	table_cell(table, "KEY");
	table_cell(table, "TYPE");
	table_cell(table, "DEFAULT");
	table_cell(table, "RANGE");
	table_cell(table, "MEANING");
	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "[%s] %s", keys[i].section,
		    keys[i].name);
		table_cell(table, text);
		table_cell(table, config_type_name(keys[i].type));
		table_cell(table, keys[i].fallback);
		spell_range(scratch, &keys[i], text, sizeof(text));
		table_cell(table, text);
		table_cell(table, keys[i].help);
	}
	r = table_print(table);
out:
	if (r != 0)
		complain("%s", gate_strerror(r));
	table_free(&table);
	config_free(&scratch);
	return r == 0 ? CTL_DONE : CTL_FAILED;
}

int
config_list_keys(const struct options *options)
{
	const struct config_key *keys;
	json_t *array;
	size_t count, i;

	keys = config_keys(&count);
	if (!options->json)
		return keys_table(keys, count);
	array = json_array();
	for (i = 0; i < count; i++)
		json_add(array, describe(&keys[i]));
	return json_show(array);
}
