/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "access/rules.h"
#include "gatehousectl/findings.h"
#include "gatehousectl/json.h"
#include "gatehousectl/offline.h"
#include "gatehousectl/say.h"
#include "gatehousectl/sources.h"
#include "gatehousectl/table.h"
#include "gatehousectl/command.h"
#include "ipwhitelist/allowlist.h"
#include "lib/config.h"
#include "lib/config_conflict.h"
#include "lib/config_preset.h"
#include "lib/config_section.h"
#include "lib/error.h"
#include "lib/file.h"
#include "password/rules.h"
#include "session/idle.h"
#include "twofactor/demand.h"
#include "twofactor/enrolment.h"

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

/* What a process of [saml] said, unless it is good; without SSO there is the
 * fallback. */
static void
add_saml(const char *file, int r, const char *why, struct findings *findings)
{
	char text[600];

	if (r == 0 || r == GATE_ENOTFOUND)
		return;
	snprintf(text, sizeof(text), "%s%s",
	    strncmp(why, "[saml]", 6) == 0 ? "" : "[saml] ", why);
	findings_add(file, 0, text, findings);
}

static void
check_saml(
    const char *file, const struct config *config, struct findings *findings)
{
	struct saml_worker *worker = NULL;
	struct saml_composer *composer = NULL;
	char why[512] = "", before[512];
	const char *warning;
	size_t warnings = 0;
	int r = offline_worker(&worker, config, why, sizeof(why));

	while (r == 0 &&
	    (warning = saml_worker_warning(worker, warnings++)) != NULL)
		findings_warn(file, 0, warning, findings);
	saml_worker_free(&worker);
	add_saml(file, r, why, findings);
	memcpy(before, why, sizeof(before));
	r = offline_composer(&composer, config, why, sizeof(why));
	saml_composer_free(&composer);
	/* both read the key */
	if (before[0] == '\0' || strcmp(why, before) != 0)
		add_saml(file, r, why, findings);
}

/* Files and dictionary of [password]. */
static void
check_password(
    const char *file, const struct config *config, struct findings *findings)
{
	struct password_rules *rules = NULL;
	char why[600];

	if (password_rules_load(&rules, config, why, sizeof(why)) != 0)
		findings_add(file, 0, why, findings);
	password_rules_free(&rules);
}

/* What stands among words in the form group:NAME, of which there is no group.
 * That is allowed, and a surprise: so says what follows from it. */
static void
check_groups(const char *file, const char *key, const char *words,
    const char *separators, const char *effect, struct findings *findings)
{
	static const char prefix[] = "group:";
	char *copy = strdup(words), *word, *rest;
	char text[VALUE_SIZE];

	if (copy == NULL)
		findings_add(file, 0, gate_strerror(GATE_ENOMEM), findings);
	for (word = copy != NULL ? strtok_r(copy, separators, &rest) : NULL;
	     word != NULL; word = strtok_r(NULL, separators, &rest)) {
		if (strncmp(word, prefix, strlen(prefix)) != 0 ||
		    getgrnam(word + strlen(prefix)) != NULL)
			continue;
		snprintf(text, sizeof(text), "%s: there is no group \"%s\": %s",
		    key, word + strlen(prefix), effect);
		findings_warn(file, 0, text, findings);
	}
	free(copy);
}

/* The texts of [2fa] that have a form of their own. */
static void
check_second_factor(
    const char *file, const struct config *config, struct findings *findings)
{
	struct demand_rules *rules = NULL;
	int64_t enroll_by;
	char why[600];

	if (enrolment_date(config->otp_enroll_by, &enroll_by) != 0)
		findings_add(
		    file, 0, "[2fa] enroll_by: " ENROLMENT_DATE_FORM, findings);
	snprintf(why, sizeof(why), "%s", gate_strerror(GATE_ENOMEM));
	if (demand_rules_new(&rules, config->otp_skip_from,
		config->otp_required_for, why, sizeof(why)) != 0)
		findings_add(file, 0, why, findings);
	else
		check_groups(file, "[2fa] required_for",
		    config->otp_required_for, " \t",
		    "everybody counts as a member", findings);
	demand_rules_free(&rules);
}

/* The limits of [idle]. */
static void
check_idle(
    const char *file, const struct config *config, struct findings *findings)
{
	struct idle_rules *rules = NULL;

	if (idle_rules_load(&rules, config, file, findings_add, findings) == 0)
		check_groups(file, "[idle]", idle_rules_asks(rules), "\n",
		    "nobody has the limit of its members", findings);
	idle_rules_free(&rules);
}

