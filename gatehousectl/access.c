/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "access/rules.h"
#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "lib/config.h"
#include "lib/error.h"

/* Makes a list of what --attribute said. */
static int
read_attributes(const struct options *options, struct attributes *list)
{
	const char *value;
	char *name;
	size_t i;
	int r = 0;

	for (i = 0; i < options->attribute_count && r == 0; i++) {
		value = strchr(options->attributes[i], '=') + 1;
		name = strndup(options->attributes[i],
		    (size_t)(value - 1 - options->attributes[i]));
		if (name == NULL)
			return GATE_ENOMEM;
		if ((r = attributes_add(list, name)) == 0)
			r = attributes_add_value(list, value);
		free(name);
	}
	return r;
}

static int
show(const char *file, const struct access_verdict *verdict, int json)
{
	json_t *object;
	char *rule;
	int r = CTL_DONE;

	if (json) {
		object = json_object();
		json_put(object, "allowed", json_boolean(verdict->allowed));
		json_put_text(object, "file", file);
		json_put(object, "line",
		    verdict->line > 0 ? json_integer(verdict->line)
				      : json_null());
		json_put_text(object, "rule", verdict->rule);
		r = json_show(object);
	} else {
		rule = visible(verdict->rule);
		printf("%s: %s", verdict->allowed ? "allowed" : "denied", file);
		if (verdict->line > 0)
			printf(":%d", verdict->line);
		printf(": %s\n", rule != NULL ? rule : "out of memory");
		free(rule);
	}
	return r != CTL_DONE ? r : verdict->allowed ? CTL_DONE : CTL_NO;
}

int
access_test(const struct options *options)
{
	const char *file = options_config(options);
	struct attributes attributes = { 0 };
	const struct access_subject subject = {
		.service = options->service,
		.user = options->user,
		.method = options->method,
		.issuer = options->issuer,
		.authn_context = options->authn_context,
		.attributes = &attributes,
	};
	struct config *config = NULL;
	struct access_rules *rules = NULL;
	struct access_verdict verdict;
	int r = CTL_FAILED;

	if (options->service == NULL) {
		complain("--service is missing; see gatehousectl access "
			 "--help");
		return CTL_USAGE;
	}
	if (read_attributes(options, &attributes) != 0) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		goto out;
	}
	if (config_load(&config, file, complain_file, NULL) != 0 ||
	    access_rules_load(&rules, config, file, complain_file, NULL) != 0)
		goto out;
	access_decide(rules, &subject, &verdict);
	r = show(file, &verdict, options->json);
out:
	access_rules_free(&rules);
	config_free(&config);
	attributes_clear(&attributes);
	return r;
}
