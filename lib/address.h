/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ADDRESS_H
#define GATE_ADDRESS_H

#include <stdint.h>

/*
 * An IP address as 16 bytes in network order: an IPv4 address stands in its
 * IPv4-mapped form (RFC 4291, 2.5.5.2), so that ::ffff:192.0.2.1 and
 * 192.0.2.1 are the same.
 */
struct address {
	uint8_t bytes[16];
};

/* Room for any address as text, with a scope and the NUL. */
#define ADDRESS_TEXT_SIZE 64

/*
 * Reads an address literal, nothing else: no name, no port, no prefix, no
 * IPv4 with leading zeros or fewer than four parts. A scope (fe80::1%eth0) is
 * read and dropped. 0 or GATE_EINVAL.
 */
int address_parse(const char *text, struct address *address);

int address_is_v4(const struct address *address);

/* RFC 5952 text; an IPv4 address as such. */
void address_text(const struct address *address, char text[ADDRESS_TEXT_SIZE]);

#endif
