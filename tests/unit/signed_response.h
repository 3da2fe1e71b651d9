/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_SIGNED_RESPONSE_H
#define TEST_SIGNED_RESPONSE_H

/*
 * An IdP in a header, for tests that need a Response which verifies. What it
 * signs it writes in canonical form, so that OpenSSL alone is enough: no code
 * under test has a hand in it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#define IDP_ENTITY_ID "https://idp.example/metadata"
#define SP_ENTITY_ID  "https://sp.example/metadata"
#define SP_ACS_URL    "https://sp.example/acs"

#define NS_SAML       "urn:oasis:names:tc:SAML:2.0:"
#define NS_DSIG       "http://www.w3.org/2000/09/xmldsig#"
#define NS_EXC14      "http://www.w3.org/2001/10/xml-exc-c14n#"

/* Formats into memory of its own, which the caller frees. */
static inline char *__attribute__((format(printf, 1, 2)))
idp_text(const char *format, ...)
{
	va_list ap;
	char *text = NULL;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	return text;
}

static inline char *
idp_base64(const void *bytes, size_t size)
{
	char *text = malloc(size / 3 * 4 + 5);

	if (text == NULL)
		abort();
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}

static inline EVP_PKEY *
idp_key(void)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);

	if (key == NULL)
		abort();
	return key;
}

/* Metadata with a self-signed certificate. */
static inline char *
idp_metadata(EVP_PKEY *key)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	char *certificate, *text;
	int size;

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	if (X509_sign(x, key, EVP_sha256()) <= 0)
		abort();
	size = i2d_X509(x, &der);
	if (size <= 0)
		abort();
	certificate = idp_base64(der, (size_t)size);
	text = idp_text(
	    "<md:EntityDescriptor xmlns:md=\"" NS_SAML "metadata\""
	    " entityID=\"" IDP_ENTITY_ID "\"><md:IDPSSODescriptor"
	    " protocolSupportEnumeration=\"" NS_SAML "protocol\">"
	    "<md:KeyDescriptor use=\"signing\">"
	    "<ds:KeyInfo xmlns:ds=\"" NS_DSIG "\"><ds:X509Data>"
	    "<ds:X509Certificate>%s</ds:X509Certificate></ds:X509Data>"
	    "</ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService"
	    " Binding=\"" NS_SAML "bindings:HTTP-Redirect\""
	    " Location=\"https://idp.example/sso\"/></md:IDPSSODescriptor>"
	    "</md:EntityDescriptor>",
	    certificate);
	free(certificate);
	OPENSSL_free(der);
	X509_free(x);
	return text;
}

static inline void
idp_time(time_t t, char text[32])
{
	struct tm tm;

	gmtime_r(&t, &tm);
	strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

/* How something is signed. */
struct idp_method {
	const char *algorithm;
	const char *params; /* canonical, within the SignatureMethod */
	const EVP_MD *(*md)(void);
	const EVP_MD *(*mgf)(void); /* PSS, with this MGF1; NULL: as it was */
	int salt;
};

static const struct idp_method idp_rsa_sha256 = {
	.algorithm = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
	.params = "",
	.md = EVP_sha256,
};

/* The SignatureValue of a text, in bytes. */
static inline size_t
idp_sign_bytes(const struct idp_method *method, EVP_PKEY *key, const char *text,
    unsigned char *value, size_t size)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx;

	if (EVP_DigestSignInit(ctx, &key_ctx, method->md(), NULL, key) != 1)
		abort();
	if (method->mgf != NULL &&
	    (EVP_PKEY_CTX_set_rsa_padding(key_ctx, RSA_PKCS1_PSS_PADDING) !=
		    1 ||
		EVP_PKEY_CTX_set_rsa_mgf1_md(key_ctx, method->mgf()) != 1 ||
		EVP_PKEY_CTX_set_rsa_pss_saltlen(key_ctx, method->salt) != 1))
		abort();
	if (EVP_DigestSign(ctx, value, &size, (const unsigned char *)text,
		strlen(text)) != 1)
		abort();
	EVP_MD_CTX_free(ctx);
	return size;
}

