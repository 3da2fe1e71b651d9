/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <glib.h>
#include <libxml/tree.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "tests/idp/encode.h"
#include "tests/idp/logout.h"
#include "tests/idp/sign.h"

#define ASSERTION "urn:oasis:names:tc:SAML:2.0:assertion"
#define PROTOCOL  "urn:oasis:names:tc:SAML:2.0:protocol"
#define STATUS    "urn:oasis:names:tc:SAML:2.0:status:"

/* What the query calls a signature by a kind of key, with each digest. */
static const struct {
	const char *rsa, *ecdsa;
	const EVP_MD *(*digest)(void);
} methods[] = {
	[DIGEST_SHA1] = { "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
	    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", EVP_sha1 },
	[DIGEST_SHA256] = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256", EVP_sha256 },
	[DIGEST_SHA384] = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384",
	    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384", EVP_sha384 },
	[DIGEST_SHA512] = { "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512",
	    "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha512", EVP_sha512 },
};

/* An element with a text that is escaped as need be. */
static xmlNode *
add(xmlNode *parent, xmlNs *ns, const char *name, const char *text)
{
	xmlNode *node = xmlNewChild(parent, ns, BAD_CAST name, NULL);

	if (text != NULL)
		xmlNodeAddContent(node, BAD_CAST text);
	return node;
}

static void
set(xmlNode *node, const char *name, const char *value)
{
	if (value != NULL)
		xmlNewProp(node, BAD_CAST name, BAD_CAST value);
}

/* "urn:...:status:WORD", or what is a URI already. */
static void
set_status(xmlNode *node, const char *word)
{
	char text[256];

	snprintf(text, sizeof(text), "%s%s",
	    strchr(word, ':') != NULL ? "" : STATUS, word);
	set(node, "Value", text);
}

/* What both kinds begin with; random bits make an ID (core 1.3.4). */
static xmlNode *
begin(xmlDoc *doc, const char *name, const struct options *o, xmlNs **saml)
{
	xmlNode *root = xmlNewDocNode(doc, NULL, BAD_CAST name, NULL);
	char now[CLOCK_TEXT_SIZE], id[34];
	unsigned char bytes[16];
	size_t i;

	RAND_bytes(bytes, sizeof(bytes));
	id[0] = '_';
	for (i = 0; i < sizeof(bytes); i++)
		snprintf(id + 1 + 2 * i, 3, "%02x", bytes[i]);
	clock_text(o->now, now);
	xmlDocSetRootElement(doc, root);
	xmlSetNs(root, xmlNewNs(root, BAD_CAST PROTOCOL, BAD_CAST "samlp"));
	*saml = xmlNewNs(root, BAD_CAST ASSERTION, BAD_CAST "saml");
	set(root, "ID", o->id != NULL ? o->id : id);
	set(root, "Version", "2.0");
	set(root, "IssueInstant", now);
	set(root, "Destination", o->destination);
	add(root, *saml, "Issuer", o->entity_id);
	return root;
}

static xmlNode *
make_request(xmlDoc *doc, const struct options *o)
{
	char end[CLOCK_TEXT_SIZE];
	xmlNode *root, *name;
	xmlNs *saml;
	size_t i;

	root = begin(doc, "LogoutRequest", o, &saml);
	clock_text(o->now + o->not_on_or_after, end);
	set(root, "NotOnOrAfter", end);
	name = add(root, saml, "NameID", o->name_id);
	set(name, "Format", o->name_id_format);
	for (i = 0; i < o->indexes.count; i++)
		add(root, root->ns, "SessionIndex", o->indexes.items[i]);
	return root;
}

static xmlNode *
make_response(xmlDoc *doc, const struct options *o)
{
	xmlNode *root, *code;
	xmlNs *saml;

	root = begin(doc, "LogoutResponse", o, &saml);
	set(root, "InResponseTo", o->in_response_to);
	code = add(
	    add(root, root->ns, "Status", NULL), root->ns, "StatusCode", NULL);
	set_status(code, o->status);
	if (o->status_second != NULL)
		set_status(
		    add(code, root->ns, "StatusCode", NULL), o->status_second);
	return root;
}

/* The element alone: messages carry no XML declaration. */
static xmlChar *
dump(xmlDoc *doc, xmlNode *root)
{
	xmlBuffer *buffer = xmlBufferCreate();
	xmlChar *text;

	xmlNodeDump(buffer, doc, root, 0, 0);
	text = xmlBufferDetach(buffer);
	xmlBufferFree(buffer);
	return text;
}

static char *
pair(const char *name, const char *value)
{
	char *escaped = g_uri_escape_string(value, NULL, FALSE);
	char *text = g_strdup_printf("%s=%s", name, escaped);

	g_free(escaped);
	return text;
}

/* The base64 of a signature over octets. */
static char *
sign_octets(const char *octets, EVP_PKEY *key, enum digest digest)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char value[1024];
	size_t size = sizeof(value);
	char *text = NULL;

	if (EVP_DigestSignInit(
		ctx, NULL, methods[digest].digest(), NULL, key) == 1 &&
	    EVP_DigestSign(ctx, value, &size, (const unsigned char *)octets,
		strlen(octets)) == 1)
		text = g_base64_encode(value, size);
	EVP_MD_CTX_free(ctx);
	return text;
}

