/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/findings.h"
#include "gatehousectl/json.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "ipwhitelist/allowlist.h"
#include "lib/config.h"
#include "lib/error.h"
#include "lib/protocol.h"

int
allowlist_check(const struct options *options)
{
	struct findings findings = FINDINGS(options->json);
	struct config *config = NULL;
	struct allowlist *list = NULL;
	const char *file = options->argument;
	int r;

	if (file == NULL) {
		if (config_load(&config, options_config(options), complain_file,
			NULL) != 0)
			return CTL_FAILED;
		file = config->allowlist_file;
	}
	if (allowlist_load(&list, file, findings_add, &findings) == 0 &&
	    allowlist_count(list) == 0)
		findings_add(file, 0, "no rule: nobody gets in", &findings);
	r = findings_show(&findings, file);
	allowlist_free(&list);
	config_free(&config);
	return r;
}

static int
show(const char *address, int allowed, const char *rule, int json)
{
	json_t *object;
	int r = CTL_DONE;

	if (json) {
		object = json_object();
		json_put_text(object, "address", address);
		json_put(object, "allowed", json_boolean(allowed));
		json_put_text(object, "rule", rule);
		r = json_show(object);
	} else
		printf("%s: %s\n", allowed ? "allowed" : "denied", rule);
	return r != CTL_DONE ? r : allowed ? CTL_DONE : CTL_NO;
}

int
allowlist_test(const struct options *options)
{
	struct address address;
	struct ask *ask = NULL;
	const char *rule;
	int r;

	if (address_parse(options->argument, &address) != 0) {
		complain("%s: not an IP address; names are never resolved",
		    options->argument);
		return CTL_USAGE;
	}
	r = ask_new(&ask, options, VERB_ALLOWLIST_TEST);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_RHOST, options->argument);
		r = ask_run(ask, NULL, NULL);
	}
	if (r == CTL_DONE) {
		rule = wire_str(ask_msg(ask), TAG_DETAIL);
		r = show(options->argument,
		    wire_num(ask_msg(ask), TAG_OUTCOME, OUTCOME_DENIED) ==
			OUTCOME_GRANTED,
		    rule != NULL ? rule : "-", options->json);
	}
	ask_free(&ask);
	return r;
}
