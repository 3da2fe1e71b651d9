/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_NETWORK_H
#define GATE_NETWORK_H

#include <stddef.h>

#include "lib/address.h"

/* Of an address, and of ::ffff:0:0/96, where all IPv4 stands. */
#define NETWORK_PREFIX_MAX 128
#define NETWORK_PREFIX_V4  96

/* The addresses that begin with the same bits (RFC 4632, RFC 4291, 2.3). */
struct network {
	struct address address; /* the bits beyond the prefix are zero */
	uint8_t prefix;         /* 0 to 128; an IPv4 network has 96 more */
};

/*
 * Reads ADDRESS or ADDRESS/LENGTH, without a scope and without bits beyond the
 * prefix. 0; or GATE_EINVAL, and why says what is wrong and what would be
 * right.
 */
int network_parse(
    const char *text, struct network *network, char *why, size_t why_size);

/*
 * Nonzero if the address is one of the network's. An IPv6 network wider than
 * the mapped addresses, as ::/0, has no IPv4 in it.
 */
int network_has(const struct network *network, const struct address *address);

/* Zeroes what is beyond the prefix; 1 if there was anything. */
int network_mask(struct address *address, int prefix);

/*
 * What of an address stands for one customer or one desk, who can change the
 * rest at will: all of an IPv4 address, the /64 of an IPv6 one.
 */
void network_home(const struct address *address, struct address *home);

#endif
