/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_NAMES_H
#define SESSION_NAMES_H

#include "lib/siphash.h"
#include "session/buckets.h"
#include "session/list.h"

/*
 * Names that many have, each kept once and counted: of users, of services. By
 * a keyed hash: strangers choose their names.
 */
struct name {
	char *text;
	uint32_t uses;
	struct list users; /* the caller's: of those who use it */
};

struct names {
	struct slab slab;
	struct buckets buckets;
	uint8_t key[SIPHASH_KEY_SIZE];
};

/* 0, GATE_ENOMEM, GATE_EIO. */
int names_init(struct names *names);
void names_clear(struct names *names);

/* Where a name is in buckets. */
uint64_t names_hash(const struct names *names, const char *text);

/* One use more, of a name that may be new and has this hash: 0 or GATE_ENOMEM.
 * / One less. */
int names_use(
    struct names *names, const char *text, uint64_t hash, uint32_t *name);
void names_unuse(struct names *names, uint32_t name);

/* SLAB_NONE if nobody uses it. */
uint32_t names_find(const struct names *names, const char *text);

static inline struct name *
names_at(const struct names *names, uint32_t name)
{
	return slab_at(&names->slab, name);
}

#endif
