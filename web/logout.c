/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "web/ended.h"
#include "web/gate.h"
#include "web/outgoing.h"
#include "web/own_session.h"
#include "web/routes.h"

/* Signing out, which begins here; what begins elsewhere is slo.c. */

#define FORM "logout"

static void
show(struct exchange *x, const struct own_session *own)
{
	char csrf[CSRF_TOKEN_SIZE], action[512];
	const struct template_field fields[] = {
		{ .name = "action", .text = action },
		{ .name = "csrf", .text = csrf },
		{ .name = "user", .text = own->user },
		{ .name = NULL },
	};
	const struct page page = { .id = PAGE_LOGOUT, .fields = fields };

	exchange_path(x, "logout", action, sizeof(action));
	if (own_session_form(x, own, FORM, csrf) == 0)
		exchange_page(x, 200, &page, NULL);
}

static void
leave(struct exchange *x, struct own_session *own)
{
	const struct wire_msg *msg = NULL;
	int r;

	if (own_session_check(x, own, FORM) != 0)
		return;
	r = gate_ask(x->site->gate, VERB_LOGOUT_BEGIN, own_session_put, own,
	    GATE_ASK_MS, &msg);
	if (r != 0 ||
	    (gate_outcome(msg) != OUTCOME_GRANTED &&
		gate_outcome(msg) != OUTCOME_DENIED)) {
		exchange_fail(x, 503, NULL, "a logout: %s",
		    r != 0 ? gate_strerror(r) : "refused");
		return;
	}
	session_cookie_drop(x);
	if (outgoing_is(msg))
		outgoing_send(x, msg);
	else
		ended_page(x, wire_str(msg, TAG_STATE));
}

/* The session may be open: that is not to be taken for signed out. */
static void
answer_open(struct exchange *x, int error)
{
	int status = 503;

	if (error == GATE_EINVAL)
		status = 400;
	else if (error == GATE_EPERM || error == GATE_EREFUSED)
		status = 403;
	exchange_fail(x, status,
	    "Your session was not ended and may still be open. Try again from "
	    "where you signed in.",
	    "a logout: %s", gate_strerror(error));
}

void
logout_handle(struct exchange *x)
{
	struct own_session own;
	int r = own_session_look(x, &own, EVIDENCE_NONE, NULL);

	if (r == GATE_ENOTFOUND) {
		session_cookie_drop(x);
		ended_page(x, NULL);
	} else if (r != 0)
		answer_open(x, r);
	else if (x->method == METHOD_POST)
		leave(x, &own);
	else
		show(x, &own);
	own_session_clear(&own);
}
