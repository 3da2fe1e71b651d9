/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_COMPOSER_UNDER_TEST_H
#define GATE_TESTS_COMPOSER_UNDER_TEST_H

/*
 * The gatehouse-compose that a test program is about: GATEHOUSE_COMPOSE, or
 * the first argument. Without one there is nothing to test, which is a failure.
 * What it writes is read back by libxml2, held against the schemas, and its
 * signatures against OpenSSL and xmlsec1: no code under test has a hand in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/xmlschemas.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/errors.h>
#include <xmlsec/keys.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <zlib.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "saml/composer.h"
#include "saml/speaker.h"

#define TEN_SECONDS (clock_mono_ms() + 10000)

#define SP          "https://sp.example/metadata"
#define ACS         "https://sp.example/acs?a=1&b=2"
#define SLO         "https://sp.example/slo"
#define SSO         "https://idp.example/sso"
#define SAML        "urn:oasis:names:tc:SAML:2.0:"
#define MORE        "http://www.w3.org/2001/04/xmldsig-more#"
#define SCHEMAS     "/usr/share/xml/"

/* 2026-11-22T03:25:43Z */
#define NOW 1795317943

/* The kinds of keys, and what is to be seen of them in a signature. */
enum key_kind {
	KEY_NONE,
	KEY_RSA,
	KEY_P256,
	KEY_P384,
	KEY_P521,
	KEY_KINDS
};

static const struct {
	const char *uri;
	const char *digest;
	size_t half;
} key_facts[KEY_KINDS] = {
	[KEY_RSA] = { MORE "rsa-sha256", "SHA256", 0 },
	[KEY_P256] = { MORE "ecdsa-sha256", "SHA256", 32 },
	[KEY_P384] = { MORE "ecdsa-sha384", "SHA384", 48 },
	[KEY_P521] = { MORE "ecdsa-sha512", "SHA512", 66 },
};

static struct {
	const char *program;
	EVP_PKEY *keys[KEY_KINDS];
	EVP_PKEY *other; /* RSA */
	xmlSchema *schema;
} world;

/* The whole of a BIO as a text of its own. */
static inline char *
text_of(BIO *bio)
{
	char *bytes, *text;
	long size = BIO_get_mem_data(bio, &bytes);

	text = strndup(bytes, (size_t)size);
	assert_non_null(text);
	BIO_free(bio);
	return text;
}

static inline char *
key_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());

	assert_int_equal(
	    PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL), 1);
	return text_of(bio);
}

static inline char *
certificate_pem(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	X509 *x = X509_new();

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	assert_true(X509_sign(x, key, EVP_sha256()) > 0);
	assert_int_equal(PEM_write_bio_X509(bio, x), 1);
	X509_free(x);
	return text_of(bio);
}

static inline void
set_text(char **member, const char *text)
{
	free(*member);
	*member = strdup(text);
	assert_non_null(*member);
}

/* Gives a speaker this key, as a text; it is copied. */
static inline void
set_key(struct saml_private_key *key, const char *pem)
{
	key->size = strlen(pem);
	key->pem = secret_alloc(key->size + 1);
	assert_non_null(key->pem);
	memcpy(key->pem, pem, key->size);
}

/* An SP with a key of this kind, and no more than it needs. */
static inline struct saml_speaker *
speaker_new(enum key_kind kind)
{
	struct saml_speaker *speaker = calloc(1, sizeof(*speaker));
	char *pem;

	assert_non_null(speaker);
	set_text(&speaker->entity_id, SP);
	set_text(&speaker->acs_url, ACS);
	speaker->memory_limit = 256 << 20;
	if (kind != KEY_NONE) {
		pem = key_pem(world.keys[kind]);
		set_key(&speaker->key, pem);
		free(pem);
		speaker->certificate = certificate_pem(world.keys[kind]);
	}
	return speaker;
}

static inline struct saml_composer *
composer_start(const struct saml_speaker *speaker)
{
	struct saml_composer *composer = NULL;
	char why[256];

	if (saml_composer_new(&composer, world.program, speaker, TEN_SECONDS,
		why, sizeof(why)) != 0)
		fail_msg("%s", why);
	return composer;
}

/* A composer that has a key of this kind. */
static inline struct saml_composer *
composer_with(enum key_kind kind)
{
	struct saml_speaker *speaker = speaker_new(kind);
	struct saml_composer *composer = composer_start(speaker);

	saml_speaker_free(&speaker);
	return composer;
}

static inline size_t
unbase64(const char *text, unsigned char **bytes)
{
	size_t length = strlen(text);
	int size;

	*bytes = malloc(length + 1);
	assert_non_null(*bytes);
	assert_true(length % 4 == 0 && length > 0);
	size =
	    EVP_DecodeBlock(*bytes, (const unsigned char *)text, (int)length);
	assert_true(size > 0);
	while (text[--length] == '=')
		size--;
	(*bytes)[size] = '\0';
	return (size_t)size;
}

