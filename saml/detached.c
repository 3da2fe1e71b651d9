/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>

#include "saml/base64.h"
#include "saml/detached.h"
#include "saml/key.h"

#define DSIG_MORE  "http://www.w3.org/2001/04/xmldsig-more#"
#define DSIG_MORE7 "http://www.w3.org/2007/05/xmldsig-more#"

/* The largest signature, of RSA with 8192 bits, in bytes. */
#define VALUE_MAX 1024

struct method {
	const char *uri;
	const EVP_MD *(*digest)(void);
	int type;    /* of the key: EVP_PKEY_RSA, _EC */
	int padding; /* of RSA */
};

static const struct method methods[] = {
	{ DSIG_MORE "rsa-sha256", EVP_sha256, EVP_PKEY_RSA, RSA_PKCS1_PADDING },
	{ DSIG_MORE "rsa-sha384", EVP_sha384, EVP_PKEY_RSA, RSA_PKCS1_PADDING },
	{ DSIG_MORE "rsa-sha512", EVP_sha512, EVP_PKEY_RSA, RSA_PKCS1_PADDING },
	{ DSIG_MORE7 "sha256-rsa-MGF1", EVP_sha256, EVP_PKEY_RSA,
	    RSA_PKCS1_PSS_PADDING },
	{ DSIG_MORE7 "sha384-rsa-MGF1", EVP_sha384, EVP_PKEY_RSA,
	    RSA_PKCS1_PSS_PADDING },
	{ DSIG_MORE7 "sha512-rsa-MGF1", EVP_sha512, EVP_PKEY_RSA,
	    RSA_PKCS1_PSS_PADDING },
	{ DSIG_MORE "ecdsa-sha256", EVP_sha256, EVP_PKEY_EC, 0 },
	{ DSIG_MORE "ecdsa-sha384", EVP_sha384, EVP_PKEY_EC, 0 },
	{ DSIG_MORE "ecdsa-sha512", EVP_sha512, EVP_PKEY_EC, 0 },
};

#define METHODS (sizeof(methods) / sizeof(methods[0]))

/* What is to be verified, and by which method. */
struct detached {
	const struct method *method;
	struct saml_base64 value;
	char *octets;
	size_t size;
};

static int
find_method(struct detached *detached, const struct saml_query_value *value,
    struct refusal *refusal)
{
	char *uri = NULL;
	size_t size, i;
	int r = saml_query_decode(value, &uri, &size, refusal);

	for (i = 0; r == 0 && i < METHODS; i++) {
		if (strcmp(methods[i].uri, uri) == 0)
			detached->method = &methods[i];
	}
	if (r == 0 && detached->method == NULL)
		r = refuse(refusal, REASON_SIGNATURE_ALGORITHM,
		    "SigAlg \"%.100s\": the IdP must sign with RSA or ECDSA "
		    "and SHA-256, SHA-384 or SHA-512",
		    uri);
	free(uri);
	return r;
}

static int
read_value(struct detached *detached, const struct saml_query_value *value,
    struct refusal *refusal)
{
	char *text = NULL;
	size_t size;
	int r = saml_query_decode(value, &text, &size, refusal);

	if (r == 0)
		r = saml_base64_decode(&detached->value, text, size, refusal);
	free(text);
	if (r == GATE_EREFUSED || (r == 0 && detached->value.ragged) ||
	    (r == 0 && detached->value.size == 0) ||
	    (r == 0 && detached->value.size > VALUE_MAX))
		r = refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "the Signature of the query string is not base64 of a "
		    "signature");
	return r;
}

static int
setup(EVP_PKEY_CTX *ctx, const struct method *method)
{
	if (method->padding == 0)
		return 1;
	if (EVP_PKEY_CTX_set_rsa_padding(ctx, method->padding) != 1)
		return 0;
	/* MGF1's digest is the message's where nothing else is said */
	return method->padding != RSA_PKCS1_PSS_PADDING ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) == 1;
}

