/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libxml/tree.h>

#include "tests/idp/metadata.h"

#define MD       "urn:oasis:names:tc:SAML:2.0:metadata"
#define DS       "http://www.w3.org/2000/09/xmldsig#"
#define PROTOCOL "urn:oasis:names:tc:SAML:2.0:protocol"
#define REDIRECT "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
#define POST     "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"

/*
 * Appends a child in its parent's namespace. NULL in gives NULL out, so that
 * a chain needs one check at its end, as does set.
 */
static xmlNode *
add(xmlNode *parent, const char *name)
{
	if (parent == NULL)
		return NULL;
	return xmlNewChild(parent, parent->ns, BAD_CAST name, NULL);
}

static xmlNode *
set(xmlNode *node, const char *name, const char *value)
{
	if (node == NULL ||
	    xmlNewProp(node, BAD_CAST name, BAD_CAST value) == NULL)
		return NULL;
	return node;
}

/* <md:EntityDescriptor><md:ROLE>; gives the role. */
static xmlNode *
begin(xmlDoc *doc, const char *entity_id, const char *role)
{
	xmlNode *root;
	xmlNs *ns;

	if (doc == NULL)
		return NULL;
	root = xmlNewDocNode(doc, NULL, BAD_CAST "EntityDescriptor", NULL);
	if (root == NULL)
		return NULL;
	xmlDocSetRootElement(doc, root);
	ns = xmlNewNs(root, BAD_CAST MD, BAD_CAST "md");
	if (ns == NULL)
		return NULL;
	xmlSetNs(root, ns);
	return set(add(set(root, "entityID", entity_id), role),
	    "protocolSupportEnumeration", PROTOCOL);
}

static xmlNode *
add_endpoint(
    xmlNode *role, const char *name, const char *binding, const char *url)
{
	return set(set(add(role, name), "Binding", binding), "Location", url);
}

static xmlNode *
add_certificate(xmlNode *role, const char *certificate)
{
	xmlNode *descriptor, *info;
	xmlNs *ns;

	descriptor = set(add(role, "KeyDescriptor"), "use", "signing");
	info = add(descriptor, "KeyInfo");
	if (info == NULL)
		return NULL;
	ns = xmlNewNs(info, BAD_CAST DS, BAD_CAST "ds");
	if (ns == NULL)
		return NULL;
	xmlSetNs(info, ns);
	info = add(add(info, "X509Data"), "X509Certificate");
	if (info == NULL)
		return NULL;
	xmlNodeAddContent(info, BAD_CAST certificate);
	return info;
}

/* The text of a document that is complete; frees the document. */
static char *
finish(xmlDoc *doc, int complete)
{
	xmlChar *text = NULL;
	int size;

	if (complete)
		xmlDocDumpFormatMemory(doc, &text, &size, 1);
	if (doc != NULL)
		xmlFreeDoc(doc);
	return (char *)text;
}

/* The schema has them before the SingleSignOnServices. */
static int
add_logout(xmlNode *role, const struct metadata_places *places)
{
	const char *const bindings[] = { REDIRECT, POST };
	xmlNode *service;
	size_t i;

	for (i = 0; places->slo != NULL && i < 2; i++) {
		service = add_endpoint(
		    role, "SingleLogoutService", bindings[i], places->slo);
		if (places->slo_response != NULL)
			service = set(
			    service, "ResponseLocation", places->slo_response);
		if (service == NULL)
			return 0;
	}
	return 1;
}

char *
metadata_idp(const char *entity_id, const struct metadata_places *places,
    const char *certificate)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	const char *sso = places->sso;
	xmlNode *role;
	int complete;

	role = begin(doc, entity_id, "IDPSSODescriptor");
	complete = add_certificate(role, certificate) != NULL &&
	    add_logout(role, places) &&
	    add_endpoint(role, "SingleSignOnService", REDIRECT, sso) != NULL &&
	    add_endpoint(role, "SingleSignOnService", POST, sso) != NULL;
	return finish(doc, complete);
}

char *
metadata_sp(const char *entity_id, const char *acs)
{
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	xmlNode *role, *service;

	role = begin(doc, entity_id, "SPSSODescriptor");
	service = add_endpoint(role, "AssertionConsumerService", POST, acs);
	service = set(set(service, "index", "0"), "isDefault", "true");
	return finish(doc, service != NULL);
}
