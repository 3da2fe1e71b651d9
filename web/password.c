/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "web/conversations.h"
#include "web/gate.h"
#include "web/hints.h"
#include "web/own_session.h"
#include "web/prompts.h"
#include "web/routes.h"
#include "web/signin.h"

/* A new password, for who is signed in: his session gets a new token. */

#define FORM "password"

static void
show(struct exchange *x, const struct own_session *own, const char *problem,
    const char *reference)
{
	char csrf[CSRF_TOKEN_SIZE], action[512];
	struct hints hints;
	const struct template_field fields[] = {
		{ .name = "action", .text = action },
		{ .name = "csrf", .text = csrf },
		{ .name = "user", .text = own->user },
		{ .name = "expired" },
		{ .name = "hints", .rows = hints.rows },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_CHANGE,
		.problem = problem,
		.reference = reference,
		.fields = fields };

	hints_make(&hints, x->site->config, x->catalogue);
	exchange_path(x, "password", action, sizeof(action));
	if (own_session_form(x, own, FORM, csrf) == 0)
		exchange_page(x, problem != NULL ? 403 : 200, &page, NULL);
}

/* --- how it ended --- */

static void
answer_refused(struct exchange *x, const struct talk *talk, int outcome)
{
	char reference[EXCHANGE_REFERENCE_SIZE];
	struct own_session own;
	const char *problem = talk->errors.used > 0
	    ? talk->errors.text
	    : catalogue_get(x->catalogue, "The password was not changed.");

	exchange_hold_back(x, wire_num(talk_said(talk), TAG_DELAY, 0) / 1000);
	if (own_session_of_page(x, &own) == 0) {
		exchange_blame(
		    x, 403, reference, "a new password: outcome %d", outcome);
		show(x, &own, problem, reference);
	}
	own_session_clear(&own);
}

static int
settle(struct exchange *x, struct talk *talk)
{
	const struct wire_msg *msg = talk_said(talk);
	int outcome = gate_outcome(msg);
	char token[SESSION_TOKEN_SIZE] = "";
	int r;

	if (outcome != OUTCOME_GRANTED) {
		answer_refused(x, talk, outcome);
		return GATE_EREFUSED;
	}
	r = wire_copy(msg, TAG_TOKEN, token, sizeof(token));
	if (r == 0 && token[0] == '\0')
		r = GATE_EPROTO;
	if (r == 0)
		r = talk_confirm(talk);
	if (r == 0)
		session_cookie_set(x, token);
	else
		exchange_fail(x, 503,
		    "The password was changed. Sign in with the new one.",
		    "the session's new token: %s", gate_strerror(r));
	explicit_bzero(token, sizeof(token));
	return r;
}

static void
leave(struct exchange *x, struct talk *talk)
{
	const struct template_field fields[] = {
		{ .name = "text",
		    .text = catalogue_get(
			x->catalogue, "Your password was changed.") },
		{ .name = "href", .text = talk->return_url },
		{ .name = "message" },
		{ .name = "field" },
		{ .name = "relay" },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_DONE, .fields = fields };

	exchange_page(x, 200, &page, NULL);
}

/* --- how it begins --- */

struct opening {
	const struct exchange *x;
	struct own_session *own;
};

static void
fill(struct wire_msg *msg, void *data)
{
	const struct opening *o = data;

	own_session_put(msg, o->own);
	wire_put_str(msg, TAG_RHOST, o->x->client_text);
	wire_put_str(msg, TAG_LANGUAGE, o->x->language);
}

static void
begin(struct exchange *x, struct own_session *own)
{
	struct opening opening = { x, own };
	struct prompt_reply replies[] = {
		{ KIND_OLDAUTHTOK, exchange_argument(x, "current") },
		{ KIND_NEW_AUTHTOK, exchange_argument(x, "new") },
		{ KIND_NEW_AUTHTOK, exchange_argument(x, "again") },
	};
	struct talk *talk = NULL;
	int r;

	if (own_session_check(x, own, FORM) != 0 ||
	    signin_count(x, x->site->rate) != 0)
		return;
	prompts_forget(x);
	r = talk_new(x->site->conversations, &x->client, &talk);
	if (r != 0) {
		exchange_fail(x, 503,
		    "Too many people are signing in. Try again in a minute.",
		    "[web] logins: %s", gate_strerror(r));
		return;
	}
	talk->action = "password?way=answer";
	talk->cancel = "password";
	talk->settle = settle;
	talk->leave = leave;
	talk->is_change = 1;
	signin_return(x, talk->return_url);
	snprintf(talk->user, sizeof(talk->user), "%s", own->user);
	r = talk_begin(talk, x->site->config->web_login_socket,
	    VERB_WEB_PASSWORD, fill, &opening);
	prompts_go_on(
	    x, &talk, r, replies, sizeof(replies) / sizeof(replies[0]));
}

void
password_handle(struct exchange *x)
{
	const char *way = form_get(x->arguments, "way");
	struct own_session own;

	if (x->method == METHOD_POST && way != NULL &&
	    strcmp(way, "answer") == 0) {
		prompts_answer(x);
		return;
	}
	if (own_session_of_page(x, &own) == 0) {
		if (x->method == METHOD_POST)
			begin(x, &own);
		else
			show(x, &own, NULL, NULL);
	}
	own_session_clear(&own);
}
