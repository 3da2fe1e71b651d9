/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/table.h"

#include <stdlib.h>

#include "ipwhitelist/array.h"
#include "ipwhitelist/table_layout.h"
#include "lib/error.h"

/* The entry of a family that has this one, which all before it know. */
static uint32_t
find_up(const struct table *table, const struct family *family, uint32_t entry)
{
	const key address = key_of(table, entry);
	uint32_t up = entry > family->base ? entry - 1 : TABLE_NONE;

	while (up != TABLE_NONE &&
	    !same_bits(key_of(table, up), address, length_of(table, up)))
		up = up_of(table, up);
	return up;
}

static void
fill_v4(struct table *table, const struct table_item *items)
{
	uint32_t i;

	for (i = 0; i < table->v6.base; i++) {
		table->address[i] =
		    (uint32_t)(to_key(&items[i].network.address, 1) >> 96);
		table->value[i] = items[i].value;
		table->length[i] =
		    (uint8_t)(items[i].network.prefix - NETWORK_PREFIX_V4);
		table->up[i] = find_up(table, &table->v4, i);
	}
}

static void
fill_v6(struct table *table, const struct table_item *items)
{
	struct long_entry *entry;
	uint32_t i;

	for (i = table->v6.base; i < table->count; i++) {
		entry = &table->entries[i - table->v6.base];
		entry->address = to_key(&items[i].network.address, 0);
		entry->value = items[i].value;
		entry->length = items[i].network.prefix;
		entry->up = find_up(table, &table->v6, i);
	}
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
	table->address = calloc(v4 + 1, sizeof(*table->address));
	table->up = calloc(v4 + 1, sizeof(*table->up));
	table->value = calloc(v4 + 1, sizeof(*table->value));
	table->length = calloc(v4 + 1, sizeof(*table->length));
	table->entries = array_large(count - v4, sizeof(*table->entries));
	if (table->address == NULL || table->up == NULL ||
	    table->value == NULL || table->length == NULL ||
	    table->entries == NULL)
		return GATE_ENOMEM;
	fill_v4(table, items);
	fill_v6(table, items);
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

static int
has_twice(const struct table_item *items, size_t count)
{
	size_t i;

	for (i = 1; i < count; i++)
		if (table_compare(&items[i - 1], &items[i]) == 0)
			return 1;
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
	table_sort(items, count);
	if (has_twice(items, count))
		return GATE_EEXISTS;
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
	free(family->root.results);
	free(family->home.results);
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
	free((*table)->address);
	free((*table)->up);
	free((*table)->value);
	free((*table)->length);
	free((*table)->entries);
	free(*table);
	*table = NULL;
}

/* --- looking up --- */

typedef uint16_t short_starts __attribute__((vector_size(16)));
typedef int32_t long_starts __attribute__((vector_size(16)));

/* So many of 16 starts of IPv4 are not beyond the digit. */
static inline unsigned
count_v4(const uint32_t *block, uint32_t digit)
{
	const short_starts *all = (const void *)block;
	const uint16_t d = (uint16_t)digit;
	const short_starts digits = { d, d, d, d, d, d, d, d };
	/* true is -1 */
	const short_starts counts = -(short_starts)(all[0] <= digits) -
	    (short_starts)(all[1] <= digits);
	uint64_t sums[2];

	memcpy(sums, &counts, sizeof(sums));
	/* the sum of four counts ends up in the highest of them */
	return (unsigned)((sums[0] + sums[1]) * 0x0001000100010001 >> 48);
}

static inline unsigned
count_v6(const uint32_t *block, uint32_t digit)
{
	const long_starts *all = (const void *)block;
	const int32_t d = (int32_t)(digit - START_BIAS);
	const long_starts digits = { d, d, d, d };
	const long_starts beyond = (all[0] > digits) + (all[1] > digits) +
	    (all[2] > digits) + (all[3] > digits);
	uint64_t sums[2];

	memcpy(sums, &beyond, sizeof(sums));
	/* of each two, so few that there is nothing to carry but a sign */
	return BLOCK -
	    (unsigned)(-(uint32_t)sums[0] - (uint32_t)(sums[0] >> 32) -
		(uint32_t)sums[1] - (uint32_t)(sums[1] >> 32));
}

/* The result of a block for a digit: that of the last range that starts at it
 * or before. */
static inline __attribute__((always_inline)) uint32_t
search(const uint32_t *block, uint32_t digit, const int v4)
{
	unsigned count;

	/* the results are waited for together with the starts, not after */
	__builtin_prefetch(block - 6);
	__builtin_prefetch(block - BLOCK + 1);
	count = v4 ? count_v4(block, digit) : count_v6(block, digit);
	return block[(ptrdiff_t)count - BLOCK - 1];
}

/* The digit behind so many bits. */
static inline __attribute__((always_inline)) uint32_t
digit_at(key whole, unsigned offset, const int v4)
{
	const uint64_t high = (uint64_t)(whole >> 64);

	if (v4)
		return (uint32_t)(high << offset >> (64 - DIGIT_V4));
	if (offset <= 64 - DIGIT_V6)
		return (uint32_t)(high << offset >> (64 - DIGIT_V6));
	return (uint32_t)(whole << offset >> (KEY_BITS - DIGIT_V6));
}

/* What the root of an address says, and where the bits behind begin. */
static inline __attribute__((always_inline)) uint32_t
begin(
    const struct family *family, uint64_t high, const int v4, unsigned *offset)
{
	const struct root *root = &family->root;

	if (!v4 && family->home.results != NULL &&
	    (high ^ family->home_start) >> (64 - family->home.offset) == 0)
		root = &family->home;
	*offset = root->offset + root->bits;
	return root->results[high << root->offset >> (64 - root->bits)];
}

/* Inlined with a constant v4, for which half of a key will do, as it mostly
 * does for IPv6. The result is IS_ENTRY or IS_TEST. */
static inline __attribute__((always_inline)) uint32_t
walk(const struct table *table, const struct family *family, key whole,
    const int v4)
{
	unsigned offset;
	uint32_t result = begin(family, (uint64_t)(whole >> 64), v4, &offset);
	uint32_t number, digit = 0;
	const struct skip *skip;

	while (result >= IS_NODE) {
		number = result & ~KIND_MASK;
		if ((result & KIND_MASK) == IS_SKIP) {
			skip = &family->skips[number];
			if (!same_bits(key_of(table, skip->entry), whole,
				skip->offset))
				return up_of(table, skip->entry);
			number = skip->node;
			offset = skip->offset;
		}
		if ((result & KIND_MASK) != IS_BLOCK) {
			digit = digit_at(whole, offset, v4);
			offset += v4 ? DIGIT_V4 : DIGIT_V6;
		}
		result = search(family->nodes + number, digit, v4);
	}
	return result;
}

static uint32_t
find_v4(const struct table *table, key whole)
{
	uint32_t result, entry;

	if (table->v4.root.results == NULL)
		return TABLE_NONE;
	result = walk(table, &table->v4, whole, 1);
	if ((result & KIND_MASK) == IS_ENTRY)
		return result;
	entry = result & ~KIND_MASK;
	return same_bits((key)table->address[entry] << (KEY_BITS - 32), whole,
		   table->length[entry])
	    ? entry
	    : table->up[entry];
}

static uint32_t
find_v6(const struct table *table, key whole)
{
	const struct long_entry *entry;
	uint32_t result;

	if (table->v6.root.results == NULL)
		return TABLE_NONE;
	result = walk(table, &table->v6, whole, 0);
	if ((result & KIND_MASK) == IS_ENTRY)
		return result;
	entry = long_of(table, result & ~KIND_MASK);
	return same_bits(entry->address, whole, entry->length)
	    ? result & ~KIND_MASK
	    : entry->up;
}

uint32_t
table_find(const struct table *table, const struct address *address)
{
	const uint64_t high = read_64(address->bytes);
	const uint64_t low = read_64(address->bytes + 8);

	/* as address_is_v4, of what is read anyway */
	return high == 0 && low >> 32 == 0xffff
	    ? find_v4(table, (key)(low << 32) << 64)
	    : find_v6(table, (key)high << 64 | low);
}

uint32_t
table_up(const struct table *table, uint32_t entry)
{
	return up_of(table, entry);
}

uint32_t
table_exact(const struct table *table, const struct network *network)
{
	const int v4 = is_v4(network);
	const unsigned length =
	    network->prefix - (v4 ? (unsigned)NETWORK_PREFIX_V4 : 0);
	const key address = to_key(&network->address, v4);
	uint32_t entry = v4 ? find_v4(table, address) : find_v6(table, address);

	while (entry != TABLE_NONE && length_of(table, entry) > length)
		entry = up_of(table, entry);
	return entry != TABLE_NONE && length_of(table, entry) == length
	    ? entry
	    : TABLE_NONE;
}

int
table_prefix(const struct table *table, uint32_t entry)
{
	return (int)length_of(table, entry) +
	    (is_long(table, entry) ? 0 : NETWORK_PREFIX_V4);
}

uint32_t
table_value(const struct table *table, uint32_t entry)
{
	return is_long(table, entry) ? long_of(table, entry)->value
				     : table->value[entry];
}

void
table_item(const struct table *table, uint32_t entry, struct table_item *item)
{
	key address = key_of(table, entry);
	int i;

	if (!is_long(table, entry))
		address = address >> 96 | (key)0xffff << 32;
	for (i = 15; i >= 0; i--, address >>= 8)
		item->network.address.bytes[i] = (uint8_t)address;
	item->network.prefix = (uint8_t)table_prefix(table, entry);
	item->value = table_value(table, entry);
}

size_t
table_count(const struct table *table)
{
	return table->count;
}
