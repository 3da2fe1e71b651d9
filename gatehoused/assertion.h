/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ASSERTION_H
#define GATEHOUSED_ASSERTION_H

#include <stddef.h>
#include <stdint.h>

#include "gatehoused/gate.h"
#include "lib/reason.h"
#include "lib/store.h"
#include "saml/identity.h"

/* A Response as somebody hands it in. */
struct assertion_source {
	const char *text;
	size_t size;
	const char *relay_state; /* that came with it; NULL: none did */
	const char *address;     /* the client's, a literal; NULL: unknown */
	int64_t patience;        /* milliseconds to wait for a worker */
};

/* A validated assertion: who it is about, and what is to be made of it. */
struct assertion {
	struct saml_identity *identity;
	int answers;                  /* it answers a request of ours: */
	struct store_request request; /* this one, as it is on record */
	struct store_ticket claims;   /* what is remembered; no hash, no end */
	uint8_t *kept;                /* attributes_encode; NULL: none */
	size_t kept_size;
};

/*
 * Has a Response verified, and holds it against our requests: one that comes
 * with RelayState of ours must answer the request that this was made for, one
 * without any the request that it names; one with RelayState of an IdP's own
 * none. Where it answers none, [saml] allow_unsolicited must let it (SAML
 * profiles 4.1.4.3, 4.1.5). Nothing is used up. 0, or GATE_EREFUSED, or an
 * error of the machinery; *assertion is there whenever it is known whom it is
 * about, also when refused, and freed by the caller.
 */
int assertion_new(struct assertion **assertion, struct gate *gate,
    const struct policy *policy, const struct assertion_source *source,
    struct refusal *refusal);
void assertion_free(struct assertion **assertion);

/*
 * Uses it up, within the transaction that makes something of it, and as its
 * last question: no logout has reached it (SAML core 3.7.3.1), the request it
 * answers is taken from the record, and the assertion's mark is made (SAML
 * profiles 4.1.4.5). 0, or GATE_EREFUSED (logged_out, request_unknown, replay),
 * or an error of the store.
 */
int assertion_claim(struct store_tx *tx, const struct assertion *assertion,
    struct refusal *refusal);

#endif
