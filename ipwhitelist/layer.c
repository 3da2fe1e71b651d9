/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/layer.h"

#include <stdlib.h>

#include "ipwhitelist/array.h"
#include "lib/error.h"

struct layer {
	int owners;
	struct table *table;
	struct lists *lists;
};

/* Makes of the pairs, which are sorted, one for each network, with the value
 * of all of its rules: how many, in *count. */
static int
fold(struct lists *lists, struct table_item *pairs, size_t *count)
{
	size_t i, end, n, networks = 0, room = 0;
	uint32_t *rules = NULL, value;
	void *more;
	int r = 0;

	for (i = 0; r == 0 && i < *count; i = end) {
		n = 0;
		for (end = i;
		     end < *count && table_compare(&pairs[i], &pairs[end]) == 0;
		     end++) {
			value = pairs[end].value;
			if (value == LISTS_EMPTY ||
			    (n > 0 && rules[n - 1] == value))
				continue;
			more = array_grown(rules, n, 1, &room, sizeof(*rules));
			if (more == NULL) {
				r = GATE_ENOMEM;
				goto out;
			}
			rules = more;
			rules[n++] = value;
		}
		pairs[networks].network = pairs[i].network;
		r = lists_add(lists, rules, n, &pairs[networks++].value);
	}
	*count = networks;
out:
	free(rules);
	return r;
}

int
layer_new(struct layer **layer, struct table_item *pairs, size_t count,
    lists_asks *asks, const void *data)
{
	struct layer *made = calloc(1, sizeof(*made));
	int r = GATE_ENOMEM;

	*layer = NULL;
	if (made == NULL)
		return r;
	made->owners = 1;
	table_sort(pairs, count);
	r = lists_new(&made->lists);
	if (r == 0)
		r = fold(made->lists, pairs, &count);
	if (r == 0)
		r = lists_finish(made->lists, asks, data);
	if (r == 0)
		r = table_new(&made->table, pairs, count);
	if (r != 0)
		layer_free(&made);
	*layer = made;
	return r;
}

struct layer *
layer_keep(struct layer *layer)
{
	__atomic_add_fetch(&layer->owners, 1, __ATOMIC_RELAXED);
	return layer;
}

void
layer_free(struct layer **layer)
{
	struct layer *l = *layer;

	*layer = NULL;
	if (l == NULL ||
	    __atomic_sub_fetch(&l->owners, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	table_free(&l->table);
	lists_free(&l->lists);
	free(l);
}

const struct table *
layer_table(const struct layer *layer)
{
	return layer->table;
}

const struct lists *
layer_lists(const struct layer *layer)
{
	return layer->lists;
}
