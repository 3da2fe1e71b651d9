/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_TABLE_LAYOUT_H
#define IPWHITELIST_TABLE_LAYOUT_H

#include <endian.h>
#include <stdint.h>
#include <string.h>

#include "ipwhitelist/table.h"

/*
 * Sorted by address, then by length, the networks are in the order in which one
 * would walk the tree of what lies in what, and every one follows the one that
 * has it (its "up").
 *
 * To look up, the first bits of an address are a place in an array (the root).
 * Nearly all of IPv6 begins with the same few bits (RFC 4291, 2.4): what does
 * has a root of its own, for the bits behind these (the home).
 * If longer networks make a difference there, it leads to a node: all values of
 * the next 16 bits, of IPv6 32, cut into ranges with a result each; and so on.
 * Two things keep that short: where one network alone makes the difference it
 * is compared itself (TEST), and where all networks below have many bits in
 * common these are compared at once (SKIP).
 *
 * A node is a tree of blocks of up to 16 ranges. What costs time is to wait for
 * memory, and a branch that is guessed wrong stops the processor from looking
 * for the next address meanwhile: so all ranges of a block are compared, and
 * nothing in it says how many there are.
 */
#define DIGIT_V4    16
#define DIGIT_V6    32
#define ROOT_BITS   18
#define ROOT_SMALL  8 /* of a table of few entries, which is soon made */
#define SMALL_COUNT 8192
#define BLOCK       16

#define START_BIAS  0x80000000u

/* A result: what it is, and a number. */
#define KIND_MASK 0xe0000000u
#define IS_ENTRY  0x00000000u /* the answer; TABLE_NONE is one */
#define IS_TEST   0x20000000u /* of an entry: it or, if it has not, its up */
#define IS_NODE   0x40000000u /* the first block of one */
#define IS_BLOCK  0x60000000u /* another block of the same node */
#define IS_SKIP   0x80000000u /* a node some bits further on */

/* An address in the host's order, its first bit the highest; an IPv4 address
 * is its 32 bits and zeros. */
typedef unsigned __int128 key;
#define KEY_BITS 128

/* To this node, if the bits before the offset are those of the entry. */
struct skip {
	uint32_t entry;
	uint32_t node;
	uint32_t offset;
};

/* An entry of IPv6: all of it is read at once. */
struct long_entry {
	key address;
	uint32_t up;
	uint32_t value;
	uint32_t length;
};

/* Bits that select a result. */
struct root {
	unsigned offset; /* so many bits before them are alike */
	unsigned bits;
	uint32_t *results; /* NULL: there is no such root */
};

/* What is there of one family. */
struct family {
	uint32_t base; /* its first entry */
	struct root root;
	struct root home;
	uint64_t home_start; /* of its addresses the first 64 bits */
	/* Each block: where 16 ranges start, of 16 bits each, with zeros before
	 * the first if there are less; and right before these, its place being
	 * the starts', the results. Of IPv6 they are of 32 bits, less
	 * START_BIAS, as the processor compares only signed ones. */
	uint32_t *nodes;
	struct skip *skips;
};

struct table {
	uint32_t count;
	/* of IPv4 */
	uint32_t *address;
	uint32_t *up;
	uint32_t *value;
	uint8_t *length; /* in bits of the family */
	/* of IPv6, from its base on */
	struct long_entry *entries;
	struct family v4;
	struct family v6;
};

static inline int
is_v4(const struct network *network)
{
	return network->prefix >= NETWORK_PREFIX_V4 &&
	    address_is_v4(&network->address);
}

static inline uint64_t
read_64(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return be64toh(word);
}

static inline key
to_key(const struct address *address, int v4)
{
	const uint64_t low = read_64(address->bytes + 8);

	if (v4)
		return (key)(low << 32) << 64;
	return (key)read_64(address->bytes) << 64 | low;
}

/* --- what an entry is --- */

static inline int
is_long(const struct table *table, uint32_t entry)
{
	return entry >= table->v6.base;
}

static inline const struct long_entry *
long_of(const struct table *table, uint32_t entry)
{
	return &table->entries[entry - table->v6.base];
}

static inline key
key_of(const struct table *table, uint32_t entry)
{
	return is_long(table, entry)
	    ? long_of(table, entry)->address
	    : (key)table->address[entry] << (KEY_BITS - 32);
}

static inline uint32_t
up_of(const struct table *table, uint32_t entry)
{
	return is_long(table, entry) ? long_of(table, entry)->up
				     : table->up[entry];
}

static inline unsigned
length_of(const struct table *table, uint32_t entry)
{
	return is_long(table, entry) ? long_of(table, entry)->length
				     : table->length[entry];
}

/* Whether the first bits of two keys are the same, which are not all. */
static inline int
same_bits(key a, key b, unsigned bits)
{
	return bits == 0 || (a ^ b) >> (KEY_BITS - bits) == 0;
}

/* Makes what leads to the entries, which are there, of both families: 0,
 * GATE_ENOMEM, GATE_ETOOBIG. */
int table_build(struct table *table);

#endif
