/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdint.h>
#include <string.h>

#include <openssl/err.h>

#include <xmlsec/xmlsec.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/openssl/crypto.h>

#include "saml/element.h"
#include "saml/key.h"
#include "saml/pss.h"
#include "saml/signature.h"

#define ENVELOPED NS_DSIG "enveloped-signature"

/*
 * Exclusive canonicalization looks each of these prefixes up for each element:
 * a long list makes it quadratic.
 */
#define PREFIXES_MAX      16
#define PREFIXES_SIZE_MAX 256

/* The longest base64 of a signature: RSA with 16384 bits, and line breaks. */
#define VALUE_MAX 4096

struct saml_algorithm {
	const char *uri;
	xmlSecTransformId (*transform)(void);
	xmlSecKeyDataId (*key)(void); /* the kind of key it takes */
	const char *key_name;
	int pss;
	/* looks at what the method's element holds; NULL: it is empty */
	int (*check)(const xmlNode *node, struct refusal *refusal);
};

/* clang-format off */
#define PKCS1(name, hash)                                                      \
	{ NS_DSIG_MORE name, xmlSecOpenSSLTransformRsa##hash##GetKlass,        \
	    xmlSecOpenSSLKeyDataRsaGetKlass, "RSA", 0, NULL }
#define ECDSA(name, hash)                                                      \
	{ NS_DSIG_MORE name, xmlSecOpenSSLTransformEcdsa##hash##GetKlass,      \
	    xmlSecOpenSSLKeyDataEcdsaGetKlass, "EC", 0, NULL }
#define PSS(name, transform, check)                                            \
	{ SAML_PSS_NS name, transform, xmlSecOpenSSLKeyDataRsaGetKlass,        \
	    "RSA", 1, check }
#define DIGEST(uri, hash)                                                      \
	{ uri, xmlSecOpenSSLTransform##hash##GetKlass, NULL, NULL, 0, NULL }
/* clang-format on */

static const struct saml_algorithm methods[] = {
	PKCS1("rsa-sha256", Sha256),
	PKCS1("rsa-sha384", Sha384),
	PKCS1("rsa-sha512", Sha512),
	ECDSA("ecdsa-sha256", Sha256),
	ECDSA("ecdsa-sha384", Sha384),
	ECDSA("ecdsa-sha512", Sha512),
	PSS("sha256-rsa-MGF1", saml_pss_sha256, NULL),
	PSS("sha384-rsa-MGF1", saml_pss_sha384, NULL),
	PSS("sha512-rsa-MGF1", saml_pss_sha512, NULL),
	PSS("rsa-pss", saml_pss_with_params, saml_pss_check),
};

static const struct saml_algorithm digests[] = {
	DIGEST(NS_XENC "sha256", Sha256),
	DIGEST(NS_DSIG_MORE "sha384", Sha384),
	DIGEST(NS_XENC "sha512", Sha512),
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct saml_algorithm *
find_algorithm(
    const struct saml_algorithm *table, size_t count, const xmlNode *node)
{
	const char *uri = element_attribute(node, "Algorithm");
	size_t i;

	for (i = 0; uri != NULL && i < count; i++) {
		if (strcmp(table[i].uri, uri) == 0)
			return &table[i];
	}
	return NULL;
}

static int
refuse_algorithm(struct refusal *refusal, const xmlNode *node)
{
	const char *uri = element_attribute(node, "Algorithm");

	return refuse(refusal, REASON_SIGNATURE_ALGORITHM,
	    "%s \"%.100s\": the IdP must sign with RSA or ECDSA, and both "
	    "signature and digest with SHA-256, SHA-384 or SHA-512",
	    (const char *)node->name, uri != NULL ? uri : "");
}

static int
has_algorithm(const xmlNode *node, const char *wanted)
{
	const char *uri = element_attribute(node, "Algorithm");

	return uri != NULL && strcmp(uri, wanted) == 0;
}

/* Text and nothing else, with something in it. */
static int
check_value(const xmlNode *node, struct refusal *refusal)
{
	const char *text = element_text(node);
	size_t size = text != NULL ? strlen(text) : 0;

	if (size == 0 || size > VALUE_MAX)
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "%s is empty, too long, or holds elements",
		    (const char *)node->name);
	return 0;
}

static int
check_empty(const xmlNode *node, struct refusal *refusal)
{
	xmlNode *none[1];

	return element_children(
	    node, NULL, 0, none, REASON_SIGNATURE_SHAPE, refusal);
}

/*
 * xmlsec looks attributes up by their local names: one in a namespace, which
 * nothing here reads, would be taken for one in none.
 */
static int
check_plain_attributes(const xmlNode *node, struct refusal *refusal)
{
	const xmlAttr *attr = node->properties;
	const xmlNode *child;
	int r = 0;

	for (; attr != NULL; attr = attr->next) {
		if (attr->ns != NULL)
			return refuse(refusal, REASON_SIGNATURE_SHAPE,
			    "%s has the attribute %.60s in a namespace",
			    (const char *)node->name, (const char *)attr->name);
	}
	for (child = node->children; r == 0 && child != NULL;
	     child = child->next) {
		if (child->type == XML_ELEMENT_NODE)
			r = check_plain_attributes(child, refusal);
	}
	return r;
}

static size_t
count_words(const char *text)
{
	size_t words = 0;

	for (text += strspn(text, " \t\r\n"); *text != '\0'; words++) {
		text += strcspn(text, " \t\r\n");
		text += strspn(text, " \t\r\n");
	}
	return words;
}

/* Exclusive canonicalization without comments, and its short PrefixList. */
static int
check_c14n(const xmlNode *node, struct refusal *refusal)
{
	static const struct element_slot slots[] = {
		{ NS_EXC_C14N, { "InclusiveNamespaces" }, 0, 0 },
	};
	xmlNode *found[COUNT(slots)];
	const char *prefixes;
	int r;

	if (!has_algorithm(node, NS_EXC_C14N))
		return refuse_algorithm(refusal, node);
	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0 || found[0] == NULL)
		return r;
	prefixes = element_attribute(found[0], "PrefixList");
	if (prefixes != NULL &&
	    (strlen(prefixes) > PREFIXES_SIZE_MAX ||
		count_words(prefixes) > PREFIXES_MAX))
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "a PrefixList of more than %d prefixes", PREFIXES_MAX);
	return check_empty(found[0], refusal);
}

