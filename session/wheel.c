/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/wheel.h"

void
wheel_init(
    struct wheel *wheel, const struct slab *slab, size_t link, int64_t second)
{
	size_t i;

	wheel->of =
	    (struct list_of){ slab, link + offsetof(struct wheel_link, link) };
	wheel->second = second;
	for (i = 0; i < WHEEL_SLOTS; i++)
		wheel->slots[i] = LIST_EMPTY;
}

static struct wheel_link *
link_of(const struct wheel *wheel, uint32_t item)
{
	return (struct wheel_link *)((uint8_t *)list_link_of(&wheel->of, item) -
	    offsetof(struct wheel_link, link));
}

static void
take_out(struct wheel *wheel, uint32_t item)
{
	struct wheel_link *link = link_of(wheel, item);

	if (link->slot == 0)
		return;
	list_remove(&wheel->of, &wheel->slots[link->slot - 1], item);
	link->slot = 0;
}

void
wheel_put(struct wheel *wheel, uint32_t item, int64_t second)
{
	int64_t last = wheel->second + WHEEL_SLOTS - 1;
	uint32_t slot;

	take_out(wheel, item);
	if (second == WHEEL_NEVER)
		return;
	if (second > last)
		second = last;
	if (second < wheel->second)
		second = wheel->second;
	slot = (uint32_t)(second % WHEEL_SLOTS);
	list_append(&wheel->of, &wheel->slots[slot], item);
	link_of(wheel, item)->slot = slot + 1;
}

uint32_t
wheel_take(struct wheel *wheel, int64_t second)
{
	uint32_t item;

	/* after a long sleep one turn has been through all slots */
	if (second - wheel->second >= WHEEL_SLOTS)
		wheel->second = second - WHEEL_SLOTS + 1;
	for (; wheel->second <= second; wheel->second++) {
		item = wheel->slots[wheel->second % WHEEL_SLOTS].first;
		if (item == SLAB_NONE)
			continue;
		take_out(wheel, item);
		return item;
	}
	return SLAB_NONE;
}

int64_t
wheel_next(const struct wheel *wheel)
{
	int64_t second = wheel->second;

	for (; second < wheel->second + WHEEL_SLOTS; second++)
		if (wheel->slots[second % WHEEL_SLOTS].first != SLAB_NONE)
			return second;
	return WHEEL_NEVER;
}
