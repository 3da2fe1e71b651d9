/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/logout_verify.h"

#include <stdlib.h>
#include <string.h>

#include "saml/check.h"
#include "saml/decode.h"
#include "saml/detached.h"
#include "saml/identity.h"
#include "saml/issuer.h"
#include "saml/logout_message.h"
#include "saml/parse.h"
#include "saml/query.h"
#include "saml/scan.h"
#include "saml/signature.h"

/* One message on its way from octets to something that is believed. */
struct logout_check {
	struct saml_check check;
	struct saml_query query; /* of a message that came by redirect */
	struct saml_census census;
	struct saml_logout_message message;
	xmlDoc *doc;
};

/* From base64 to a tree. */
static int
parse(struct logout_check *c, const char *text, size_t size)
{
	struct refusal *refusal = c->check.refusal;
	struct saml_input xml;
	int r;

	r = saml_decode(
	    &xml, text, size, (size_t)c->check.settings->max_response, refusal);
	if (r == 0)
		r = saml_scan(xml.text, xml.size, refusal);
	if (r == 0 && xml.ragged)
		r = refuse(
		    refusal, REASON_BAD_BASE64, "the padding is missing");
	if (r == 0)
		r = saml_parse(
		    xml.text, xml.size, &c->doc, &c->census, refusal);
	saml_input_clear(&xml);
	return r;
}

static int
open_redirect(struct logout_check *c, const struct saml_logout_input *input)
{
	char *text = NULL;
	size_t size;
	int r;

	r = saml_query_read(
	    &c->query, input->text, input->size, c->check.refusal);
	if (r == 0)
		r = saml_query_decode(
		    &c->query.message, &text, &size, c->check.refusal);
	if (r == 0)
		r = parse(c, text, size);
	free(text);
	return r;
}

static int
open_post(struct logout_check *c, const struct saml_logout_input *input)
{
	return parse(c, input->text, input->size);
}

/*
 * Bindings 3.4.4.1: the signature stands in the query, and none in the message.
 * What the parameter says the message is, it is.
 */
static int
verify_redirect(struct logout_check *c)
{
	if (c->query.is_response != c->message.is_response)
		return refuse(c->check.refusal, REASON_NOT_LOGOUT,
		    "there is a %s in the parameter %s",
		    (const char *)c->message.node->name,
		    c->query.is_response ? "SAMLResponse" : "SAMLRequest");
	if (c->census.signatures != 0)
		return refuse(c->check.refusal, REASON_SIGNATURE_SHAPE,
		    "a Signature inside a message that came by redirect");
	return saml_detached_verify(&c->query, c->check.idp, c->check.refusal);
}

/*
 * Bindings 3.5.4: an enveloped signature over the root. It is cut out once it
 * is verified, and what remains is all covered by it.
 */
static int
verify_post(struct logout_check *c)
{
	struct refusal *refusal = c->check.refusal;
	struct saml_signature signature;
	int r;

	if (c->message.signature == NULL && c->census.signatures == 0)
		return refuse(refusal, REASON_SIGNATURE_MISSING,
		    "the %s is not signed",
		    (const char *)c->message.node->name);
	if (c->message.signature == NULL || c->census.signatures != 1)
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "%zu Signatures in the message: there must be one, a child "
		    "of its root",
		    c->census.signatures);
	r = saml_signature_read(&signature, c->message.signature, refusal);
	if (r == 0)
		r = saml_signature_verify(&signature, c->check.idp, refusal);
	if (r != 0)
		return r;
	xmlUnlinkNode(c->message.signature);
	xmlFreeNode(c->message.signature);
	return saml_logout_message_read(
	    &c->message, xmlDocGetRootElement(c->doc), &c->census, refusal);
}

/* How a message comes by each binding. */
static const struct {
	int (*open)(struct logout_check *, const struct saml_logout_input *);
	int (*verify)(struct logout_check *);
} bindings[] = {
	[SAML_BINDING_REDIRECT] = { open_redirect, verify_redirect },
	[SAML_BINDING_POST] = { open_post, verify_post },
};

/* RelayState is for whoever sent it: it is handed back as it is. */
static int
take_relay_state(const struct logout_check *c, struct saml_logout *logout)
{
	size_t size;
	int r;

	if (c->query.relay_state.text == NULL || c->query.relay_state.size == 0)
		return 0;
	r = saml_query_decode(&c->query.relay_state, &logout->relay_state,
	    &size, c->check.refusal);
	if (r == 0 && size > SAML_URI_MAX)
		r = refuse(c->check.refusal, REASON_BAD_STRUCTURE,
		    "the RelayState has more than %d bytes", SAML_URI_MAX);
	return r;
}

static int
verify(struct logout_check *c, struct saml_idps *idps,
    const struct saml_logout_input *input, struct saml_logout *logout)
{
	int r;

	if ((r = bindings[input->binding].open(c, input)) != 0)
		return r;
	r = saml_logout_message_read(&c->message, xmlDocGetRootElement(c->doc),
	    &c->census, c->check.refusal);
	if (r != 0)
		return r;
	if ((r = saml_issuer_find(&c->check, idps, c->message.issuer)) != 0 ||
	    (r = bindings[input->binding].verify(c)) != 0)
		return r;
	r = saml_logout_message_check(&c->check, &c->message, logout);
	return r != 0 ? r : take_relay_state(c, logout);
}

int
saml_logout_verify(const struct saml_settings *settings, struct saml_idps *idps,
    const struct saml_decryption_keys *keys,
    const struct saml_logout_input *input, struct saml_logout *logout,
    struct refusal *refusal)
{
	const struct saml_request request = { .now = input->now };
	struct logout_check c = { .check = { .settings = settings,
				      .request = &request,
				      .keys = keys,
				      .refusal = refusal } };
	int r;

	memset(logout, 0, sizeof(*logout));
	r = verify(&c, idps, input, logout);
	if (c.doc != NULL)
		xmlFreeDoc(c.doc);
	if (r != 0)
		saml_logout_clear(logout);
	return r;
}
