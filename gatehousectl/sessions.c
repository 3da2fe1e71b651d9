/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/error.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_SESSION, RECORD_TEXT, "id", "ID" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_SERVICE, RECORD_TEXT, "service", "SERVICE" },
	{ TAG_ADDRESS, RECORD_TEXT, "address", "ADDRESS" },
	{ TAG_METHOD, RECORD_TEXT, "method", "METHOD" },
	{ TAG_TTY, RECORD_TEXT, "tty", NULL },
	{ TAG_PID, RECORD_NUMBER, "pid", NULL },
	{ TAG_ISSUER, RECORD_TEXT, "issuer", NULL },
	{ TAG_NAME_ID, RECORD_TEXT, "name_id", NULL },
	{ TAG_SESSION_INDEX, RECORD_TEXT, "session_index", NULL },
	{ TAG_AUTHN_CONTEXT, RECORD_TEXT, "authn_context", NULL },
	{ TAG_AUTHN_INSTANT, RECORD_TIME, "authn_instant", NULL },
	{ TAG_STARTED, RECORD_TIME, "started", "STARTED" },
	{ TAG_OPENED, RECORD_TIME, "opened", NULL },
	{ TAG_ENDED, RECORD_TIME, "ended", "ENDED" },
	{ TAG_END_REASON, RECORD_TEXT, "end_reason", NULL },
	/* of one session only: a list does not have them */
	{ TAG_ATTRIBUTE, RECORD_ATTRIBUTES, "attributes", NULL },
};

#define FIELDS      (sizeof(fields) / sizeof(fields[0]))
#define LIST_FIELDS (FIELDS - 1)

int
session_list(const struct options *options)
{
	const struct record_view view = { fields, LIST_FIELDS, options->json };
	struct record_list *list = NULL;
	struct ask *ask = NULL;
	int r;

	r = ask_new(&ask, options, VERB_SESSION_LIST);
	if (r == CTL_DONE && record_list_new(&list, &view) != 0) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		r = CTL_FAILED;
	}
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->user);
		if (options->given & OPTION_ALL)
			wire_put_num(ask_msg(ask), TAG_ALL, 1);
		r = ask_done(ask, record_list_add, list);
	}
	if (r == CTL_DONE)
		r = record_list_show(list);
	record_list_free(&list);
	ask_free(&ask);
	return r;
}

/* Asks about the one session that was named; the answer stays in *ask. */
static int
ask_one(struct ask **ask, const struct options *options, uint16_t verb,
    ask_row *row, void *data)
{
	int r = ask_new(ask, options, verb);

	if (r != CTL_DONE)
		return r;
	wire_put_str(ask_msg(*ask), TAG_SESSION, options->argument);
	return ask_done(*ask, row, data);
}

int
session_show(const struct options *options)
{
	struct record_view view = { fields, FIELDS, options->json };
	struct ask *ask = NULL;
	int r = ask_one(&ask, options, VERB_SESSION_SHOW, record_show, &view);

	ask_free(&ask);
	return r;
}

/* Ended on record is not all of it: a process may go on. */
static int
end_of(const struct wire_msg *result)
{
	const char *state = wire_str(result, TAG_STATE);

	if (state != NULL && strcmp(state, "complete") == 0)
		return CTL_DONE;
	complain("it has ended, but the process that holds it was not ended: "
		 "it holds other sessions too, or see the log of gatehoused");
	return CTL_NO;
}

int
session_end(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_one(&ask, options, VERB_SESSION_END, NULL, NULL);

	if (r == CTL_DONE)
		r = end_of(ask_msg(ask));
	ask_free(&ask);
	return r;
}
