/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_ENCRYPTED_H
#define TEST_ENCRYPTED_H

/*
 * XML Encryption in a header, for tests that need an EncryptedAssertion or an
 * EncryptedID: done with OpenSSL alone, no code under test has a hand in it. It
 * does the forbidden algorithms too, and damages what it made where it is told
 * to. Aborts where a test asks for what cannot be.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/rsa.h>

#define ENCRYPT_XENC       "http://www.w3.org/2001/04/xmlenc#"
#define ENCRYPT_XENC11     "http://www.w3.org/2009/xmlenc11#"
#define ENCRYPT_DSIG       "http://www.w3.org/2000/09/xmldsig#"
#define ENCRYPT_MORE       "http://www.w3.org/2001/04/xmldsig-more#"
#define ENCRYPT_SAML       "urn:oasis:names:tc:SAML:2.0:assertion"

#define ENCRYPT_AES128_GCM ENCRYPT_XENC11 "aes128-gcm"
#define ENCRYPT_AES192_GCM ENCRYPT_XENC11 "aes192-gcm"
#define ENCRYPT_AES256_GCM ENCRYPT_XENC11 "aes256-gcm"
#define ENCRYPT_AES128_CBC ENCRYPT_XENC "aes128-cbc"
#define ENCRYPT_AES192_CBC ENCRYPT_XENC "aes192-cbc"
#define ENCRYPT_AES256_CBC ENCRYPT_XENC "aes256-cbc"
#define ENCRYPT_3DES_CBC   ENCRYPT_XENC "tripledes-cbc" /* forbidden */

#define ENCRYPT_OAEP_MGF1P ENCRYPT_XENC "rsa-oaep-mgf1p"
#define ENCRYPT_OAEP       ENCRYPT_XENC11 "rsa-oaep"
#define ENCRYPT_RSA_1_5    ENCRYPT_XENC "rsa-1_5" /* forbidden */

#define ENCRYPT_SHA1       ENCRYPT_DSIG "sha1"
#define ENCRYPT_SHA256     ENCRYPT_XENC "sha256"
#define ENCRYPT_SHA384     ENCRYPT_MORE "sha384"
#define ENCRYPT_SHA512     ENCRYPT_XENC "sha512"
#define ENCRYPT_MGF_SHA1   ENCRYPT_XENC11 "mgf1sha1"
#define ENCRYPT_MGF_SHA256 ENCRYPT_XENC11 "mgf1sha256"
#define ENCRYPT_MGF_SHA384 ENCRYPT_XENC11 "mgf1sha384"
#define ENCRYPT_MGF_SHA512 ENCRYPT_XENC11 "mgf1sha512"

/* What is about to become base64. A tamper may change the bytes, and make the
 * sizes smaller. */
struct encrypt_parts {
	unsigned char *data; /* IV, ciphertext, and GCM's tag */
	size_t data_size;
	unsigned char *wrapped; /* the session key under RSA */
	size_t wrapped_size;
};

/* All zero: what is common. */
struct encrypt_options {
	const char *element;   /* NULL: EncryptedAssertion; or EncryptedID */
	const char *cipher;    /* NULL: ENCRYPT_AES256_GCM */
	const char *transport; /* NULL: ENCRYPT_OAEP_MGF1P */
	const char *digest;    /* DigestMethod; NULL: none, which is SHA-1 */
	const char *mgf;       /* MGF; NULL: none, which is MGF1 with SHA-1 */
	const char *label;     /* OAEPparams, before base64; NULL: none */
	const char *type;      /* NULL: Element; "": no Type at all */
	int beside;            /* the EncryptedKey follows the EncryptedData */
	int retrieval;         /* and a RetrievalMethod leads there */
	EVP_PKEY *other;       /* another recipient, before ours; NULL: none */
	size_t key_size;       /* of the session key; 0: as the cipher wants */
	int last_byte;         /* CBC's padding: 0: right; -1: a zero byte */
	void (*tamper)(struct encrypt_parts *parts);
};

struct encrypt_name {
	const char *uri, *name; /* OpenSSL's */
};

static inline const char *
encrypt_lookup(const struct encrypt_name *names, size_t count, const char *uri)
{
	size_t i;

	for (i = 0; i < count; i++) {
		if (strcmp(names[i].uri, uri) == 0)
			return names[i].name;
	}
	abort();
}

