/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/signin.h"

#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "web/escape.h"
#include "web/gate.h"
#include "web/login_cookie.h"
#include "web/metrics.h"
#include "web/prompts.h"
#include "web/rate.h"
#include "web/session_cookie.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* --- where to --- */

void
signin_return_of(
    const struct exchange *x, const char *text, char url[RETURN_URL_SIZE])
{
	if (text != NULL && text[0] != '\0' &&
	    return_url_make(&x->site->return_rules, text, url) == 0)
		return;
	origin_text(&x->site->own, url);
	memcpy(url + strlen(url), "/", sizeof("/"));
}

void
signin_return(const struct exchange *x, char url[RETURN_URL_SIZE])
{
	signin_return_of(x, exchange_argument(x, "return"), url);
}

void
signin_path(const struct exchange *x, const char *way, const char *return_url,
    char path[SIGNIN_PATH_SIZE])
{
	struct buffer text = { 0 };

	exchange_path(x, "login?", path, SIGNIN_PATH_SIZE);
	buffer_add_text(&text, path);
	if (way != NULL) {
		buffer_add_text(&text, "way=");
		escape_component(&text, way);
		buffer_add_text(&text, "&");
	}
	buffer_add_text(&text, "return=");
	escape_component(&text, return_url);
	if (text.error != 0 || text.used >= SIGNIN_PATH_SIZE)
		exchange_path(x, "login", path, SIGNIN_PATH_SIZE);
	else
		memcpy(path, text.text, text.used + 1);
	buffer_clear(&text);
}

/* --- the form --- */

/* The browser's handle, a fresh one if need be, and a token for it. */
static int
make_token(struct exchange *x, char token[CSRF_TOKEN_SIZE])
{
	char handle[BROWSER_HANDLE_SIZE];
	int r = login_cookie_get(x, handle);

	if (r != 0) {
		r = browser_handle_mint(handle);
		if (r == 0)
			login_cookie_set(x, handle);
	}
	if (r == 0)
		r = csrf_token(
		    x->site->csrf, handle, SIGNIN_FORM, prompts_now(), token);
	explicit_bzero(handle, sizeof(handle));
	return r;
}

void
signin_form(struct exchange *x, int status, const char *user,
    const char *return_url, const char *problem, const char *reference)
{
	char csrf[CSRF_TOKEN_SIZE], action[SIGNIN_PATH_SIZE],
	    other[SIGNIN_PATH_SIZE];
	const struct template_field fields[] = {
		{ .name = "action", .text = action },
		{ .name = "csrf", .text = csrf },
		{ .name = "return", .text = return_url },
		{ .name = "user", .text = user },
		{ .name = "other",
		    .text = x->site->config->idp_metadata[0] != '\0' ? other
								     : NULL },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_PASSWORD,
		.problem = problem,
		.reference = reference,
		.fields = fields };
	int r = make_token(x, csrf);

	if (r != 0) {
		exchange_fail(
		    x, 500, NULL, "a token for a form: %s", gate_strerror(r));
		return;
	}
	exchange_path(x, "login?way=password", action, sizeof(action));
	signin_path(x, NULL, return_url, other);
	exchange_page(x, status, &page, NULL);
}

/* --- how it ended --- */

static const char *const outcome_words[OUTCOME_COUNT] = {
	[OUTCOME_GRANTED] = "granted",
	[OUTCOME_DENIED] = "denied",
	[OUTCOME_UNAVAILABLE] = "unavailable",
	[OUTCOME_USER_UNKNOWN] = "unknown user",
	[OUTCOME_NEW_AUTHTOK] = "a new password is needed",
	[OUTCOME_EXPIRED] = "expired",
	[OUTCOME_MAXTRIES] = "too many tries",
	[OUTCOME_TRY_AGAIN] = "no new password was taken",
	[OUTCOME_NOT_TOKEN] = "not a token",
};

/* What the person is told where gatehoused has told nothing: never which of the
 * proofs was wrong. */
static const char *
problem_of(const struct talk *talk, int outcome)
{
	if (outcome == OUTCOME_UNAVAILABLE)
		return "Nobody can be signed in just now. Try again in a "
		       "minute.";
	if (outcome == OUTCOME_TRY_AGAIN)
		return "The new password was not taken. Sign in again, and "
		       "choose another.";
	if (talk->is_sso)
		return "You could not be signed in. You may have no access "
		       "here.";
	return "You could not be signed in. Check the user name, the password "
	       "and the code, and try again.";
}

