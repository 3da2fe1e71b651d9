/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/assertion.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "session/relay.h"

/* --- the request on record --- */

struct lookup {
	const char *id;
	struct store_request *request;
};

static int
peek(struct store_tx *tx, void *data)
{
	struct lookup *lookup = data;

	return store_request_peek(tx, lookup->id, lookup->request);
}

/* An AuthnRequest that still waits for its answer. */
static int
check_waiting(const struct store_request *request, struct refusal *refusal)
{
	if (request->kind != REQUEST_AUTHN)
		return refuse(refusal, REASON_REQUEST_UNKNOWN,
		    "request %s is on record, but was no AuthnRequest",
		    request->id);
	if (clock_wall() >= request->expires)
		return refuse(refusal, REASON_REQUEST_UNKNOWN,
		    "request %s has expired; see [saml] request_lifetime",
		    request->id);
	return 0;
}

/* 0, GATE_ENOTFOUND, GATE_EREFUSED, or an error of the store. */
static int
find_request(struct assertion *a, struct gate *gate, const char *id,
    struct refusal *refusal)
{
	struct lookup lookup = { id, &a->request };
	int r = store_read(gate_store(gate), peek, &lookup);

	if (r == 0)
		r = check_waiting(&a->request, refusal);
	a->answers = r == 0;
	return r;
}

/* The request that went out with this RelayState, if it is one of ours. */
static int
find_by_relay_state(struct assertion *a, struct gate *gate,
    const char *relay_state, struct refusal *refusal)
{
	char id[RELAY_ID_SIZE];
	int r;

	if (relay_state == NULL || relay_id(relay_state, id) != 0)
		return 0;
	r = find_request(a, gate, id, refusal);
	/* whoever reads it has never seen the ID that was made from it */
	return r == GATE_ENOTFOUND
	    ? refuse(refusal, REASON_REQUEST_UNKNOWN,
		  "no request on record has this RelayState")
	    : r;
}

/* The request that the Response names. */
static int
find_by_name(struct assertion *a, struct gate *gate, struct refusal *refusal)
{
	const char *id = a->identity->in_response_to;
	int r = find_request(a, gate, id, refusal);

	return r == GATE_ENOTFOUND
	    ? refuse(refusal, REASON_REQUEST_UNKNOWN,
		  "request %.*s is not on record", STORE_REQUEST_ID_MAX, id)
	    : r;
}

/* A sign-in that was forced came after the request, but for the clocks. */
static int64_t
forced_after(const struct assertion *a, const struct policy *policy)
{
	return a->answers && a->request.force_authn
	    ? a->request.created - policy->config->clock_skew
	    : 0;
}

/*
 * What the worker was not told because the request was not known then, and
 * once more what it was told: it is not believed more than it must be.
 */
static int
check_answer(const struct assertion *a, const struct policy *policy,
    struct refusal *refusal)
{
	const struct saml_identity *id = a->identity;

	if (strcmp(id->issuer, a->request.idp) != 0)
		return refuse(refusal, REASON_REQUEST_MISMATCH,
		    "request %s was sent to %s, and %s answers it",
		    a->request.id, a->request.idp, id->issuer);
	if (id->authn_instant < forced_after(a, policy))
		return refuse(refusal, REASON_AUTHN_TOO_OLD,
		    "request %s asked for a fresh sign-in, and got an older "
		    "one",
		    a->request.id);
	return 0;
}

/* --- what is remembered --- */

static int
fill(char *to, size_t size, const char *text)
{
	if (text == NULL)
		text = "";
	return (size_t)snprintf(to, size, "%s", text) < size ? 0 : GATE_ETOOBIG;
}

#define FILL(member, text) fill(member, sizeof(member), text)

static int
describe(struct assertion *a)
{
	const struct saml_identity *id = a->identity;
	struct store_ticket *t = &a->claims;
	int r;

	r = FILL(t->user, id->user);
	if (r == 0)
		r = FILL(t->issuer, id->issuer);
	if (r == 0)
		r = FILL(t->name_id, id->name_id);
	if (r == 0)
		r = FILL(t->name_id_format, id->name_id_format);
	if (r == 0)
		r = FILL(t->name_qualifier, id->name_qualifier);
	if (r == 0)
		r = FILL(t->sp_name_qualifier, id->sp_name_qualifier);
	if (r == 0)
		r = FILL(t->session_index, id->session_index);
	if (r == 0)
		r = FILL(t->authn_context, id->authn_context);
	if (r == 0 && a->answers)
		r = FILL(t->service, a->request.service);
	t->authn_instant = id->authn_instant;
	t->session_not_on_or_after = id->session_not_on_or_after;
	return r;
}

