/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>

#include "ipwhitelist/array.h"
#include "ipwhitelist/table_layout.h"
#include "lib/error.h"

/* How many of the first bits of two keys are the same. */
static unsigned
common_bits(key a, key b)
{
	const key difference = a ^ b;
	const uint64_t high = (uint64_t)(difference >> 64);
	const uint64_t low = (uint64_t)difference;

	if (high != 0)
		return (unsigned)__builtin_clzll(high);
	return low != 0 ? 64 + (unsigned)__builtin_clzll(low) : KEY_BITS;
}

/* Digits from start to where the next range starts. */
struct range {
	uint32_t start;
	uint32_t result;
};

struct builder {
	const struct table *table;
	struct family *family;
	unsigned digit_bits;
	struct range *ranges; /* of the nodes that are being made */
	size_t range_count, range_room;
	size_t node_count, node_room; /* words */
	size_t skip_count, skip_room;
};

/* A node that is to be made: of entries that have all bits before the offset
 * in common and are longer than these; with so many bits for a digit. */
struct plan {
	uint32_t begin;
	uint32_t end;
	unsigned offset;
	unsigned bits;
	/* those in between that have a root of their own: all of some digits */
	uint32_t left_out_begin, left_out_end;
};

/* Digits from this one on have this result, in the node whose first range is
 * the bottom one. 0 or GATE_ENOMEM. */
static int
emit(struct builder *b, size_t bottom, uint32_t start, uint32_t result)
{
	void *more;

	if (b->range_count > bottom &&
	    b->ranges[b->range_count - 1].result == result)
		return 0;
	more = array_grown(
	    b->ranges, b->range_count, 1, &b->range_room, sizeof(*b->ranges));
	if (more == NULL)
		return GATE_ENOMEM;
	b->ranges = more;
	b->ranges[b->range_count++] = (struct range){ start, result };
	return 0;
}

/* The networks around a digit, each with its end. */
struct nest {
	uint32_t entry[DIGIT_V6 + 2]; /* 0: around the node */
	uint64_t end[DIGIT_V6 + 2];
	unsigned depth;
	uint64_t at; /* up to where all is emitted */
};

static void
leave_ended(struct nest *nest)
{
	while (nest->depth > 0 && nest->end[nest->depth] <= nest->at)
		nest->depth--;
}

/* Emits what is before a digit. */
static int
emit_until(struct builder *b, size_t bottom, struct nest *nest, uint64_t digit)
{
	uint64_t end;
	int r = 0;

	while (r == 0 && nest->at < digit) {
		end = nest->end[nest->depth];
		r = emit(
		    b, bottom, (uint32_t)nest->at, nest->entry[nest->depth]);
		nest->at = end < digit ? end : digit;
		leave_ended(nest);
	}
	return r;
}

static int branch(struct builder *b, const struct plan *plan, uint32_t *result);

/* The digit of an entry in a node. */
static uint32_t
digit_of(const struct builder *b, const struct plan *plan, uint32_t entry)
{
	return (uint32_t)(key_of(b->table, entry) << plan->offset >>
	    (KEY_BITS - plan->bits));
}

/* Puts the ranges of a node onto the ranges: 0 or GATE_ENOMEM. */
static int
make_ranges(struct builder *b, const struct plan *plan)
{
	const size_t bottom = b->range_count;
	struct nest nest = { .entry = { up_of(b->table, plan->begin) },
		.end = { (uint64_t)1 << plan->bits } };
	struct plan below;
	uint32_t i = plan->begin, digit, result;
	unsigned inside;
	int r = 0;

	while (r == 0 && i < plan->end) {
		if (i == plan->left_out_begin && i < plan->left_out_end) {
			i = plan->left_out_end;
			continue;
		}
		digit = digit_of(b, plan, i);
		if ((r = emit_until(b, bottom, &nest, digit)) != 0)
			break;
		inside = length_of(b->table, i) - plan->offset;
		if (inside <= plan->bits) {
			nest.entry[++nest.depth] = i++;
			nest.end[nest.depth] =
			    digit + ((uint64_t)1 << (plan->bits - inside));
			continue;
		}
		below = (struct plan){ .begin = i,
			.end = i,
			.offset = plan->offset + plan->bits,
			.bits = b->digit_bits };
		while (below.end < plan->end &&
		    digit == digit_of(b, plan, below.end))
			below.end++;
		r = branch(b, &below, &result);
		if (r == 0)
			r = emit(b, bottom, digit, result);
		nest.at = (uint64_t)digit + 1;
		leave_ended(&nest);
		i = below.end;
	}
	return r == 0 ? emit_until(b, bottom, &nest, (uint64_t)1 << plan->bits)
		      : r;
}

