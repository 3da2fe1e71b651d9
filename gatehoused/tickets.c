/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/assertion.h"
#include "gatehoused/request.h"
#include "gatehoused/wall_clock.h"
#include "lib/address.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/ticket.h"

/* A Response on its way to becoming a ticket. */
struct exchange {
	const struct config *config;
	struct assertion *assertion;
	struct store_ticket ticket;
	struct refusal refusal;
};

/* The ticket stands for the assertion, but for no longer than this allows. */
static void
limit(struct exchange *x)
{
	struct store_ticket *t = &x->ticket;

	t->expires = clock_wall() + x->config->ticket_lifetime;
	if (t->session_not_on_or_after > 0 &&
	    t->session_not_on_or_after < t->expires)
		t->expires = t->session_not_on_or_after;
}

static int
commit(struct store_tx *tx, void *data)
{
	struct exchange *x = data;
	char owner[STORE_OWNER_MAX];
	int r = wall_clock_check(tx, x->config->clock_skew, &x->refusal);

	store_ticket_owner(x->ticket.hash, owner);
	if (r == 0)
		r = store_ticket_put(tx, &x->ticket);
	if (r == 0)
		r = store_attributes_put(
		    tx, owner, x->assertion->kept, x->assertion->kept_size);
	return r == 0 ? assertion_claim(tx, x->assertion, &x->refusal) : r;
}

/*
 * The client's address, from who may say it: 0 and text, "" for unknown;
 * GATE_EPROTO for one that is no literal.
 */
static int
find_address(const struct request *request, char text[ADDRESS_TEXT_SIZE])
{
	const char *rhost = wire_str(request->in, TAG_RHOST);
	struct address address;

	text[0] = '\0';
	if (rhost == NULL || !(request->rights & (RIGHT_LOGIN | RIGHT_WEB)))
		return 0;
	if (address_parse(rhost, &address) != 0)
		return GATE_EPROTO;
	address_text(&address, text);
	return 0;
}

/* What the caller hands in; address is room for it. */
static int
read_source(const struct request *request, struct assertion_source *source,
    char address[ADDRESS_TEXT_SIZE])
{
	size_t size;

	source->text = wire_bytes(request->in, TAG_TEXT, &source->size);
	source->relay_state = wire_str(request->in, TAG_RELAY_STATE);
	source->patience =
	    peer_patience_for_worker(request->rights, request->policy);
	if (source->text == NULL ||
	    (source->relay_state == NULL &&
		wire_bytes(request->in, TAG_RELAY_STATE, &size) != NULL) ||
	    find_address(request, address) != 0)
		return GATE_EPROTO;
	source->address = address[0] != '\0' ? address : NULL;
	return 0;
}

/* Verifies the Response and mints; everything but the answer. */
static int
exchange(struct request *request, struct exchange *x, char ticket[TICKET_SIZE])
{
	char address[ADDRESS_TEXT_SIZE];
	struct assertion_source source;
	int r = read_source(request, &source, address);

	if (r != 0)
		return r;
	r = assertion_new(&x->assertion, request->gate, request->policy,
	    &source, &x->refusal);
	if (r != 0)
		return r;
	x->ticket = x->assertion->claims;
	x->ticket.has_attributes = x->assertion->kept != NULL;
	limit(x);
	r = ticket_mint(ticket, x->ticket.hash);
	if (r == 0)
		r = store_write(gate_store(request->gate), commit, x);
	return r;
}

static void
answer(struct request *request, const struct exchange *x, const char *ticket)
{
	request_done(request);
	wire_put_str(request->out, TAG_TEXT, ticket);
	wire_put_str(request->out, TAG_USER, x->ticket.user);
	wire_put_num(request->out, TAG_EXPIRES, x->ticket.expires);
	if (x->assertion->request.data[0] != '\0')
		wire_put_str(
		    request->out, TAG_DATA, x->assertion->request.data);
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
		    x.assertion != NULL ? x.assertion->identity->user : NULL,
		    &x.refusal);
	else if (r == 0) {
		request_record(request, "ticket", x.ticket.user);
		answer(request, &x, ticket);
	}
	explicit_bzero(ticket, sizeof(ticket));
	assertion_free(&x.assertion);
	return r;
}
