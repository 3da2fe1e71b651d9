/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_SAML_FIXTURE_H
#define TEST_SAML_FIXTURE_H

/*
 * An IdP that signs whatever it is told to. A message is a text with holes for
 * signatures; it is edited, signed with xmlsec1, and edited again. An edit
 * that does not apply fails the test: it would test nothing.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include <libxml/parser.h>
#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

#define IDP        "https://idp.example/metadata"
#define OTHER_IDP  "https://other.example/metadata"
#define SP         "https://sp.example/metadata"
#define ACS        "https://sp.example/acs"
#define REQUEST_ID "_request1"

#define SAML       "urn:oasis:names:tc:SAML:2.0:"
#define DSIG       "http://www.w3.org/2000/09/xmldsig#"
#define MORE       "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC        "http://www.w3.org/2001/04/xmlenc#"
#define EXC        "http://www.w3.org/2001/10/xml-exc-c14n#"

/* The holes, each filled by fixture_sign or left empty. */
#define HOLE_RESPONSE  "@SIGNATURE-OF-RESPONSE@"
#define HOLE_ASSERTION "@SIGNATURE-OF-ASSERTION@"

/* 2026-11-22T03:25:43Z, in the middle of what the message allows. */
#define NOW 1795317943

#define BEARER_CONFIRMATION                                                    \
	"<saml:SubjectConfirmation Method=\"" SAML "cm:bearer\">"              \
	"<saml:SubjectConfirmationData InResponseTo=\"" REQUEST_ID "\""        \
	" NotOnOrAfter=\"2026-11-22T03:30:43Z\" Recipient=\"" ACS "\"/>"       \
	"</saml:SubjectConfirmation>"

#define AUDIENCE_RESTRICTION                                                   \
	"<saml:AudienceRestriction><saml:Audience>" SP                         \
	"</saml:Audience></saml:AudienceRestriction>"

#define AUTHN_STATEMENT                                                        \
	"<saml:AuthnStatement AuthnInstant=\"2026-11-22T03:25:40Z\""           \
	" SessionIndex=\"_session1\""                                          \
	" SessionNotOnOrAfter=\"2026-11-22T11:25:40Z\"><saml:AuthnContext>"    \
	"<saml:AuthnContextClassRef>" SAML                                     \
	"ac:classes:Password</saml:AuthnContextClassRef>"                      \
	"</saml:AuthnContext></saml:AuthnStatement>"

#define ATTRIBUTE_STATEMENT                                                    \
	"<saml:AttributeStatement><saml:Attribute Name=\"uid\">"               \
	"<saml:AttributeValue xsi:type=\"xs:string\">alice"                    \
	"</saml:AttributeValue></saml:Attribute>"                              \
	"<saml:Attribute Name=\"role\"><saml:AttributeValue>agent"             \
	"</saml:AttributeValue><saml:AttributeValue>admin"                     \
	"</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"

#define SUBJECT                                                                \
	"<saml:Subject><saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"     \
	"nameid-format:unspecified\">alice</saml:NameID>" BEARER_CONFIRMATION  \
	"</saml:Subject>"

#define CONDITIONS                                                             \
	"<saml:Conditions NotBefore=\"2026-11-22T03:25:13Z\""                  \
	" NotOnOrAfter=\"2026-11-22T03:30:43Z\">" AUDIENCE_RESTRICTION         \
	"</saml:Conditions>"

#define ASSERTION_WITH(signature)                                              \
	"<saml:Assertion xmlns:saml=\"" SAML "assertion\""                     \
	" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""                       \
	" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""             \
	" ID=\"_assertion1\" Version=\"2.0\""                                  \
	" IssueInstant=\"2026-11-22T03:25:42Z\"><saml:Issuer>" IDP             \
	"</saml:Issuer>" signature SUBJECT CONDITIONS AUTHN_STATEMENT          \
	    ATTRIBUTE_STATEMENT "</saml:Assertion>"

#define RESPONSE_ISSUER                                                        \
	"<saml:Issuer xmlns:saml=\"" SAML "assertion\">" IDP "</saml:Issuer>"