static int
keep_attributes(
    struct assertion *a, const struct policy *policy, struct refusal *refusal)
{
	int r = attributes_encode(&a->identity->attributes,
	    policy->attribute_names, &a->kept, &a->kept_size);

	memcpy(a->claims.kept_names, policy->kept_names,
	    sizeof(a->claims.kept_names));
	if (r != GATE_ETOOBIG)
		return r;
	return refuse(refusal, REASON_ATTRIBUTE,
	    "the attributes to be kept take more than %u bytes; see [session] "
	    "attributes",
	    ATTRIBUTES_ENCODED_MAX);
}

/* --- from the text to the assertion --- */

static int
verify(struct assertion *a, const struct policy *policy,
    const struct assertion_source *source, struct refusal *refusal)
{
	struct saml_request request = { .response = source->text,
		.response_size = source->size,
		.in_response_to = a->answers ? a->request.id : NULL,
		.any_request = source->relay_state == NULL,
		.idp = a->answers ? a->request.idp : NULL,
		.address = source->address,
		.authn_after = forced_after(a, policy),
		.now = clock_wall() };

	return workers_verify(
	    policy->workers, &request, source->patience, &a->identity, refusal);
}

int
assertion_new(struct assertion **assertion, struct gate *gate,
    const struct policy *policy, const struct assertion_source *source,
    struct refusal *refusal)
{
	struct assertion *a;
	int r;

	*assertion = NULL;
	if (policy->workers == NULL)
		return refuse(refusal, REASON_SSO_OFF, NULL);
	a = calloc(1, sizeof(*a));
	if (a == NULL)
		return GATE_ENOMEM;
	r = find_by_relay_state(a, gate, source->relay_state, refusal);
	if (r == 0)
		r = verify(a, policy, source, refusal);
	if (r != 0)
		goto out;
	if (!a->answers && a->identity->in_response_to != NULL)
		r = find_by_name(a, gate, refusal);
	if (r == 0 && a->answers)
		r = check_answer(a, policy, refusal);
	if (r == 0)
		r = describe(a);
	if (r == 0)
		r = keep_attributes(a, policy, refusal);
	*assertion = a;
	a = NULL;
out:
	assertion_free(&a);
	return r;
}

void
assertion_free(struct assertion **assertion)
{
	if (*assertion == NULL)
		return;
	saml_identity_free(&(*assertion)->identity);
	free((*assertion)->kept);
	free(*assertion);
	*assertion = NULL;
}

/* --- using it up --- */

static int
take_request(struct store_tx *tx, const struct store_request *request,
    struct refusal *refusal)
{
	struct store_request taken;
	int r = store_request_take(tx, request->id, &taken);

	if (r == GATE_ENOTFOUND)
		return refuse(refusal, REASON_REQUEST_UNKNOWN,
		    "request %s was answered a moment ago", request->id);
	/* time has passed since it was looked at */
	return r == 0 ? check_waiting(&taken, refusal) : r;
}

/* Assertions may come after the logout that ends their sign-in. */
static int
check_logout(struct store_tx *tx, const struct store_ticket *claims,
    struct refusal *refusal)
{
	char then[CLOCK_TEXT_SIZE];
	int r = store_logout_find(tx, claims->issuer, claims->name_id,
	    claims->session_index, claims->authn_instant);

	if (r != 0)
		return r == GATE_ENOTFOUND ? 0 : r;
	clock_text(claims->authn_instant, then);
	return refuse(refusal, REASON_LOGGED_OUT,
	    "the user signed in at %s, and a LogoutRequest of %s that was "
	    "issued then or later has ended that",
	    then, claims->issuer);
}

int
assertion_claim(struct store_tx *tx, const struct assertion *assertion,
    struct refusal *refusal)
{
	const struct saml_identity *id = assertion->identity;
	int r = check_logout(tx, &assertion->claims, refusal);

	if (r == 0 && assertion->answers)
		r = take_request(tx, &assertion->request, refusal);
	if (r == 0)
		r = store_replay_claim(
		    tx, id->issuer, id->assertion_id, id->replay_until);
	if (r != GATE_EEXISTS)
		return r;
	return refuse(refusal, REASON_REPLAY,
	    "assertion %s of %s was used before", id->assertion_id, id->issuer);
}
