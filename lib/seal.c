/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/seal.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/secret.h"

/* A sealed value: version, nonce, ciphertext, tag. */
#define SEAL_VERSION    1
#define SEAL_NONCE_SIZE 12
#define SEAL_TAG_SIZE   16

struct seal_key {
	uint8_t bytes[SEAL_KEY_SIZE];
};

int
seal_key_load(
    struct seal_key **key, const char *path, char *why, size_t why_size)
{
	char *bytes = NULL;
	size_t size = 0;
	int r;

	*key = NULL;
	/* One byte more than a key has, to tell a longer file from a key. */
	r = file_read(
	    path, FILE_SECRET, SEAL_KEY_SIZE + 1, &bytes, &size, why, why_size);
	if (r == GATE_ETOOBIG || (r == 0 && size != SEAL_KEY_SIZE)) {
		if (why != NULL)
			snprintf(why, why_size,
			    "not a master key: one has %d bytes, this file "
			    "has not",
			    SEAL_KEY_SIZE);
		r = GATE_ECONFIG;
	}
	if (r != 0)
		goto out;
	*key = secret_alloc(sizeof(**key));
	if (*key == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	memcpy((*key)->bytes, bytes, SEAL_KEY_SIZE);
out:
	if (bytes != NULL)
		explicit_bzero(bytes, size);
	free(bytes);
	return r;
}

void
seal_key_free(struct seal_key **key)
{
	if (key == NULL)
		return;
	secret_free(*key, sizeof(**key));
	*key = NULL;
}

int
seal_key_create(const char *path)
{
	struct seal_key *key;
	int r;

	key = secret_alloc(sizeof(*key));
	if (key == NULL)
		return GATE_ENOMEM;
	r = secret_random(key->bytes, sizeof(key->bytes));
	if (r == 0)
		r = file_create(path, key->bytes, sizeof(key->bytes));
	seal_key_free(&key);
	return r;
}

/*
 * Starts either direction and feeds what is bound but not hidden: the
 * version, so that it cannot be changed to one that reads the rest otherwise,
 * and the row.
 */
static int
seal_begin(EVP_CIPHER_CTX *context, const struct seal_key *key, const char *aad,
    const uint8_t *sealed, int closing)
{
	const uint8_t *version = sealed, *nonce = sealed + 1;
	size_t aad_size = strlen(aad);
	int n;

	if (aad_size > INT_MAX ||
	    EVP_CipherInit_ex(context, EVP_aes_256_gcm(), NULL, key->bytes,
		nonce, closing) != 1 ||
	    EVP_CipherUpdate(context, NULL, &n, version, 1) != 1 ||
	    EVP_CipherUpdate(
		context, NULL, &n, (const uint8_t *)aad, (int)aad_size) != 1)
		return GATE_ECRYPTO;
	return 0;
}

int
seal_close(const struct seal_key *key, const char *aad, const void *plain,
    size_t size, uint8_t *out)
{
	uint8_t *cipher = out + 1 + SEAL_NONCE_SIZE, *tag = cipher + size;
	EVP_CIPHER_CTX *context = NULL;
	int n, r = GATE_ECRYPTO;

	if (size > INT_MAX)
		goto out;
	out[0] = SEAL_VERSION;
	r = secret_random(out + 1, SEAL_NONCE_SIZE);
	if (r != 0)
		goto out;
	r = GATE_ECRYPTO;
	context = EVP_CIPHER_CTX_new();
	if (context == NULL || seal_begin(context, key, aad, out, 1) != 0)
		goto out;
	if (EVP_CipherUpdate(context, cipher, &n, plain, (int)size) != 1 ||
	    EVP_CipherFinal_ex(context, tag, &n) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_GET_TAG, SEAL_TAG_SIZE, tag) != 1)
		goto out;
	r = 0;
out:
	EVP_CIPHER_CTX_free(context);
	return r;
}

int
seal_open(const struct seal_key *key, const char *aad, const uint8_t *sealed,
    size_t size, void *out)
{
	const uint8_t *cipher = sealed + 1 + SEAL_NONCE_SIZE;
	uint8_t tag[SEAL_TAG_SIZE];
	EVP_CIPHER_CTX *context = NULL;
	size_t plain_size;
	int n, r = GATE_ECRYPTO;

	if (size < SEAL_OVERHEAD || size > INT_MAX || sealed[0] != SEAL_VERSION)
		return GATE_ECRYPTO;
	plain_size = size - SEAL_OVERHEAD;
	memcpy(tag, cipher + plain_size, sizeof(tag));
	context = EVP_CIPHER_CTX_new();
	if (context == NULL || seal_begin(context, key, aad, sealed, 0) != 0)
		goto out;
	if (EVP_CipherUpdate(context, out, &n, cipher, (int)plain_size) != 1 ||
	    EVP_CIPHER_CTX_ctrl(
		context, EVP_CTRL_AEAD_SET_TAG, SEAL_TAG_SIZE, tag) != 1 ||
	    EVP_CipherFinal_ex(context, (uint8_t *)out + plain_size, &n) != 1)
		goto out;
	r = 0;
out:
	/* GCM deciphers before it knows: what did not verify is not given. */
	if (r != 0 && plain_size > 0)
		explicit_bzero(out, plain_size);
	EVP_CIPHER_CTX_free(context);
	return r;
}
