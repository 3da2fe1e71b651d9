/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <libxml/c14n.h>
#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "tests/attacks/resign.h"

static unsigned char *
canonical(const char *text, size_t *size)
{
	static const xmlChar nodes[] =
	    "(//. | //@* | //namespace::*)[ancestor-or-self::ds:SignedInfo]";
	xmlDoc *doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
	xmlXPathContext *context;
	xmlXPathObject *found;
	xmlChar *bytes = NULL;
	int length;

	assert_non_null(doc);
	context = xmlXPathNewContext(doc);
	xmlXPathRegisterNs(context, BAD_CAST "ds", BAD_CAST DSIG);
	found = xmlXPathEvalExpression(nodes, context);
	assert_non_null(found);
	length = xmlC14NDocDumpMemory(
	    doc, found->nodesetval, XML_C14N_EXCLUSIVE_1_0, NULL, 0, &bytes);
	assert_true(length > 0);
	*size = (size_t)length;
	xmlXPathFreeObject(found);
	xmlXPathFreeContext(context);
	xmlFreeDoc(doc);
	return bytes;
}

char *
resign(struct attacks *attacks, char *text, resign_sign *sign, const void *how)
{
	static const char begin[] = "<ds:SignatureValue>";
	size_t size, value_size;
	unsigned char *bytes = canonical(text, &size);
	unsigned char *value = sign(attacks, bytes, size, &value_size, how);
	char *base64 = fixture_base64(value, value_size), *before, *after;

	before = fixture_cut_out(text, begin, "</ds:SignatureValue>");
	after = fixture_text("%s%s</ds:SignatureValue>", begin, base64);
	text = fixture_replace(text, before, after);
	free(before);
	free(after);
	free(base64);
	free(value);
	xmlFree(bytes);
	return text;
}

/* ECDSA as XML Signature has it: r and s, each as long as the curve's order. */
static unsigned char *
raw_ecdsa(EVP_PKEY *key, unsigned char *der, size_t der_size, size_t *size)
{
	const unsigned char *p = der;
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &p, (long)der_size);
	int half = (EVP_PKEY_get_bits(key) + 7) / 8;
	unsigned char *raw = malloc((size_t)half * 2);

	assert_non_null(signature);
	assert_non_null(raw);
	BN_bn2binpad(ECDSA_SIG_get0_r(signature), raw, half);
	BN_bn2binpad(ECDSA_SIG_get0_s(signature), raw + half, half);
	ECDSA_SIG_free(signature);
	free(der);
	*size = (size_t)half * 2;
	return raw;
}

unsigned char *
resign_by_key(struct attacks *attacks, const void *bytes, size_t size,
    size_t *value_size, const void *data)
{
	const struct resign_key *how = data;
	EVP_PKEY *key = attacks->keys[how->key];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey;
	unsigned char *value;

	assert_int_equal(EVP_DigestSignInit_ex(
			     ctx, &pkey, how->digest, NULL, NULL, key, NULL),
	    1);
	if (how->is_pss) {
		EVP_PKEY_CTX_set_rsa_padding(pkey, RSA_PKCS1_PSS_PADDING);
		EVP_PKEY_CTX_set_rsa_pss_saltlen(pkey, how->salt);
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_mgf1_md_name(
			pkey, how->mgf != NULL ? how->mgf : how->digest, NULL),
		    1);
	}
	assert_int_equal(EVP_DigestSign(ctx, NULL, value_size, bytes, size), 1);
	value = malloc(*value_size);
	assert_non_null(value);
	assert_int_equal(
	    EVP_DigestSign(ctx, value, value_size, bytes, size), 1);
	EVP_MD_CTX_free(ctx);
	if (EVP_PKEY_get_base_id(key) == EVP_PKEY_EC)
		return raw_ecdsa(key, value, *value_size, value_size);
	return value;
}