#define STATUS                                                                 \
	"<samlp:Status><samlp:StatusCode Value=\"" SAML "status:Success\"/>"   \
	"</samlp:Status>"

#define RESPONSE                                                               \
	"<samlp:Response xmlns:samlp=\"" SAML "protocol\" ID=\"_response1\""   \
	" Version=\"2.0\" IssueInstant=\"2026-11-22T03:25:41Z\""               \
	" Destination=\"" ACS "\" InResponseTo=\"" REQUEST_ID                  \
	"\">" RESPONSE_ISSUER HOLE_RESPONSE STATUS                             \
	"\n" ASSERTION_WITH(HOLE_ASSERTION) "\n</samlp:Response>"

#define SIGNED_INFO(method, digest, id)                                        \
	"<ds:SignedInfo><ds:CanonicalizationMethod Algorithm=\"" EXC "\"/>"    \
	"<ds:SignatureMethod Algorithm=\"" method "\"/>"                       \
	"<ds:Reference URI=\"#" id "\"><ds:Transforms>"                        \
	"<ds:Transform Algorithm=\"" DSIG "enveloped-signature\"/>"            \
	"<ds:Transform Algorithm=\"" EXC "\"/></ds:Transforms>"                \
	"<ds:DigestMethod Algorithm=\"" digest "\"/>"                          \
	"<ds:DigestValue></ds:DigestValue></ds:Reference></ds:SignedInfo>"

#define SIGNATURE(method, digest, id)                                          \
	"<ds:Signature xmlns:ds=\"" DSIG "\">" SIGNED_INFO(                    \
	    method, digest, id) "<ds:SignatureValue></ds:SignatureValue>"      \
				"</ds:Signature>"

enum {
	SIGN_RESPONSE = 1,
	SIGN_ASSERTION = 2
};

struct edit {
	const char *from, *to;
};

/* text with every from made to; both are taken over and given anew. */
static inline char *
fixture_replace(char *text, const char *from, const char *to)
{
	size_t count = 0, size;
	const char *p;
	char *result, *out;

	for (p = text; (p = strstr(p, from)) != NULL; p += strlen(from))
		count++;
	if (count == 0)
		fail_msg("nothing to edit: \"%s\"", from);
	size = strlen(text) + count * strlen(to) + 1;
	result = out = malloc(size);
	assert_non_null(result);
	for (p = text; count > 0; count--) {
		const char *at = strstr(p, from);

		out = mempcpy(out, p, (size_t)(at - p));
		out = stpcpy(out, to);
		p = at + strlen(from);
	}
	strcpy(out, p);
	free(text);
	return result;
}

static inline char *
fixture_edit(char *text, const struct edit *edits, size_t count)
{
	size_t i;

	for (i = 0; i < count && edits[i].from != NULL; i++)
		text = fixture_replace(text, edits[i].from, edits[i].to);
	return text;
}

/* A copy of what stands from one word to the end of another. */
static inline char *
fixture_cut_out(const char *text, const char *from, const char *to)
{
	const char *start = strstr(text, from), *end;

	assert_non_null(start);
	end = strstr(start, to);
	assert_non_null(end);
	return strndup(start, (size_t)(end - start) + strlen(to));
}

static inline char *__attribute__((format(printf, 1, 2)))
fixture_text(const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	assert_true(vasprintf(&text, format, ap) >= 0);
	va_end(ap);
	return text;
}

static inline xmlSecKey *
fixture_wrap(EVP_PKEY *bare)
{
	xmlSecKey *key = xmlSecKeyCreate();

	assert_non_null(key);
	EVP_PKEY_up_ref(bare);
	assert_int_equal(
	    xmlSecKeySetValue(key, xmlSecOpenSSLEvpKeyAdopt(bare)), 0);
	return key;
}

static inline void
fixture_add_ids(xmlDoc *doc, xmlNode *node)
{
	for (; node != NULL; node = node->next) {
		xmlAttr *attr;

		if (node->type != XML_ELEMENT_NODE)
			continue;
		attr = xmlHasNsProp(node, BAD_CAST "ID", NULL);
		if (attr != NULL)
			xmlAddID(NULL, doc, attr->children->content, attr);
		fixture_add_ids(doc, node->children);
	}
}

