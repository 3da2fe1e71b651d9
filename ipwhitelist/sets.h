/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_SETS_H
#define IPWHITELIST_SETS_H

#include <stddef.h>

#include "ipwhitelist/source.h"

/*
 * The named sets of all files together: a set may name sets, of whatever file,
 * but not itself by any way. Never changed once made; the sources have to live
 * as long.
 */
struct sets;

/* How many sets may stand in one another. */
#define SETS_DEPTH 32

/*
 * Collects them, and checks that every set that a set or rule names is there.
 * 0, GATE_ENOMEM, or GATE_ECONFIG with a complaint for each error.
 */
int sets_new(struct sets **sets, struct source *const *sources, size_t count,
    source_complaint *complain, void *data);
void sets_free(struct sets **sets);

/*
 * Tells of all that a target stands for: itself, or the targets in a set and
 * in the sets in it, none of them a set. What tell returns unless 0 ends it,
 * and is returned.
 */
typedef int sets_tell(const struct target *target, void *data);
int sets_each(const struct sets *sets, const struct target *target,
    sets_tell *tell, void *data);

/* Nonzero if both have the same sets, of the same items. */
int sets_same(const struct sets *a, const struct sets *b);

#endif
