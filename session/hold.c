/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/hold.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

struct item {
	struct list_link link;
	struct hold hold;
};

struct holds {
	struct slab slab;
	struct list_of of;
};

int
holds_new(struct holds **holds)
{
	if ((*holds = calloc(1, sizeof(**holds))) == NULL)
		return GATE_ENOMEM;
	slab_init(&(*holds)->slab, sizeof(struct item));
	(*holds)->of =
	    (struct list_of){ &(*holds)->slab, offsetof(struct item, link) };
	return 0;
}

void
holds_free(struct holds **holds)
{
	if (*holds == NULL)
		return;
	slab_clear(&(*holds)->slab);
	free(*holds);
	*holds = NULL;
}

static struct hold *
hold_at(const struct holds *holds, uint32_t item)
{
	return &((struct item *)slab_at(&holds->slab, item))->hold;
}

static uint32_t
after(const struct holds *holds, uint32_t item)
{
	return list_link_of(&holds->of, item)->next;
}

static void
drop(struct holds *holds, struct list *list, uint32_t item)
{
	list_remove(&holds->of, list, item);
	slab_give(&holds->slab, item);
}

static uint32_t
find(const struct holds *holds, const struct list *list, const char *holder,
    const char *label)
{
	uint32_t item = list->first;

	for (; item != SLAB_NONE; item = after(holds, item))
		if (strcmp(hold_at(holds, item)->holder, holder) == 0 &&
		    strcmp(hold_at(holds, item)->label, label) == 0)
			break;
	return item;
}

/* Something to read in a list: it fits, whole, on one line. */
static int
is_text(const char *text)
{
	const char *p;

	for (p = text; *p != '\0'; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return 0;
	return p > text && p - text < HOLD_TEXT_MAX;
}

/* Forgets those that ran out and need not be remembered for their end: the
 * person was there since. How many are left. */
static int
tidy(struct holds *holds, struct list *list, int64_t now, int64_t active)
{
	uint32_t item, next;
	int count = 0;

	for (item = list->first; item != SLAB_NONE; item = next) {
		const struct hold *hold = hold_at(holds, item);

		next = after(holds, item);
		if (hold->until <= now && active > hold->until)
			drop(holds, list, item);
		else
			count++;
	}
	return count;
}

/* Drops the one that ran out first; 0, or GATE_ETOOBIG if all run. */
static int
make_place(struct holds *holds, struct list *list, int64_t now)
{
	uint32_t item = list->first, oldest = SLAB_NONE;

	for (; item != SLAB_NONE; item = after(holds, item))
		if (hold_at(holds, item)->until <= now &&
		    (oldest == SLAB_NONE ||
			hold_at(holds, item)->until <
			    hold_at(holds, oldest)->until))
			oldest = item;
	if (oldest == SLAB_NONE)
		return GATE_ETOOBIG;
	drop(holds, list, oldest);
	return 0;
}

/* One of this holder and label; of its times, none is set. */
static int
append(struct holds *holds, struct list *list, const char *holder,
    const char *label, uint32_t *item)
{
	struct hold *hold;

	if (slab_take(&holds->slab, item) != 0)
		return GATE_ENOMEM;
	hold = hold_at(holds, *item);
	memcpy(hold->holder, holder, strlen(holder) + 1);
	memcpy(hold->label, label, strlen(label) + 1);
	list_append(&holds->of, list, *item);
	return 0;
}

static int
add(struct holds *holds, struct list *list, const struct hold_order *order,
    int64_t now, uint32_t *item)
{
	struct hold *hold;

	if (append(holds, list, order->holder, order->label, item) != 0)
		return GATE_ENOMEM;
	hold = hold_at(holds, *item);
	hold->taken = now;
	if (__builtin_add_overflow(now, order->most, &hold->end))
		hold->end = INT64_MAX;
	return 0;
}

int
hold_take(struct holds *holds, struct list *list,
    const struct hold_order *order, int64_t now, int64_t active, int64_t *until)
{
	struct hold *hold;
	uint32_t item;
	int count, r = 0;

	if (!is_text(order->holder) || !is_text(order->label) ||
	    order->lease <= 0 || order->most <= 0)
		return GATE_EINVAL;
	count = tidy(holds, list, now, active);
	item = find(holds, list, order->holder, order->label);
	if (item == SLAB_NONE && count >= HOLD_MAX)
		r = make_place(holds, list, now);
	if (item == SLAB_NONE && r == 0)
		r = add(holds, list, order, now, &item);
	if (r != 0)
		return r;
	hold = hold_at(holds, item);
	if (now >= hold->end)
		return GATE_EREFUSED;
	hold->until =
	    order->lease < hold->end - now ? now + order->lease : hold->end;
	*until = hold->until;
	return 0;
}

int
hold_put(struct holds *holds, struct list *list, const struct hold *hold)
{
	uint32_t item = list->first;
	int count = 0, r;

	if (!is_text(hold->holder) || !is_text(hold->label))
		return GATE_EINVAL;
	for (; item != SLAB_NONE; item = after(holds, item))
		count++;
	if (find(holds, list, hold->holder, hold->label) != SLAB_NONE)
		return GATE_EEXISTS;
	if (count >= HOLD_MAX)
		return GATE_ETOOBIG;
	r = append(holds, list, hold->holder, hold->label, &item);
	if (r == 0) {
		hold_at(holds, item)->taken = hold->taken;
		hold_at(holds, item)->until = hold->until;
		hold_at(holds, item)->end = hold->end;
	}
	return r;
}

int
hold_release(struct holds *holds, struct list *list, const char *holder,
    const char *label, struct hold *was)
{
	uint32_t item = find(holds, list, holder, label);

	if (item == SLAB_NONE)
		return GATE_ENOTFOUND;
	if (was != NULL)
		*was = *hold_at(holds, item);
	drop(holds, list, item);
	return 0;
}

void
hold_drop(struct holds *holds, struct list *list)
{
	while (list->first != SLAB_NONE)
		drop(holds, list, list->first);
}

int64_t
hold_until(const struct holds *holds, const struct list *list)
{
	uint32_t item = list->first;
	int64_t until = 0;

	for (; item != SLAB_NONE; item = after(holds, item))
		if (hold_at(holds, item)->until > until)
			until = hold_at(holds, item)->until;
	return until;
}

size_t
hold_list(const struct holds *holds, const struct list *list,
    struct hold all[HOLD_MAX])
{
	uint32_t item = list->first;
	size_t count = 0;

	for (; item != SLAB_NONE && count < HOLD_MAX; item = after(holds, item))
		all[count++] = *hold_at(holds, item);
	return count;
}
