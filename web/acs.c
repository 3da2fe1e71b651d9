/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "web/gate.h"
#include "web/routes.h"
#include "web/signin.h"
#include "web/sso.h"

/*
 * Where an IdP's answer is posted to (SAML profiles 4.1.4.5). gatehoused looks
 * at it; who it is of is said by a ticket, which passes the PAM stack.
 */

#define TICKET_SIZE 64

struct arrival {
	struct exchange *x;
	const char *response, *relay_state;
	/* secret memory */
	char ticket[TICKET_SIZE];
	char user[256];
	char return_url[RETURN_URL_SIZE];
};

static void
fill(struct wire_msg *msg, void *data)
{
	const struct arrival *a = data;

	wire_put_str(msg, TAG_TEXT, a->response);
	wire_put_str(msg, TAG_RELAY_STATE, a->relay_state);
	wire_put_str(msg, TAG_RHOST, a->x->client_text);
}

/* That of the browser that has begun; or of nobody's, where the IdP began,
 * which is up to gatehoused ([saml] allow_unsolicited). */
static int
check_browser(struct arrival *a, const char *data)
{
	if (data != NULL)
		return sso_check(a->x, a->relay_state, data, a->return_url);
	/* every request of ours has it */
	if (sso_is_ours(a->relay_state))
		return GATE_EREFUSED;
	signin_return_of(a->x, a->relay_state, a->return_url);
	return 0;
}

static int
take_ticket(struct arrival *a)
{
	const struct wire_msg *msg;
	int r =
	    gate_ask(a->x->site->gate, VERB_TICKET, fill, a, GATE_ASK_MS, &msg);
	int outcome = r == 0 ? gate_outcome(msg) : OUTCOME_UNAVAILABLE;
	const char *reason = r == 0 ? wire_str(msg, TAG_REASON) : NULL;

	if (outcome != OUTCOME_GRANTED) {
		exchange_fail(a->x, outcome == OUTCOME_DENIED ? 403 : 503,
		    "What your organisation said of you was not accepted. "
		    "Start again.",
		    "a Response: %s",
		    reason != NULL ? reason
			: r != 0   ? gate_strerror(r)
				   : "refused");
		return GATE_EREFUSED;
	}
	if (check_browser(a, wire_str(msg, TAG_DATA)) != 0) {
		exchange_fail(a->x, 403,
		    "This sign-in was begun in another browser or window, or "
		    "too long ago. Start again.",
		    "the answer to a request that this browser has not made");
		return GATE_EREFUSED;
	}
	r = wire_copy(msg, TAG_TEXT, a->ticket, sizeof(a->ticket));
	if (r == 0)
		r = wire_copy(msg, TAG_USER, a->user, sizeof(a->user));
	if (r == 0 && a->ticket[0] == '\0')
		r = GATE_EPROTO;
	if (r != 0)
		exchange_fail(
		    a->x, 503, NULL, "a ticket: %s", gate_strerror(r));
	return r;
}

void
acs_handle(struct exchange *x)
{
	struct arrival *a = secret_alloc(sizeof(*a));
	struct signin signin = { 0 };

	if (a == NULL) {
		exchange_fail(x, 503, NULL, "%s", gate_strerror(GATE_ENOMEM));
		return;
	}
	a->x = x;
	a->response = exchange_argument(x, "SAMLResponse");
	a->relay_state = exchange_argument(x, "RelayState");
	/* some IdPs send an empty one where there is none */
	if (a->relay_state != NULL && a->relay_state[0] == '\0')
		a->relay_state = NULL;
	if (a->response == NULL)
		exchange_fail(x, 400, NULL, "no SAMLResponse was posted");
	else if (signin_count(x, x->site->arrivals) == 0 &&
	    take_ticket(a) == 0) {
		signin.user = a->user;
		signin.ticket = a->ticket;
		signin.return_url = a->return_url;
		signin_begin(x, &signin);
	}
	secret_free(a, sizeof(*a));
}