/* What is signed, and then the query with its signature, if there is one. */
static int
print_query(const char *message, const struct options *o, EVP_PKEY *key)
{
	int is_ec = EVP_PKEY_get_base_id(key) == EVP_PKEY_EC;
	char *relay, *algorithm, *octets, *value, *signature;

	relay = o->relay_state != NULL ? pair("RelayState", o->relay_state)
				       : g_strdup("");
	algorithm = pair("SigAlg",
	    is_ec ? methods[o->digest].ecdsa : methods[o->digest].rsa);
	octets = g_strdup_printf("%s%s%s&%s", message,
	    relay[0] != '\0' ? "&" : "", relay, algorithm);
	value = sign_octets(octets, key, o->digest);
	signature = pair("Signature", value != NULL ? value : "");
	if (o->sign == SIGN_NONE)
		printf("%s?%s\n", o->destination, message);
	else
		printf("%s?%s&%s\n", o->destination, octets, signature);
	g_free(signature);
	g_free(octets);
	g_free(algorithm);
	g_free(relay);
	if (value == NULL)
		return GATE_ECRYPTO;
	g_free(value);
	return 0;
}

static int
print_redirect(xmlDoc *doc, const char *field, const struct keys *keys,
    const struct options *o)
{
	xmlChar *xml = dump(doc, xmlDocGetRootElement(doc));
	char *packed = NULL, *message;
	int r;

	r = encode_deflate(xml, strlen((char *)xml), &packed);
	if (r == 0) {
		message = pair(field, packed);
		r = print_query(message, o,
		    xmlSecOpenSSLEvpKeyDataGetEvp(
			xmlSecKeyGetValue(keys_signing(keys))));
		g_free(message);
	}
	g_free(packed);
	xmlFree(xml);
	return r;
}

static int
print_post(xmlDoc *doc, const char *field, const struct keys *keys,
    const struct options *o)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	char *packed, *message, *relay;
	xmlChar *xml;
	int r = 0;

	if (o->sign != SIGN_NONE)
		r = sign_element(root, keys_signing(keys), o->digest);
	if (r != 0)
		return r;
	xml = dump(doc, root);
	packed = g_base64_encode(xml, strlen((char *)xml));
	message = pair(field, packed);
	relay = o->relay_state != NULL ? pair("&RelayState", o->relay_state)
				       : g_strdup("");
	printf("%s%s\n", message, relay);
	g_free(relay);
	g_free(message);
	g_free(packed);
	xmlFree(xml);
	return 0;
}

int
logout_print(const struct keys *keys, const struct options *options,
    enum command command)
{
	int is_response = command == COMMAND_LOGOUT_RESPONSE;
	const char *field = is_response ? "SAMLResponse" : "SAMLRequest";
	xmlDoc *doc = xmlNewDoc(BAD_CAST "1.0");
	int r;

	if (doc == NULL)
		return GATE_ENOMEM;
	if (is_response)
		make_response(doc, options);
	else
		make_request(doc, options);
	r = options->binding == BY_POST
	    ? print_post(doc, field, keys, options)
	    : print_redirect(doc, field, keys, options);
	xmlFreeDoc(doc);
	if (r == 0 && fflush(stdout) != 0)
		r = GATE_EIO;
	return r;
}
