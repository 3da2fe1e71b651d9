/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/list.h"

void
list_append(const struct list_of *of, struct list *list, uint32_t item)
{
	*list_link_of(of, item) =
	    (struct list_link){ .next = SLAB_NONE, .prev = list->last };
	if (list->last != SLAB_NONE)
		list_link_of(of, list->last)->next = item;
	else
		list->first = item;
	list->last = item;
}

void
list_remove(const struct list_of *of, struct list *list, uint32_t item)
{
	const struct list_link link = *list_link_of(of, item);

	if (link.prev != SLAB_NONE)
		list_link_of(of, link.prev)->next = link.next;
	else
		list->first = link.next;
	if (link.next != SLAB_NONE)
		list_link_of(of, link.next)->prev = link.prev;
	else
		list->last = link.prev;
}