/* enveloped-signature, then exclusive canonicalization. */
static int
check_transforms(const xmlNode *node, struct refusal *refusal)
{
	static const struct element_slot slots[] = {
		{ NS_DSIG, { "Transform" }, 1, 0 },
		{ NS_DSIG, { "Transform" }, 1, 0 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0)
		return r;
	if (!has_algorithm(found[0], ENVELOPED))
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "the first transform is not enveloped-signature");
	if (!has_algorithm(found[1], NS_EXC_C14N))
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "the second transform is not exclusive canonicalization");
	if ((r = check_empty(found[0], refusal)) != 0)
		return r;
	return check_c14n(found[1], refusal);
}

static int
read_reference(struct saml_signature *signature, const xmlNode *node,
    struct refusal *refusal)
{
	enum {
		TRANSFORMS,
		METHOD,
		VALUE
	};
	static const struct element_slot slots[] = {
		[TRANSFORMS] = { NS_DSIG, { "Transforms" }, 1, 0 },
		[METHOD] = { NS_DSIG, { "DigestMethod" }, 1, 0 },
		[VALUE] = { NS_DSIG, { "DigestValue" }, 1, 0 },
	};
	const char *uri = element_attribute(node, "URI");
	xmlNode *found[COUNT(slots)];
	int r;

	if (uri == NULL || uri[0] != '#' || strcmp(uri + 1, signature->id) != 0)
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "the Reference is to \"%.80s\", not to the element that "
		    "the Signature stands in, \"#%.80s\"",
		    uri != NULL ? uri : "", signature->id);
	if (element_attribute(node, "Type") != NULL)
		return refuse(refusal, REASON_SIGNATURE_SHAPE,
		    "the Reference has a Type");
	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0 || (r = check_transforms(found[TRANSFORMS], refusal)) != 0)
		return r;
	signature->digest =
	    find_algorithm(digests, COUNT(digests), found[METHOD]);
	if (signature->digest == NULL)
		return refuse_algorithm(refusal, found[METHOD]);
	if ((r = check_empty(found[METHOD], refusal)) != 0)
		return r;
	return check_value(found[VALUE], refusal);
}

