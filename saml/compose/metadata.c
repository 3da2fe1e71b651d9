/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <openssl/evp.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/compose/scribe.h"
#include "saml/element.h"
#include "saml/helper.h"

/*
 * lasso has no nodes for metadata: this is done on libxml2's tree. No call of
 * libxml2's fails for want of memory here, see saml/memory.h.
 */
#define NS_MDUI  "urn:oasis:names:tc:SAML:metadata:ui"
#define BINDINGS "urn:oasis:names:tc:SAML:2.0:bindings:"
#define XMLENC   "http://www.w3.org/2001/04/xmlenc#"
#define XMLENC11 "http://www.w3.org/2009/xmlenc11#"
#define LANGUAGE "en" /* what is not said to be otherwise */

/* Ciphers and key transports that we decrypt, the best first. CBC is not among
 * them: what we take of it is for those who know no better. */
static const char *const encryption_methods[] = {
	XMLENC11 "aes128-gcm",
	XMLENC11 "aes192-gcm",
	XMLENC11 "aes256-gcm",
	XMLENC11 "rsa-oaep",
	XMLENC "rsa-oaep-mgf1p",
	NULL,
};

/* What we take where the configuration does not say. */
static const char *const name_id_formats[] = {
	"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent",
	"urn:oasis:names:tc:SAML:2.0:nameid-format:transient",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress",
	"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified",
	NULL,
};

/* Appends a child in its parent's namespace; text may be NULL. */
static xmlNode *
add(xmlNode *parent, const char *name, const char *text)
{
	return xmlNewTextChild(
	    parent, parent->ns, BAD_CAST name, BAD_CAST text);
}

/* As add, in a namespace that it declares itself. */
static xmlNode *
add_in(xmlNode *parent, const char *ns, const char *prefix, const char *name)
{
	xmlNode *node = xmlNewTextChild(parent, NULL, BAD_CAST name, NULL);

	xmlSetNs(node, xmlNewNs(node, BAD_CAST ns, BAD_CAST prefix));
	return node;
}

static void
set(xmlNode *node, const char *name, const char *value)
{
	xmlNewProp(node, BAD_CAST name, BAD_CAST value);
}

static void
set_language(xmlNode *node)
{
	xmlNs *ns = xmlSearchNsByHref(node->doc, node, XML_XML_NAMESPACE);

	xmlNewNsProp(node, ns, BAD_CAST "lang", BAD_CAST LANGUAGE);
}

static void
add_key(xmlNode *role, const struct key_pair *pair, const char *use)
{
	xmlNode *descriptor = add(role, "KeyDescriptor", NULL), *info;

	set(descriptor, "use", use);
	info = add_in(descriptor, NS_DSIG, "ds", "KeyInfo");
	add(add(info, "X509Data", NULL), "X509Certificate",
	    key_pair_certificate(pair));
}

/* What a pair is good for: EC keys sign, and nobody can encrypt to them. */
static void
add_keys(xmlNode *role, const struct key_pair *pair)
{
	xmlNode *descriptor;
	size_t i;

	if (pair == NULL)
		return;
	add_key(role, pair, "signing");
	if (!key_pair_encrypts(pair))
		return;
	add_key(role, pair, "encryption");
	descriptor = role->last;
	for (i = 0; encryption_methods[i] != NULL; i++)
		set(add(descriptor, "EncryptionMethod", NULL), "Algorithm",
		    encryption_methods[i]);
}

static xmlNode *
add_endpoint(
    xmlNode *role, const char *name, const char *binding, const char *url)
{
	xmlNode *node = add(role, name, NULL);

	set(node, "Binding", binding);
	set(node, "Location", url);
	return node;
}

/* SAML metadata UI 2.1: what an IdP shows of us to people. */
static void
add_display_name(xmlNode *role, const struct saml_speaker *speaker)
{
	xmlNode *info;

	if (!is_set(speaker->display_name))
		return;
	info = add_in(add(role, "Extensions", NULL), NS_MDUI, "mdui", "UIInfo");
	set_language(add(info, "DisplayName", speaker->display_name));
}

static void
add_name_id_formats(xmlNode *role, const struct saml_speaker *speaker)
{
	size_t i;

	if (is_set(speaker->name_id_format)) {
		add(role, "NameIDFormat", speaker->name_id_format);
		return;
	}
	for (i = 0; name_id_formats[i] != NULL; i++)
		add(role, "NameIDFormat", name_id_formats[i]);
}

/* A name with a colon is a URI (core 8.2.2), as urn:oid:0.9.2342.19200300.1. */
static void
add_attribute(xmlNode *service, const char *name)
{
	xmlNode *attribute = add(service, "RequestedAttribute", NULL);

	set(attribute, "Name", name);
	set(attribute, "NameFormat",
	    strchr(name, ':') != NULL
		? "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
		: "urn:oasis:names:tc:SAML:2.0:attrname-format:basic");
}

