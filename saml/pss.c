/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/buffer.h>
#include <xmlsec/keys.h>
#include <xmlsec/transforms.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/openssl/evp.h>

#include "saml/element.h"
#include "saml/pss.h"

#define MGF1 SAML_PSS_NS "MGF1"

static const struct digest {
	const char *uri;
	const EVP_MD *(*md)(void);
	const char *size; /* in bytes */
} digests[] = {
	{ NS_XENC "sha256", EVP_sha256, "32" }, /* the default */
	{ NS_DSIG_MORE "sha384", EVP_sha384, "48" },
	{ NS_XENC "sha512", EVP_sha512, "64" },
};

static int
refuse_params(struct refusal *refusal)
{
	return refuse(refusal, REASON_SIGNATURE_ALGORITHM,
	    "RSASSA-PSS must be with SHA-256, SHA-384 or SHA-512, MGF1 with "
	    "the same, a salt as long as the digest, and trailer 1");
}

/* The digest that a DigestMethod names, or where there is none the default. */
static int
read_digest(
    const struct digest **digest, const xmlNode *node, struct refusal *refusal)
{
	const char *uri;
	xmlNode *none[1];
	size_t i;

	*digest = &digests[0];
	if (node == NULL)
		return 0;
	uri = element_attribute(node, "Algorithm");
	for (i = 0; uri != NULL && i < sizeof(digests) / sizeof(digests[0]);
	     i++) {
		*digest = &digests[i];
		if (strcmp(digests[i].uri, uri) == 0)
			return element_children(node, NULL, 0, none,
			    REASON_SIGNATURE_SHAPE, refusal);
	}
	return refuse_params(refusal);
}

static int
read_mgf(
    const struct digest **digest, const xmlNode *node, struct refusal *refusal)
{
	static const struct element_slot slots[] = {
		{ NS_DSIG, { "DigestMethod" }, 0, 0 },
	};
	const char *uri;
	xmlNode *found[1] = { NULL };
	int r;

	if (node != NULL) {
		uri = element_attribute(node, "Algorithm");
		if (uri == NULL || strcmp(uri, MGF1) != 0)
			return refuse_params(refusal);
		r = element_children(
		    node, slots, 1, found, REASON_SIGNATURE_SHAPE, refusal);
		if (r != 0)
			return r;
	}
	return read_digest(digest, found[0], refusal);
}

static int
is_or_none(const xmlNode *node, const char *wanted)
{
	const char *text = node != NULL ? element_text(node) : wanted;

	return text != NULL && strcmp(text, wanted) == 0;
}

static int
read_params(const struct digest **digest, const xmlNode *params,
    struct refusal *refusal)
{
	enum {
		DIGEST,
		MGF,
		SALT,
		TRAILER
	};
	static const struct element_slot slots[] = {
		[DIGEST] = { NS_DSIG, { "DigestMethod" }, 0, 0 },
		[MGF] = { SAML_PSS_NS, { "MaskGenerationFunction" }, 0, 0 },
		[SALT] = { SAML_PSS_NS, { "SaltLength" }, 0, 0 },
		[TRAILER] = { SAML_PSS_NS, { "TrailerField" }, 0, 0 },
	};
	const struct digest *mgf;
	xmlNode *found[4];
	int r;

	r = element_children(
	    params, slots, 4, found, REASON_SIGNATURE_SHAPE, refusal);
	if (r == 0)
		r = read_digest(digest, found[DIGEST], refusal);
	if (r == 0)
		r = read_mgf(&mgf, found[MGF], refusal);
	if (r != 0)
		return r;
	if (mgf != *digest || !is_or_none(found[SALT], (*digest)->size) ||
	    !is_or_none(found[TRAILER], "1"))
		return refuse_params(refusal);
	return 0;
}

static int
read_method(const struct digest **digest, const xmlNode *method,
    struct refusal *refusal)
{
	static const struct element_slot slots[] = {
		{ SAML_PSS_NS, { "RSAPSSParams" }, 0, 0 },
	};
	xmlNode *found[1];
	int r;

	*digest = &digests[0];
	r = element_children(
	    method, slots, 1, found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0 || found[0] == NULL)
		return r;
	return read_params(digest, found[0], refusal);
}

int
saml_pss_check(const xmlNode *method, struct refusal *refusal)
{
	const struct digest *digest;

	return read_method(&digest, method, refusal);
}

/* What xmlsec allocates for one signature: objSize bytes, zeroed. */
struct transform {
	xmlSecTransform base;
	const struct digest *digest;
	EVP_MD_CTX *ctx;
};

static int
initialize(xmlSecTransform *base)
{
	struct transform *t = (struct transform *)base;
	xmlSecTransformId ids[] = { saml_pss_sha256(), saml_pss_sha384(),
		saml_pss_sha512() };
	size_t i;

	for (i = 0; i < 3; i++) {
		if (base->id == ids[i])
			t->digest = &digests[i];
	}
	t->ctx = EVP_MD_CTX_new();
	return t->ctx != NULL ? 0 : -1;
}