static int
read_signed_info(struct saml_signature *signature, const xmlNode *node,
    struct refusal *refusal)
{
	enum {
		C14N,
		METHOD,
		REFERENCE
	};
	static const struct element_slot slots[] = {
		[C14N] = { NS_DSIG, { "CanonicalizationMethod" }, 1, 0 },
		[METHOD] = { NS_DSIG, { "SignatureMethod" }, 1, 0 },
		[REFERENCE] = { NS_DSIG, { "Reference" }, 1, 0 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0 || (r = check_c14n(found[C14N], refusal)) != 0)
		return r;
	signature->method =
	    find_algorithm(methods, COUNT(methods), found[METHOD]);
	if (signature->method == NULL)
		return refuse_algorithm(refusal, found[METHOD]);
	r = signature->method->check != NULL
	    ? signature->method->check(found[METHOD], refusal)
	    : check_empty(found[METHOD], refusal);
	if (r == 0)
		r = read_reference(signature, found[REFERENCE], refusal);
	return r == 0 ? check_plain_attributes(node, refusal) : r;
}

int
saml_signature_read(
    struct saml_signature *signature, xmlNode *node, struct refusal *refusal)
{
	enum {
		INFO,
		VALUE,
		KEY_INFO
	};
	static const struct element_slot slots[] = {
		[INFO] = { NS_DSIG, { "SignedInfo" }, 1, 0 },
		[VALUE] = { NS_DSIG, { "SignatureValue" }, 1, 0 },
		[KEY_INFO] = { NS_DSIG, { "KeyInfo" }, 0, 0 },
	};
	xmlNode *found[COUNT(slots)];
	int r;

	memset(signature, 0, sizeof(*signature));
	signature->node = node;
	signature->id = element_attribute(node->parent, "ID");
	if (signature->id == NULL)
		return refuse(refusal, REASON_BAD_ID,
		    "%.40s is signed and has no ID",
		    (const char *)node->parent->name);
	r = element_children(
	    node, slots, COUNT(slots), found, REASON_SIGNATURE_SHAPE, refusal);
	if (r != 0 || (r = check_value(found[VALUE], refusal)) != 0)
		return r;
	signature->key_info = found[KEY_INFO];
	return read_signed_info(signature, found[INFO], refusal);
}

/*
 * A context that can do nothing but what this signature needs. The flag named
 * after a card company has "#ID" looked up by xmlGetID alone, instead of
 * handing it to XPointer.
 */
static xmlSecDSigCtx *
new_context(const struct saml_signature *signature, xmlSecKey *key)
{
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);

	if (ctx == NULL)
		return NULL;
	ctx->flags = XMLSEC_DSIG_FLAGS_IGNORE_MANIFESTS |
	    XMLSEC_DSIG_FLAGS_USE_VISA3D_HACK;
	ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	ctx->signKey = xmlSecKeyDuplicate(key);
	if (ctx->signKey == NULL ||
	    xmlSecDSigCtxEnableSignatureTransform(
		ctx, xmlSecTransformExclC14NGetKlass()) < 0 ||
	    xmlSecDSigCtxEnableSignatureTransform(
		ctx, signature->method->transform()) < 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(
		ctx, xmlSecTransformEnvelopedGetKlass()) < 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(
		ctx, xmlSecTransformExclC14NGetKlass()) < 0 ||
	    xmlSecDSigCtxEnableReferenceTransform(
		ctx, signature->digest->transform()) < 0) {
		xmlSecDSigCtxDestroy(ctx);
		return NULL;
	}
	return ctx;
}

/* What came of the one Reference, or NULL if it was not the only one. */
static const xmlSecDSigReferenceCtx *
only_reference(xmlSecDSigCtx *ctx)
{
	if (xmlSecPtrListGetSize(&ctx->signedInfoReferences) != 1 ||
	    xmlSecPtrListGetSize(&ctx->manifestReferences) != 0)
		return NULL;
	return xmlSecPtrListGetItem(&ctx->signedInfoReferences, 0);
}

/*
 * *valid only if all that a valid signature implies is so. *hopeless if no
 * other key can make a difference, since the digest is wrong already.
 */
static int
try_key(const struct saml_signature *signature, xmlSecKey *key, int *valid,
    int *hopeless)
{
	const xmlSecDSigReferenceCtx *reference;
	xmlSecDSigCtx *ctx = new_context(signature, key);
	int verified;

	if (ctx == NULL)
		return GATE_ENOMEM;
	verified = xmlSecDSigCtxVerify(ctx, signature->node) >= 0 &&
	    ctx->status == xmlSecDSigStatusSucceeded;
	reference = only_reference(ctx);
	*hopeless =
	    reference == NULL || reference->status != xmlSecDSigStatusSucceeded;
	*valid = verified && !*hopeless && reference->uri != NULL &&
	    reference->uri[0] == '#' &&
	    strcmp((const char *)reference->uri + 1, signature->id) == 0;
	xmlSecDSigCtxDestroy(ctx);
	return 0;
}

