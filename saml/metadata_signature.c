/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <libxml/valid.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "saml/element.h"
#include "saml/key.h"
#include "saml/metadata.h"
#include "saml/scan.h"
#include "saml/signature.h"

/* As of a message; comments stay, and are no part of what is signed. */
#define OPTIONS                                                                \
	(XML_PARSE_NONET | XML_PARSE_NOCDATA | XML_PARSE_COMPACT |             \
	    XML_PARSE_NOERROR | XML_PARSE_NOWARNING)

#define PEM_BEGIN "-----BEGIN CERTIFICATE-----"
#define PEM_END   "-----END CERTIFICATE-----"

static int
say(char *why, size_t why_size, const char *text)
{
	snprintf(why, why_size, "%s", text);
	return GATE_ECONFIG;
}

static int
add_key(struct saml_idp *signer, const char *base64, char *why, size_t why_size)
{
	const char *phrase;
	int r;

	if (signer->key_count == SAML_KEYS_MAX)
		return say(why, why_size, "certificate: too many of them");
	r = saml_key_from_certificate(
	    &signer->keys[signer->key_count], base64, &phrase);
	if (r == 0)
		signer->key_count++;
	if (r != GATE_ENOTFOUND)
		return r;
	snprintf(why, why_size, "certificate: %s", phrase);
	return GATE_ECONFIG;
}

/* The keys of all certificates in a PEM file, or of one in bare base64. */
static int
read_keys(struct saml_idp *signer, const char *text, char *why, size_t why_size)
{
	const char *begin = strstr(text, PEM_BEGIN), *end;
	char *base64;
	int r = 0;

	if (begin == NULL)
		return add_key(signer, text, why, why_size);
	for (; r == 0 && begin != NULL; begin = strstr(end, PEM_BEGIN)) {
		begin += strlen(PEM_BEGIN);
		end = strstr(begin, PEM_END);
		if (end == NULL)
			return say(why, why_size, "certificate: cut off");
		base64 = strndup(begin, (size_t)(end - begin));
		if (base64 == NULL)
			return GATE_ENOMEM;
		r = add_key(signer, base64, why, why_size);
		free(base64);
	}
	return r;
}

/* The Signature of the document as a whole, the root's first element. */
static xmlNode *
find_signature(const xmlNode *root)
{
	xmlNode *node = root->children;

	while (node != NULL && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node != NULL && element_is(node, NS_DSIG, "Signature") ? node
								      : NULL;
}

/* "#ID" leads to the root, or nowhere: no other ID is looked at. */
static int
know_id(xmlDoc *doc, xmlNode *root)
{
	xmlAttr *attr = xmlHasNsProp(root, BAD_CAST "ID", NULL);
	const char *id = element_attribute(root, "ID");

	return attr != NULL && xmlValidateNCName(BAD_CAST id, 0) == 0 &&
	    xmlAddID(NULL, doc, BAD_CAST id, attr) != NULL;
}

static int
check_signature(
    xmlDoc *doc, const struct saml_idp *signer, char *why, size_t why_size)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	xmlNode *node = find_signature(root);
	struct saml_signature signature;
	struct refusal refusal;
	int r;

	if (node == NULL)
		return say(why, why_size,
		    "it is not signed: a certificate is configured, and the "
		    "root's first element is no Signature");
	if (!know_id(doc, root))
		return say(why, why_size, "the root has no ID that is unique");
	r = saml_signature_read(&signature, node, &refusal);
	if (r == 0)
		r = saml_signature_verify(&signature, signer, &refusal);
	if (r != GATE_EREFUSED)
		return r;
	if (refusal.reason == REASON_SIGNATURE_INVALID)
		return say(why, why_size,
		    "its signature does not match: it was changed, or signed "
		    "with another key than that of the certificate");
	return say(why, why_size, refusal.detail);
}

static int
check_signed(const char *text, size_t size, const char *certificate, char *why,
    size_t why_size)
{
	struct _xmlSecKey *keys[SAML_KEYS_MAX];
	struct saml_idp signer = { .keys = keys, .decoded = 1 };
	xmlDoc *doc = NULL;
	size_t i;
	int r;

	r = read_keys(&signer, certificate, why, why_size);
	if (r != 0)
		goto out;
	doc = xmlReadMemory(text, (int)size, NULL, NULL, OPTIONS);
	if (doc == NULL)
		r = say(why, why_size, "not well-formed XML");
	else
		r = check_signature(doc, &signer, why, why_size);
out:
	for (i = 0; i < signer.key_count; i++)
		xmlSecKeyDestroy(keys[i]);
	if (doc != NULL)
		xmlFreeDoc(doc);
	return r;
}

/* What it says, read as it will be read once it is in its place. */
static int
read_facts(const char *text, size_t size, struct saml_metadata_facts *facts,
    char *why, size_t why_size)
{
	struct saml_idps *idps = NULL;
	int r = saml_idps_new(&idps);

	if (r == 0)
		r = saml_idps_add_facts(
		    idps, text, size, 0, facts, why, why_size);
	saml_idps_free(&idps);
	return r;
}

static int
check_time(const struct saml_metadata_facts *facts, int64_t now, char *why,
    size_t why_size)
{
	char until[CLOCK_TEXT_SIZE];

	if (facts->valid_until == 0 || facts->valid_until > now)
		return 0;
	clock_text(facts->valid_until, until);
	snprintf(why, why_size, "it has expired: it was valid until %s", until);
	return GATE_ECONFIG;
}

int
saml_metadata_verify(const char *text, size_t size, const char *certificate,
    int64_t now, struct saml_metadata_facts *facts, char *why, size_t why_size)
{
	struct refusal refusal;
	int r;

	if (size == 0 || size > INT_MAX)
		return say(why, why_size, "it is empty");
	if (saml_scan_metadata(text, size, &refusal) != 0)
		return say(why, why_size,
		    refusal.reason == REASON_RESPONSE_CUT
			? "not well-formed XML: it is cut off"
			: refusal.detail);
	r = certificate != NULL
	    ? check_signed(text, size, certificate, why, why_size)
	    : 0;
	if (r == 0)
		r = read_facts(text, size, facts, why, why_size);
	return r == 0 ? check_time(facts, now, why, why_size) : r;
}
