/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/idp_role.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/words.h"
#include "saml/check.h"
#include "saml/element.h"
#include "saml/identity.h"
#include "saml/location.h"
#include "saml/text.h"

#define NS_UI       "urn:oasis:names:tc:SAML:metadata:ui"
#define NS_SHIBMD   "urn:mace:shibboleth:metadata:1.0"
#define NS_BINDINGS "urn:oasis:names:tc:SAML:2.0:bindings:"

#define BLANKS      " \t\r\n"

/* The longest certificate, in base64: of RSA with 8192 bits, and much else. */
#define CERTIFICATE_MAX (16u << 10)

/* The longest domain name (RFC 1035). */
#define SCOPE_MAX 253

static const xmlNode *
first_child(const xmlNode *node, const char *ns, const char *name)
{
	const xmlNode *child = node != NULL ? node->children : NULL;

	while (child != NULL && !element_is(child, ns, name))
		child = child->next;
	return child;
}

/* An xs:boolean; what is none is not true. */
static int
is_true(const char *text)
{
	return text != NULL &&
	    (strcmp(text, "true") == 0 || strcmp(text, "1") == 0);
}

/*
 * A copy of an element's text as a canonical form would show it: comments do
 * not part it. The blanks around it are left out. NULL without memory.
 */
static char *
copy_text(const xmlNode *node)
{
	xmlChar *all = xmlNodeGetContent(node);
	const char *text;
	char *copy;
	size_t size;

	if (all == NULL)
		return NULL;
	text = (const char *)all + strspn((const char *)all, BLANKS);
	size = strlen(text);
	while (size > 0 && strchr(BLANKS, text[size - 1]) != NULL)
		size--;
	copy = strndup(text, size);
	xmlFree(all);
	return copy;
}

/* Appends a text, which is taken over in any case. */
static int
append(char ***list, size_t *count, char *text)
{
	char **larger = reallocarray(*list, *count + 1, sizeof(char *));

	if (larger == NULL) {
		free(text);
		return GATE_ENOMEM;
	}
	*list = larger;
	larger[(*count)++] = text;
	return 0;
}

/*
 * The first certificate of a signing KeyDescriptor: those after it are its
 * chain, whose keys must not sign assertions.
 */
static int
read_key(struct saml_idp *idp, const xmlNode *descriptor)
{
	const char *use = element_attribute(descriptor, "use");
	const xmlNode *node;
	char *text;

	if ((use != NULL && strcmp(use, "signing") != 0) ||
	    idp->certificate_count == SAML_KEYS_MAX)
		return 0;
	node = first_child(descriptor, NS_DSIG, "KeyInfo");
	node = first_child(node, NS_DSIG, "X509Data");
	node = first_child(node, NS_DSIG, "X509Certificate");
	if (node == NULL)
		return 0;
	if ((text = copy_text(node)) == NULL)
		return GATE_ENOMEM;
	if (text[0] == '\0' || strlen(text) > CERTIFICATE_MAX) {
		free(text);
		return 0;
	}
	return append(&idp->certificates, &idp->certificate_count, text);
}

static const struct {
	const char *service;
	const char *binding;
} endpoints[SAML_ENDPOINT_COUNT] = {
	[SAML_SSO_REDIRECT] = { "SingleSignOnService",
	    NS_BINDINGS "HTTP-Redirect" },
	[SAML_SSO_POST] = { "SingleSignOnService", NS_BINDINGS "HTTP-POST" },
	[SAML_SLO_REDIRECT] = { "SingleLogoutService",
	    NS_BINDINGS "HTTP-Redirect" },
	[SAML_SLO_POST] = { "SingleLogoutService", NS_BINDINGS "HTTP-POST" },
};

static int
take_location(char **copy, const xmlNode *node, const char *name)
{
	const char *text = element_attribute(node, name);

	return text != NULL && saml_location_good(text) ? saml_copy(copy, text)
							: 0;
}

