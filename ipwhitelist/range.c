/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/range.h"

#include <string.h>

typedef unsigned __int128 number;
#define BITS 128

static number
to_number(const struct address *address)
{
	number n = 0;
	int i;

	for (i = 0; i < 16; i++)
		n = n << 8 | address->bytes[i];
	return n;
}

static struct address
to_address(number n)
{
	struct address address;
	int i;

	for (i = 15; i >= 0; i--, n >>= 8)
		address.bytes[i] = (uint8_t)n;
	return address;
}

/* The last number of the block of so many bits that begins here. */
static number
end_of(number begin, unsigned bits)
{
	return bits == BITS ? ~(number)0 : begin | (((number)1 << bits) - 1);
}

size_t
range_networks(const struct address *first, const struct address *last,
    struct network networks[RANGE_MAX])
{
	number at = to_number(first), stop = to_number(last), end;
	const int v4 = address_is_v4(first);
	struct network *one;
	unsigned bits;
	size_t count = 0;

	if (v4 != address_is_v4(last) || at > stop)
		return 0;
	for (;;) {
		/* as large as it may begin here, and not beyond the end */
		for (bits = 0; bits < BITS; bits++)
			if (at != at >> bits >> 1 << 1 << bits ||
			    end_of(at, bits + 1) > stop)
				break;
		end = end_of(at, bits);
		one = &networks[count];
		one->address = to_address(at);
		one->prefix = (uint8_t)(BITS - bits);
		/* of IPv6 that is what is mapped and nothing else */
		count += v4 || !address_is_v4(&one->address) ||
		    one->prefix < NETWORK_PREFIX_V4;
		if (end == stop)
			break;
		at = end + 1;
	}
	return count;
}
