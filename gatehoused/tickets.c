/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/assertion.h"
#include "gatehoused/request.h"
#include "gatehoused/wall_clock.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/ticket.h"

/* A Response on its way to becoming a ticket. */
struct exchange {
	const struct config *config;
	struct saml_identity *identity;
	struct store_ticket ticket;
	struct refusal refusal;
};

static int
fill(char *to, size_t size, const char *text)
{
	if (text == NULL)
		text = "";
	return (size_t)snprintf(to, size, "%s", text) < size ? 0 : GATE_ETOOBIG;
}

/* What the ticket has to remember of the assertion. */
static int
describe(struct exchange *x)
{
	const struct saml_identity *id = x->identity;
	struct store_ticket *t = &x->ticket;
	int r;

	r = fill(t->user, sizeof(t->user), id->user);
	if (r == 0)
		r = fill(t->issuer, sizeof(t->issuer), id->issuer);
	if (r == 0)
		r = fill(t->name_id, sizeof(t->name_id), id->name_id);
	if (r == 0)
		r = fill(t->session_index, sizeof(t->session_index),
		    id->session_index);
	t->session_not_on_or_after = id->session_not_on_or_after;
	t->expires = clock_wall() + x->config->ticket_lifetime;
	if (id->session_not_on_or_after > 0 &&
	    id->session_not_on_or_after < t->expires)
		t->expires = id->session_not_on_or_after;
	return r;
}

static int
commit(struct store_tx *tx, void *data)
{
	struct exchange *x = data;
	int r = wall_clock_check(tx, x->config->clock_skew, &x->refusal);

	if (r == 0)
		r = assertion_claim(tx, x->identity, &x->refusal);
	return r == 0 ? store_ticket_put(tx, &x->ticket) : r;
}

/* Verifies the Response and mints; everything but the answer. */
static int
exchange(struct request *request, struct exchange *x, char ticket[TICKET_SIZE])
{
	struct saml_request verify = { .now = clock_wall() };
	int r;

	verify.response =
	    wire_bytes(request->in, TAG_TEXT, &verify.response_size);
	if (verify.response == NULL)
		return GATE_EPROTO;
	if (request->policy->workers == NULL)
		return refuse(&x->refusal, REASON_SSO_OFF, NULL);
	r = workers_verify(request->policy->workers, &verify,
	    peer_patience_for_worker(request->rights, request->policy),
	    &x->identity, &x->refusal);
	if (r == 0)
		r = describe(x);
	if (r == 0)
		r = ticket_mint(ticket, x->ticket.hash);
	if (r == 0)
		r = store_write(gate_store(request->gate), commit, x);
	return r;
}

int
ticket_exchange(struct request *request)
{
	struct exchange x = { .config = request->policy->config };
	char ticket[TICKET_SIZE] = "";
	int r = exchange(request, &x, ticket);

	if (r != 0 && r != GATE_EREFUSED && r != GATE_EPROTO)
		r = refuse(
		    &x.refusal, reason_from_error(r), "%s", gate_strerror(r));
	if (r == GATE_EREFUSED)
		r = request_refused(request, "ticket",
		    x.identity != NULL ? x.identity->user : NULL, &x.refusal);
	else if (r == 0) {
		request_record(request, "ticket", x.ticket.user);
		request_done(request);
		wire_put_str(request->out, TAG_TEXT, ticket);
		wire_put_str(request->out, TAG_USER, x.ticket.user);
		wire_put_num(request->out, TAG_EXPIRES, x.ticket.expires);
	}
	explicit_bzero(ticket, sizeof(ticket));
	saml_identity_free(&x.identity);
	return r;
}
