/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_LAYER_H
#define IPWHITELIST_LAYER_H

#include <stddef.h>

#include "ipwhitelist/lists.h"
#include "ipwhitelist/table.h"

/*
 * Networks with the rules that are about them: a table and its lists. Made
 * once and never changed; shared by the rules that are made from one another.
 */
struct layer;

/*
 * Makes one of pairs of a network and the number of a rule (value), which it
 * sorts and uses up; a pair may stand twice. A pair with LISTS_EMPTY says that
 * the network stands in the layer even if no rule is about it. 0, GATE_ENOMEM,
 * GATE_ETOOBIG.
 */
int layer_new(struct layer **layer, struct table_item *pairs, size_t count,
    lists_asks *asks, const void *data);

/* One more owner; each frees it. */
struct layer *layer_keep(struct layer *layer);
void layer_free(struct layer **layer);

const struct table *layer_table(const struct layer *layer);
const struct lists *layer_lists(const struct layer *layer);

#endif
