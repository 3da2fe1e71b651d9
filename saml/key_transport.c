/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#include "lib/error.h"
#include "saml/element.h"
#include "saml/key_transport.h"
#include "saml/mask.h"

#define MODULUS_MAX  1024 /* bytes */

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

/*
 * SHA-1 is good enough here: OAEP rests on no collision of its digest. SHA-384
 * has a name of its own in XML Encryption, beside that of XML Signature.
 */
static const struct algorithm {
	const char *uri, *name;
} digests[] = {
	{ NS_DSIG "sha1", "SHA1" },
	{ NS_XENC "sha256", "SHA256" },
	{ NS_XENC "sha384", "SHA384" },
	{ NS_DSIG_MORE "sha384", "SHA384" },
	{ NS_XENC "sha512", "SHA512" },
}, mgfs[] = {
	{ NS_XENC11 "mgf1sha1", "SHA1" },
	{ NS_XENC11 "mgf1sha256", "SHA256" },
	{ NS_XENC11 "mgf1sha384", "SHA384" },
	{ NS_XENC11 "mgf1sha512", "SHA512" },
};

enum part {
	KEY_SIZE,
	LABEL,
	DIGEST,
	MGF,
	PARTS
};

static const struct {
	const char *ns, *name;
} parts[PARTS] = {
	[KEY_SIZE] = { NS_XENC, "KeySize" },
	[LABEL] = { NS_XENC, "OAEPparams" },
	[DIGEST] = { NS_DSIG, "DigestMethod" },
	[MGF] = { NS_XENC11, "MGF" },
};

/* The parts, each once at the most. IdPs do not agree on their order. */
static int
find_parts(
    const xmlNode *method, const xmlNode **found, struct refusal *refusal)
{
	const xmlNode *child;
	size_t i;

	memset(found, 0, PARTS * sizeof(found[0]));
	for (child = method->children; child != NULL; child = child->next) {
		if (child->type != XML_ELEMENT_NODE)
			continue;
		for (i = 0; i < PARTS; i++) {
			if (element_is(child, parts[i].ns, parts[i].name))
				break;
		}
		if (i == PARTS || found[i] != NULL)
			return refuse(refusal, REASON_ENCRYPTION_SHAPE,
			    "the element %.60s is unknown or doubled in the "
			    "EncryptionMethod of an EncryptedKey",
			    (const char *)child->name);
		found[i] = child;
	}
	return 0;
}

static int
refuse_algorithm(struct refusal *refusal, const xmlNode *node)
{
	const char *uri = element_attribute(node, "Algorithm");

	return refuse(refusal, REASON_ENCRYPTION_ALGORITHM,
	    "%.40s \"%.100s\": the IdP must encrypt the key with RSA-OAEP, its "
	    "digests SHA-1 or SHA-2",
	    (const char *)node->name, uri != NULL ? uri : "");
}

/* The name in a table of the Algorithm of a node: SHA-1 where there is none. */
static int
read_digest(const char **name, const struct algorithm *table, size_t count,
    const xmlNode *node, struct refusal *refusal)
{
	const char *uri;
	xmlNode *none[1];
	size_t i;

	*name = "SHA1";
	if (node == NULL)
		return 0;
	uri = element_attribute(node, "Algorithm");
	for (i = 0; uri != NULL && i < count; i++) {
		if (strcmp(table[i].uri, uri) == 0)
			break;
	}
	if (uri == NULL || i == count)
		return refuse_algorithm(refusal, node);
	*name = table[i].name;
	return element_children(
	    node, NULL, 0, none, REASON_ENCRYPTION_SHAPE, refusal);
}

