/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/ticket.h"

int
ticket_mint(char ticket[TICKET_SIZE], uint8_t hash[TICKET_HASH_SIZE])
{
	int r = handle_mint(TICKET_PREFIX, ticket);

	return r != 0 ? r : ticket_hash(ticket, hash);
}

int
ticket_hash(const char *ticket, uint8_t hash[TICKET_HASH_SIZE])
{
	return handle_hash(TICKET_PREFIX, ticket, hash);
}
