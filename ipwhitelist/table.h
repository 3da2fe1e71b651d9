/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_TABLE_H
#define IPWHITELIST_TABLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/network.h"

/*
 * Networks of both families, each with a value, to be asked for those that have
 * an address, the longest prefix first. Made once and never changed, so that
 * any number of threads may look into it. An IPv4 address and its mapped form
 * are the same, and an IPv6 network wider than the mapped addresses, as ::/0,
 * has no IPv4 in it (lib/network.h).
 */
struct table;

struct table_item {
	struct network network;
	uint32_t value;
};

/* The most items, and no entry. */
#define TABLE_MAX  0x1ffffffe
#define TABLE_NONE 0x1fffffff

/*
 * Makes a table; the order of items, which are sorted in place, does not
 * matter. 0, GATE_ENOMEM; GATE_EEXISTS where a network stands twice,
 * GATE_ETOOBIG for more than TABLE_MAX.
 */
int table_new(struct table **table, struct table_item *items, size_t count);
void table_free(struct table **table);

/* The order of items: by family, IPv4 first, by address, by prefix. For
 * qsort(3), of struct table_item. */
int table_compare(const void *a, const void *b);

/* The same, and by value what is about the same network; and sorts by it. */
int table_compare_all(const void *a, const void *b);
void table_sort(struct table_item *items, size_t count);

/* The longest network that has the address, as an entry of the table, or
 * TABLE_NONE. */
uint32_t table_find(const struct table *table, const struct address *address);

/* The next shorter one that has all of this entry, or TABLE_NONE. */
uint32_t table_up(const struct table *table, uint32_t entry);

/* The entry of exactly this network, or TABLE_NONE. */
uint32_t table_exact(const struct table *table, const struct network *network);

/* What an entry is. Entries are 0 to table_count - 1, in the items' order. */
void table_item(
    const struct table *table, uint32_t entry, struct table_item *item);
uint32_t table_value(const struct table *table, uint32_t entry);

/* The length of an entry's prefix as struct network has it: 0 to 128. */
int table_prefix(const struct table *table, uint32_t entry);

size_t table_count(const struct table *table);

#endif