static void
finalize(xmlSecTransform *base)
{
	struct transform *t = (struct transform *)base;

	EVP_MD_CTX_free(t->ctx);
	t->ctx = NULL;
}

static int
read_node(xmlSecTransform *base, xmlNode *node, xmlSecTransformCtx *ctx)
{
	struct transform *t = (struct transform *)base;
	struct refusal refusal;

	(void)ctx;
	return read_method(&t->digest, node, &refusal) == 0 ? 0 : -1;
}

static int
set_key_requirements(xmlSecTransform *base, xmlSecKeyReq *requirements)
{
	if (base->operation != xmlSecTransformOperationVerify)
		return -1;
	requirements->keyId = xmlSecOpenSSLKeyDataRsaId;
	requirements->keyType = xmlSecKeyDataTypePublic;
	requirements->keyUsage = xmlSecKeyUsageVerify;
	return 0;
}

static int
set_key(xmlSecTransform *base, xmlSecKey *key)
{
	struct transform *t = (struct transform *)base;
	xmlSecKeyData *value = xmlSecKeyGetValue(key);
	EVP_PKEY *bare = NULL;
	EVP_PKEY_CTX *ctx;

	if (xmlSecKeyDataCheckId(value, xmlSecOpenSSLKeyDataRsaId))
		bare = xmlSecOpenSSLKeyDataRsaGetEvp(value);
	if (bare == NULL || t->digest == NULL ||
	    EVP_DigestVerifyInit(t->ctx, &ctx, t->digest->md(), NULL, bare) !=
		1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md(ctx, t->digest->md()) != 1 ||
	    EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) != 1)
		return -1;
	return 0;
}

/* Takes in what xmlsec has put into the input buffer. */
static int
execute(xmlSecTransform *base, int last, xmlSecTransformCtx *ctx)
{
	struct transform *t = (struct transform *)base;
	xmlSecSize size = xmlSecBufferGetSize(&base->inBuf);

	(void)ctx;
	if (base->status == xmlSecTransformStatusFinished)
		return size == 0 ? 0 : -1;
	if (size > 0 &&
	    (EVP_DigestVerifyUpdate(
		 t->ctx, xmlSecBufferGetData(&base->inBuf), size) != 1 ||
		xmlSecBufferRemoveHead(&base->inBuf, size) < 0))
		return -1;
	base->status =
	    last ? xmlSecTransformStatusFinished : xmlSecTransformStatusWorking;
	return 0;
}

static int
verify(xmlSecTransform *base, const xmlSecByte *value, xmlSecSize size,
    xmlSecTransformCtx *ctx)
{
	struct transform *t = (struct transform *)base;

	(void)ctx;
	if (base->status != xmlSecTransformStatusFinished)
		return -1;
	base->status = EVP_DigestVerifyFinal(t->ctx, value, size) == 1
	    ? xmlSecTransformStatusOk
	    : xmlSecTransformStatusFail;
	return 0;
}

#define KLASS(fragment, read)                                                  \
	{                                                                      \
		.klassSize = sizeof(xmlSecTransformKlass),                     \
		.objSize = sizeof(struct transform),                           \
		.name = (const xmlChar *)fragment,                             \
		.href = (const xmlChar *)SAML_PSS_NS fragment,                 \
		.usage = xmlSecTransformUsageSignatureMethod,                  \
		.initialize = initialize, .finalize = finalize,                \
		.readNode = read, .setKeyReq = set_key_requirements,           \
		.setKey = set_key, .verify = verify,                           \
		.getDataType = xmlSecTransformDefaultGetDataType,              \
		.pushBin = xmlSecTransformDefaultPushBin,                      \
		.popBin = xmlSecTransformDefaultPopBin, .execute = execute     \
	}

/* The first of them as in digests. */
static const xmlSecTransformKlass klasses[] = {
	KLASS("sha256-rsa-MGF1", NULL),
	KLASS("sha384-rsa-MGF1", NULL),
	KLASS("sha512-rsa-MGF1", NULL),
	KLASS("rsa-pss", read_node),
};

xmlSecTransformId
saml_pss_sha256(void)
{
	return &klasses[0];
}

xmlSecTransformId
saml_pss_sha384(void)
{
	return &klasses[1];
}

xmlSecTransformId
saml_pss_sha512(void)
{
	return &klasses[2];
}

xmlSecTransformId
saml_pss_with_params(void)
{
	return &klasses[3];
}

int
saml_pss_init(void)
{
	size_t i;

	for (i = 0; i < sizeof(klasses) / sizeof(klasses[0]); i++) {
		if (xmlSecTransformIdsRegister(&klasses[i]) < 0)
			return GATE_ECRYPTO;
	}
	return 0;
}
