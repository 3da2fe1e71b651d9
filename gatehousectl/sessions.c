/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/sessions.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gatehousectl/command.h"
#include "gatehousectl/ended.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "gatehousectl/terminal.h"
#include "lib/address.h"
#include "lib/error.h"
#include "lib/protocol.h"

static const struct record_field fields[] = {
	{ TAG_SESSION, RECORD_TEXT, "id", "ID" },
	{ TAG_STATE, RECORD_TEXT, "state", "STATE" },
	{ TAG_USER, RECORD_TEXT, "user", "USER" },
	{ TAG_SERVICE, RECORD_TEXT, "service", "SERVICE" },
	{ TAG_ADDRESS, RECORD_TEXT, "address", "ADDRESS" },
	{ TAG_METHOD, RECORD_TEXT, "method", "METHOD" },
	{ TAG_IDLE, RECORD_SPAN, "idle", "IDLE" },
	{ TAG_IDLE_LEFT, RECORD_LEFT, "left", "LEFT" },
	{ TAG_HELD, RECORD_FLAG, "held", "HELD" },
	{ TAG_IDLE_LIMIT, RECORD_SPAN, "idle_limit", NULL },
	{ TAG_RULE, RECORD_TEXT, "idle_rule", NULL },
	{ TAG_IDLE_LEFT, RECORD_SPAN, "idle_left", NULL },
	{ TAG_AGE_LEFT, RECORD_SPAN, "age_left", NULL },
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
	{ TAG_END_REASON, RECORD_TEXT, "end_reason", "WHY" },
	{ TAG_PREVIOUS, RECORD_TEXT, "previous", NULL },
	/* of one session only: a list does not have them */
	{ TAG_ATTRIBUTE, RECORD_ATTRIBUTES, "attributes", NULL },
};

#define FIELDS      (sizeof(fields) / sizeof(fields[0]))
#define LIST_FIELDS (FIELDS - 1)

/* Rows on their way to who asked for them. */
struct filter {
	const struct options *options;
	ask_row *row;
	void *data;
};

/* NULL and "" are no address. */
static int
same_address(const char *wanted, const char *address)
{
	struct address one, other;

	return address != NULL && address_parse(wanted, &one) == 0 &&
	    address_parse(address, &other) == 0 &&
	    memcmp(&one, &other, sizeof(one)) == 0;
}

/* Whether a text is the one that is wanted; NULL wants any. */
static int
same_text(const char *wanted, const char *text)
{
	return wanted == NULL || (text != NULL && strcmp(wanted, text) == 0);
}

static int
pass(const struct wire_msg *row, void *data)
{
	const struct filter *filter = data;
	const struct options *o = filter->options;

	if (!same_text(o->service, wire_str(row, TAG_SERVICE)) ||
	    !same_text(o->state, wire_str(row, TAG_STATE)))
		return CTL_DONE;
	if (o->address != NULL &&
	    !same_address(o->address, wire_str(row, TAG_ADDRESS)))
		return CTL_DONE;
	if ((o->given & OPTION_HELD) && wire_num(row, TAG_HELD, 0) == 0)
		return CTL_DONE;
	return filter->row(row, filter->data);
}

int
sessions_ask(const struct options *options, ask_row *row, void *data)
{
	struct filter filter = { options, row, data };
	struct ask *ask = NULL;
	int all = (options->given & OPTION_ALL) != 0 ||
	    (options->state != NULL && strcmp(options->state, "ended") == 0);
	int r = ask_new(&ask, options, VERB_SESSION_LIST);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_USER, options->user);
		if (all)
			wire_put_num(ask_msg(ask), TAG_ALL, 1);
		r = ask_done(ask, pass, &filter);
	}
	ask_free(&ask);
	return r;
}

int
session_list(const struct options *options)
{
	const struct record_view view = { fields, LIST_FIELDS, options->json };
	struct record_list *list = NULL;
	int r;

	if (record_list_new(&list, &view) != 0) {
		complain("%s", gate_strerror(GATE_ENOMEM));
		return CTL_FAILED;
	}
	r = sessions_ask(options, record_list_add, list);
	if (r == CTL_DONE)
		r = record_list_show(list);
	record_list_free(&list);
	return r;
}

int
sessions_named(const struct options *options)
{
	if ((options->argument != NULL) != (options->user != NULL))
		return CTL_DONE;
	complain("which? an ID, or --user NAME");
	return CTL_USAGE;
}

void
sessions_name(const struct options *options, struct ask *ask)
{
	wire_put_str(ask_msg(ask), TAG_SESSION, options->argument);
	wire_put_str(ask_msg(ask), TAG_USER, options->user);
}

int
session_show(const struct options *options)
{
	struct record_view view = { fields, FIELDS, options->json };
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_SESSION_SHOW);

	if (r == CTL_DONE) {
		sessions_name(options, ask);
		r = ask_done(ask, record_show, &view);
	}
	ask_free(&ask);
	return r;
}

static int
count(const struct wire_msg *row, void *data)
{
	(void)row;
	++*(size_t *)data;
	return CTL_DONE;
}

/* At a terminal a person says yes to the end of all. */
static int
agreed(const struct options *options)
{
	char prompt[128], line[16];
	size_t sessions = 0;
	int r;

	if ((options->given & OPTION_YES) || !isatty(STDIN_FILENO))
		return CTL_DONE;
	r = sessions_ask(options, count, &sessions);
	if (r != CTL_DONE)
		return r;
	snprintf(prompt, sizeof(prompt),
	    "End all sessions, %zu of them, your own too? (yes/no) ", sessions);
	if (terminal_ask_shown(prompt, line, sizeof(line)) == 0 &&
	    strcmp(line, "yes") == 0)
		return CTL_DONE;
	complain("nothing was ended");
	return CTL_NO;
}

/* One of three says which. */
static int
end_named(const struct options *options)
{
	int all = (options->given & OPTION_ALL) != 0;

	if ((options->argument != NULL) + (options->user != NULL) + all == 1)
		return all ? agreed(options) : CTL_DONE;
	complain("which? an ID, --user NAME, or --all");
	return CTL_USAGE;
}

/* As it goes on: many take their time. */
static int
progress(const struct wire_msg *row, void *data)
{
	(void)data;
	note("%" PRId64 " ended so far", wire_num(row, TAG_COUNT, 0));
	return CTL_DONE;
}

int
session_end(const struct options *options)
{
	struct ask *ask = NULL;
	int r = end_named(options);

	if (r == CTL_DONE)
		r = ask_new(&ask, options, VERB_SESSION_END);
	if (r == CTL_DONE) {
		sessions_name(options, ask);
		if (options->given & OPTION_ALL)
			wire_put_num(ask_msg(ask), TAG_ALL, 1);
		r = ask_done(ask, progress, NULL);
	}
	if (r == CTL_DONE)
		r = ended_show(options, ask_msg(ask),
		    options->argument != NULL ? ENDED_ONE : ENDED_MANY);
	ask_free(&ask);
	return r;
}
