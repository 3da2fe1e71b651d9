/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include <openssl/evp.h>

#include "lib/error.h"

static int
add_text(EVP_MD_CTX *context, const char *text)
{
	size_t size = strlen(text);
	uint64_t prefix = htobe64(size);

	return EVP_DigestUpdate(context, &prefix, sizeof(prefix)) == 1 &&
	    EVP_DigestUpdate(context, text, size) == 1;
}

int
digest_texts(
    const char *const *texts, size_t count, uint8_t digest[DIGEST_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	size_t i;
	int good;

	good = context != NULL &&
	    EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1;
	for (i = 0; i < count && good; i++)
		good = add_text(context, texts[i]);
	if (good)
		good = EVP_DigestFinal_ex(context, digest, NULL) == 1;
	EVP_MD_CTX_free(context);
	return good ? 0 : GATE_ECRYPTO;
}

void
digest_text(const uint8_t digest[DIGEST_SIZE], char text[DIGEST_TEXT_SIZE])
{
	size_t i;

	for (i = 0; i < DIGEST_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
