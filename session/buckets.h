/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_BUCKETS_H
#define SESSION_BUCKETS_H

#include <stdint.h>

#include "session/slab.h"

/*
 * A hash table of numbers, as those of a slab's items. It grows by one bucket
 * with each item (linear hashing: Litwin, 1980), so that no call ever waits for
 * all of them to be sorted anew. What it has of an item is half of its hash,
 * and that stands apart from the items: nothing but an item that is most
 * probably the right one is ever looked at.
 */
struct bucket_link {
	uint32_t tag; /* of the item that has this number */
	uint32_t next;
};

struct buckets {
	struct bucket_link *links; /* by the items' numbers */
	uint32_t links_room;
	uint32_t *heads;
	uint32_t heads_room;
	uint32_t count; /* of the buckets */
	uint32_t items;
};

/* 0 or GATE_ENOMEM. */
int buckets_init(struct buckets *buckets);
void buckets_clear(struct buckets *buckets);

/* Makes room for an item of this number, and all below: 0 or GATE_ENOMEM. */
int buckets_reserve(struct buckets *buckets, uint32_t item);

/* Puts in an item that is not in it, for which there is room. / Takes out one
 * that is. */
void buckets_add(struct buckets *buckets, uint32_t item, uint64_t hash);
void buckets_remove(struct buckets *buckets, uint32_t item);

/*
 * Has the processor fetch from memory what buckets_first will look at for this
 * hash: the bucket, and with it there the first of its chain. Called for
 * several tables before one is looked at, one wait is enough for all.
 */
void buckets_fetch(const struct buckets *buckets, uint64_t hash);
void buckets_fetch_chain(const struct buckets *buckets, uint64_t hash);

/* The items that may have this hash, one after another: SLAB_NONE ends them. */
uint32_t buckets_first(const struct buckets *buckets, uint64_t hash);
uint32_t buckets_next(const struct buckets *buckets, uint32_t item);

#endif
