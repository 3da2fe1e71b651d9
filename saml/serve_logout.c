/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/logout_verify.h"
#include "saml/service.h"

/* The message to look at; its text stays in the question. */
static int
read_input(const struct wire_msg *msg, struct saml_logout_input *input)
{
	int64_t binding = wire_num(msg, TAG_BINDING, -1);

	input->text = wire_bytes(msg, TAG_TEXT, &input->size);
	input->now = wire_num(msg, TAG_NOW, 0);
	if (input->text == NULL || input->now <= 0 ||
	    (binding != SAML_BINDING_REDIRECT && binding != SAML_BINDING_POST))
		return GATE_EPROTO;
	input->binding = (enum saml_binding)binding;
	return 0;
}

int
serve_logout(struct service *service)
{
	struct saml_logout_input input = { 0 };
	struct saml_logout logout;
	struct refusal refusal;
	int r;

	r = read_input(service->msg, &input);
	if (r != 0)
		return r;
	r = saml_logout_verify(service->settings, service->idps, service->keys,
	    &input, &logout, &refusal);
	if (r == GATE_EREFUSED) {
		helper_refused(service->msg, &refusal);
		return 0;
	}
	if (r == 0) {
		helper_granted(service->msg);
		saml_logout_put(&logout, service->msg);
		saml_logout_clear(&logout);
	}
	return r;
}
