/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/table.h"

#include <stdlib.h>

#include "ipwhitelist/table_layout.h"
#include "lib/error.h"

/* Finds for every entry of a family the one that has it. */
static void
find_ups(struct table *table, const struct family *family, uint32_t end)
{
	uint32_t i, up;

	for (i = family->base; i < end; i++) {
		up = i > family->base ? i - 1 : TABLE_NONE;
		while (up != TABLE_NONE &&
		    !same_bits(key_of(family, up), key_of(family, i),
			table->length[up]))
			up = table->up[up];
		table->up[i] = up;
	}
}

static void
fill_family(struct table *table, const struct family *family,
    const struct table_item *items, uint32_t end)
{
	const int v4 = family == &table->v4;
	uint32_t i;
	key one;

	for (i = family->base; i < end; i++) {
		one = to_key(&items[i].network.address, v4);
		if (v4)
			family->short_of[i] = (uint32_t)(one >> 96);
		else
			family->long_of[i - family->base] = one;
		table->value[i] = items[i].value;
		table->length[i] = (uint8_t)(items[i].network.prefix -
		    (v4 ? NETWORK_PREFIX_V4 : 0));
	}
	find_ups(table, family, end);
}

static int
fill(struct table *table, const struct table_item *items, uint32_t count)
{
	uint32_t v4 = 0;

	while (v4 < count && is_v4(&items[v4].network))
		v4++;
	table->count = count;
	table->v6.base = v4;
	/* one more than needed: no allocation of nothing */
	table->up = calloc(count + 1, sizeof(*table->up));
	table->value = calloc(count + 1, sizeof(*table->value));
	table->length = calloc(count + 1, sizeof(*table->length));
	table->v4.short_of = calloc(v4 + 1, sizeof(uint32_t));
	table->v6.long_of = calloc(count - v4 + 1, sizeof(key));
	if (table->up == NULL || table->value == NULL ||
	    table->length == NULL || table->v4.short_of == NULL ||
	    table->v6.long_of == NULL)
		return GATE_ENOMEM;
	fill_family(table, &table->v4, items, v4);
	fill_family(table, &table->v6, items, count);
	return 0;
}

int
table_compare(const void *a, const void *b)
{
	const struct network *x = &((const struct table_item *)a)->network;
	const struct network *y = &((const struct table_item *)b)->network;
	int c = is_v4(y) - is_v4(x);

	if (c == 0)
		c = memcmp(&x->address, &y->address, sizeof(x->address));
	return c != 0 ? c : x->prefix - y->prefix;
}

/* Sorts, unless they are, as lists that somebody keeps mostly are. 0, or
 * GATE_EEXISTS for two of the same. */
static int
sort(struct table_item *items, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (table_compare(&items[i - 1], &items[i]) >= 0)
			break;
	if (i >= count)
		return 0;
	qsort(items, count, sizeof(*items), table_compare);
	for (i = 1; i < count; i++)
		if (table_compare(&items[i - 1], &items[i]) == 0)
			return GATE_EEXISTS;
	return 0;
}

int
table_new(struct table **table, struct table_item *items, size_t count)
{
	struct table *made;
	int r;

	*table = NULL;
	if (count > TABLE_MAX)
		return GATE_ETOOBIG;
	if ((r = sort(items, count)) != 0)
		return r;
	if ((made = calloc(1, sizeof(*made))) == NULL)
		return GATE_ENOMEM;
	r = fill(made, items, (uint32_t)count);
	if (r == 0)
		r = table_build(made);
	if (r != 0)
		table_free(&made);
	*table = made;
	return r;
}

static void
clear_family(struct family *family)
{
	free(family->short_of);
	free(family->long_of);
	free(family->root);
	free(family->nodes);
	free(family->skips);
}

void
table_free(struct table **table)
{
	if (*table == NULL)
		return;
	clear_family(&(*table)->v4);
	clear_family(&(*table)->v6);
	free((*table)->up);
	free((*table)->value);
	free((*table)->length);
	free(*table);
	*table = NULL;
}

/* --- looking up --- */

typedef uint16_t starts __attribute__((vector_size(16)));

/* The result of a block for a digit: that of the last range that starts at it
 * or before. */
