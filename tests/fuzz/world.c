/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/fuzz/world.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/parser.h>
#include <openssl/bio.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <xmlsec/openssl/evp.h>
#include <xmlsec/xmldsig.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/xmltree.h>

#include "lib/config.h"
#include "lib/file.h"
#include "saml/element.h"
#include "saml/verify.h"

#define SAML "urn:oasis:names:tc:SAML:2.0:"

/* One of the keys that tests/fuzz/run made in the folder $FUZZ_KEYS. */
static char *
key_text(const char *name)
{
	const char *folder = getenv("FUZZ_KEYS");
	char path[4096], *text, why[256];
	size_t size;

	snprintf(
	    path, sizeof(path), "%s/%s", folder != NULL ? folder : ".", name);
	if (file_read(path, FILE_SECRET, 1 << 16, &text, &size, why,
		sizeof(why)) != 0)
		errx(1, "%s: %s; see tests/fuzz/run", path, why);
	return text;
}

static EVP_PKEY *
read_key(const char *pem)
{
	BIO *bio = BIO_new_mem_buf(pem, -1);
	EVP_PKEY *key = PEM_read_bio_PrivateKey(bio, NULL, NULL, NULL);

	BIO_free(bio);
	if (key == NULL)
		errx(1, "a key of the fuzzed world cannot be read");
	return key;
}

static char *
certificate(EVP_PKEY *key)
{
	X509 *x = X509_new();
	unsigned char *der = NULL;
	char *text;
	int size;

	ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
	X509_gmtime_adj(X509_getm_notBefore(x), 0);
	X509_gmtime_adj(X509_getm_notAfter(x), 86400);
	X509_set_pubkey(x, key);
	if (X509_sign(x, key, EVP_sha256()) <= 0 ||
	    (size = i2d_X509(x, &der)) <= 0 ||
	    (text = malloc((size_t)size / 3 * 4 + 5)) == NULL)
		errx(1, "no certificate");
	EVP_EncodeBlock((unsigned char *)text, der, size);
	OPENSSL_free(der);
	X509_free(x);
	return text;
}

static void
add_idp(struct fuzz_world *world)
{
	char *key = certificate(world->idp_key), *text, why[256];

	if (asprintf(&text,
		"<md:EntityDescriptor xmlns:md=\"" SAML
		"metadata\" entityID=\"" WORLD_IDP
		"\"><md:IDPSSODescriptor protocolSupportEnumeration="
		"\"" SAML
		"protocol\"><md:KeyDescriptor><ds:KeyInfo xmlns:ds=\"" NS_DSIG
		"\"><ds:X509Data><ds:X509Certificate>%s"
		"</ds:X509Certificate></ds:X509Data></ds:KeyInfo>"
		"</md:KeyDescriptor><md:SingleSignOnService Binding=\"" SAML
		"bindings:HTTP-Redirect\" Location=\"https://idp.example/sso\"/>"
		"</md:IDPSSODescriptor></md:EntityDescriptor>",
		key) < 0)
		errx(1, "no memory");
	if (saml_idps_add(
		world->idps, text, strlen(text), 0, why, sizeof(why)) != 0)
		errx(1, "%s", why);
	free(text);
	free(key);
}

struct fuzz_world *
fuzz_world(void)
{
	static char sp[] = WORLD_SP, acs[] = WORLD_ACS, slo[] = WORLD_SLO;
	static char from[] = "name_id", none[] = "";
	static struct fuzz_world world = {
		.settings = { .entity_id = sp,
		    .acs_url = acs,
		    .slo_url = slo,
		    .user_from = from,
		    .user_scope = none,
		    .clock_skew = 60,
		    .max_response = 1 << 20,
		    .max_validity = 3600,
		    .cbc_encryption = CBC_ACCEPT },
	};
	char *idp_pem, *sp_pem, why[128];

	if (world.idps != NULL)
		return &world;
	idp_pem = key_text("idp.pem");
	sp_pem = key_text("sp.pem");
	if (saml_verify_init() != 0 || saml_idps_new(&world.idps) != 0 ||
	    saml_decryption_keys_new(&world.keys) != 0)
		errx(1, "the libraries do not start");
	world.idp_key = read_key(idp_pem);
	world.sp_key = read_key(sp_pem);
	if (saml_decryption_keys_add(
		world.keys, sp_pem, strlen(sp_pem), why, sizeof(why)) != 0)
		errx(1, "%s", why);
	add_idp(&world);
	free(idp_pem);
	free(sp_pem);
	return &world;
}

/* xmlsec would fetch what a Reference names: here it gets at nothing. */
static void
sign_child(const xmlNode *parent)
{
	xmlNode *node = parent->children;
	xmlSecDSigCtx *ctx;
	xmlSecKey *key;

	while (node != NULL && !element_is(node, NS_DSIG, "Signature"))
		node = node->next;
	if (node == NULL || (ctx = xmlSecDSigCtxCreate(NULL)) == NULL)
		return;
	EVP_PKEY_up_ref(fuzz_world()->idp_key);
	key = xmlSecKeyCreate();
	xmlSecKeySetValue(key, xmlSecOpenSSLEvpKeyAdopt(fuzz_world()->idp_key));
	ctx->signKey = key;
	ctx->enabledReferenceUris = xmlSecTransformUriTypeSameDocument;
	(void)xmlSecDSigCtxSign(ctx, node);
	xmlSecDSigCtxDestroy(ctx);
}

static void
add_ids(xmlDoc *doc, const xmlNode *node)
{
	xmlAttr *id;

	for (; node != NULL; node = node->next) {
		if (node->type != XML_ELEMENT_NODE)
			continue;
		id = xmlHasNsProp(node, BAD_CAST "ID", NULL);
		if (id != NULL && id->children != NULL &&
		    xmlGetID(doc, id->children->content) == NULL)
			xmlAddID(NULL, doc, id->children->content, id);
		add_ids(doc, node->children);
	}
}

char *
fuzz_sign(const char *message, size_t size)
{
	xmlDoc *doc = xmlReadMemory(message, (int)size, NULL, NULL,
	    XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	const xmlNode *root, *node;
	xmlBuffer *out = xmlBufferCreate();
	char *text = NULL;

	if (doc == NULL || (root = xmlDocGetRootElement(doc)) == NULL)
		goto out;
	add_ids(doc, root);
	/* the assertion's first: the Response's covers it */
	for (node = root->children; node != NULL; node = node->next)
		if (element_is(node, NS_ASSERTION, "Assertion"))
			sign_child(node);
	sign_child(root);
	if (xmlNodeDump(out, doc, xmlDocGetRootElement(doc), 0, 0) > 0)
		text = strdup((const char *)xmlBufferContent(out));
out:
	xmlBufferFree(out);
	xmlFreeDoc(doc);
	return text;
}
