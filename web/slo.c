/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "web/ended.h"
#include "web/gate.h"
#include "web/outgoing.h"
#include "web/routes.h"
#include "web/signin.h"

/*
 * Where IdPs send their logout messages, by way of the browser (SAML profiles
 * 4.4): a request ends sessions and is answered; a response ends a logout of
 * ours. It is the message's signature that counts, not who brings it.
 */

enum {
	BY_REDIRECT = 0,
	BY_POST = 1
};

static const char *
message_of(const struct exchange *x)
{
	const char *text;

	/* a redirect's signature is over the query as it stands */
	if (x->method == METHOD_GET)
		return x->query;
	text = form_get(x->form, "SAMLRequest");
	return text != NULL ? text : form_get(x->form, "SAMLResponse");
}

static void
fill(struct wire_msg *msg, void *data)
{
	const struct exchange *x = data;

	wire_put_num(
	    msg, TAG_BINDING, x->method == METHOD_GET ? BY_REDIRECT : BY_POST);
	wire_put_str(msg, TAG_TEXT, message_of(x));
	if (x->method == METHOD_POST)
		wire_put_str(
		    msg, TAG_RELAY_STATE, form_get(x->form, "RelayState"));
}

void
slo_handle(struct exchange *x)
{
	const struct wire_msg *msg = NULL;
	const char *text = message_of(x), *reason = NULL;
	int outcome = OUTCOME_UNAVAILABLE, r = 0;

	exchange_speak(x);
	if (text == NULL || text[0] == '\0') {
		exchange_fail(x, 400, NULL, "no logout message came");
		return;
	}
	if (signin_count(x, x->site->arrivals) != 0)
		return;
	r = gate_ask(
	    x->site->gate, VERB_LOGOUT_RECEIVE, fill, x, GATE_ASK_MS, &msg);
	if (r == 0) {
		outcome = gate_outcome(msg);
		reason = wire_str(msg, TAG_REASON);
	}
	if (outcome != OUTCOME_GRANTED)
		exchange_fail(x, outcome == OUTCOME_DENIED ? 403 : 503, NULL,
		    "a logout message: %s",
		    reason != NULL ? reason
			: r != 0   ? gate_strerror(r)
				   : "refused");
	else if (outgoing_is(msg))
		outgoing_send(x, msg);
	else
		ended_page(x, wire_str(msg, TAG_STATE));
}
