/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/crypto.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/templates.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

#include "lib/error.h"
#include "tests/idp/sign.h"

/*
 * All signing is done here and none by lasso, which refuses EC keys and
 * chooses the digest by itself.
 */

#define SAML_NS "urn:oasis:names:tc:SAML:2.0:assertion"

typedef xmlSecTransformId method(void);

/* clang-format off */
static const struct methods {
	method *digest;
	method *rsa;
	method *ecdsa;
} methods[] = {
	[DIGEST_SHA1] = { xmlSecOpenSSLTransformSha1GetKlass,
	    xmlSecOpenSSLTransformRsaSha1GetKlass,
	    xmlSecOpenSSLTransformEcdsaSha1GetKlass },
	[DIGEST_SHA256] = { xmlSecOpenSSLTransformSha256GetKlass,
	    xmlSecOpenSSLTransformRsaSha256GetKlass,
	    xmlSecOpenSSLTransformEcdsaSha256GetKlass },
	[DIGEST_SHA384] = { xmlSecOpenSSLTransformSha384GetKlass,
	    xmlSecOpenSSLTransformRsaSha384GetKlass,
	    xmlSecOpenSSLTransformEcdsaSha384GetKlass },
	[DIGEST_SHA512] = { xmlSecOpenSSLTransformSha512GetKlass,
	    xmlSecOpenSSLTransformRsaSha512GetKlass,
	    xmlSecOpenSSLTransformEcdsaSha512GetKlass },
};
/* clang-format on */

/* The empty ds:Signature for an element of this ID, not in the tree yet. */
static xmlNode *
template_new(xmlDoc *doc, const xmlChar *id, xmlSecKey *key, enum digest digest)
{
	const struct methods *m = &methods[digest];
	int is_ec = xmlSecKeyGetValue(key)->id == xmlSecKeyDataEcdsaId;
	char uri[1024];
	xmlNode *signature, *reference, *info;

	snprintf(uri, sizeof(uri), "#%s", (const char *)id);
	signature =
	    xmlSecTmplSignatureCreateNsPref(doc, xmlSecTransformExclC14NId,
		is_ec ? m->ecdsa() : m->rsa(), NULL, BAD_CAST "ds");
	if (signature == NULL)
		return NULL;
	reference = xmlSecTmplSignatureAddReference(
	    signature, m->digest(), NULL, BAD_CAST uri, NULL);
	info = xmlSecTmplSignatureEnsureKeyInfo(signature, NULL);
	if (reference == NULL || info == NULL ||
	    xmlSecTmplReferenceAddTransform(
		reference, xmlSecTransformEnvelopedId) == NULL ||
	    xmlSecTmplReferenceAddTransform(
		reference, xmlSecTransformExclC14NId) == NULL ||
	    xmlSecTmplKeyInfoAddX509Data(info) == NULL) {
		xmlFreeNode(signature);
		return NULL;
	}
	return signature;
}

static int
fill_in(xmlNode *signature, xmlSecKey *key)
{
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);
	int r = GATE_ECRYPTO;

	if (ctx == NULL)
		return GATE_ENOMEM;
	ctx->signKey = xmlSecKeyDuplicate(key); /* freed with the context */
	if (ctx->signKey != NULL && xmlSecDSigCtxSign(ctx, signature) == 0 &&
	    ctx->status == xmlSecDSigStatusSucceeded)
		r = 0;
	xmlSecDSigCtxDestroy(ctx);
	return r;
}

int
sign_element(xmlNode *element, xmlSecKey *key, enum digest digest)
{
	xmlNode *issuer, *signature;
	xmlAttr *attribute;

	attribute = xmlHasNsProp(element, BAD_CAST "ID", NULL);
	issuer = xmlSecFindChild(element, BAD_CAST "Issuer", BAD_CAST SAML_NS);
	if (attribute == NULL || attribute->children == NULL || issuer == NULL)
		return GATE_EINVAL;
	/* Without a DTD nothing else tells libxml2 that this is an ID. */
	if (xmlAddID(NULL, element->doc, attribute->children->content,
		attribute) == NULL)
		return GATE_EINVAL;
	signature = template_new(
	    element->doc, attribute->children->content, key, digest);
	if (signature == NULL)
		return GATE_ENOMEM;
	xmlAddNextSibling(issuer, signature);
	return fill_in(signature, key);
}
