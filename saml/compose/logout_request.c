/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <lasso/xml/saml-2.0/samlp2_logout_request.h>

#include "saml/compose/message.h"

/* How long an IdP may take it for new, in seconds. */
#define VALIDITY 300

static LassoSaml2NameID *
build_name(const struct saml_logout_request *order)
{
	LassoSaml2NameID *name = LASSO_SAML2_NAME_ID(lasso_saml2_name_id_new());

	name->content = g_strdup(order->name_id);
	name->Format = message_text(order->name_id_format);
	name->NameQualifier = message_text(order->name_qualifier);
	name->SPNameQualifier = message_text(order->sp_name_qualifier);
	return name;
}

/* SAML core 3.7.1. */
LassoNode *
logout_request_build(
    const struct saml_speaker *speaker, const union saml_order *any)
{
	const struct saml_logout_request *order = &any->logout_request;
	LassoSamlp2LogoutRequest *request =
	    LASSO_SAMLP2_LOGOUT_REQUEST(lasso_samlp2_logout_request_new());
	LassoSamlp2RequestAbstract *message = &request->parent;

	message->ID = g_strdup(order->id);
	message->Version = g_strdup("2.0");
	message->IssueInstant = message_time(order->now);
	message->Destination = g_strdup(order->destination);
	message->Issuer = message_issuer(speaker);
	request->NotOnOrAfter = message_time(order->now + VALIDITY);
	request->Reason = message_text(order->reason);
	request->NameID = build_name(order);
	request->SessionIndex = message_text(order->session_index);
	return LASSO_NODE(request);
}
