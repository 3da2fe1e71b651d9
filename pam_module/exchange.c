/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/exchange.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <syslog.h>
#include <unistd.h>

#include <security/pam_ext.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "pam_module/answers.h"
#include "pam_module/context.h"

/* More prompts than any login has: a daemon that goes on is out of order. */
#define PROMPTS_MAX 32

struct exchange {
	pam_handle_t *pamh;
	int flags;
	const struct arguments *arguments;
	enum verb verb;
	struct answers *answers;
	struct client *client;
	enum outcome outcome;
	const char *why; /* what did not make sense, or NULL */
};

static int64_t
deadline_of(const struct exchange *x)
{
	return clock_mono_ms() + (int64_t)x->arguments->timeout * 1000;
}

/* Every request carries the context: the daemon reads what it needs. */
static void
put_request(const struct exchange *x)
{
	struct wire_msg *msg = client_msg(x->client);

	wire_begin(msg, (uint16_t)x->verb);
	wire_put_num(msg, TAG_STEP, x->arguments->step);
	if (x->arguments->enroll)
		wire_put_num(msg, TAG_ENROLL, 1);
	context_put(x->pamh, msg);
	if (context_wants_kinds(x->pamh))
		wire_put_num(msg, TAG_DRAWS, 1);
	if (x->verb == VERB_OPEN && x->arguments->detached)
		wire_put_num(msg, TAG_DETACHED, 1);
	if (x->verb == VERB_CHAUTHTOK) {
		/* passwd is setuid: the daemon sees root, whoever runs it */
		wire_put_num(msg, TAG_RUID, getuid());
		wire_put_num(
		    msg, TAG_PRELIMINARY, (x->flags & PAM_PRELIM_CHECK) != 0);
		wire_put_num(msg, TAG_EXPIRED_ONLY,
		    (x->flags & PAM_CHANGE_EXPIRED_AUTHTOK) != 0);
	}
}

/* Puts the answer to a VERB_PROMPT in its place. */
static int
answer_prompt(struct exchange *x)
{
	struct wire_msg *msg = client_msg(x->client);
	int64_t style = wire_num(msg, TAG_STYLE, -1);
	int64_t kind = wire_num(msg, TAG_KIND, -1);
	const char *text = wire_str(msg, TAG_TEXT);
	const char *answer;
	int r;

	if (style < PROMPT_HIDDEN || style > PROMPT_INFO || kind < KIND_TEXT ||
	    kind >= KIND_COUNT || text == NULL)
		return GATE_EPROTO;
	r = answers_prompt(x->answers, (enum prompt_style)style,
	    (enum prompt_kind)kind, text, &answer);
	if (r != PAM_SUCCESS)
		return r;
	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, answer);
	return 0;
}

static int
senseless(struct exchange *x, const char *why)
{
	x->why = why;
	return GATE_EPROTO;
}

/*
 * A login without a name must not pass, nor one in the name of another than
 * the application asked for: it may have looked at the user already.
 */
static int
take_user(struct exchange *x, const char *user)
{
	const char *asked = context_user(x->pamh);

	if (user != NULL && asked != NULL && strcmp(asked, user) != 0)
		return senseless(x, "it let in another user than asked for");
	if (user != NULL && user[0] != '\0' && asked == NULL)
		return context_set_user(x->pamh, user);
	if (asked == NULL && x->verb == VERB_LOGIN &&
	    x->arguments->step != STEP_ALLOWLIST)
		return senseless(x, "it let in nobody in particular");
	return 0;
}

static int
take_granted(struct exchange *x, const struct wire_msg *msg)
{
	const char *session = wire_str(msg, TAG_SESSION);
	int r;

	r = take_user(x, wire_str(msg, TAG_USER));
	if (r == 0 && session != NULL)
		r = context_set_session(x->pamh, session);
	if (r == 0 && x->verb == VERB_OPEN)
		r = context_set_previous(x->pamh, wire_str(msg, TAG_PREVIOUS));
	if (r == 0 && x->verb == VERB_CHAUTHTOK)
		r = answers_keep(x->answers, KIND_OLDAUTHTOK);
	if (r == 0 && x->verb == VERB_CHAUTHTOK)
		r = answers_keep(x->answers, KIND_NEW_AUTHTOK);
	return r;
}

/* Gives to PAM what comes with a VERB_RESULT. */
static int
take_result(struct exchange *x)
{
	const struct wire_msg *msg = client_msg(x->client);
	int64_t outcome = wire_num(msg, TAG_OUTCOME, -1);
	int64_t delay = wire_num(msg, TAG_DELAY, 0);

	if (outcome < 0 || outcome >= OUTCOME_COUNT)
		return GATE_EPROTO;
	x->outcome = (enum outcome)outcome;
	if (delay > 0 && delay <= UINT_MAX)
		(void)pam_fail_delay(x->pamh, (unsigned int)delay);
	if (x->outcome == OUTCOME_GRANTED)
		return take_granted(x, msg);
	/* A password then, which another line may check. */
	if (x->outcome == OUTCOME_NOT_TOKEN)
		return answers_keep(x->answers, KIND_AUTHTOK);
	return 0;
}

/* The dialogue: the daemon leads it, from the request to its result. */
static int
relay(struct exchange *x)
{
	uint16_t verb;
	int r;

	put_request(x);
	for (int prompts = 0; prompts <= PROMPTS_MAX; prompts++) {
		r = client_ask(x->client, deadline_of(x));
		if (r != 0)
			return r;
		verb = wire_verb(client_msg(x->client));
		if (verb == VERB_RESULT)
			return take_result(x);
		if (verb != VERB_PROMPT)
			return GATE_EPROTO;
		r = answer_prompt(x);
		if (r != 0)
			return r;
	}
	return senseless(x, "its prompts have no end");
}

static void
log_failure(const struct exchange *x, int error)
{
	const char *socket = x->arguments->socket;
	const char *why = x->why;

	if (why == NULL)
		why = gate_strerror(error);
	if (error == GATE_EIO)
		pam_syslog(x->pamh, LOG_ERR,
		    "no answer from gatehoused at %s: %m", socket);
	else
		pam_syslog(x->pamh, LOG_ERR,
		    "no answer from gatehoused at %s: %s", socket, why);
}

int
exchange_run(pam_handle_t *pamh, int flags, const struct arguments *arguments,
    enum verb verb, enum outcome *outcome)
{
	struct exchange x = {
		.pamh = pamh,
		.flags = flags,
		.arguments = arguments,
		.verb = verb,
	};
	int r = 0;

	/* nobody but the daemon says whose work a session goes on with */
	if (verb == VERB_OPEN)
		r = context_set_previous(pamh, NULL);
	/* what another line stored is in PAM's hands, or nothing was */
	if (r == 0)
		r = answers_new(
		    &x.answers, pamh, flags, arguments->step == STEP_RECORD);
	if (r != 0)
		goto out;
	r = client_new(&x.client, arguments->socket, deadline_of(&x));
	if (r != 0)
		goto out;
	r = relay(&x);
	if (r == 0)
		*outcome = x.outcome;
out:
	if (r < 0)
		log_failure(&x, r);
	client_free(&x.client);
	answers_free(&x.answers);
	return r;
}
