/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/handle.h"

#include <openssl/sha.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

#define RANDOM_SIZE 32

int
handle_mint(const char *prefix, char handle[HANDLE_SIZE])
{
	uint8_t bytes[RANDOM_SIZE];
	size_t size = strlen(prefix);

	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	memcpy(handle, prefix, size);
	secret_text(bytes, sizeof(bytes), handle + size);
	explicit_bzero(bytes, sizeof(bytes));
	return 0;
}

int
handle_is(const char *prefix, const char *text)
{
	return strlen(text) == HANDLE_SIZE - 1 &&
	    strncmp(text, prefix, strlen(prefix)) == 0;
}

int
handle_hash(
    const char *prefix, const char *text, uint8_t hash[HANDLE_HASH_SIZE])
{
	if (!handle_is(prefix, text))
		return GATE_EINVAL;
	SHA256((const unsigned char *)text, HANDLE_SIZE - 1, hash);
	return 0;
}