/* The value of the parameter that begins here, decoded; *end is behind it. */
static inline char *
parameter(const char *query, const char *name, const char **end)
{
	size_t length = strlen(name), n = 0;
	char *value;

	if (strncmp(query, name, length) != 0 || query[length] != '=')
		fail_msg("no %s at: %s", name, query);
	query += length + 1;
	*end = query + strcspn(query, "&");
	value = calloc(1, (size_t)(*end - query) + 1);
	assert_non_null(value);
	for (; query < *end; n++)
		if (*query == '%') {
			char hex[3] = { query[1], query[2], '\0' };

			value[n] = (char)strtol(hex, NULL, 16);
			query += 3;
		} else
			value[n] = *query++;
	return value;
}

static inline char *
inflate_text(const char *base64)
{
	z_stream stream = { 0 };
	unsigned char *bytes;
	char *text = calloc(1, 1 << 20);
	size_t size = unbase64(base64, &bytes);

	assert_non_null(text);
	assert_int_equal(inflateInit2(&stream, -MAX_WBITS), Z_OK);
	stream.next_in = bytes;
	stream.avail_in = (uInt)size;
	stream.next_out = (unsigned char *)text;
	stream.avail_out = (1 << 20) - 1;
	assert_int_equal(inflate(&stream, Z_FINISH), Z_STREAM_END);
	inflateEnd(&stream);
	free(bytes);
	return text;
}

static inline xmlDoc *
parse(const char *xml)
{
	xmlDoc *doc =
	    xmlReadMemory(xml, (int)strlen(xml), NULL, NULL, XML_PARSE_NONET);

	if (doc == NULL)
		fail_msg("no XML: %s", xml);
	return doc;
}

/* The string value of an XPath expression. */
static inline char *
value(xmlDoc *doc, const char *expression)
{
	xmlXPathContext *context = xmlXPathNewContext(doc);
	xmlXPathObject *object;
	char *text;

	xmlXPathRegisterNs(context, BAD_CAST "p", BAD_CAST SAML "protocol");
	xmlXPathRegisterNs(context, BAD_CAST "a", BAD_CAST SAML "assertion");
	xmlXPathRegisterNs(context, BAD_CAST "m", BAD_CAST SAML "metadata");
	xmlXPathRegisterNs(context, BAD_CAST "d",
	    BAD_CAST "http://www.w3.org/2000/09/xmldsig#");
	xmlXPathRegisterNs(context, BAD_CAST "u",
	    BAD_CAST "urn:oasis:names:tc:SAML:metadata:ui");
	object = xmlXPathEval(BAD_CAST expression, context);
	if (object == NULL)
		fail_msg("%s", expression);
	text = (char *)xmlXPathCastToString(object);
	xmlXPathFreeObject(object);
	xmlXPathFreeContext(context);
	return text;
}

static inline void
assert_value(xmlDoc *doc, const char *expression, const char *expected)
{
	char *found = value(doc, expression);

	if (strcmp(found, expected) != 0)
		fail_msg("%s: \"%s\", not \"%s\"", expression, found, expected);
	xmlFree(found);
}

/* The schemas name one another by URLs: found by their last part. */
static inline xmlParserInput *
local_schema(const char *url, const char *id, xmlParserCtxt *ctxt)
{
	static const char *const folders[] = { SCHEMAS "opensaml/",
		SCHEMAS "xmltooling/" };
	const char *slash = strrchr(url, '/');
	char path[256];
	size_t i;

	(void)id;
	for (i = 0; i < 2; i++) {
		snprintf(path, sizeof(path), "%s%s", folders[i],
		    slash != NULL ? slash + 1 : url);
		if (access(path, R_OK) == 0)
			return xmlNewInputFromFile(ctxt, path);
	}
	fail_msg("%s: no such schema; is opensaml-schemas installed?", url);
	return NULL;
}

/* One schema names another twice, which is warned of. */
static inline void
no_warning(void *data, const char *format, ...)
{
	(void)data;
	(void)format;
}

static inline xmlSchema *
load_schema(const char *path)
{
	xmlSchemaParserCtxt *ctxt = xmlSchemaNewParserCtxt(path);
	xmlSchema *schema;

	xmlSchemaSetParserErrors(ctxt, NULL, no_warning, NULL);
	schema = xmlSchemaParse(ctxt);
	xmlSchemaFreeParserCtxt(ctxt);
	if (schema == NULL)
		fail_msg("%s: no schema", path);
	return schema;
}

static inline void
assert_valid(xmlDoc *doc)
{
	xmlSchemaValidCtxt *ctxt = xmlSchemaNewValidCtxt(world.schema);

	assert_int_equal(xmlSchemaValidateDoc(ctxt, doc), 0);
	xmlSchemaFreeValidCtxt(ctxt);
}

static inline xmlSecKey *
wrap_key(EVP_PKEY *bare)
{
	xmlSecKey *key = xmlSecKeyCreate();

	EVP_PKEY_up_ref(bare);
	assert_int_equal(
	    xmlSecKeySetValue(key, xmlSecOpenSSLEvpKeyAdopt(bare)), 0);
	return key;
}

#define EXC_C14N "http://www.w3.org/2001/10/xml-exc-c14n#"

