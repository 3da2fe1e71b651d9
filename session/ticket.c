/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/ticket.h"

#include <openssl/sha.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"

#define RANDOM_SIZE 32

static void
hash_text(const char *ticket, uint8_t hash[TICKET_HASH_SIZE])
{
	SHA256((const unsigned char *)ticket, TICKET_SIZE - 1, hash);
}

int
ticket_mint(char ticket[TICKET_SIZE], uint8_t hash[TICKET_HASH_SIZE])
{
	uint8_t bytes[RANDOM_SIZE];
	size_t prefix = strlen(TICKET_PREFIX);

	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	memcpy(ticket, TICKET_PREFIX, prefix);
	secret_text(bytes, sizeof(bytes), ticket + prefix);
	explicit_bzero(bytes, sizeof(bytes));
	hash_text(ticket, hash);
	return 0;
}

int
ticket_hash(const char *ticket, uint8_t hash[TICKET_HASH_SIZE])
{
	if (strlen(ticket) != TICKET_SIZE - 1 ||
	    strncmp(ticket, TICKET_PREFIX, strlen(TICKET_PREFIX)) != 0)
		return GATE_EINVAL;
	hash_text(ticket, hash);
	return 0;
}