int
saml_key_transport_read(struct saml_key_transport *transport,
    const xmlNode *method, struct refusal *refusal)
{
	const char *uri = element_attribute(method, "Algorithm");
	const xmlNode *found[PARTS];
	int r, fixed;

	memset(transport, 0, sizeof(*transport));
	fixed = uri != NULL && strcmp(uri, NS_XENC "rsa-oaep-mgf1p") == 0;
	if (!fixed && (uri == NULL || strcmp(uri, NS_XENC11 "rsa-oaep") != 0))
		return refuse_algorithm(refusal, method);
	if ((r = find_parts(method, found, refusal)) != 0)
		return r;
	r = read_digest(&transport->digest, digests, COUNT(digests),
	    found[DIGEST], refusal);
	if (r == 0)
		r = read_digest(&transport->mgf_digest, mgfs, COUNT(mgfs),
		    found[MGF], refusal);
	if (r != 0)
		return r;
	if (fixed && strcmp(transport->mgf_digest, "SHA1") != 0)
		return refuse(refusal, REASON_ENCRYPTION_ALGORITHM,
		    "rsa-oaep-mgf1p with an MGF other than that with SHA-1: "
		    "that is " NS_XENC11 "rsa-oaep");
	if (found[LABEL] == NULL)
		return 0;
	transport->label = element_text(found[LABEL]);
	if (transport->label == NULL)
		return refuse(refusal, REASON_ENCRYPTION_SHAPE,
		    "an OAEPparams that holds elements");
	return 0;
}

/* A context set up for this form of OAEP, or NULL. */
static EVP_PKEY_CTX *
new_context(const struct saml_wrapped_key *wrapped, EVP_PKEY *ours)
{
	const struct saml_key_transport *transport = wrapped->transport;
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(ours, NULL);
	void *label = NULL;

	if (ctx == NULL)
		return NULL;
	if (wrapped->label_size > 0)
		label = OPENSSL_memdup(wrapped->label, wrapped->label_size);
	if ((label == NULL) != (wrapped->label_size == 0) ||
	    EVP_PKEY_decrypt_init(ctx) != 1 ||
	    EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(ctx, transport->digest, NULL) !=
		1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(
		ctx, transport->mgf_digest, NULL) != 1 ||
	    (label != NULL &&
		EVP_PKEY_CTX_set0_rsa_oaep_label(
		    ctx, label, (int)wrapped->label_size) != 1)) {
		OPENSSL_free(label);
		EVP_PKEY_CTX_free(ctx);
		return NULL;
	}
	return ctx;
}

/*
 * Whether it can be a ciphertext of this key at all: as long as the modulus,
 * and below it. That is no secret, our certificate has the modulus.
 */
static int
is_ciphertext(const struct saml_wrapped_key *wrapped, const EVP_PKEY *ours)
{
	unsigned char modulus[MODULUS_MAX];
	BIGNUM *n = NULL;
	int size = EVP_PKEY_get_size(ours), is = 0;

	if (wrapped->size == (size_t)size && size <= MODULUS_MAX &&
	    EVP_PKEY_get_bn_param(ours, OSSL_PKEY_PARAM_RSA_N, &n) == 1 &&
	    BN_bn2binpad(n, modulus, size) == size)
		is = memcmp(wrapped->bytes, modulus, wrapped->size) < 0;
	BN_free(n);
	return is;
}

int
saml_key_unwrap(const struct saml_wrapped_key *wrapped, EVP_PKEY *ours,
    unsigned char *key, size_t key_size)
{
	unsigned char out[MODULUS_MAX] = { 0 }, other[MODULUS_MAX];
	const unsigned char *bytes = wrapped->bytes;
	size_t i, size = sizeof(out), right;
	EVP_PKEY_CTX *ctx;
	int r, fits = is_ciphertext(wrapped, ours);

	if (RAND_bytes(key, (int)key_size) != 1)
		return GATE_ECRYPTO;
	if ((ctx = new_context(wrapped, ours)) == NULL)
		return GATE_ENOMEM;
	if (!fits) { /* some number below the modulus, to take as long */
		memset(other, 1, sizeof(other));
		bytes = other;
	}
	r = EVP_PKEY_decrypt(
	    ctx, out, &size, bytes, (size_t)EVP_PKEY_get_size(ours));
	right = mask_equal((size_t)r, 1) & mask_equal((size_t)fits, 1) &
	    mask_equal(size, key_size);
	for (i = 0; i < key_size; i++)
		key[i] = (unsigned char)mask_select(right, out[i], key[i]);
	explicit_bzero(out, sizeof(out));
	EVP_PKEY_CTX_free(ctx);
	ERR_clear_error();
	return 0;
}