/* The one shape that a Signature of ours has (core 5.4). */
static inline void
assert_shape(xmlDoc *doc, enum key_kind kind)
{
	assert_value(doc, "count(//d:Signature)", "1");
	assert_value(doc, "//d:CanonicalizationMethod/@Algorithm", EXC_C14N);
	assert_value(
	    doc, "//d:SignatureMethod/@Algorithm", key_facts[kind].uri);
	assert_value(doc, "count(//d:Reference)", "1");
	assert_value(doc, "count(//d:Transform)", "2");
	assert_value(doc, "//d:Transform[1]/@Algorithm",
	    "http://www.w3.org/2000/09/xmldsig#enveloped-signature");
	assert_value(doc, "//d:Transform[2]/@Algorithm", EXC_C14N);
	assert_value(
	    doc, "count(//d:Signature/d:KeyInfo//d:X509Certificate)", "1");
}

/* Nonzero if the root's own Signature, the child in this place, is by key. */
static inline int
is_signed_by(xmlDoc *doc, int place, EVP_PKEY *bare)
{
	xmlNode *root = xmlDocGetRootElement(doc);
	xmlNode *node = xmlFirstElementChild(root);
	xmlAttr *id = xmlHasNsProp(root, BAD_CAST "ID", NULL);
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);
	xmlSecDSigReferenceCtx *reference;
	char uri[1024];
	int good;

	while (place-- > 1)
		node = xmlNextElementSibling(node);
	assert_true(
	    xmlSecCheckNodeName(node, xmlSecNodeSignature, xmlSecDSigNs));
	xmlAddID(NULL, doc, id->children->content, id);
	ctx->signKey = wrap_key(bare);
	good = xmlSecDSigCtxVerify(ctx, node) == 0 &&
	    ctx->status == xmlSecDSigStatusSucceeded;
	assert_int_equal(xmlSecPtrListGetSize(&ctx->signedInfoReferences), 1);
	reference = xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0);
	snprintf(uri, sizeof(uri), "#%s", (char *)id->children->content);
	assert_string_equal((char *)reference->uri, uri);
	xmlSecDSigCtxDestroy(ctx);
	return good;
}

/* DER of what RFC 6931 has as two numbers side by side. */
static inline size_t
der_of(const unsigned char *raw, size_t size, size_t half, unsigned char **der)
{
	ECDSA_SIG *pair = ECDSA_SIG_new();
	int length;

	assert_int_equal(size, 2 * half);
	ECDSA_SIG_set0(pair, BN_bin2bn(raw, (int)half, NULL),
	    BN_bin2bn(raw + half, (int)half, NULL));
	*der = NULL;
	length = i2d_ECDSA_SIG(pair, der);
	assert_true(length > 0);
	ECDSA_SIG_free(pair);
	return (size_t)length;
}

/* Nonzero if the signature, in base64, is that of these bytes. */
static inline int
is_signature_of(
    const char *bytes, size_t size, const char *signature, enum key_kind kind)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char *raw, *der = NULL;
	size_t raw_size = unbase64(signature, &raw);
	size_t der_size = 0;
	int good;

	if (key_facts[kind].half > 0)
		der_size = der_of(raw, raw_size, key_facts[kind].half, &der);
	assert_int_equal(
	    EVP_DigestVerifyInit_ex(ctx, NULL, key_facts[kind].digest, NULL,
		NULL, world.keys[kind], NULL),
	    1);
	good = EVP_DigestVerify(ctx, der != NULL ? der : raw,
		   der != NULL ? der_size : raw_size,
		   (const unsigned char *)bytes, size) == 1;
	EVP_MD_CTX_free(ctx);
	OPENSSL_free(der);
	free(raw);
	return good;
}

static inline int
under_test_begin(int argc, char **argv, const char *schema)
{
	world.program = argc > 1 ? argv[1] : getenv("GATEHOUSE_COMPOSE");
	if (world.program == NULL || access(world.program, X_OK) != 0) {
		fprintf(stderr,
		    "%s: set GATEHOUSE_COMPOSE to the program under test\n",
		    argv[0]);
		return -1;
	}
	xmlInitParser();
	xmlSetExternalEntityLoader(local_schema);
	if (xmlSecInit() < 0 || xmlSecOpenSSLInit() < 0)
		return -1;
	xmlSecErrorsDefaultCallbackEnableOutput(0); /* of what must fail */
	world.schema = load_schema(schema);
	world.keys[KEY_RSA] = EVP_RSA_gen(2048);
	world.keys[KEY_P256] = EVP_EC_gen("P-256");
	world.keys[KEY_P384] = EVP_EC_gen("P-384");
	world.keys[KEY_P521] = EVP_EC_gen("P-521");
	world.other = EVP_RSA_gen(2048);
	return 0;
}

static inline void
under_test_end(void)
{
	size_t i;

	for (i = 0; i < KEY_KINDS; i++)
		EVP_PKEY_free(world.keys[i]);
	EVP_PKEY_free(world.other);
	xmlSchemaFree(world.schema);
}

#endif