/* Looked at by the daemon when there is a mail: it may come later. */
static void
check_mail(
    const char *file, const struct config *config, struct findings *findings)
{
	char path[PATH_MAX], why[200], text[VALUE_SIZE + sizeof(why)];

	if (!config->otp_mail ||
	    file_program(config->sendmail, path, why, sizeof(why)) == 0)
		return;
	snprintf(text, sizeof(text),
	    "[mail] sendmail: %s: %s; no code goes out by mail until it is "
	    "mended",
	    config->sendmail, why);
	findings_warn(file, 0, text, findings);
}

/* What of [web] cannot come later: gatehoused reads the key when it starts. */
static void
check_web(
    const char *file, const struct config *config, struct findings *findings)
{
	const char *path = config->web_identity_key;
	char why[200], text[VALUE_SIZE + sizeof(why)];
	int fd = -1;

	if (config->web_base_url[0] != '\0')
		check_users(file, "[web] run_as", config->web_run_as, findings);
	if (path[0] == '\0')
		return;
	if (file_open(path, FILE_SECRET, &fd, why, sizeof(why)) != 0) {
		snprintf(text, sizeof(text), "[web] identity_key: %s: %s", path,
		    why);
		findings_add(file, 0, text, findings);
		return;
	}
	close(fd);
}

/* Where contradictions and oddities are told. */
struct warnings {
	const char *file;
	struct findings *findings;
};

static void
add_warning(int line, const char *text, void *data)
{
	const struct warnings *warnings = data;

	findings_warn(warnings->file, line, text, warnings->findings);
}

int
config_check(const struct options *options)
{
	const char *file = options_config(options);
	struct findings findings = FINDINGS(options->json);
	struct warnings warnings = { file, &findings };
	struct config *config = NULL;
	struct allowlist *list = NULL;
	struct access_rules *rules = NULL;

	if (config_load(&config, file, findings_add, &findings) == 0) {
		check_users(
		    file, "[peers] login", config->peers_login, &findings);
		check_users(
		    file, "[peers] admin", config->peers_admin, &findings);
		check_users(
		    file, "[peers] hold", config->peers_hold, &findings);
		check_users(file, "[peers] web", config->peers_web, &findings);
		(void)allowlist_load(
		    &list, config->allowlist_file, findings_add, &findings);
		(void)access_rules_load(
		    &rules, config, file, findings_add, &findings);
		check_places(file, config, &findings);
		check_saml(file, config, &findings);
		sources_check(file, config, &findings);
		check_password(file, config, &findings);
		check_second_factor(file, config, &findings);
		check_idle(file, config, &findings);
		check_mail(file, config, &findings);
		check_web(file, config, &findings);
		config_preset_contradictions(config, add_warning, &warnings);
		config_oddities(config, add_warning, &warnings);
	} else
		note("the files that it names are looked at once it is good");
	access_rules_free(&rules);
	allowlist_free(&list);
	config_free(&config);
	return findings_show(&findings, file);
}

/* Where what config show prints goes. */
struct show {
	const struct config *config;
	json_t *array; /* NULL: to standard output, as text */
	int begun;
};

static void
show_heading(struct show *show, const char *section, const char *name)
{
	if (show->array == NULL)
		printf("%s[%s%s%s]\n", show->begun ? "\n" : "", section,
		    name[0] != '\0' ? " " : "", name);
	show->begun = 1;
}

static json_t *
show_object(struct show *show, const char *section, const char *of)
{
	json_t *object = json_object();

	json_put_text(object, "section", section);
	json_put_text(object, "of", of);
	json_add(show->array, object);
	return object;
}

/* "default", "preset NAME" or "line NUMBER". */
static const char *
show_origin(const struct show *show, int origin, char *text, size_t size)
{
	if (origin == CONFIG_FROM_DEFAULT)
		return "default";
	if (origin == CONFIG_FROM_PRESET)
		snprintf(
		    text, size, "preset %s", config_preset_word(show->config));
	else
		snprintf(text, size, "line %d", origin);
	return text;
}

/* One key with its value, as its line in the file or as an object. */
static void
show_key(struct show *show, const struct config_key *key, size_t place,
    const char *of, const char *value)
{
	int origin = config_origin(show->config, key, place);
	char text[VALUE_SIZE];
	const char *from = show_origin(show, origin, text, sizeof(text));
	json_t *object;

	if (show->array == NULL) {
		printf("%s =%s%s  ; %s\n", key->name,
		    value[0] != '\0' ? " " : "", value, from);
		return;
	}
	object = show_object(show, key->section, of);
	json_put_text(object, "name", key->name);
	json_put_text(object, "value", value);
	json_put(
	    object, "default", json_boolean(strcmp(value, key->fallback) == 0));
	json_put_text(object, "from", origin > 0 ? "file" : from);
	json_put(
	    object, "line", origin > 0 ? json_integer(origin) : json_null());
}