/* Writes where the ranges of a block start. */
static void
write_starts(
    uint32_t *block, const struct range *ranges, size_t count, int is_long)
{
	uint16_t shorts[BLOCK] = { 0 };
	size_t i, place;
	uint32_t start;

	for (i = 0; i < BLOCK; i++) {
		/* what is before the first is another block's */
		place = i + count - BLOCK;
		start = i + count > BLOCK ? ranges[place].start : 0;
		if (is_long)
			block[i] = start - START_BIAS;
		else
			shorts[i] = (uint16_t)start;
	}
	if (!is_long)
		memcpy(block, shorts, sizeof(shorts));
}

/* Makes a block of up to BLOCK ranges. 0, GATE_ENOMEM, GATE_ETOOBIG. */
static int
write_block(struct builder *b, const struct range *ranges, size_t count,
    uint32_t *place)
{
	const int is_long = b->digit_bits == DIGIT_V6;
	const size_t words = is_long ? BLOCK : BLOCK / 2;
	/* starts are loaded at once, from where 16 bytes are aligned; of the
	 * long ones all are in one line of the cache */
	const size_t aligned = is_long ? 16 : 4;
	const size_t at =
	    (b->node_count + count + aligned - 1) / aligned * aligned;
	uint32_t *nodes;
	size_t i;

	if (at > TABLE_MAX)
		return GATE_ETOOBIG;
	nodes = array_grown(b->family->nodes, b->node_count,
	    at + words - b->node_count, &b->node_room, sizeof(*nodes));
	if (nodes == NULL)
		return GATE_ENOMEM;
	b->family->nodes = nodes;
	memset(nodes + b->node_count, 0, (at - b->node_count) * sizeof(*nodes));
	for (i = 0; i < count; i++)
		nodes[at - count + i] = ranges[i].result;
	write_starts(nodes + at, ranges, count, is_long);
	b->node_count = at + words;
	*place = (uint32_t)at;
	return 0;
}

/* Makes the blocks of a node, or of some of its ranges. */
static int
write_blocks(struct builder *b, const struct range *ranges, size_t count,
    uint32_t *place)
{
	struct range heads[BLOCK];
	size_t part = 1, i, n = 0, size;
	int r = 0;

	if (count <= BLOCK)
		return write_block(b, ranges, count, place);
	while (part * BLOCK < count)
		part *= BLOCK;
	for (i = 0; r == 0 && i < count; i += part, n++) {
		size = count - i < part ? count - i : part;
		heads[n].start = ranges[i].start;
		r = write_blocks(b, ranges + i, size, &heads[n].result);
		heads[n].result |= IS_BLOCK;
	}
	return r == 0 ? write_block(b, heads, n, place) : r;
}

/* Makes what is to be found behind a digit: 0 or GATE_ENOMEM. */
static int
branch(struct builder *b, const struct plan *plan, uint32_t *result)
{
	const size_t bottom = b->range_count;
	struct family *family = b->family;
	struct plan further = *plan;
	unsigned common;
	uint32_t node;
	void *more;
	int r;

	/* of IPv4 there is a node for nearly all else: one more costs less than
	 * to guess which it is */
	if (plan->end - plan->begin == 1 &&
	    (family == &b->table->v6 || plan->offset + b->digit_bits < 32)) {
		*result = IS_TEST | plan->begin;
		return 0;
	}
	common = common_bits(
	    key_of(b->table, plan->begin), key_of(b->table, plan->end - 1));
	/* the first one is the shortest, if any has all of the others */
	if (common >= length_of(b->table, plan->begin))
		common = length_of(b->table, plan->begin) - 1;
	if (common >= plan->offset + b->digit_bits)
		further.offset = common;
	if ((r = make_ranges(b, &further)) != 0 ||
	    (r = write_blocks(
		 b, b->ranges + bottom, b->range_count - bottom, &node)) != 0)
		return r;
	b->range_count = bottom;
	*result = IS_NODE | node;
	if (further.offset == plan->offset)
		return 0;
	more = array_grown(family->skips, b->skip_count, 1, &b->skip_room,
	    sizeof(struct skip));
	if (more == NULL)
		return GATE_ENOMEM;
	family->skips = more;
	family->skips[b->skip_count] =
	    (struct skip){ plan->begin, node, further.offset };
	*result = IS_SKIP | (uint32_t)b->skip_count++;
	return 0;
}

