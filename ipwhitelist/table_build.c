/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/mman.h>

#include <stdlib.h>

#include "ipwhitelist/table_layout.h"
#include "lib/error.h"

#define HUGE_PAGE ((size_t)2 << 20)

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
};

/* An array with room for more, in the place of this one; NULL: no memory, and
 * this one is as it was. */
static void *
grown(void *array, size_t count, size_t more, size_t *room, size_t size)
{
	size_t wanted = *room + *room / 2;
	void *larger;

	if (count + more <= *room)
		return array;
	if (wanted < count + more)
		wanted = count + more + 64;
	if ((larger = reallocarray(array, wanted, size)) != NULL)
		*room = wanted;
	return larger;
}

/* Gives back what growing took too much of. */
static void *
shrunk(void *array, size_t count, size_t size)
{
	void *smaller = reallocarray(array, count + 1, size);

	if (smaller != NULL)
		array = smaller;
	return array;
}

/* Digits from this one on have this result, in the node whose first range is
 * the bottom one. 0 or GATE_ENOMEM. */
static int
emit(struct builder *b, size_t bottom, uint32_t start, uint32_t result)
{
	void *more;

	if (b->range_count > bottom &&
	    b->ranges[b->range_count - 1].result == result)
		return 0;
	more = grown(
	    b->ranges, b->range_count, 1, &b->range_room, sizeof(*b->ranges));
	if (more == NULL)
		return GATE_ENOMEM;
	b->ranges = more;
	b->ranges[b->range_count++] = (struct range){ start, result };
	return 0;
}

/* The networks around a digit, each with its end. */
struct nest {
	uint32_t entry[ROOT_BITS + 2]; /* 0: around the node */
	uint32_t end[ROOT_BITS + 2];
	unsigned depth;
	uint32_t at; /* up to where all is emitted */
};

static void
leave_ended(struct nest *nest)
{
	while (nest->depth > 0 && nest->end[nest->depth] <= nest->at)
		nest->depth--;
}

/* Emits what is before a digit. */
static int
emit_until(struct builder *b, size_t bottom, struct nest *nest, uint32_t digit)
{
	uint32_t end;
	int r = 0;

	while (r == 0 && nest->at < digit) {
		end = nest->end[nest->depth];
		r = emit(b, bottom, nest->at, nest->entry[nest->depth]);
		nest->at = end < digit ? end : digit;
		leave_ended(nest);
	}
	return r;
}

static int branch(struct builder *b, const struct plan *plan, uint32_t *result);

/* Puts the ranges of a node onto the ranges: 0 or GATE_ENOMEM. */
static int
make_ranges(struct builder *b, const struct plan *plan)
{
	const uint8_t *length = b->table->length;
	const size_t bottom = b->range_count;
	const unsigned shift = KEY_BITS - plan->bits;
	struct nest nest = { .entry = { b->table->up[plan->begin] },
		.end = { 1u << plan->bits } };
	struct plan below;
	uint32_t i = plan->begin, digit, result;
	unsigned inside;
	int r = 0;

	while (r == 0 && i < plan->end) {
		digit =
		    (uint32_t)(key_of(b->family, i) << plan->offset >> shift);
		if ((r = emit_until(b, bottom, &nest, digit)) != 0)
			break;
		inside = length[i] - plan->offset;
		if (inside <= plan->bits) {
			nest.entry[++nest.depth] = i++;
			nest.end[nest.depth] =
			    digit + (1u << (plan->bits - inside));
			continue;
		}
		below = (struct plan){ i, i, plan->offset + plan->bits,
			DIGIT_BITS };
		while (below.end < plan->end &&
		    digit ==
			(uint32_t)(key_of(b->family, below.end)
				<< plan->offset >>
			    shift))
			below.end++;
		r = branch(b, &below, &result);
		if (r == 0)
			r = emit(b, bottom, digit, result);
		nest.at = digit + 1;
		leave_ended(&nest);
		i = below.end;
	}
	return r == 0 ? emit_until(b, bottom, &nest, 1u << plan->bits) : r;
}

