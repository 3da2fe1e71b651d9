/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/ticket.h"

#include <openssl/sha.h>

#include "lib/error.h"

static void
hash_text(const char *ticket, uint8_t hash[TICKET_HASH_SIZE])
{
	SHA256((const unsigned char *)ticket, TICKET_SIZE - 1, hash);
}

int
ticket_mint(char ticket[TICKET_SIZE], uint8_t hash[TICKET_HASH_SIZE])
{
	int r = handle_mint(TICKET_PREFIX, ticket);

	if (r == 0)
		hash_text(ticket, hash);
	return r;
}

int
ticket_hash(const char *ticket, uint8_t hash[TICKET_HASH_SIZE])
{
	if (!handle_is(TICKET_PREFIX, ticket))
		return GATE_EINVAL;
	hash_text(ticket, hash);
	return 0;
}