/* Fills in the Signature that is a child of the first element of this name. */
static inline void
fixture_sign_element(xmlDoc *doc, const char *name, xmlSecKey *key)
{
	xmlNode *node, *signature;
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);

	node = xmlDocGetRootElement(doc);
	if (strcmp((const char *)node->name, name) != 0) {
		for (node = node->children; node != NULL &&
		     (node->type != XML_ELEMENT_NODE ||
			 strcmp((const char *)node->name, name) != 0);)
			node = node->next;
	}
	assert_non_null(node);
	signature = xmlSecFindChild(node, xmlSecNodeSignature, xmlSecDSigNs);
	assert_non_null(signature);
	ctx->signKey = xmlSecKeyDuplicate(key);
	if (xmlSecDSigCtxSign(ctx, signature) != 0)
		fail_msg("cannot sign the %s", name);
	xmlSecDSigCtxDestroy(ctx);
}

/*
 * Fills the holes of a message with these signature templates (NULL: leaves
 * them empty), applies the edits, and signs: the assertion first.
 */
static inline char *
fixture_sign(const char *message, int which, const char *response_signature,
    const char *assertion_signature, EVP_PKEY *bare, const struct edit *edits,
    size_t count)
{
	xmlSecKey *key = fixture_wrap(bare);
	xmlChar *out;
	char *text = strdup(message);
	xmlDoc *doc;
	int size;

	text = fixture_replace(text, HOLE_RESPONSE,
	    which & SIGN_RESPONSE ? response_signature : "");
	text = fixture_replace(text, HOLE_ASSERTION,
	    which & SIGN_ASSERTION ? assertion_signature : "");
	text = fixture_edit(text, edits, count);
	if (which == 0) {
		xmlSecKeyDestroy(key);
		return text;
	}
	doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
	assert_non_null(doc);
	fixture_add_ids(doc, doc->children);
	if (which & SIGN_ASSERTION)
		fixture_sign_element(doc, "Assertion", key);
	if (which & SIGN_RESPONSE)
		fixture_sign_element(doc, "Response", key);
	xmlDocDumpMemory(doc, &out, &size);
	free(text);
	text = strdup((const char *)out);
	xmlFree(out);
	xmlFreeDoc(doc);
	xmlSecKeyDestroy(key);
	return text;
}

static inline char *
fixture_base64(const void *bytes, size_t size)
{
	char *text = malloc(size / 3 * 4 + 5);

	assert_non_null(text);
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}

/* A self-signed certificate, in base64. */
static inline char *
fixture_certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	char *text;
	int size;

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	size = i2d_X509(x, &der);
	assert_true(size > 0);
	text = fixture_base64(der, (size_t)size);
	OPENSSL_free(der);
	X509_free(x);
	return text;
}

/* A KeyDescriptor; use is what stands in its tag, as ' use="signing"'. */
static inline char *
fixture_key_descriptor(EVP_PKEY *key, const char *use)
{
	char *certificate = fixture_certificate(key), *text;

	text = fixture_text(
	    "<md:KeyDescriptor%s><ds:KeyInfo xmlns:ds=\"" DSIG "\">"
	    "<ds:X509Data><ds:X509Certificate>\n%s\n</ds:X509Certificate>"
	    "</ds:X509Data></ds:KeyInfo></md:KeyDescriptor>",
	    use, certificate);
	free(certificate);
	return text;
}

/* An EntityDescriptor; more goes into its tag. */
static inline char *
fixture_entity(const char *entity_id, const char *more, const char *keys)
{
	return fixture_text(
	    "<md:EntityDescriptor xmlns:md=\"" SAML "metadata\""
	    " entityID=\"%s\"%s><md:IDPSSODescriptor"
	    " protocolSupportEnumeration=\"" SAML "protocol\">%s"
	    "<md:SingleSignOnService Binding=\"" SAML
	    "bindings:HTTP-Redirect\" Location=\"https://idp.example/sso\"/>"
	    "</md:IDPSSODescriptor></md:EntityDescriptor>",
	    entity_id, more, keys);
}

#endif
