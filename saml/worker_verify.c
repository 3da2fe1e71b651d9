/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/worker_ask.h"

/* A question and where its answer goes. */
struct verification {
	const struct saml_request *request;
	struct saml_identity **identity;
};

/* Whether the request that the identity answers is the one asked for. */
static int
fits_request(
    const struct saml_identity *identity, const struct saml_request *request)
{
	const char *id = identity->in_response_to;

	if (request->any_request)
		return 1;
	if (request->in_response_to == NULL)
		return id == NULL;
	return id != NULL && strcmp(id, request->in_response_to) == 0;
}

/*
 * The worker reads what strangers write, and is not believed more than it
 * must be: an identity has to fit what was asked.
 */
static int
take_identity(const struct wire_msg *answer, void *data)
{
	struct verification *v = data;
	const struct saml_request *request = v->request;
	struct saml_identity *new = NULL;
	int r = saml_identity_get(&new, answer);

	if (r != 0)
		return r;
	if (!fits_request(new, request) ||
	    (request->idp != NULL && strcmp(new->issuer, request->idp) != 0) ||
	    /* or else a replay mark would be dropped before its time */
	    new->replay_until < request->now) {
		saml_identity_free(&new);
		return GATE_EPROTO;
	}
	*v->identity = new;
	return 0;
}

int
saml_worker_verify(struct saml_worker *worker,
    const struct saml_request *request, int64_t deadline,
    struct saml_identity **identity, struct refusal *refusal)
{
	struct verification v = { request, identity };
	struct wire_msg *msg;

	/* not worth a worker's life: it could only hang up */
	if (request->response_size > saml_worker_response_max(worker))
		return refuse(refusal, REASON_RESPONSE_TOO_LARGE, NULL);
	msg = saml_worker_question(worker, VERB_SAML_VERIFY);
	wire_put_bytes(
	    msg, TAG_RESPONSE, request->response, request->response_size);
	wire_put_num(msg, TAG_NOW, request->now);
	wire_put_str(msg, TAG_IN_RESPONSE_TO, request->in_response_to);
	wire_put_num(msg, TAG_ANY_REQUEST, request->any_request);
	wire_put_str(msg, TAG_ENTITY_ID, request->idp);
	wire_put_str(msg, TAG_ADDRESS, request->address);
	wire_put_num(msg, TAG_AUTHN_AFTER, request->authn_after);
	wire_put_num(msg, TAG_EXPLAIN, request->trace != NULL);
	return saml_worker_ask_traced(
	    worker, msg, deadline, take_identity, &v, request->trace, refusal);
}
