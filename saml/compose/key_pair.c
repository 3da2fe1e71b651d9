/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/compose/key_pair.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>

#include "lib/error.h"
#include "saml/compose/base64.h"
#include "saml/element.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192

#define MORE         "http://www.w3.org/2001/04/xmldsig-more#"

/* What a kind of key signs with. */
static const struct method {
	const char *group; /* the EC curve; NULL: RSA */
	const char *uri;
	const EVP_MD *(*digest)(void);
	xmlSecTransformId (*signature_klass)(void);
	xmlSecTransformId (*digest_klass)(void);
	size_t half; /* bytes of r and of s */
} methods[] = {
	{ NULL, MORE "rsa-sha256", EVP_sha256,
	    xmlSecOpenSSLTransformRsaSha256GetKlass,
	    xmlSecOpenSSLTransformSha256GetKlass, 0 },
	{ "prime256v1", MORE "ecdsa-sha256", EVP_sha256,
	    xmlSecOpenSSLTransformEcdsaSha256GetKlass,
	    xmlSecOpenSSLTransformSha256GetKlass, 32 },
	{ "secp384r1", MORE "ecdsa-sha384", EVP_sha384,
	    xmlSecOpenSSLTransformEcdsaSha384GetKlass,
	    xmlSecOpenSSLTransformSha384GetKlass, 48 },
	{ "secp521r1", MORE "ecdsa-sha512", EVP_sha512,
	    xmlSecOpenSSLTransformEcdsaSha512GetKlass,
	    xmlSecOpenSSLTransformSha512GetKlass, 66 },
};

struct key_pair {
	EVP_PKEY *key;
	const struct method *method;
	char *certificate;
};

/* There is nobody to be asked for a passphrase. */
static int
no_passphrase(char *text, int size, int for_writing, void *data)
{
	(void)text;
	(void)size;
	(void)for_writing;
	(void)data;
	return -1;
}

static const struct method *
find_method(const EVP_PKEY *key)
{
	char group[32];
	size_t i;

	if (EVP_PKEY_is_a(key, "RSA"))
		return EVP_PKEY_get_bits(key) >= RSA_BITS_MIN &&
			EVP_PKEY_get_bits(key) <= RSA_BITS_MAX
		    ? &methods[0]
		    : NULL;
	if (!EVP_PKEY_is_a(key, "EC") ||
	    EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME,
		group, sizeof(group), NULL) != 1)
		return NULL;
	for (i = 1; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(methods[i].group, group) == 0)
			return &methods[i];
	return NULL;
}

static EVP_PKEY *
decode_key(const struct saml_private_key *key)
{
	BIO *bio = BIO_new_mem_buf(key->pem, (int)key->size);
	EVP_PKEY *decoded =
	    PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	return decoded;
}

static X509 *
decode_certificate(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	X509 *decoded = PEM_read_bio_X509(bio, NULL, no_passphrase, NULL);

	BIO_free(bio);
	return decoded;
}

static int
encode_certificate(X509 *certificate, char **text)
{
	unsigned char *der = NULL;
	int size = i2d_X509(certificate, &der);

	if (size <= 0)
		return GATE_ECRYPTO;
	*text = base64_encode(der, (size_t)size);
	OPENSSL_free(der);
	return *text != NULL ? 0 : GATE_ENOMEM;
}

int
key_pair_new(struct key_pair **pair, const struct saml_private_key *key,
    const char *certificate, const char *name, const char *certificate_name,
    char *why, size_t why_size)
{
	struct key_pair *new = calloc(1, sizeof(*new));
	X509 *decoded = NULL;
	int r = GATE_ECONFIG;

	if (new == NULL)
		return GATE_ENOMEM;
	new->key = decode_key(key);
	new->method = new->key != NULL ? find_method(new->key) : NULL;
	decoded = decode_certificate(certificate);
	if (new->key == NULL)
		snprintf(why, why_size,
		    "[saml] %s: this is no private key in PEM without a "
		    "passphrase",
		    name);
	else if (new->method == NULL)
		snprintf(why, why_size,
		    "[saml] %s: neither RSA with %d to %d bits nor EC on "
		    "P-256, P-384 or P-521",
		    name, RSA_BITS_MIN, RSA_BITS_MAX);
	else if (decoded == NULL)
		snprintf(why, why_size,
		    "[saml] %s: this is no certificate in PEM",
		    certificate_name);
	else if (X509_check_private_key(decoded, new->key) != 1)
		snprintf(why, why_size, "[saml] %s is not that of [saml] %s",
		    certificate_name, name);
	else
		r = encode_certificate(decoded, &new->certificate);
	X509_free(decoded);
	if (r == 0) {
		*pair = new;
		new = NULL;
	}
	key_pair_free(&new);
	return r;
}