/* The canonical Signature of a canonical element. */
static inline char *
idp_sign_as(const struct idp_method *method, EVP_PKEY *key, const char *id,
    const char *element)
{
	unsigned char digest[32], value[512];
	size_t size;
	char *digest_text, *info, *value_text, *signature;

	EVP_Digest(element, strlen(element), digest, NULL, EVP_sha256(), NULL);
	digest_text = idp_base64(digest, sizeof(digest));
	info = idp_text(
	    "<ds:SignedInfo xmlns:ds=\"" NS_DSIG "\">"
	    "<ds:CanonicalizationMethod Algorithm=\"" NS_EXC14 "\">"
	    "</ds:CanonicalizationMethod><ds:SignatureMethod Algorithm="
	    "\"%s\">%s</ds:SignatureMethod><ds:Reference URI=\"#%s\"><ds:Transforms>"
	    "<ds:Transform Algorithm=\"" NS_DSIG "enveloped-signature\">"
	    "</ds:Transform><ds:Transform Algorithm=\"" NS_EXC14 "\">"
	    "</ds:Transform></ds:Transforms><ds:DigestMethod Algorithm="
	    "\"http://www.w3.org/2001/04/xmlenc#sha256\"></ds:DigestMethod>"
	    "<ds:DigestValue>%s</ds:DigestValue></ds:Reference>"
	    "</ds:SignedInfo>",
	    method->algorithm, method->params, id, digest_text);
	size = idp_sign_bytes(method, key, info, value, sizeof(value));
	value_text = idp_base64(value, size);
	signature = idp_text("<ds:Signature xmlns:ds=\"" NS_DSIG "\">%s"
			     "<ds:SignatureValue>%s</ds:SignatureValue>"
			     "</ds:Signature>",
	    info, value_text);
	free(digest_text);
	free(info);
	free(value_text);
	return signature;
}

/*
 * A Response with a signed assertion about user, as XML. in_response_to may
 * be NULL.
 */
static inline char *
idp_response_as(const struct idp_method *method, EVP_PKEY *key,
    const char *user, const char *in_response_to, time_t now)
{
	char issued[32], until[32];
	char *reply, *head, *tail, *element, *signature, *response;

	idp_time(now, issued);
	idp_time(now + 300, until);
	reply = in_response_to != NULL
	    ? idp_text(" InResponseTo=\"%s\"", in_response_to)
	    : idp_text("%s", "");
	head = idp_text("<saml:Assertion xmlns:saml=\"" NS_SAML "assertion\""
			" ID=\"_a1\" IssueInstant=\"%s\" Version=\"2.0\">"
			"<saml:Issuer>" IDP_ENTITY_ID "</saml:Issuer>",
	    issued);
	tail = idp_text(
	    "<saml:Subject><saml:NameID>%s</saml:NameID>"
	    "<saml:SubjectConfirmation Method=\"" NS_SAML "cm:bearer\">"
	    "<saml:SubjectConfirmationData%s NotOnOrAfter=\"%s\""
	    " Recipient=\"" SP_ACS_URL "\"></saml:SubjectConfirmationData>"
	    "</saml:SubjectConfirmation></saml:Subject>"
	    "<saml:Conditions NotBefore=\"%s\" NotOnOrAfter=\"%s\">"
	    "<saml:AudienceRestriction><saml:Audience>" SP_ENTITY_ID
	    "</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
	    "<saml:AuthnStatement AuthnInstant=\"%s\" SessionIndex=\"_s1\">"
	    "<saml:AuthnContext><saml:AuthnContextClassRef>" NS_SAML
	    "ac:classes:PasswordProtectedTransport"
	    "</saml:AuthnContextClassRef></saml:AuthnContext>"
	    "</saml:AuthnStatement><saml:AttributeStatement>"
	    "<saml:Attribute Name=\"mail\"><saml:AttributeValue>"
	    "one@example.org</saml:AttributeValue><saml:AttributeValue>"
	    "two@example.org</saml:AttributeValue></saml:Attribute>"
	    "</saml:AttributeStatement></saml:Assertion>",
	    user, reply, until, issued, until, issued);
	element = idp_text("%s%s", head, tail);
	signature = idp_sign_as(method, key, "_a1", element);
	response = idp_text(
	    "<samlp:Response xmlns:samlp=\"" NS_SAML "protocol\" ID=\"_r1\""
	    " Version=\"2.0\" IssueInstant=\"%s\" Destination=\"" SP_ACS_URL
	    "\"%s><saml:Issuer xmlns:saml=\"" NS_SAML
	    "assertion\">" IDP_ENTITY_ID
	    "</saml:Issuer><samlp:Status><samlp:StatusCode"
	    " Value=\"" NS_SAML "status:Success\"/></samlp:Status>%s%s%s"
	    "</samlp:Response>",
	    issued, reply, head, signature, tail);
	free(reply);
	free(head);
	free(tail);
	free(element);
	free(signature);
	return response;
}

static inline char *
idp_response(
    EVP_PKEY *key, const char *user, const char *in_response_to, time_t now)
{
	return idp_response_as(&idp_rsa_sha256, key, user, in_response_to, now);
}

#endif
