/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/buckets.h"

#include <stdlib.h>

#include "lib/error.h"

#define ROOM_FIRST 64

/* How many splits it takes until memory has come. */
#define AHEAD 4

/* Room for more than count, in steps that waste an eighth at the most. */
static uint32_t
larger(uint32_t room, uint32_t count)
{
	uint64_t wanted = room + (uint64_t)room / 8;

	if (wanted <= count)
		wanted = (uint64_t)count + ROOM_FIRST;
	return wanted < SLAB_NONE ? (uint32_t)wanted : SLAB_NONE;
}

int
buckets_init(struct buckets *buckets)
{
	*buckets = (struct buckets){ .heads_room = ROOM_FIRST, .count = 1 };
	buckets->heads = calloc(ROOM_FIRST, sizeof(*buckets->heads));
	if (buckets->heads == NULL)
		return GATE_ENOMEM;
	buckets->heads[0] = SLAB_NONE;
	return 0;
}

void
buckets_clear(struct buckets *buckets)
{
	free(buckets->heads);
	free(buckets->links);
	*buckets = (struct buckets){ 0 };
}

int
buckets_reserve(struct buckets *buckets, uint32_t item)
{
	uint32_t room = larger(buckets->links_room, item);
	struct bucket_link *links;

	if (item < buckets->links_room)
		return 0;
	links = reallocarray(buckets->links, room, sizeof(*links));
	if (links == NULL)
		return GATE_ENOMEM;
	buckets->links = links;
	buckets->links_room = room;
	return 0;
}

/* The largest power of two that is not above n, which is not 0. */
static uint32_t
floor_power(uint32_t n)
{
	return 1u << (31 - __builtin_clz(n));
}

/*
 * Where a tag's items are. Of the buckets up to a power of two the first ones
 * are split already: the other halves are the buckets beyond it.
 */
static uint32_t
place_of(const struct buckets *buckets, uint32_t tag)
{
	uint32_t power = floor_power(buckets->count);
	uint32_t place = tag & (2 * power - 1);

	return place < buckets->count ? place : place & (power - 1);
}

static void
push(struct buckets *buckets, uint32_t item)
{
	struct bucket_link *link = &buckets->links[item];
	uint32_t *head = &buckets->heads[place_of(buckets, link->tag)];

	link->next = *head;
	*head = item;
}

/* Room for a bucket more; 0 without memory: the chains grow longer then. */
static int
has_room(struct buckets *buckets)
{
	uint32_t room = larger(buckets->heads_room, buckets->count);
	uint32_t *heads;

	if (buckets->count < buckets->heads_room)
		return 1;
	if (buckets->count >= 1u << 31)
		return 0;
	heads = reallocarray(buckets->heads, room, sizeof(*heads));
	if (heads == NULL)
		return 0;
	buckets->heads = heads;
	buckets->heads_room = room;
	return 1;
}

/*
 * The chains of the buckets that are split soon are far away, and will be here
 * by then: the first of each, and its next. Inlined: the compiler leaves out a
 * call of what changes nothing.
 */
static inline __attribute__((always_inline)) void
fetch_next(const struct buckets *buckets, uint32_t from)
{
	uint32_t item;

	if (from + 2 * AHEAD >= buckets->count)
		return;
	item = buckets->heads[from + 2 * AHEAD];
	if (item != SLAB_NONE)
		__builtin_prefetch(&buckets->links[item]);
	item = buckets->heads[from + AHEAD];
	if (item != SLAB_NONE)
		item = buckets->links[item].next;
	if (item != SLAB_NONE)
		__builtin_prefetch(&buckets->links[item]);
}

/* One bucket more, for which one of the others gives up half its items. */
static void
split(struct buckets *buckets)
{
	uint32_t from = buckets->count - floor_power(buckets->count);
	uint32_t item = buckets->heads[from], next;

	buckets->heads[from] = SLAB_NONE;
	buckets->heads[buckets->count++] = SLAB_NONE;
	for (; item != SLAB_NONE; item = next) {
		next = buckets->links[item].next;
		push(buckets, item);
	}
	fetch_next(buckets, from);
}

void
buckets_add(struct buckets *buckets, uint32_t item, uint64_t hash)
{
	buckets->links[item].tag = (uint32_t)hash;
	push(buckets, item);
	if (++buckets->items > buckets->count && has_room(buckets))
		split(buckets);
}

void
buckets_remove(struct buckets *buckets, uint32_t item)
{
	uint32_t tag = buckets->links[item].tag;
	uint32_t *at = &buckets->heads[place_of(buckets, tag)];

	while (*at != item)
		at = &buckets->links[*at].next;
	*at = buckets->links[item].next;
	buckets->items--;
}

void
buckets_fetch(const struct buckets *buckets, uint64_t hash)
{
	__builtin_prefetch(&buckets->heads[place_of(buckets, (uint32_t)hash)]);
}

void
buckets_fetch_chain(const struct buckets *buckets, uint64_t hash)
{
	uint32_t first = buckets->heads[place_of(buckets, (uint32_t)hash)];

	if (first != SLAB_NONE)
		__builtin_prefetch(&buckets->links[first]);
}

/* The first of a chain that has the tag. */
static uint32_t
tagged(const struct buckets *buckets, uint32_t item, uint32_t tag)
{
	while (item != SLAB_NONE && buckets->links[item].tag != tag)
		item = buckets->links[item].next;
	return item;
}

uint32_t
buckets_first(const struct buckets *buckets, uint64_t hash)
{
	uint32_t tag = (uint32_t)hash;

	return tagged(buckets, buckets->heads[place_of(buckets, tag)], tag);
}

uint32_t
buckets_next(const struct buckets *buckets, uint32_t item)
{
	const struct bucket_link *link = &buckets->links[item];

	return tagged(buckets, link->next, link->tag);
}
