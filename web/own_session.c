/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/own_session.h"

#include <stdint.h>
#include <string.h>

#include "lib/error.h"
#include "lib/reason.h"
#include "web/gate.h"
#include "web/home.h"
#include "web/prompts.h"

struct look {
	const struct exchange *x;
	const struct own_session *own;
	enum evidence evidence;
	const char *age;
};

static void
fill(struct wire_msg *msg, void *data)
{
	const struct look *look = data;

	wire_put_str(msg, TAG_TOKEN, look->own->token);
	wire_put_str(msg, TAG_RHOST, look->x->client_text);
	wire_put_num(msg, TAG_ACTIVITY, look->evidence);
	wire_put_str(msg, TAG_AGE, look->age);
}

void
own_session_put(struct wire_msg *msg, void *data)
{
	const struct own_session *own = data;

	wire_put_str(msg, TAG_TOKEN, own->token);
}

static int
read_answer(const struct wire_msg *msg, struct own_session *own)
{
	int64_t age;
	int r = wire_copy(msg, TAG_SESSION, own->id, sizeof(own->id));

	if (r == 0)
		r = wire_copy(msg, TAG_USER, own->user, sizeof(own->user));
	own->limit = wire_num(msg, TAG_IDLE_LIMIT, 0);
	own->left = wire_num(msg, TAG_IDLE_LEFT, INT64_MAX);
	age = wire_num(msg, TAG_AGE_LEFT, INT64_MAX);
	if (age < own->left)
		own->left = age;
	return r;
}

static int
refusal_of(const struct wire_msg *msg)
{
	const char *reason = wire_str(msg, TAG_REASON);

	if (gate_outcome(msg) != OUTCOME_DENIED)
		return GATE_EIO;
	return reason != NULL &&
		strcmp(reason, reason_word(REASON_ADDRESS_NOT_LISTED)) == 0
	    ? GATE_EPERM
	    : GATE_ENOTFOUND;
}

static int
look(struct exchange *x, struct own_session *own, enum evidence evidence,
    const char *age)
{
	struct look look = { x, own, evidence, age };
	const struct wire_msg *msg;
	int r = gate_ask(x->site->gate, VERB_SESSION_CHECK, fill, &look,
	    GATE_CHECK_MS, &msg);

	if (r != 0)
		return r;
	return gate_outcome(msg) == OUTCOME_GRANTED ? read_answer(msg, own)
						    : refusal_of(msg);
}

/* Before anything counts as activity: a token that was carried off is good
 * for nothing elsewhere. */
static int
check_home(struct exchange *x, struct own_session *own)
{
	struct address address;
	const struct wire_msg *msg;
	const char *text;
	int r, is_known;

	if (x->site->config->web_bind == BIND_NONE)
		return 0;
	r = gate_ask(x->site->gate, VERB_SESSION_IDENTITY, own_session_put, own,
	    GATE_CHECK_MS, &msg);
	if (r == 0 && gate_outcome(msg) != OUTCOME_GRANTED)
		r = refusal_of(msg);
	if (r != 0)
		return r;
	text = wire_str(msg, TAG_ADDRESS);
	is_known = text != NULL && address_parse(text, &address) == 0;
	return home_is(x, is_known ? &address : NULL) ? 0 : GATE_EREFUSED;
}

int
own_session_look(struct exchange *x, struct own_session *own,
    enum evidence evidence, const char *age)
{
	int r;

	*own = (struct own_session){ 0 };
	r = session_token_of(x, own->token);
	if (r == 0)
		r = check_home(x, own);
	if (r == 0)
		r = look(x, own, evidence, age);
	if (r != 0)
		own_session_clear(own);
	return r;
}

void
own_session_clear(struct own_session *own)
{
	explicit_bzero(own, sizeof(*own));
}

int
own_session_is_none(int error)
{
	return error == GATE_ENOTFOUND || error == GATE_EREFUSED ||
	    error == GATE_EINVAL;
}

int
own_session_of_page(struct exchange *x, struct own_session *own)
{
	char login[512];
	int r = own_session_look(x, own, EVIDENCE_NONE, NULL);

	if (own_session_is_none(r)) {
		exchange_path(x, "login", login, sizeof(login));
		exchange_redirect(x, login);
	} else if (r == GATE_EPERM)
		exchange_fail(x, 403, NULL, "the address is not listed");
	else if (r != 0)
		exchange_fail(
		    x, 503, NULL, "the session: %s", gate_strerror(r));
	return r;
}

int
own_session_form(struct exchange *x, const struct own_session *own,
    const char *form, char token[CSRF_TOKEN_SIZE])
{
	int r =
	    csrf_token(x->site->csrf, own->token, form, prompts_now(), token);

	if (r != 0)
		exchange_fail(
		    x, 500, NULL, "a token for a form: %s", gate_strerror(r));
	return r;
}

int
own_session_check(
    struct exchange *x, const struct own_session *own, const char *form)
{
	int r = csrf_check(x->site->csrf, own->token, form, prompts_now(),
	    exchange_argument(x, "csrf"));

	if (r != 0)
		exchange_fail(x, 403,
		    "That form was not good any more. Try again.",
		    "%s: a form without a token of ours, or with another's",
		    x->path);
	return r;
}
