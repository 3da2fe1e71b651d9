/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/error.h"
#include "saml/cipher.h"
#include "saml/element.h"
#include "saml/mask.h"

#define BLOCK 16

struct saml_cipher {
	const char *uri;
	const EVP_CIPHER *(*evp)(void);
	size_t key_size;
	size_t iv_size;
	size_t tag_size; /* 0: CBC, which has none */
};

static const struct saml_cipher ciphers[] = {
	{ NS_XENC11 "aes128-gcm", EVP_aes_128_gcm, 16, 12, 16 },
	{ NS_XENC11 "aes192-gcm", EVP_aes_192_gcm, 24, 12, 16 },
	{ NS_XENC11 "aes256-gcm", EVP_aes_256_gcm, 32, 12, 16 },
	{ NS_XENC "aes128-cbc", EVP_aes_128_cbc, 16, 16, 0 },
	{ NS_XENC "aes192-cbc", EVP_aes_192_cbc, 24, 16, 0 },
	{ NS_XENC "aes256-cbc", EVP_aes_256_cbc, 32, 16, 0 },
};

const struct saml_cipher *
saml_cipher_find(const char *uri)
{
	size_t i;

	for (i = 0; i < sizeof(ciphers) / sizeof(ciphers[0]); i++) {
		if (strcmp(ciphers[i].uri, uri) == 0)
			return &ciphers[i];
	}
	return NULL;
}

size_t
saml_cipher_key_size(const struct saml_cipher *cipher)
{
	return cipher->key_size;
}

int
saml_cipher_is_cbc(const struct saml_cipher *cipher)
{
	return cipher->tag_size == 0;
}

/* The size of what stands between IV and tag; 0 if there cannot be a text. */
static size_t
text_size(const struct saml_cipher *cipher, size_t size)
{
	size_t around = cipher->iv_size + cipher->tag_size;

	if (size <= around || size > INT_MAX)
		return 0;
	size -= around;
	return saml_cipher_is_cbc(cipher) && size % BLOCK != 0 ? 0 : size;
}

/*
 * Only the last byte of the padding means anything: it is the padding's length
 * (XML Encryption 5.2). What it is for a wrong one does not matter.
 */
static int
take_padding(const unsigned char *text, size_t *size)
{
	size_t last = text[*size - 1];
	size_t right = mask_equal((last - 1) / BLOCK, 0);

	*size -= mask_select(right, last, BLOCK);
	return (int)(right & 1);
}

int
saml_cipher_decipher(const struct saml_cipher *cipher, const unsigned char *key,
    const unsigned char *bytes, size_t size, unsigned char *out,
    size_t *out_size, int *good)
{
	const unsigned char *text = bytes + cipher->iv_size;
	size_t length = text_size(cipher, size);
	EVP_CIPHER_CTX *ctx;
	int n = 0, last = 0;

	*out_size = 0;
	*good = 0;
	if (length == 0)
		return 0;
	if ((ctx = EVP_CIPHER_CTX_new()) == NULL)
		return GATE_ENOMEM;
	if (EVP_DecryptInit_ex2(ctx, cipher->evp(), key, bytes, NULL) == 1 &&
	    EVP_CIPHER_CTX_set_padding(ctx, 0) == 1 &&
	    EVP_DecryptUpdate(ctx, out, &n, text, (int)length) == 1 &&
	    (size_t)n == length)
		*out_size = length;
	if (*out_size > 0 && saml_cipher_is_cbc(cipher)) {
		*good = take_padding(out, out_size);
	} else if (*out_size > 0) {
		*good =
		    EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG,
			(int)cipher->tag_size, (void *)(text + length)) == 1 &&
		    EVP_DecryptFinal_ex(ctx, out + n, &last) == 1;
		if (!*good)
			*out_size = 0;
	}
	EVP_CIPHER_CTX_free(ctx);
	return 0;
}
