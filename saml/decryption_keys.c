/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/error.h"
#include "saml/decryption_keys.h"

#define BITS_MIN 2048
#define BITS_MAX 8192 /* larger ones only cost time */

struct saml_decryption_keys {
	EVP_PKEY *keys[SAML_DECRYPTION_KEYS_MAX];
	size_t count;
};

int
saml_decryption_keys_new(struct saml_decryption_keys **keys)
{
	*keys = calloc(1, sizeof(**keys));
	return *keys != NULL ? 0 : GATE_ENOMEM;
}

void
saml_decryption_keys_free(struct saml_decryption_keys **keys)
{
	size_t i;

	if (*keys == NULL)
		return;
	for (i = 0; i < (*keys)->count; i++)
		EVP_PKEY_free((*keys)->keys[i]);
	free(*keys);
	*keys = NULL;
}

/* Without one, OpenSSL would ask for a passphrase on a terminal. */
static int
no_passphrase(char *buffer, int size, int writing, void *data)
{
	(void)buffer;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

/* What keeps a key from decrypting; NULL: nothing. */
static const char *
flaw(const struct saml_decryption_keys *keys, const EVP_PKEY *key)
{
	if (EVP_PKEY_get_bits(key) < BITS_MIN)
		return "an RSA key of less than 2048 bits";
	if (EVP_PKEY_get_bits(key) > BITS_MAX)
		return "an RSA key of more than 8192 bits";
	if (keys->count == SAML_DECRYPTION_KEYS_MAX)
		return "one key too many";
	return NULL;
}

int
saml_decryption_keys_add(struct saml_decryption_keys *keys, const char *pem,
    size_t size, char *why, size_t why_size)
{
	const char *phrase = "not a private key in PEM without a passphrase";
	EVP_PKEY *key = NULL;
	BIO *bio = NULL;
	int r = GATE_ENOMEM;

	if (size > INT_MAX || (bio = BIO_new_mem_buf(pem, (int)size)) == NULL)
		goto out;
	r = GATE_ECONFIG;
	key = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	if (key == NULL)
		goto out;
	r = 0;
	if (EVP_PKEY_get_base_id(key) != EVP_PKEY_RSA)
		goto out;
	if ((phrase = flaw(keys, key)) != NULL) {
		r = GATE_ECONFIG;
		goto out;
	}
	keys->keys[keys->count++] = key;
	key = NULL;
out:
	if (r == GATE_ECONFIG)
		snprintf(why, why_size, "%s", phrase);
	EVP_PKEY_free(key);
	BIO_free(bio);
	ERR_clear_error();
	return r;
}

size_t
saml_decryption_keys_count(const struct saml_decryption_keys *keys)
{
	return keys->count;
}

EVP_PKEY *
saml_decryption_keys_get(const struct saml_decryption_keys *keys, size_t i)
{
	return keys->keys[i];
}
