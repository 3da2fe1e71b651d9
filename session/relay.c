/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/relay.h"

#include <openssl/sha.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"

/* Keeps this hash apart from any other that is made of a handle. */
#define PURPOSE       "gatehouse request "
#define ID_HASH_BYTES 20

static void
derive(const char *handle, char id[RELAY_ID_SIZE])
{
	char text[sizeof(PURPOSE) + RELAY_SIZE];
	uint8_t hash[SHA256_DIGEST_LENGTH];
	size_t i;

	snprintf(text, sizeof(text), PURPOSE "%s", handle);
	SHA256((const unsigned char *)text, strlen(text), hash);
	explicit_bzero(text, sizeof(text));
	/* an ID must not begin with a digit */
	id[0] = '_';
	for (i = 0; i < ID_HASH_BYTES; i++)
		snprintf(id + 1 + 2 * i, 3, "%02x", hash[i]);
}

int
relay_mint(char handle[RELAY_SIZE], char id[RELAY_ID_SIZE])
{
	int r = handle_mint(RELAY_PREFIX, handle);

	if (r == 0)
		derive(handle, id);
	return r;
}

int
relay_id(const char *handle, char id[RELAY_ID_SIZE])
{
	if (!handle_is(RELAY_PREFIX, handle))
		return GATE_EINVAL;
	derive(handle, id);
	return 0;
}
