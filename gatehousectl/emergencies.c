/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/json.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_ISSUED, RECORD_TIME, "issued", NULL },
	{ TAG_EXPIRES, RECORD_TIME, "expires", "UNTIL" },
	{ TAG_USED, RECORD_TIME, "used", "USED" },
	{ TAG_ADDRESS, RECORD_TEXT, "used_from", "FROM" },
	{ TAG_ISSUER, RECORD_TEXT, "issued_by", "BY" },
	{ TAG_DETAIL, RECORD_TEXT, "reason", "REASON" },
};

static int
show(const struct options *options, const struct wire_msg *result)
{
	const char *pass = wire_str(result, TAG_TEXT);
	int64_t expires = wire_num(result, TAG_EXPIRES, 0);
	char until[CLOCK_TEXT_SIZE];
	json_t *object;

	if (pass == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	if (options->json) {
		object = json_object();
		json_put_text(object, "pass", pass);
		json_put_text(object, "user", options->argument);
		json_put_time(object, "expires", expires);
		return json_show(object);
	}
	puts(pass);
	clock_text(expires, until);
	note("a secret, shown this once: typed in place of the password, it "
	     "lets %s in once, until %s",
	    options->argument, until);
	return CTL_DONE;
}

int
emergency_issue(const struct options *options)
{
	struct ask *ask = NULL;
	int r;

	if (options->reason == NULL) {
		complain("--reason is missing; it goes on record");
		return CTL_USAGE;
	}
	r = ask_new(&ask, options, VERB_EMERGENCY_ISSUE);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		wire_put_str(ask_msg(ask), TAG_DETAIL, options->reason);
		if (options->given & OPTION_FOR)
			wire_put_num(
			    ask_msg(ask), TAG_PERIOD, options->lifetime);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show(options, ask_msg(ask));
	ask_free(&ask);
	return r;
}

int
emergency_list(const struct options *options)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_EMERGENCY_LIST);

	if (r == CTL_DONE)
		r = record_list_ask(ask, &view);
	ask_free(&ask);
	return r;
}

int
emergency_revoke(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_EMERGENCY_REVOKE);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE && wire_num(ask_msg(ask), TAG_COUNT, 0) == 0) {
		complain("%s: no pass that was not used", options->argument);
		r = CTL_NO;
	}
	ask_free(&ask);
	return r;
}
