/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/ask.h"
#include "gatehousectl/command.h"
#include "gatehousectl/input.h"
#include "gatehousectl/json.h"
#include "gatehousectl/record.h"
#include "gatehousectl/say.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/reason.h"

static const struct record_field fields[] = {
	{ TAG_REASON, RECORD_TEXT, "reason", NULL },
	{ TAG_SESSION, RECORD_TEXT, "session", NULL },
	{ TAG_USER, RECORD_TEXT, "user", NULL },
	{ TAG_SERVICE, RECORD_TEXT, "service", NULL },
	{ TAG_IDLE_LEFT, RECORD_SPAN, "idle_left", NULL },
	{ TAG_AGE_LEFT, RECORD_SPAN, "age_left", NULL },
	{ TAG_WARN, RECORD_FLAG, "warn", NULL },
	{ TAG_HELD, RECORD_FLAG, "held", NULL },
};

#define FIELDS (sizeof(fields) / sizeof(fields[0]))

static int
fits(const struct options *options)
{
	if (options->age == NULL || options->activity == EVIDENCE_INPUT)
		return CTL_DONE;
	complain("--age goes with --activity input");
	return CTL_USAGE;
}

/* The token that somebody shows. */
static int
read_token(struct input *token)
{
	int r = input_line(token, "Session token: ");

	if (r == 0)
		return CTL_DONE;
	if (r == GATE_EINVAL || r == GATE_ECLOSED) {
		complain("a token is one line, and not empty; see --id");
		return CTL_USAGE;
	}
	complain("the token: %s",
	    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
	return CTL_FAILED;
}

static int
complain_refused(const struct wire_msg *result)
{
	const char *word = wire_str(result, TAG_REASON);

	if (word != NULL)
		complain("refused: %s: %s", word,
		    reason_help(reason_from_word(word)));
	else
		complain("refused; the reason is in the log of gatehoused");
	return CTL_NO;
}

/* What the daemon says of it: it goes on, or why not. */
static int
show(const struct options *options, const struct wire_msg *result)
{
	struct record_view view = { fields, FIELDS, options->json };
	int64_t outcome = wire_num(result, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	int goes_on = outcome == OUTCOME_GRANTED;
	json_t *object;
	int r = CTL_DONE;

	if (outcome != OUTCOME_GRANTED && outcome != OUTCOME_DENIED) {
		complain("gatehoused cannot tell; see its log");
		return CTL_FAILED;
	}
	if (options->json) {
		object = record_object(&view, result);
		json_put(object, "goes_on", json_boolean(goes_on));
		r = json_show(object);
	} else if (goes_on) {
		view.fields++; /* there is no reason */
		view.count--;
		r = record_show(result, &view);
	}
	return r == CTL_DONE && !goes_on ? complain_refused(result) : r;
}

int
session_check(const struct options *options)
{
	struct input token = { 0 };
	struct ask *ask = NULL;
	int r = fits(options);

	if (r == CTL_DONE && options->id == NULL)
		r = read_token(&token);
	if (r == CTL_DONE)
		r = ask_new(&ask, options, VERB_SESSION_CHECK);
	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_SESSION, options->id);
		wire_put_str(ask_msg(ask), TAG_TOKEN, token.bytes);
		if (options->given & OPTION_ACTIVITY)
			wire_put_num(
			    ask_msg(ask), TAG_ACTIVITY, options->activity);
		if (options->activity == EVIDENCE_INPUT)
			wire_put_str(ask_msg(ask), TAG_AGE,
			    options->age != NULL ? options->age : "0");
		r = ask_run(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show(options, ask_msg(ask));
	ask_free(&ask);
	input_free(&token);
	return r;
}

static int
show_token(const struct options *options, const struct wire_msg *result)
{
	const char *token = wire_str(result, TAG_TOKEN);
	json_t *object;

	if (token == NULL) {
		complain("%s", gate_strerror(GATE_EPROTO));
		return CTL_FAILED;
	}
	if (options->json) {
		object = json_object();
		json_put_text(object, "session", options->argument);
		json_put_text(object, "token", token);
		return json_show(object);
	}
	puts(token);
	note("a secret, shown this once: whoever shows it is taken for the "
	     "session's owner; the one before is no longer good");
	return CTL_DONE;
}

int
session_token(const struct options *options)
{
	struct ask *ask = NULL;
	int r = ask_new(&ask, options, VERB_SESSION_TOKEN);

	if (r == CTL_DONE) {
		wire_put_str(ask_msg(ask), TAG_SESSION, options->argument);
		r = ask_done(ask, NULL, NULL);
	}
	if (r == CTL_DONE)
		r = show_token(options, ask_msg(ask));
	ask_free(&ask);
	return r;
}