/* Makes a block of up to BLOCK ranges. 0, GATE_ENOMEM, GATE_ETOOBIG. */
static int
write_block(struct builder *b, const struct range *ranges, size_t count,
    uint32_t *place)
{
	const size_t words = BLOCK / 2;
	uint16_t starts[BLOCK] = { 0 };
	uint32_t *nodes;
	size_t i;

	/* starts are loaded at once, from where 16 bytes are aligned */
	const size_t at = (b->node_count + count + 3) / 4 * 4;

	if (at > TABLE_MAX)
		return GATE_ETOOBIG;
	nodes = grown(b->family->nodes, b->node_count,
	    at + words - b->node_count, &b->node_room, sizeof(*nodes));
	if (nodes == NULL)
		return GATE_ENOMEM;
	b->family->nodes = nodes;
	memset(nodes + b->node_count, 0, (at - b->node_count) * sizeof(*nodes));
	for (i = 0; i < count; i++) {
		nodes[at - count + i] = ranges[i].result;
		/* what is before the first is another block's */
		if (i > 0)
			starts[BLOCK - count + i] = (uint16_t)ranges[i].start;
	}
	memcpy(nodes + at, starts, sizeof(starts));
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

	if (plan->end - plan->begin == 1) {
		*result = IS_TEST | plan->begin;
		return 0;
	}
	common = common_bits(
	    key_of(family, plan->begin), key_of(family, plan->end - 1));
	/* the first one is the shortest, if any has all of the others */
	if (common >= b->table->length[plan->begin])
		common = b->table->length[plan->begin] - 1u;
	if (common >= plan->offset + DIGIT_BITS)
		further.offset = common;
	if ((r = make_ranges(b, &further)) != 0 ||
	    (r = write_blocks(
		 b, b->ranges + bottom, b->range_count - bottom, &node)) != 0)
		return r;
	b->range_count = bottom;
	*result = IS_NODE | node;
	if (further.offset == plan->offset)
		return 0;
	more = grown(family->skips, b->skip_count, 1, &b->skip_room,
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
make_root(struct builder *b, const struct plan *plan)
{
	struct family *family = b->family;
	uint32_t digit, end;
	size_t i;
	int r;

	family->root_bits = plan->bits;
	family->root = calloc((size_t)1 << plan->bits, sizeof(*family->root));
	if (family->root == NULL)
		return GATE_ENOMEM;
	if ((r = make_ranges(b, plan)) != 0)
		return r;
	for (i = 0; i < b->range_count; i++) {
		end = i + 1 < b->range_count ? b->ranges[i + 1].start
					     : 1u << plan->bits;
		for (digit = b->ranges[i].start; digit < end; digit++)
			family->root[digit] = b->ranges[i].result;
	}
	return 0;
}

/*
 * Gives back what growing took too much of. What is large goes to where it can
 * have large pages, of which the processor keeps all addresses in mind: which a
 * look-up waits for else. It does without, if there are none.
 */
static void
settle_nodes(struct family *family, size_t count)
{
	const size_t size =
	    (count * sizeof(uint32_t) + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
	uint32_t *nodes = NULL;

	if (size > HUGE_PAGE)
		nodes = aligned_alloc(HUGE_PAGE, size);
	if (nodes == NULL) {
		family->nodes =
		    shrunk(family->nodes, count, sizeof(*family->nodes));
		return;
	}
	(void)madvise(nodes, size, MADV_HUGEPAGE);
	memcpy(nodes, family->nodes, count * sizeof(*nodes));
	free(family->nodes);
	family->nodes = nodes;
}

/* Makes what leads to the entries of a family, from its base to before end. */
static int
build_family(const struct table *table, struct family *family, uint32_t end)
{
	struct builder b = { .table = table, .family = family };
	const uint32_t count = end - family->base;
	const struct plan plan = { family->base, end, 0,
		count > SMALL_COUNT ? ROOT_BITS : ROOT_SMALL };
	int r = 0;

	if (count > 0)
		r = make_root(&b, &plan);
	if (r == 0 && count > 0) {
		settle_nodes(family, b.node_count);
		family->skips =
		    shrunk(family->skips, b.skip_count, sizeof(*family->skips));
	}
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