#define ENCRYPT_LOOKUP(names, uri)                                             \
	encrypt_lookup(names, sizeof(names) / sizeof((names)[0]), uri)

static inline EVP_CIPHER *
encrypt_cipher(const struct encrypt_options *o)
{
	static const struct encrypt_name names[] = {
		{ ENCRYPT_AES128_GCM, "AES-128-GCM" },
		{ ENCRYPT_AES192_GCM, "AES-192-GCM" },
		{ ENCRYPT_AES256_GCM, "AES-256-GCM" },
		{ ENCRYPT_AES128_CBC, "AES-128-CBC" },
		{ ENCRYPT_AES192_CBC, "AES-192-CBC" },
		{ ENCRYPT_AES256_CBC, "AES-256-CBC" },
		{ ENCRYPT_3DES_CBC, "DES-EDE3-CBC" },
	};
	const char *uri = o->cipher != NULL ? o->cipher : ENCRYPT_AES256_GCM;

	return EVP_CIPHER_fetch(NULL, ENCRYPT_LOOKUP(names, uri), NULL);
}

static inline const char *
encrypt_digest(const char *uri)
{
	static const struct encrypt_name names[] = {
		{ ENCRYPT_SHA1, "SHA1" },
		{ ENCRYPT_SHA256, "SHA256" },
		{ ENCRYPT_SHA384, "SHA384" },
		{ ENCRYPT_SHA512, "SHA512" },
		{ ENCRYPT_MGF_SHA1, "SHA1" },
		{ ENCRYPT_MGF_SHA256, "SHA256" },
		{ ENCRYPT_MGF_SHA384, "SHA384" },
		{ ENCRYPT_MGF_SHA512, "SHA512" },
	};

	return uri != NULL ? ENCRYPT_LOOKUP(names, uri) : "SHA1";
}

static inline char *__attribute__((format(printf, 1, 2)))
encrypt_text(const char *format, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, format);
	if (vasprintf(&text, format, ap) < 0)
		abort();
	va_end(ap);
	return text;
}

static inline char *
encrypt_base64(const void *bytes, size_t size)
{
	char *text = malloc(size / 3 * 4 + 5);

	if (text == NULL)
		abort();
	EVP_EncodeBlock((unsigned char *)text, bytes, (int)size);
	return text;
}

/* The private key of a recipient as PEM: PKCS #8, or as it was before that. */
static inline char *
encrypt_pem(EVP_PKEY *key, int traditional)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *bytes, *text;
	long size;
	int ok;

	if (traditional)
		ok = PEM_write_bio_PrivateKey_traditional(
		    bio, key, NULL, NULL, 0, NULL, NULL);
	else
		ok = PEM_write_bio_PKCS8PrivateKey(
		    bio, key, NULL, NULL, 0, NULL, NULL);
	if (ok != 1)
		abort();
	size = BIO_get_mem_data(bio, &bytes);
	text = strndup(bytes, (size_t)size);
	BIO_free(bio);
	return text;
}

/* The plaintext as the cipher takes it: padded as XML Encryption says, with
 * anything but for the last byte. */
static inline unsigned char *
encrypt_pad(const struct encrypt_options *o, const EVP_CIPHER *cipher,
    const char *plaintext, size_t *size)
{
	size_t length = strlen(plaintext), block, pad = 0;
	unsigned char *padded;

	block = (size_t)EVP_CIPHER_get_block_size(cipher);
	if (block > 1)
		pad = block - length % block;
	*size = length + pad;
	if ((padded = malloc(*size + 1)) == NULL)
		abort();
	memcpy(padded, plaintext, length);
	memset(padded + length, 0xa5, pad);
	if (pad > 0)
		padded[*size - 1] = (unsigned char)(o->last_byte == 0 ? (int)pad
			: o->last_byte < 0                            ? 0
					   : o->last_byte);
	return padded;
}

static inline void
encrypt_data(const struct encrypt_options *o, const EVP_CIPHER *cipher,
    const unsigned char *key, const char *plaintext,
    struct encrypt_parts *parts)
{
	EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
	size_t iv, size;
	unsigned char *padded = encrypt_pad(o, cipher, plaintext, &size);
	int gcm = EVP_CIPHER_get_mode(cipher) == EVP_CIPH_GCM_MODE, n, last;

