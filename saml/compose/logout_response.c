/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lasso/xml/saml-2.0/samlp2_logout_response.h>

#include "saml/compose/message.h"
#include "saml/compose/scribe.h"

static LassoSamlp2StatusCode *
build_code(const char *value)
{
	LassoSamlp2StatusCode *code =
	    LASSO_SAMLP2_STATUS_CODE(lasso_samlp2_status_code_new());

	code->Value = g_strdup(value);
	return code;
}

/* SAML core 3.2.2.1: what went wrong in detail stands within the code. */
static LassoSamlp2Status *
build_status(const struct saml_logout_response *order)
{
	LassoSamlp2Status *status =
	    LASSO_SAMLP2_STATUS(lasso_samlp2_status_new());

	status->StatusCode = build_code(order->status);
	if (is_set(order->status_second))
		status->StatusCode->StatusCode =
		    build_code(order->status_second);
	status->StatusMessage = message_text(order->status_message);
	return status;
}

/* SAML core 3.7.2. */
LassoNode *
logout_response_build(
    const struct saml_speaker *speaker, const union saml_order *any)
{
	const struct saml_logout_response *order = &any->logout_response;
	LassoSamlp2StatusResponse *response =
	    LASSO_SAMLP2_STATUS_RESPONSE(lasso_samlp2_logout_response_new());

	response->ID = g_strdup(order->id);
	response->Version = g_strdup("2.0");
	response->IssueInstant = message_time(order->now);
	response->Destination = g_strdup(order->destination);
	response->InResponseTo = message_text(order->in_response_to);
	response->Issuer = message_issuer(speaker);
	response->Status = build_status(order);
	return LASSO_NODE(response);
}