/* Metadata 2.4.4.1: there is none without an attribute. */
static void
add_attributes(xmlNode *role, const struct saml_speaker *speaker)
{
	xmlChar *names = xmlStrdup(BAD_CAST speaker->requested_attributes);
	char *rest = (char *)names;
	xmlNode *service = NULL;
	const char *name;

	while ((name = strsep(&rest, " ")) != NULL) {
		if (name[0] == '\0')
			continue;
		if (service == NULL) {
			service = add(role, "AttributeConsumingService", NULL);
			set(service, "index", "0");
			set_language(add(service, "ServiceName",
			    is_set(speaker->display_name)
				? speaker->display_name
				: speaker->entity_id));
		}
		add_attribute(service, name);
	}
	xmlFree(names);
}

/* The elements are in the order of the schema (metadata 2.4.2, 2.4.4). */
static void
add_role(xmlNode *root, const struct scribe *scribe)
{
	const struct saml_speaker *speaker = scribe->speaker;
	xmlNode *role = add(root, "SPSSODescriptor", NULL), *service;

	set(role, "protocolSupportEnumeration", NS_PROTOCOL);
	set(role, "AuthnRequestsSigned",
	    scribe->pair != NULL ? "true" : "false");
	set(role, "WantAssertionsSigned", "true");
	add_display_name(role, speaker);
	add_keys(role, scribe->pair);
	add_keys(role, scribe->rollover);
	if (is_set(speaker->slo_url)) {
		add_endpoint(role, "SingleLogoutService",
		    BINDINGS "HTTP-Redirect", speaker->slo_url);
		add_endpoint(role, "SingleLogoutService", BINDINGS "HTTP-POST",
		    speaker->slo_url);
	}
	add_name_id_formats(role, speaker);
	service = add_endpoint(role, "AssertionConsumerService",
	    BINDINGS "HTTP-POST", speaker->acs_url);
	set(service, "index", "0");
	set(service, "isDefault", "true");
	if (is_set(speaker->requested_attributes))
		add_attributes(role, speaker);
}

/* Metadata 2.3.2.2: an address is a URI. */
static void
add_contact(xmlNode *root, const char *contact)
{
	xmlNode *person;
	xmlChar *uri;

	if (!is_set(contact))
		return;
	person = add(root, "ContactPerson", NULL);
	set(person, "contactType", "technical");
	uri = xmlStrncatNew(BAD_CAST "mailto:", BAD_CAST contact, -1);
	add(person, "EmailAddress", (const char *)uri);
	xmlFree(uri);
}

/* An ID that stays the same for an entity, so that the file does too. */
static void
set_id(xmlNode *root, const char *entity_id)
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	char id[2 + 2 * 20];
	size_t i, n = 1;

	if (EVP_Q_digest(NULL, "SHA256", NULL, entity_id, strlen(entity_id),
		digest, NULL) != 1)
		return; /* without one, nothing is signed */
	id[0] = '_';
	id[1] = '\0';
	for (i = 0; i < 20; i++)
		n +=
		    (size_t)snprintf(id + n, sizeof(id) - n, "%02x", digest[i]);
	set(root, "ID", id);
}

/*
 * Builds it, and reads back what was written with indentation: this is what is
 * signed. No validUntil: it is made to be handed over as a file.
 */
static xmlDoc *
build(const struct scribe *scribe, int is_signed)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *root =
	    xmlNewDocNode(doc, NULL, BAD_CAST "EntityDescriptor", NULL);
	xmlChar *text = NULL;
	int size;

	xmlDocSetRootElement(doc, root);
	xmlSetNs(root, xmlNewNs(root, BAD_CAST NS_METADATA, BAD_CAST "md"));
	set(root, "entityID", scribe->speaker->entity_id);
	if (is_signed)
		set_id(root, scribe->speaker->entity_id);
	add_role(root, scribe);
	add_contact(root, scribe->speaker->contact);
	xmlDocDumpFormatMemoryEnc(doc, &text, &size, "UTF-8", 1);
	xmlFreeDoc(doc);
	doc = xmlReadMemory(
	    (const char *)text, size, NULL, NULL, XML_PARSE_NONET);
	xmlFree(text);
	return doc;
}

int
scribe_metadata(struct scribe *scribe)
{
	int is_signed = wire_num(scribe->msg, TAG_SIGNED, 0) != 0;
	xmlChar *text = NULL;
	xmlDoc *doc;
	int size, r = 0;

	if (is_signed && scribe->pair == NULL) {
		helper_failed(scribe->msg, GATE_ECONFIG,
		    "[saml] key is not set: there is nothing to sign with");
		return 0;
	}
	doc = build(scribe, is_signed);
	if (doc == NULL)
		return GATE_ECRYPTO;
	if (is_signed)
		r = key_pair_sign_element(
		    scribe->pair, xmlDocGetRootElement(doc), NULL);
	if (r == 0) {
		xmlDocDumpMemoryEnc(doc, &text, &size, "UTF-8");
		helper_granted(scribe->msg);
		wire_put_bytes(scribe->msg, TAG_METADATA, text, (size_t)size);
		xmlFree(text);
	}
	xmlFreeDoc(doc);
	return r;
}
