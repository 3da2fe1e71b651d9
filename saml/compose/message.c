/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/compose/message.h"

#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "lib/secret.h"
#include "saml/compose/base64.h"
#include "saml/compose/redirect.h"
#include "saml/compose/scribe.h"
#include "saml/helper.h"
#include "saml/time.h"

/* The kinds of messages that we send. */
static const struct kind {
	uint16_t verb;
	const struct saml_fields *fields;
	message_build *build;
	const char *field; /* of the query or the form */
	int must_sign;     /* SAML profiles 4.4.4.1, 4.4.4.2 */
} kinds[] = {
	{ VERB_COMPOSE_AUTHN_REQUEST, &saml_authn_request_fields,
	    authn_request_build, "SAMLRequest", 0 },
	{ VERB_COMPOSE_LOGOUT_REQUEST, &saml_logout_request_fields,
	    logout_request_build, "SAMLRequest", 1 },
	{ VERB_COMPOSE_LOGOUT_RESPONSE, &saml_logout_response_fields,
	    logout_response_build, "SAMLResponse", 1 },
};

char *
message_text(const char *text)
{
	return is_set(text) ? g_strdup(text) : NULL;
}

char *
message_time(int64_t epoch)
{
	char text[SAML_TIME_SIZE];

	return saml_time_format(epoch, text) == 0 ? g_strdup(text) : NULL;
}

LassoSaml2NameID *
message_issuer(const struct saml_speaker *speaker)
{
	LassoNode *issuer = lasso_saml2_name_id_new();

	LASSO_SAML2_NAME_ID(issuer)->content = g_strdup(speaker->entity_id);
	return LASSO_SAML2_NAME_ID(issuer);
}

static xmlNode *
first_element(xmlNode *parent)
{
	xmlNode *child = parent->children;

	while (child != NULL && child->type != XML_ELEMENT_NODE)
		child = child->next;
	return child;
}

/* The message as a form has it: signed in itself, and base64. */
static int
post_write(const struct key_pair *pair, const char *xml, char **text)
{
	xmlDoc *doc =
	    xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);
	xmlNode *root = doc != NULL ? xmlDocGetRootElement(doc) : NULL;
	xmlBuffer *buffer;
	int r = root != NULL ? 0 : GATE_ECRYPTO;

	/* what comes first is the Issuer, and the Signature next to it */
	if (r == 0 && pair != NULL)
		r = key_pair_sign_element(pair, root, first_element(root));
	if (r == 0) {
		buffer = xmlBufferCreate();
		xmlNodeDump(buffer, doc, root, 0, 0);
		*text = base64_encode(
		    xmlBufferContent(buffer), (size_t)xmlBufferLength(buffer));
		r = *text != NULL ? 0 : GATE_ENOMEM;
		xmlBufferFree(buffer);
	}
	xmlFreeDoc(doc);
	return r;
}

/* Encodes the message for its binding, as the answer. */
static int
deliver(struct scribe *scribe, const char *field,
    const struct saml_message *message, const char *xml)
{
	/* sent, and never written to: they are somebody else's texts */
	struct saml_outgoing outgoing = { .binding = message->binding };
	char *text = NULL;
	int r;

	if (message->binding == SAML_BINDING_POST) {
		r = post_write(scribe->pair, xml, &text);
		outgoing.url = (char *)(uintptr_t)message->destination;
		outgoing.field = (char *)(uintptr_t)field;
		outgoing.message = text;
		outgoing.relay_state = is_set(message->relay_state)
		    ? (char *)(uintptr_t)message->relay_state
		    : NULL;
	} else {
		r = redirect_write(scribe->pair, message->destination, field,
		    xml, message->relay_state, &text);
		outgoing.url = text;
	}
	if (r == 0) {
		helper_granted(scribe->msg);
		saml_outgoing_put(&outgoing, scribe->msg);
	}
	secret_str_free(&text);
	return r;
}

static int
write_message(struct scribe *scribe, const struct kind *kind,
    const union saml_order *order)
{
	LassoNode *node;
	char *xml;
	int r;

	node = kind->build(scribe->speaker, order);
	xml = lasso_node_export_to_xml(node);
	g_object_unref(node);
	if (xml == NULL)
		return GATE_ENOMEM;
	if (kind->must_sign && scribe->pair == NULL) {
		g_free(xml);
		helper_failed(scribe->msg, GATE_ECONFIG,
		    "[saml] key is not set: logout messages must be signed");
		return 0;
	}
	r = deliver(scribe, kind->field, &order->message, xml);
	g_free(xml);
	return r;
}

int
scribe_message(struct scribe *scribe)
{
	const struct kind *kind = kinds;
	union saml_order order;
	char why[128];
	int r;

	while (kind->verb != wire_verb(scribe->msg))
		kind++; /* main.c asks for none but these */
	memset(&order, 0, sizeof(order));
	r = saml_order_get(kind->fields, &order, scribe->msg);
	if (r == 0 &&
	    saml_order_check(kind->fields, &order, why, sizeof(why)) != 0)
		r = GATE_EPROTO;
	if (r == 0)
		r = write_message(scribe, kind, &order);
	saml_fields_free(kind->fields, &order);
	return r;
}