	iv = (size_t)EVP_CIPHER_get_iv_length(cipher);
	parts->data_size = iv + size + (gcm ? 16 : 0);
	if ((parts->data = malloc(parts->data_size)) == NULL ||
	    RAND_bytes(parts->data, (int)iv) != 1 ||
	    EVP_EncryptInit_ex2(ctx, cipher, key, parts->data, NULL) != 1 ||
	    EVP_CIPHER_CTX_set_padding(ctx, 0) != 1 ||
	    EVP_EncryptUpdate(ctx, parts->data + iv, &n, padded, (int)size) !=
		1 ||
	    EVP_EncryptFinal_ex(ctx, parts->data + iv + n, &last) != 1)
		abort();
	if (gcm &&
	    EVP_CIPHER_CTX_ctrl(
		ctx, EVP_CTRL_AEAD_GET_TAG, 16, parts->data + iv + size) != 1)
		abort();
	EVP_CIPHER_CTX_free(ctx);
	free(padded);
}

static inline int
encrypt_is_rsa_1_5(const struct encrypt_options *o)
{
	return o->transport != NULL &&
	    strcmp(o->transport, ENCRYPT_RSA_1_5) == 0;
}

static inline void
encrypt_set_oaep(const struct encrypt_options *o, EVP_PKEY_CTX *ctx)
{
	char *label = o->label != NULL ? OPENSSL_strdup(o->label) : NULL;

	if (EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_OAEP_PADDING) != 1 ||
	    EVP_PKEY_CTX_set_rsa_oaep_md_name(
		ctx, encrypt_digest(o->digest), NULL) != 1 ||
	    EVP_PKEY_CTX_set_rsa_mgf1_md_name(
		ctx, encrypt_digest(o->mgf), NULL) != 1)
		abort();
	if (label != NULL &&
	    EVP_PKEY_CTX_set0_rsa_oaep_label(ctx, label, (int)strlen(label)) !=
		1)
		abort();
}

static inline void
encrypt_wrap(const struct encrypt_options *o, EVP_PKEY *recipient,
    const unsigned char *key, size_t key_size, struct encrypt_parts *parts)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new(recipient, NULL);

	parts->wrapped_size = (size_t)EVP_PKEY_get_size(recipient);
	if ((parts->wrapped = malloc(parts->wrapped_size)) == NULL ||
	    EVP_PKEY_encrypt_init(ctx) != 1)
		abort();
	if (!encrypt_is_rsa_1_5(o))
		encrypt_set_oaep(o, ctx);
	if (EVP_PKEY_encrypt(
		ctx, parts->wrapped, &parts->wrapped_size, key, key_size) != 1)
		abort();
	EVP_PKEY_CTX_free(ctx);
}

/* The EncryptionMethod of an EncryptedKey. */
static inline char *
encrypt_method(const struct encrypt_options *o)
{
	char *label, *params, *digest, *mgf, *text;

	label = o->label != NULL ? encrypt_base64(o->label, strlen(o->label))
				 : NULL;
	params = label != NULL
	    ? encrypt_text("<xenc:OAEPparams>%s</xenc:OAEPparams>", label)
	    : strdup("");
	digest = o->digest != NULL
	    ? encrypt_text("<ds:DigestMethod xmlns:ds=\"" ENCRYPT_DSIG "\""
			   " Algorithm=\"%s\"/>",
		  o->digest)
	    : strdup("");
	mgf = o->mgf != NULL
	    ? encrypt_text("<xenc11:MGF xmlns:xenc11=\"" ENCRYPT_XENC11 "\""
			   " Algorithm=\"%s\"/>",
		  o->mgf)
	    : strdup("");
	text = encrypt_text("<xenc:EncryptionMethod Algorithm=\"%s\">%s%s%s"
			    "</xenc:EncryptionMethod>",
	    o->transport != NULL ? o->transport : ENCRYPT_OAEP_MGF1P, params,
	    digest, mgf);
	free(label);
	free(params);
	free(digest);
	free(mgf);
	return text;
}