void
key_pair_free(struct key_pair **pair)
{
	struct key_pair *self = *pair;

	if (self == NULL)
		return;
	EVP_PKEY_free(self->key);
	free(self->certificate);
	free(self);
	*pair = NULL;
}

int
key_pair_encrypts(const struct key_pair *pair)
{
	return pair->method->group == NULL;
}

const char *
key_pair_certificate(const struct key_pair *pair)
{
	return pair->certificate;
}

const char *
key_pair_algorithm(const struct key_pair *pair)
{
	return pair->method->uri;
}

/*
 * Of ECDSA, OpenSSL gives a DER sequence of two numbers; RFC 6931, 2.3.6 has
 * them side by side, each as long as the curve's order.
 */
static int
side_by_side(unsigned char *signature, size_t *size, size_t half)
{
	const unsigned char *p = signature;
	ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &p, (long)*size);
	int r = GATE_ECRYPTO;

	if (pair == NULL)
		return r;
	if (BN_bn2binpad(ECDSA_SIG_get0_r(pair), signature, (int)half) > 0 &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(pair), signature + half, (int)half) >
		0)
		r = 0;
	*size = 2 * half;
	ECDSA_SIG_free(pair);
	return r;
}

int
key_pair_sign(
    const struct key_pair *pair, const void *bytes, size_t size, char **text)
{
	unsigned char signature[RSA_BITS_MAX / 8];
	size_t signature_size = sizeof(signature);
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	int r = GATE_ECRYPTO;

	if (ctx != NULL &&
	    EVP_DigestSignInit(
		ctx, NULL, pair->method->digest(), NULL, pair->key) == 1 &&
	    EVP_DigestSign(ctx, signature, &signature_size, bytes, size) == 1)
		r = 0;
	EVP_MD_CTX_free(ctx);
	if (r == 0 && pair->method->half > 0)
		r = side_by_side(
		    signature, &signature_size, pair->method->half);
	if (r != 0)
		return r;
	*text = base64_encode(signature, signature_size);
	return *text != NULL ? 0 : GATE_ENOMEM;
}

/*
 * The Signature that is to be filled in. It brings the certificate along: some
 * choose the key by it, and who trusts it for that alone is not our business.
 */
static xmlNode *
new_template(const struct key_pair *pair, xmlDoc *doc, const xmlChar *id)
{
	xmlNode *signature, *reference, *data;
	xmlChar *uri = xmlStrncatNew(BAD_CAST "#", id, -1);

	signature =
	    xmlSecTmplSignatureCreateNsPref(doc, xmlSecTransformExclC14NId,
		pair->method->signature_klass(), NULL, BAD_CAST "ds");
	reference = xmlSecTmplSignatureAddReference(
	    signature, pair->method->digest_klass(), NULL, uri, NULL);
	xmlFree(uri);
	xmlSecTmplReferenceAddTransform(reference, xmlSecTransformEnvelopedId);
	xmlSecTmplReferenceAddTransform(reference, xmlSecTransformExclC14NId);
	data = xmlSecTmplKeyInfoAddX509Data(
	    xmlSecTmplSignatureEnsureKeyInfo(signature, NULL));
	xmlNewTextChild(data, data->ns, BAD_CAST "X509Certificate",
	    BAD_CAST pair->certificate);
	return signature;
}

static xmlSecKey *
wrap(EVP_PKEY *bare)
{
	xmlSecKey *key = xmlSecKeyCreate();
	xmlSecKeyData *value;

	EVP_PKEY_up_ref(bare);
	value = xmlSecOpenSSLEvpKeyAdopt(bare);
	if (key == NULL || value == NULL ||
	    xmlSecKeySetValue(key, value) != 0) {
		xmlSecKeyDestroy(key);
		return NULL;
	}
	return key;
}

int
key_pair_sign_element(
    const struct key_pair *pair, xmlNode *element, xmlNode *after)
{
	xmlAttr *id = xmlHasNsProp(element, BAD_CAST "ID", NULL);
	xmlSecDSigCtx *ctx = NULL;
	xmlNode *signature;
	int r = GATE_ECRYPTO;

	/* without a DTD nothing else tells libxml2 that this is an ID */
	if (id == NULL ||
	    xmlAddID(NULL, element->doc, id->children->content, id) == NULL)
		return r;
	signature = new_template(pair, element->doc, id->children->content);
	if (after != NULL)
		xmlAddNextSibling(after, signature);
	else if (element->children != NULL)
		xmlAddPrevSibling(element->children, signature);
	else
		xmlAddChild(element, signature);
	ctx = xmlSecDSigCtxCreate(NULL);
	if (ctx == NULL)
		return r;
	ctx->signKey = wrap(pair->key); /* freed with the context */
	if (ctx->signKey != NULL && xmlSecDSigCtxSign(ctx, signature) == 0 &&
	    ctx->status == xmlSecDSigStatusSucceeded)
		r = 0;
	xmlSecDSigCtxDestroy(ctx);
	return r;
}
