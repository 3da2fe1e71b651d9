/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/objects.h>
#include <openssl/x509.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/keys.h>
#include <xmlsec/openssl/evp.h>

#include "lib/error.h"
#include "saml/key.h"

/* xmlsec knows no kind of key for PSS alone: the name tells it apart. */
#define PSS_NAME     "RSASSA-PSS"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX 8192 /* larger ones only cost time, as exponents do */
#define RSA_E_BITS   64

/* Base64 as people paste it, with any white space. */
static int
decode(const char *base64, unsigned char **der, int *size)
{
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	size_t length = strlen(base64);
	int last = 0, r = GATE_ENOMEM;

	if (ctx == NULL || length > INT_MAX / 2 ||
	    (*der = malloc(length + 1)) == NULL)
		goto out;
	r = GATE_ENOTFOUND;
	EVP_DecodeInit(ctx);
	if (EVP_DecodeUpdate(ctx, *der, size, (const unsigned char *)base64,
		(int)length) < 0 ||
	    EVP_DecodeFinal(ctx, *der + *size, &last) < 0)
		goto out;
	*size += last;
	r = 0;
out:
	EVP_ENCODE_CTX_free(ctx);
	return r;
}

/* Nonzero for an exponent that anybody can sign with, as with 1, or that is
 * none. */
static int
is_weak(const EVP_PKEY *key)
{
	BIGNUM *e = NULL;
	int weak;

	weak = EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_RSA_E, &e) != 1 ||
	    !BN_is_odd(e) || BN_is_one(e) || BN_num_bits(e) > RSA_E_BITS;
	BN_free(e);
	return weak;
}

/* What is wrong with a public key; NULL: nothing. */
static const char *
flaw(EVP_PKEY *key)
{
	char curve[32];
	size_t size;
	int nid;

	switch (EVP_PKEY_get_base_id(key)) {
	case EVP_PKEY_RSA:
	case EVP_PKEY_RSA_PSS:
		if (EVP_PKEY_get_bits(key) < RSA_BITS_MIN)
			return "an RSA key of less than 2048 bits";
		if (EVP_PKEY_get_bits(key) > RSA_BITS_MAX)
			return "an RSA key of more than 8192 bits";
		return is_weak(key) ? "an RSA key with a weak exponent" : NULL;
	case EVP_PKEY_EC:
		if (EVP_PKEY_get_group_name(key, curve, sizeof(curve), &size) !=
		    1)
			return "an EC key without a named curve";
		nid = OBJ_txt2nid(curve);
		if (nid == NID_X9_62_prime256v1 || nid == NID_secp384r1)
			return NULL;
		return "an EC key of another curve than P-256 or P-384";
	default:
		return "a key that is neither RSA nor EC";
	}
}

/*
 * The same modulus and exponent as a plain RSA key, which has no place for what
 * the other one is restricted to; NULL: no memory.
 */
static EVP_PKEY *
plain(EVP_PKEY *pss)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	EVP_PKEY *key = NULL;
	OSSL_PARAM *params = NULL;

	if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_todata(pss, OSSL_KEYMGMT_SELECT_PUBLIC_KEY, &params) == 1)
		(void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

int
saml_key_is_pss(struct _xmlSecKey *key)
{
	const xmlChar *name = xmlSecKeyGetName(key);

	return name != NULL && strcmp((const char *)name, PSS_NAME) == 0;
}

/* Wraps an OpenSSL key, which is taken over in any case. */
static int
wrap(struct _xmlSecKey **key, EVP_PKEY *bare)
{
	int pss = EVP_PKEY_get_base_id(bare) == EVP_PKEY_RSA_PSS;
	xmlSecKeyData *data = NULL;
	EVP_PKEY *kept = pss ? plain(bare) : bare;

	if (pss)
		EVP_PKEY_free(bare);
	if (kept == NULL || (data = xmlSecOpenSSLEvpKeyAdopt(kept)) == NULL) {
		EVP_PKEY_free(kept);
		return GATE_ENOMEM;
	}
	if ((*key = xmlSecKeyCreate()) == NULL ||
	    (pss && xmlSecKeySetName(*key, (const xmlChar *)PSS_NAME) < 0) ||
	    xmlSecKeySetValue(*key, data) < 0) {
		xmlSecKeyDataDestroy(data);
		if (*key != NULL)
			xmlSecKeyDestroy(*key);
		*key = NULL;
		return GATE_ENOMEM;
	}
	return 0;
}

int
saml_key_from_certificate(
    struct _xmlSecKey **key, const char *base64, const char **why)
{
	unsigned char *der = NULL;
	const unsigned char *p;
	X509 *certificate = NULL;
	EVP_PKEY *bare = NULL;
	int r, size = 0;

	*key = NULL;
	*why = "not a certificate";
	if ((r = decode(base64, &der, &size)) != 0)
		goto out;
	r = GATE_ENOTFOUND;
	p = der;
	if ((certificate = d2i_X509(NULL, &p, size)) == NULL ||
	    p != der + size || (bare = X509_get_pubkey(certificate)) == NULL)
		goto out;
	if ((*why = flaw(bare)) != NULL)
		goto out;
	r = wrap(key, bare);
	bare = NULL;
out:
	EVP_PKEY_free(bare);
	X509_free(certificate);
	free(der);
	ERR_clear_error();
	return r;
}
