/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_KEY, RECORD_TEXT, "of", "OF" },
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_ADDRESS, RECORD_TEXT, "address", "ADDRESS" },
	{ TAG_COUNT, RECORD_NUMBER, "tries", "TRIES" },
	{ TAG_LIMIT, RECORD_NUMBER, "limit", "LIMIT" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_EXPIRES, RECORD_TIME, "until", "UNTIL" },
};

/* The counts of a user, of all for NULL; all: those that block nobody too. */
static int
list(const struct options *options, const char *user, int all)
{
	const struct record_view view = { fields,
		sizeof(fields) / sizeof(fields[0]), options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_LOCKOUT_LIST);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, user);
		if (all)
			wire_put_num(ask_msg(ask), TAG_ALL, 1);
		r = record_list_ask(ask, &view);
	}
	ask_free(&ask);
	return r;
}

int
lockout_list(const struct options *options)
{
	return list(options, options->user, (options->given & OPTION_ALL) != 0);
}

int
lockout_show(const struct options *options)
{
	return list(options, options->argument, 1);
}

int
lockout_reset(const struct options *options)
{
	struct ask *ask = NULL;
	int r;

	if (options->argument == NULL && options->address == NULL) {
		complain("whose? a NAME, --address ADDRESS, or both");
		return CTL_USAGE;
	}
	r = ask_new(&ask, options, VERB_LOCKOUT_RESET);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->argument);
		wire_put_str(ask_msg(ask), TAG_ADDRESS, options->address);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE && wire_num(ask_msg(ask), TAG_COUNT, 0) == 0) {
		complain("nothing was counted there");
		r = CTL_NO;
	}
	ask_free(&ask);
	return r;
}
