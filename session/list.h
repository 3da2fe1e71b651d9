/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_LIST_H
#define SESSION_LIST_H

#include "session/slab.h"

/*
 * Lists of a slab's items, in the order in which they were appended, that one
 * may leave from anywhere. The links are in the items: an item can be in as
 * many lists as it has links. LIST_EMPTY is one without items.
 */
struct list {
	uint32_t first;
	uint32_t last;
};
#define LIST_EMPTY ((struct list){ SLAB_NONE, SLAB_NONE })

struct list_link {
	uint32_t next;
	uint32_t prev;
};

/* Which items, and where in them the link is. */
struct list_of {
	const struct slab *slab;
	size_t offset;
};

void list_append(const struct list_of *of, struct list *list, uint32_t item);

/* Takes out an item, which is in this list. */
void list_remove(const struct list_of *of, struct list *list, uint32_t item);

static inline struct list_link *
list_link_of(const struct list_of *of, uint32_t item)
{
	return (struct list_link *)((uint8_t *)slab_at(of->slab, item) +
	    of->offset);
}

#endif