/* Nonzero if the key is of the kind that the method takes. */
static int
fits(const struct saml_algorithm *method, xmlSecKey *key)
{
	return xmlSecKeyDataCheckId(xmlSecKeyGetValue(key), method->key()) &&
	    (method->pss || !saml_key_is_pss(key));
}

/* Nonzero if "#ID" leads to the element that the signature is to cover. */
static int
id_is_parents(const struct saml_signature *signature)
{
	const xmlNode *node = signature->node;
	const xmlAttr *id = xmlGetID(node->doc, BAD_CAST signature->id);

	return id != NULL && id->parent == node->parent;
}

/* Whether this key signed what the SignedInfo says, be it true or not. */
static int
has_signed(const struct saml_signature *signature, xmlSecKey *key, int *has)
{
	xmlSecDSigCtx *ctx = new_context(signature, key);
	xmlNode *info = (xmlNode *)(uintptr_t)element_at(signature->node, 0);
	xmlNode *value = (xmlNode *)(uintptr_t)element_at(signature->node, 1);
	xmlNode *c14n = (xmlNode *)(uintptr_t)element_at(info, 0);
	xmlNode *how = (xmlNode *)(uintptr_t)element_at(info, 1);
	xmlSecNodeSet *nodes = NULL;
	xmlSecTransformCtx *chain;
	xmlSecTransform *method;

	*has = 0;
	if (ctx == NULL)
		return GATE_ENOMEM;
	chain = &ctx->transformCtx;
	if (xmlSecTransformCtxNodeRead(
		chain, c14n, xmlSecTransformUsageC14NMethod) == NULL ||
	    (method = xmlSecTransformCtxNodeRead(
		 chain, how, xmlSecTransformUsageSignatureMethod)) == NULL)
		goto out;
	method->operation = xmlSecTransformOperationVerify;
	nodes = xmlSecNodeSetGetChildren(info->doc, info, 1, 0);
	*has = nodes != NULL && xmlSecTransformSetKey(method, key) >= 0 &&
	    xmlSecTransformCtxXmlExecute(chain, nodes) >= 0 &&
	    xmlSecTransformVerifyNodeContent(method, value, chain) >= 0 &&
	    method->status == xmlSecTransformStatusOk;
out:
	if (nodes != NULL)
		xmlSecNodeSetDestroy(nodes);
	xmlSecDSigCtxDestroy(ctx);
	return 0;
}

/*
 * The key to verify with, counted from 1, and how many fit; 0: none. Where
 * several do, it is the one that signed the SignedInfo: so what was signed,
 * which may be large, is digested once at the most.
 */
static int
choose_key(const struct saml_signature *signature, const struct saml_idp *idp,
    size_t *key, size_t *fitting)
{
	size_t i, first = 0;
	int r = 0, has = 0;

	*key = *fitting = 0;
	for (i = 0; i < idp->key_count; i++) {
		if (fits(signature->method, idp->keys[i]) && (*fitting)++ == 0)
			first = i;
	}
	if (*fitting == 1)
		*key = first + 1;
	for (i = first; *fitting > 1 && i < idp->key_count && !has; i++) {
		if (!fits(signature->method, idp->keys[i]))
			continue;
		if ((r = has_signed(signature, idp->keys[i], &has)) != 0)
			break;
		if (has)
			*key = i + 1;
	}
	return r;
}

int
saml_signature_verify(struct saml_signature *signature,
    const struct saml_idp *idp, struct refusal *refusal)
{
	const char *name = (const char *)signature->node->parent->name;
	size_t key = 0, fitting = 0;
	int r, valid = 0, hopeless = !id_is_parents(signature);

	if (signature->key_info != NULL) {
		xmlUnlinkNode(signature->key_info);
		xmlFreeNode(signature->key_info);
	}
	r = hopeless ? 0 : choose_key(signature, idp, &key, &fitting);
	if (r == 0 && key > 0)
		r = try_key(signature, idp->keys[key - 1], &valid, &hopeless);
	ERR_clear_error();
	if (r != 0)
		return r;
	if (valid) {
		signature->key = key;
		return 0;
	}
	if (hopeless)
		return refuse(refusal, REASON_SIGNATURE_INVALID,
		    "the %.40s was changed after the IdP signed it: its digest "
		    "does not match",
		    name);
	return refuse(refusal, REASON_SIGNATURE_INVALID,
	    "the %.40s's signature matches none of the %zu %s keys in the "
	    "IdP's metadata here: has the IdP a new key?",
	    name, fitting, signature->method->key_name);
}