/* r and s in bytes of the curve's size each, to DER; *der is OPENSSL_free'd. */
static int
pair_to_der(const struct saml_base64 *value, unsigned char **der, int *size)
{
	size_t half = value->size / 2;
	ECDSA_SIG *pair = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(value->bytes, (int)half, NULL);
	BIGNUM *s = BN_bin2bn(value->bytes + half, (int)half, NULL);
	int result = GATE_ENOMEM;

	if (pair == NULL || r == NULL || s == NULL ||
	    ECDSA_SIG_set0(pair, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		goto out;
	}
	*size = i2d_ECDSA_SIG(pair, der);
	if (*size > 0)
		result = 0;
out:
	ECDSA_SIG_free(pair);
	return result;
}

static int
verify_value(const struct detached *detached, EVP_PKEY *key,
    const unsigned char *value, size_t size, int *valid)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *key_ctx;

	if (ctx == NULL)
		return GATE_ENOMEM;
	*valid = EVP_DigestVerifyInit(ctx, &key_ctx, detached->method->digest(),
		     NULL, key) == 1 &&
	    setup(key_ctx, detached->method) &&
	    EVP_DigestVerify(ctx, value, size,
		(const unsigned char *)detached->octets, detached->size) == 1;
	EVP_MD_CTX_free(ctx);
	return 0;
}

static int
try_key(const struct detached *detached, EVP_PKEY *key, int *valid)
{
	const struct saml_base64 *value = &detached->value;
	size_t field = ((size_t)EVP_PKEY_get_bits(key) + 7) / 8;
	unsigned char *der = NULL;
	int r, size;

	if (detached->method->type != EVP_PKEY_EC || value->size != 2 * field)
		return verify_value(
		    detached, key, value->bytes, value->size, valid);
	if ((r = pair_to_der(value, &der, &size)) != 0)
		return r;
	r = verify_value(detached, key, der, (size_t)size, valid);
	OPENSSL_free(der);
	return r;
}

/* Whether a key is of the method's kind; one that was certified for PSS alone
 * verifies nothing else. */
static int
fits(const struct method *method, xmlSecKey *key, const EVP_PKEY *bare)
{
	return EVP_PKEY_get_base_id(bare) == method->type &&
	    (!saml_key_is_pss(key) || method->padding == RSA_PKCS1_PSS_PADDING);
}

static int
try_keys(const struct detached *detached, const struct saml_idp *idp,
    struct refusal *refusal)
{
	size_t i, tried = 0;
	int r, valid = 0;

	for (i = 0; i < idp->key_count && !valid; i++) {
		EVP_PKEY *key = xmlSecOpenSSLEvpKeyDataGetEvp(
		    xmlSecKeyGetValue(idp->keys[i]));

		if (key == NULL || !fits(detached->method, idp->keys[i], key))
			continue;
		tried++;
		if ((r = try_key(detached, key, &valid)) != 0)
			return r;
	}
	ERR_clear_error();
	if (valid)
		return 0;
	return refuse(refusal, REASON_SIGNATURE_INVALID,
	    "the query string's signature matches none of the %zu %s keys in "
	    "the IdP's metadata here: was it changed on its way, or has the "
	    "IdP a new key?",
	    tried, detached->method->type == EVP_PKEY_EC ? "EC" : "RSA");
}

int
saml_detached_verify(const struct saml_query *query, const struct saml_idp *idp,
    struct refusal *refusal)
{
	struct detached detached = { 0 };
	int r;

	if (query->signature.text == NULL || query->algorithm.text == NULL)
		return refuse(refusal, REASON_SIGNATURE_MISSING,
		    "the query string lacks SigAlg or Signature");
	r = find_method(&detached, &query->algorithm, refusal);
	if (r == 0)
		r = read_value(&detached, &query->signature, refusal);
	if (r == 0)
		r = saml_query_signed(query, &detached.octets, &detached.size);
	if (r == 0)
		r = try_keys(&detached, idp, refusal);
	free(detached.value.bytes);
	free(detached.octets);
	return r;
}
