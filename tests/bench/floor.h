/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_FLOOR_H
#define BENCH_FLOOR_H

/*
 * What must be done at the very least to believe an assertion: libxml2's parse
 * and xmlSecDSigCtxVerify, with a bare public key.
 */
#include <err.h>

#include <libxml/parser.h>
#include <xmlsec/openssl/crypto.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmltree.h>

static inline xmlDoc *
floor_parse(const char *text, size_t size)
{
	xmlDoc *doc = xmlReadMemory(text, (int)size, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);

	if (doc == NULL)
		errx(1, "the floor does not parse");
	return doc;
}

static inline xmlNode *
floor_find(const xmlDoc *doc, const char *ns, const char *name)
{
	xmlNode *node = xmlSecFindNode(
	    xmlDocGetRootElement(doc), BAD_CAST name, BAD_CAST ns);

	if (node == NULL)
		errx(1, "the floor finds no %s", name);
	return node;
}

/* Verifies the signature of the one assertion. */
static inline void
floor_verify(xmlDoc *doc, xmlSecKey *key)
{
	xmlSecDSigCtx *ctx = xmlSecDSigCtxCreate(NULL);
	xmlNode *assertion = floor_find(
	    doc, "urn:oasis:names:tc:SAML:2.0:assertion", "Assertion");
	xmlNode *signature =
	    xmlSecFindNode(assertion, BAD_CAST "Signature", xmlSecDSigNs);
	xmlAttr *id = xmlHasNsProp(assertion, BAD_CAST "ID", NULL);

	if (ctx == NULL || id == NULL)
		errx(1, "the floor finds no ID");
	xmlAddID(NULL, doc, id->children->content, id);
	ctx->signKey = xmlSecKeyDuplicate(key);
	if (xmlSecDSigCtxVerify(ctx, signature) < 0 ||
	    ctx->status != xmlSecDSigStatusSucceeded)
		errx(1, "the floor does not verify");
	xmlSecDSigCtxDestroy(ctx);
}

#endif