/* The first good endpoint of each kind is the one (metadata 2.2.2). */
static int
read_endpoint(struct saml_idp *idp, const xmlNode *node)
{
	const char *binding = element_attribute(node, "Binding");
	struct saml_endpoint *endpoint;
	size_t i;
	int r;

	for (i = 0; binding != NULL && i < SAML_ENDPOINT_COUNT; i++) {
		endpoint = &idp->endpoints[i];
		if (endpoint->location != NULL ||
		    strcmp(binding, endpoints[i].binding) != 0 ||
		    !element_is(node, NS_METADATA, endpoints[i].service))
			continue;
		r = take_location(&endpoint->location, node, "Location");
		if (r != 0 || endpoint->location == NULL)
			return r;
		return take_location(
		    &endpoint->response, node, "ResponseLocation");
	}
	return 0;
}

/* A regular expression is left out: it is the IdP's, and may match too much. */
static int
read_scope(struct saml_idp *idp, const xmlNode *node)
{
	char *text;

	if (is_true(element_attribute(node, "regexp")) ||
	    idp->scope_count == SAML_SCOPES_MAX)
		return 0;
	if ((text = copy_text(node)) == NULL)
		return GATE_ENOMEM;
	if (saml_text_flaw(text, SCOPE_MAX) != NULL) {
		free(text);
		return 0;
	}
	return append(&idp->scopes, &idp->scope_count, text);
}

static int
read_scopes(struct saml_idp *idp, const xmlNode *extensions)
{
	const xmlNode *node = extensions != NULL ? extensions->children : NULL;
	int r = 0;

	for (; r == 0 && node != NULL; node = node->next) {
		if (element_is(node, NS_SHIBMD, "Scope"))
			r = read_scope(idp, node);
	}
	return r;
}

static int
is_english(const xmlNode *node)
{
	const xmlAttr *attr =
	    xmlHasNsProp(node, BAD_CAST "lang", XML_XML_NAMESPACE);

	return attr != NULL && attr->children != NULL &&
	    strcmp((const char *)attr->children->content, "en") == 0;
}

/*
 * The name that an element gives in some language, English if it does, or else
 * the first one. One that will not do leaves the IdP without.
 */
static int
read_name(struct saml_idp *idp, const xmlNode *parent, const char *ns,
    const char *name)
{
	const xmlNode *first = first_child(parent, ns, name), *node;
	char *text;

	for (node = first; node != NULL; node = node->next) {
		if (element_is(node, ns, name) && is_english(node))
			break;
	}
	if (node == NULL)
		node = first;
	if (node == NULL || idp->display_name != NULL)
		return 0;
	if ((text = copy_text(node)) == NULL)
		return GATE_ENOMEM;
	if (saml_text_flaw(text, SAML_IDENTITY_TEXT_MAX) != NULL)
		free(text);
	else
		idp->display_name = text;
	return 0;
}

int
saml_idp_is_role(const xmlNode *node)
{
	const char *supported;

	if (!element_is(node, NS_METADATA, "IDPSSODescriptor"))
		return 0; /* a text has no attributes to look at */
	supported = element_attribute(node, "protocolSupportEnumeration");
	return supported != NULL && words_have(supported, NS_PROTOCOL);
}

int
saml_idp_read_role(struct saml_idp *idp, const xmlNode *role)
{
	const xmlNode *extensions =
	    first_child(role, NS_METADATA, "Extensions");
	const xmlNode *node;
	int r;

	if (is_true(element_attribute(role, "WantAuthnRequestsSigned")))
		idp->wants_signed = 1;
	r = read_scopes(idp, extensions);
	if (r == 0)
		r = read_name(idp, first_child(extensions, NS_UI, "UIInfo"),
		    NS_UI, "DisplayName");
	for (node = role->children; r == 0 && node != NULL; node = node->next) {
		if (element_is(node, NS_METADATA, "KeyDescriptor"))
			r = read_key(idp, node);
		else if (node->type == XML_ELEMENT_NODE)
			r = read_endpoint(idp, node);
	}
	return r;
}

int
saml_idp_read_rest(struct saml_idp *idp, const xmlNode *entity)
{
	int r =
	    read_scopes(idp, first_child(entity, NS_METADATA, "Extensions"));

	if (r != 0)
		return r;
	return read_name(idp, first_child(entity, NS_METADATA, "Organization"),
	    NS_METADATA, "OrganizationDisplayName");
}