static int
make_root(struct builder *b, const struct plan *plan, struct root *root)
{
	uint32_t digit, end;
	size_t i;
	int r;

	root->offset = plan->offset;
	root->bits = plan->bits;
	root->results =
	    array_large((size_t)1 << plan->bits, sizeof(*root->results));
	if (root->results == NULL)
		return GATE_ENOMEM;
	if ((r = make_ranges(b, plan)) != 0)
		return r;
	for (i = 0; i < b->range_count; i++) {
		end = i + 1 < b->range_count ? b->ranges[i + 1].start
					     : 1u << plan->bits;
		for (digit = b->ranges[i].start; digit < end; digit++)
			root->results[digit] = b->ranges[i].result;
	}
	b->range_count = 0;
	return 0;
}

/* The first entry of a plan whose bit behind the offset is set. */
static uint32_t
find_half(const struct table *table, const struct plan *plan)
{
	uint32_t low = plan->begin, high = plan->end, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (key_of(table, middle) << plan->offset >> (KEY_BITS - 1))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/*
 * Makes a root for where most entries are, which are left out of the other one
 * then: its offset goes on as long as nearly all begin with the same bits, but
 * not so far that it would be a part of a digit there.
 */
static int
make_home(struct builder *b, struct plan *all)
{
	const struct table *table = b->table;
	struct plan plan = *all;
	struct family *family = b->family;
	uint32_t half, most = (all->end - all->begin) / 8 * 7;

	plan.bits = ROOT_BITS;
	while (plan.offset < ROOT_SMALL) {
		/* what is no longer than these bits has both halves */
		while (plan.begin < plan.end &&
		    length_of(table, plan.begin) <= plan.offset)
			plan.begin++;
		half = find_half(table, &plan);
		if (half - plan.begin >= most)
			plan.end = half;
		else if (plan.end - half >= most)
			plan.begin = half;
		else
			break;
		plan.offset++;
	}
	while (plan.begin < plan.end &&
	    length_of(table, plan.begin) <= plan.offset)
		plan.begin++;
	if (plan.offset == 0 || plan.begin == plan.end)
		return 0;
	all->left_out_begin = plan.begin;
	all->left_out_end = plan.end;
	family->home_start = (uint64_t)(key_of(table, plan.begin) >> 64);
	return make_root(b, &plan, &family->home);
}

/* Gives back what growing took too much of: 0 or GATE_ENOMEM. */
static int
settle_nodes(struct builder *b)
{
	struct family *family = b->family;
	uint32_t *nodes = array_large(b->node_count, sizeof(*nodes));

	if (nodes == NULL)
		return GATE_ENOMEM;
	if (b->node_count > 0)
		memcpy(nodes, family->nodes, b->node_count * sizeof(*nodes));
	free(family->nodes);
	family->nodes = nodes;
	family->skips =
	    array_shrunk(family->skips, b->skip_count, sizeof(*family->skips));
	return 0;
}

/* Makes what leads to the entries of a family, from its base to before end. */
static int
build_family(const struct table *table, struct family *family, uint32_t end)
{
	struct builder b = { .table = table,
		.family = family,
		.digit_bits = family == &table->v4 ? DIGIT_V4 : DIGIT_V6 };
	const uint32_t count = end - family->base;
	struct plan plan = { .begin = family->base,
		.end = end,
		.bits = count <= SMALL_COUNT ? ROOT_SMALL : ROOT_BITS };
	int r = 0;

	if (count == 0)
		return 0;
	if (family == &table->v6 && count > SMALL_COUNT) {
		r = make_home(&b, &plan);
		if (family->home.results != NULL)
			plan.bits = ROOT_SMALL;
	}
	if (r == 0)
		r = make_root(&b, &plan, &family->root);
	if (r == 0)
		r = settle_nodes(&b);
	free(b.ranges);
	return r;
}

int
table_build(struct table *table)
{
	int r;

	r = build_family(table, &table->v4, table->v6.base);
	return r == 0 ? build_family(table, &table->v6, table->count) : r;
}