/* A line that is no key, as it stands. */
static void
show_rule(
    struct show *show, const char *section, const struct config_rule *rule)
{
	json_t *object;

	if (show->array == NULL) {
		printf("%s\n", rule->text);
		return;
	}
	object = show_object(show, section, rule->service);
	json_put_text(object, "rule", rule->text);
	json_put(object, "line", json_integer(rule->line));
}

/* A run of keys of one section. */
static void
show_section(struct show *show, const struct config_key *keys, size_t count,
    size_t place)
{
	const void *object = config_section_at(show->config, keys->kind, place);
	const struct config_named *named = object;
	const char *name = keys->kind != SECTION_ONE ? named->name : "";
	char value[VALUE_SIZE];
	size_t i;

	show_heading(show, keys->section, name);
	for (i = 0; i < count; i++) {
		/* what was read from a line fits */
		(void)config_value(object, &keys[i], value, sizeof(value));
		show_key(show, &keys[i], place, name, value);
	}
	for (i = 0; i < show->config->idle_rule_count &&
	     strcmp(keys->section, "idle") == 0;
	     i++)
		show_rule(show, "idle", &show->config->idle_rules[i]);
}

/* All sections there are, in the order of the table. */
static void
show_sections(struct show *show)
{
	const struct config *config = show->config;
	const struct config_key *keys;
	size_t count, i, j, length;

	keys = config_keys(&count);
	for (i = 0; i < count; i += length) {
		for (length = 1; i + length < count &&
		     strcmp(keys[i].section, keys[i + length].section) == 0;)
			length++;
		for (j = 0; j < config_section_count(config, keys[i].kind); j++)
			show_section(show, &keys[i], length, j);
	}
}

static void
show_access(struct show *show, const struct config *config)
{
	const struct config_rule *rule;
	const char *service = NULL;
	size_t i;

	for (i = 0; i < config->rule_count; i++) {
		rule = &config->rules[i];
		if (service == NULL || strcmp(service, rule->service) != 0)
			show_heading(show, "access", rule->service);
		service = rule->service;
		show_rule(show, "access", rule);
	}
}

int
config_show(const struct options *options)
{
	const char *file = options_config(options);
	struct config *config = NULL;
	struct show show = { 0 };

	if (config_load(&config, file, complain_file, NULL) != 0)
		return CTL_FAILED;
	if (options->json)
		show.array = json_array();
	show.config = config;
	show_sections(&show);
	show_access(&show, config);
	config_free(&config);
	return options->json ? json_show(show.array) : CTL_DONE;
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
	json_put(object, "named", json_boolean(key->kind != SECTION_ONE));
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
spell(const struct config_key *key, int64_t bound, char *text, size_t size)
{
	struct config_key alone = *key;

	alone.offset = 0;
	(void)config_value(&bound, &alone, text, size);
	return text;
}

/* What a key may be: a range, or the choices. */
static void
spell_range(const struct config_key *key, char *text, size_t size)
{
	char min[32], max[32];
	size_t i, used = 0;

	text[0] = '\0';
	if (has_range(key))
		snprintf(text, size, "%s to %s",
		    spell(key, key->min, min, sizeof(min)),
		    spell(key, key->max, max, sizeof(max)));
	else if (key->choices != NULL)
		for (i = 0; key->choices[i] != NULL && used < size; i++)
			used += (size_t)snprintf(text + used, size - used,
			    "%s%s", i > 0 ? ", " : "", key->choices[i]);
}

static int
keys_table(const struct config_key *keys, size_t count)
{
	struct table *table = NULL;
	char text[VALUE_SIZE];
	size_t i;
	int r;

	if ((r = table_new(&table, 5)) != 0)
		goto out;
	table_cell(table, "KEY");
	table_cell(table, "TYPE");
	table_cell(table, "DEFAULT");
	table_cell(table, "RANGE");
	table_cell(table, "MEANING");
	for (i = 0; i < count; i++) {
		snprintf(text, sizeof(text), "[%s%s] %s", keys[i].section,
		    keys[i].kind != SECTION_ONE ? " NAME" : "", keys[i].name);
		table_cell(table, text);
		table_cell(table, config_type_name(keys[i].type));
		table_cell(table, keys[i].fallback);
		spell_range(&keys[i], text, sizeof(text));
		table_cell(table, text);
		table_cell(table, keys[i].help);
	}
	r = table_print(table);
out:
	if (r != 0)
		complain("%s", gate_strerror(r));
	table_free(&table);
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
