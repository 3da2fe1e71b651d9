/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/service.h"
#include "saml/verify.h"
#include "saml/worker.h"

/* The question that a message asks; its texts stay in the message. */
static int
read_request(const struct service *service, struct saml_request *request)
{
	const struct wire_msg *msg = service->msg;
	int r;

	request->response =
	    wire_bytes(msg, TAG_RESPONSE, &request->response_size);
	request->now = wire_num(msg, TAG_NOW, 0);
	request->any_request = wire_num(msg, TAG_ANY_REQUEST, 0) != 0;
	request->authn_after = wire_num(msg, TAG_AUTHN_AFTER, 0);
	if (request->response == NULL || request->now <= 0)
		return GATE_EPROTO;
	r = service_text(service, TAG_IN_RESPONSE_TO, &request->in_response_to);
	if (r == 0)
		r = service_text(service, TAG_ENTITY_ID, &request->idp);
	if (r == 0)
		r = service_text(service, TAG_ADDRESS, &request->address);
	return r;
}

/* Verifies it, and leaves the answer in the message that the question was. */
static int
answer(struct service *service, const struct saml_request *request)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	int r;

	r = saml_verify(service->settings, service->idps, service->keys,
	    request, &identity, &refusal);
	if (r == GATE_EREFUSED) {
		helper_refused(service->msg, &refusal);
		r = 0;
	} else if (r == 0) {
		helper_granted(service->msg);
		saml_identity_put(identity, service->msg);
	}
	saml_trace_put(request->trace, service->msg);
	saml_identity_free(&identity);
	return r;
}

int
serve_verify(struct service *service)
{
	struct saml_request request = { 0 };
	int r;

	r = read_request(service, &request);
	if (r == 0 && wire_num(service->msg, TAG_EXPLAIN, 0) != 0)
		r = saml_trace_new(&request.trace);
	if (r == 0)
		r = answer(service, &request);
	saml_trace_free(&request.trace);
	return r;
}
