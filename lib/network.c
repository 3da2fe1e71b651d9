/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/network.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

#define PREFIX_HOME 64

int
network_mask(struct address *address, int prefix)
{
	int changed = 0;
	int i, bits;
	uint8_t kept;

	for (i = 0; i < 16; i++) {
		bits = prefix - i * 8;
		bits = bits < 0 ? 0 : bits > 8 ? 8 : bits;
		kept = (uint8_t)(address->bytes[i] & (0xff00 >> bits));
		changed |= kept != address->bytes[i];
		address->bytes[i] = kept;
	}
	return changed;
}

/*
 * The number after the slash: a prefix length, digits only. Nothing that has
 * leading zeros: some read it as octal.
 */
static int
parse_prefix(const char *text, int max)
{
	char *end;
	long n;

	if (!isdigit((unsigned char)*text) ||
	    (text[0] == '0' && text[1] != '\0'))
		return -1;
	n = strtol(text, &end, 10);
	return *end != '\0' || n > max ? -1 : (int)n;
}

static int
parse_address(const char *text, size_t length, struct address *address)
{
	char word[ADDRESS_TEXT_SIZE];

	if (length >= sizeof(word) || memchr(text, '%', length) != NULL)
		return GATE_EINVAL;
	memcpy(word, text, length);
	word[length] = '\0';
	return address_parse(word, address);
}

int
network_parse(
    const char *text, struct network *network, char *why, size_t why_size)
{
	size_t length = strcspn(text, "/");
	char masked[ADDRESS_TEXT_SIZE];
	int max, prefix;

	if (parse_address(text, length, &network->address) != 0) {
		snprintf(why, why_size,
		    "\"%.*s\" is not an IPv4 or IPv6 address; write "
		    "192.0.2.7, 192.0.2.0/24 or 2001:db8::/32",
		    (int)(length < 128 ? length : 128), text);
		return GATE_EINVAL;
	}
	max = address_is_v4(&network->address) &&
		memchr(text, ':', length) == NULL
	    ? NETWORK_PREFIX_MAX - NETWORK_PREFIX_V4
	    : NETWORK_PREFIX_MAX;
	prefix =
	    text[length] == '/' ? parse_prefix(text + length + 1, max) : max;
	if (prefix < 0) {
		snprintf(why, why_size,
		    "\"%.128s\" is not a prefix length from 0 to %d",
		    text + length, max);
		return GATE_EINVAL;
	}
	network->prefix = (uint8_t)(prefix + NETWORK_PREFIX_MAX - max);
	if (network_mask(&network->address, network->prefix)) {
		address_text(&network->address, masked);
		snprintf(why, why_size,
		    "%.*s has bits beyond its prefix; did you mean %s/%d?",
		    (int)length, text, masked, prefix);
		return GATE_EINVAL;
	}
	return 0;
}

int
network_has(const struct network *network, const struct address *address)
{
	struct address masked = *address;

	if (address_is_v4(address) && network->prefix < NETWORK_PREFIX_V4)
		return 0;
	network_mask(&masked, network->prefix);
	return memcmp(&masked, &network->address, sizeof(masked)) == 0;
}

void
network_home(const struct address *address, struct address *home)
{
	*home = *address;
	if (!address_is_v4(address))
		network_mask(home, PREFIX_HOME);
}
