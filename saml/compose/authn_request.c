/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <lasso/xml/saml-2.0/saml2_strings.h>
#include <lasso/xml/saml-2.0/samlp2_authn_request.h>

#include "saml/compose/message.h"
#include "saml/compose/scribe.h"

static LassoSamlp2NameIDPolicy *
build_policy(const struct saml_authn_request *order)
{
	LassoSamlp2NameIDPolicy *policy =
	    LASSO_SAMLP2_NAME_ID_POLICY(lasso_samlp2_name_id_policy_new());

	policy->Format = message_text(order->name_id_format);
	policy->AllowCreate = TRUE;
	return policy;
}

/* The classes, in the order of preference in which they were given. */
static LassoSamlp2RequestedAuthnContext *
build_context(const struct saml_authn_request *order)
{
	LassoSamlp2RequestedAuthnContext *context;
	gchar **words = g_strsplit(order->authn_contexts, " ", 0);
	GList *classes = NULL;
	size_t i;

	for (i = 0; words[i] != NULL; i++)
		if (words[i][0] != '\0')
			classes = g_list_append(classes, g_strdup(words[i]));
	g_strfreev(words);
	if (classes == NULL)
		return NULL;
	context = LASSO_SAMLP2_REQUESTED_AUTHN_CONTEXT(
	    lasso_samlp2_requested_authn_context_new());
	context->AuthnContextClassRef = classes;
	context->Comparison =
	    g_strdup(order->minimum ? LASSO_LIB_AUTHN_CONTEXT_COMPARISON_MINIMUM
				    : LASSO_LIB_AUTHN_CONTEXT_COMPARISON_EXACT);
	return context;
}

/* SAML core 3.4.1, profiles 4.1.4.1. */
LassoNode *
authn_request_build(
    const struct saml_speaker *speaker, const union saml_order *any)
{
	const struct saml_authn_request *order = &any->authn_request;
	LassoSamlp2AuthnRequest *request =
	    LASSO_SAMLP2_AUTHN_REQUEST(lasso_samlp2_authn_request_new());
	LassoSamlp2RequestAbstract *message = &request->parent;

	message->ID = g_strdup(order->id);
	message->Version = g_strdup("2.0");
	message->IssueInstant = message_time(order->now);
	message->Destination = g_strdup(order->destination);
	message->Issuer = message_issuer(speaker);
	request->ForceAuthn = order->force_authn != 0;
	request->IsPassive = order->is_passive != 0;
	request->AssertionConsumerServiceURL = g_strdup(speaker->acs_url);
	request->ProtocolBinding = g_strdup(LASSO_SAML2_METADATA_BINDING_POST);
	request->ProviderName = message_text(speaker->display_name);
	request->NameIDPolicy = build_policy(order);
	if (is_set(order->authn_contexts))
		request->RequestedAuthnContext = build_context(order);
	return LASSO_NODE(request);
}
