/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/address.h"

#include <arpa/inet.h>
#include <net/if.h>
#include <string.h>

#include "lib/error.h"

static const uint8_t mapped_prefix[12] = { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff,
	0xff };

static void
from_v4(const struct in_addr *v4, struct address *address)
{
	memcpy(address->bytes, mapped_prefix, sizeof(mapped_prefix));
	memcpy(address->bytes + 12, &v4->s_addr, 4);
}

/* The name or number of an interface, as the kernel takes it. */
static int
scope_is_sound(const char *scope)
{
	size_t length = strspn(scope,
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
	    "-._");

	return length > 0 && length < IF_NAMESIZE && scope[length] == '\0';
}

int
address_parse(const char *text, struct address *address)
{
	char plain[ADDRESS_TEXT_SIZE];
	size_t length = strcspn(text, "%");
	struct in_addr v4;
	struct in6_addr v6;

	if (length >= sizeof(plain))
		return GATE_EINVAL;
	memcpy(plain, text, length);
	plain[length] = '\0';

	/* inet_pton, unlike inet_aton, takes four decimal parts only */
	if (text[length] == '\0' && inet_pton(AF_INET, plain, &v4) == 1) {
		from_v4(&v4, address);
		return 0;
	}
	if (inet_pton(AF_INET6, plain, &v6) != 1)
		return GATE_EINVAL;
	/* a scope is no part of the address, but must not hide anything */
	if (text[length] == '%' && !scope_is_sound(text + length + 1))
		return GATE_EINVAL;
	memcpy(address->bytes, &v6, sizeof(address->bytes));
	return 0;
}

int
address_is_v4(const struct address *address)
{
	return memcmp(address->bytes, mapped_prefix, sizeof(mapped_prefix)) ==
	    0;
}

void
address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE])
{
	if (address_is_v4(address))
		inet_ntop(
		    AF_INET, address->bytes + 12, text, ADDRESS_TEXT_SIZE);
	else
		inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT_SIZE);
}