static inline uint32_t
search(const uint32_t *block, uint32_t digit)
{
	const starts *all = (const void *)block;
	const uint16_t d = (uint16_t)digit;
	const starts digits = { d, d, d, d, d, d, d, d };
	/* true is -1: of each two, how many are not beyond the digit */
	const starts counts =
	    -(starts)(all[0] <= digits) - (starts)(all[1] <= digits);
	uint64_t sums[2];

	/* the results are waited for together with the starts, not after */
	__builtin_prefetch(block - 6);
	__builtin_prefetch(block - BLOCK + 1);
	memcpy(sums, &counts, sizeof(sums));
	/* the sum of four counts ends up in the highest of them */
	sums[0] = (sums[0] + sums[1]) * 0x0001000100010001 >> 48;
	return block[(ptrdiff_t)sums[0] - BLOCK - 1];
}

/* Inlined with a constant v4, for which half of a key will do, as it mostly
 * does for IPv6. */
static inline __attribute__((always_inline)) uint32_t
walk(const struct table *table, const struct family *family, key whole,
    const int v4)
{
	const uint64_t high = (uint64_t)(whole >> 64);
	uint32_t result = family->root[high >> (64 - family->root_bits)];
	uint32_t number, digit = 0;
	unsigned offset = family->root_bits;
	const struct skip *skip;

	while ((result & KIND_MASK) != IS_ENTRY) {
		number = result & ~KIND_MASK;
		if ((result & KIND_MASK) == IS_TEST)
			return same_bits(key_of(family, number), whole,
				   table->length[number])
			    ? number
			    : table->up[number];
		if ((result & KIND_MASK) == IS_SKIP) {
			skip = &family->skips[number];
			if (!same_bits(key_of(family, skip->entry), whole,
				skip->offset))
				return table->up[skip->entry];
			number = skip->node;
			offset = skip->offset;
		}
		if ((result & KIND_MASK) != IS_BLOCK) {
			digit = v4 || offset <= 64 - DIGIT_BITS
			    ? (uint32_t)(high << offset >> (64 - DIGIT_BITS))
			    : (uint32_t)(whole << offset >>
				  (KEY_BITS - DIGIT_BITS));
			offset += DIGIT_BITS;
		}
		result = search(family->nodes + number, digit);
	}
	return result;
}

static uint32_t
find(const struct table *table, const struct address *address, int v4)
{
	if (v4)
		return table->v4.root != NULL
		    ? walk(table, &table->v4, to_key(address, 1), 1)
		    : TABLE_NONE;
	return table->v6.root != NULL
	    ? walk(table, &table->v6, to_key(address, 0), 0)
	    : TABLE_NONE;
}

uint32_t
table_find(const struct table *table, const struct address *address)
{
	return find(table, address, address_is_v4(address));
}

uint32_t
table_up(const struct table *table, uint32_t entry)
{
	return table->up[entry];
}

uint32_t
table_exact(const struct table *table, const struct network *network)
{
	const int v4 = is_v4(network);
	const int length = network->prefix - (v4 ? NETWORK_PREFIX_V4 : 0);
	uint32_t entry = find(table, &network->address, v4);

	while (entry != TABLE_NONE && table->length[entry] > length)
		entry = table->up[entry];
	return entry != TABLE_NONE && table->length[entry] == length
	    ? entry
	    : TABLE_NONE;
}

int
table_prefix(const struct table *table, uint32_t entry)
{
	return table->length[entry] +
	    (entry < table->v6.base ? NETWORK_PREFIX_V4 : 0);
}

uint32_t
table_value(const struct table *table, uint32_t entry)
{
	return table->value[entry];
}

void
table_item(const struct table *table, uint32_t entry, struct table_item *item)
{
	const int v4 = entry < table->v6.base;
	key address = key_of(v4 ? &table->v4 : &table->v6, entry);
	int i;

	if (v4)
		address = address >> 96 | (key)0xffff << 32;
	for (i = 15; i >= 0; i--, address >>= 8)
		item->network.address.bytes[i] = (uint8_t)address;
	item->network.prefix = (uint8_t)table_prefix(table, entry);
	item->value = table->value[entry];
}

size_t
table_count(const struct table *table)
{
	return table->count;
}