static void
answer_refused(struct exchange *x, const struct talk *talk, int outcome)
{
	int status = outcome == OUTCOME_UNAVAILABLE ? 503 : 403;
	const char *problem = talk->errors.used > 0
	    ? talk->errors.text
	    : catalogue_get(x->catalogue, problem_of(talk, outcome));
	char reference[EXCHANGE_REFERENCE_SIZE];

	metrics_add(x->site->metrics, METRIC_LOGIN_REFUSED, 1);
	exchange_hold_back(x, wire_num(talk_said(talk), TAG_DELAY, 0) / 1000);
	if (talk->is_sso) {
		/* problem is in the person's language: no other is found */
		exchange_fail(x, status, problem, "sign-in by SSO: %s",
		    outcome_words[outcome]);
		return;
	}
	exchange_blame(x, status, reference, "sign-in by password: %s",
	    outcome_words[outcome]);
	signin_form(
	    x, status, talk->user, talk->return_url, problem, reference);
}

static void
fill_token(struct wire_msg *msg, void *data)
{
	wire_put_str(msg, TAG_TOKEN, data);
}

/* The session that the browser has had until now: nobody could come back to
 * it. */
static void
end_old(struct exchange *x)
{
	char token[SESSION_TOKEN_SIZE] = "";
	const struct wire_msg *answer;

	if (exchange_cookie(x, SESSION_COOKIE, token, sizeof(token)) == 0 &&
	    gate_ask(x->site->gate, VERB_SESSION_END, fill_token, token,
		GATE_ASK_MS, &answer) != 0)
		log_warn("a session that was signed in anew was not ended");
	explicit_bzero(token, sizeof(token));
}

static int
settle(struct exchange *x, struct talk *talk)
{
	const struct wire_msg *msg = talk_said(talk);
	int outcome = gate_outcome(msg);
	char token[SESSION_TOKEN_SIZE] = "";
	int r = 0;

	if (outcome != OUTCOME_GRANTED) {
		answer_refused(x, talk, outcome);
		return GATE_EREFUSED;
	}
	if (wire_str(msg, TAG_TOKEN) == NULL)
		r = GATE_EPROTO;
	if (r == 0)
		r = wire_copy(msg, TAG_TOKEN, token, sizeof(token));
	if (r == 0)
		r = talk_confirm(talk);
	if (r == 0) {
		end_old(x);
		session_cookie_set(x, token);
		metrics_add(x->site->metrics, METRIC_LOGIN_GRANTED, 1);
	} else
		exchange_fail(
		    x, 503, NULL, "the session's token: %s", gate_strerror(r));
	explicit_bzero(token, sizeof(token));
	return r;
}

static void
leave(struct exchange *x, struct talk *talk)
{
	exchange_redirect(x, talk->return_url);
}

/* --- how it begins --- */

int
signin_count(struct exchange *x, struct rate *rate)
{
	if (rate_take(rate, &x->client, clock_mono_ms()) == 0)
		return 0;
	(void)exchange_header(x, "Retry-After", "60");
	exchange_fail(x, 429,
	    "Too many sign-ins were begun from your network. Wait a minute.",
	    "more than [web] login_rate");
	return GATE_EREFUSED;
}

struct opening {
	const struct exchange *x;
	const struct signin *signin;
};

static void
fill(struct wire_msg *msg, void *data)
{
	const struct opening *o = data;

	wire_put_str(msg, TAG_RHOST, o->x->client_text);
	wire_put_str(msg, TAG_LANGUAGE, o->x->language);
	wire_put_str(msg, TAG_USER, o->signin->user);
	wire_put_str(msg, TAG_TICKET, o->signin->ticket);
}

static void
describe(struct talk *talk, const struct signin *signin)
{
	talk->action = "login?way=answer";
	talk->cancel = "login?way=cancel";
	talk->settle = settle;
	talk->leave = leave;
	talk->is_sso = signin->ticket != NULL;
	snprintf(talk->return_url, sizeof(talk->return_url), "%s",
	    signin->return_url);
	snprintf(talk->user, sizeof(talk->user), "%s",
	    signin->user != NULL ? signin->user : "");
}

void
signin_begin(struct exchange *x, const struct signin *signin)
{
	struct opening opening = { x, signin };
	struct prompt_reply replies[] = { { KIND_USER, signin->user },
		{ KIND_AUTHTOK, signin->password } };
	struct talk *talk = NULL;
	int r;

	exchange_speak(x);
	prompts_forget(x);
	r = talk_new(x->site->conversations, &x->client, &talk);
	if (r != 0) {
		(void)exchange_header(x, "Retry-After", "60");
		exchange_fail(x, 503,
		    "Too many people are signing in. Try again in a minute.",
		    "[web] logins: %s", gate_strerror(r));
		return;
	}
	describe(talk, signin);
	r = talk_begin(talk, x->site->config->web_login_socket, VERB_WEB_LOGIN,
	    fill, &opening);
	prompts_go_on(x, &talk, r, replies, COUNT(replies));
}