static inline char *
encrypt_key_element(const struct encrypt_options *o, const char *id,
    const struct encrypt_parts *parts)
{
	char *method = encrypt_method(o);
	char *value = encrypt_base64(parts->wrapped, parts->wrapped_size);
	char *text;

	text = encrypt_text("<xenc:EncryptedKey xmlns:xenc=\"" ENCRYPT_XENC "\""
			    " Id=\"%s\">%s<xenc:CipherData><xenc:CipherValue>"
			    "%s</xenc:CipherValue></xenc:CipherData>"
			    "</xenc:EncryptedKey>",
	    id, method, value);
	free(method);
	free(value);
	return text;
}

/* The element, with the EncryptedKeys where they are to be. */
static inline char *
encrypt_compose(
    const struct encrypt_options *o, const char *keys, const char *value)
{
	const char *element =
	    o->element != NULL ? o->element : "EncryptedAssertion";
	char *type, *info, *text;

	type = o->type == NULL   ? strdup(" Type=\"" ENCRYPT_XENC "Element\"")
	    : o->type[0] != '\0' ? encrypt_text(" Type=\"%s\"", o->type)
				 : strdup("");
	info = o->retrieval || !o->beside
	    ? encrypt_text("<ds:KeyInfo xmlns:ds=\"" ENCRYPT_DSIG "\">%s%s"
			   "</ds:KeyInfo>",
		  o->retrieval ? "<ds:RetrievalMethod URI=\"#_key\""
				 " Type=\"" ENCRYPT_XENC "EncryptedKey\"/>"
			       : "",
		  o->beside ? "" : keys)
	    : strdup("");
	text = encrypt_text(
	    "<saml:%s xmlns:saml=\"" ENCRYPT_SAML "\">"
	    "<xenc:EncryptedData xmlns:xenc=\"" ENCRYPT_XENC "\""
	    " Id=\"_data\"%s><xenc:EncryptionMethod Algorithm=\"%s\"/>%s"
	    "<xenc:CipherData><xenc:CipherValue>%s</xenc:CipherValue>"
	    "</xenc:CipherData></xenc:EncryptedData>%s</saml:%s>",
	    element, type, o->cipher != NULL ? o->cipher : ENCRYPT_AES256_GCM,
	    info, value, o->beside ? keys : "", element);
	free(type);
	free(info);
	return text;
}

/* The EncryptedKey of another recipient, or nothing. */
static inline char *
encrypt_other(
    const struct encrypt_options *o, const unsigned char *key, size_t size)
{
	struct encrypt_parts parts = { NULL, 0, NULL, 0 };
	char *text;

	if (o->other == NULL)
		return strdup("");
	encrypt_wrap(o, o->other, key, size, &parts);
	text = encrypt_key_element(o, "_key0", &parts);
	free(parts.wrapped);
	return text;
}

/*
 * Encrypts a text for the holder of a key (its public half is enough). Returns
 * the EncryptedAssertion or EncryptedID, which declares what it uses itself;
 * the caller frees it.
 */
static inline char *
encrypt_element(
    const struct encrypt_options *o, EVP_PKEY *recipient, const char *plaintext)
{
	struct encrypt_parts parts = { NULL, 0, NULL, 0 };
	EVP_CIPHER *cipher = encrypt_cipher(o);
	unsigned char key[64];
	size_t size = o->key_size;
	char *other, *ours, *keys, *value, *text;

	if (size == 0)
		size = (size_t)EVP_CIPHER_get_key_length(cipher);
	if (RAND_bytes(key, sizeof(key)) != 1)
		abort();
	encrypt_data(o, cipher, key, plaintext, &parts);
	encrypt_wrap(o, recipient, key, size, &parts);
	if (o->tamper != NULL)
		o->tamper(&parts);
	other = encrypt_other(o, key, size);
	ours = encrypt_key_element(o, "_key", &parts);
	keys = encrypt_text("%s%s", other, ours);
	value = encrypt_base64(parts.data, parts.data_size);
	text = encrypt_compose(o, keys, value);
	free(other);
	free(ours);
	free(keys);
	free(value);
	free(parts.data);
	free(parts.wrapped);
	EVP_CIPHER_free(cipher);
	return text;
}

#endif
