/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_WHEEL_H
#define SESSION_WHEEL_H

#include "session/list.h"

/*
 * A timing wheel (Varghese, Lauck, 1987) of seconds: when to look at an item
 * again. It promises to give an item no later than asked, and may give it
 * earlier: whoever gets it looks whether its time has come, and puts it back if
 * not. So a time that moves on needs no call at all, and times beyond the
 * wheel's turn need no second wheel.
 */
#define WHEEL_SLOTS 4096
#define WHEEL_NEVER INT64_MAX

struct wheel_link {
	struct list_link link;
	uint32_t slot; /* 1 and up; 0: in none */
};

struct wheel {
	struct list_of of; /* the struct wheel_link in the items */
	int64_t second;    /* whose slot is emptied next */
	struct list slots[WHEEL_SLOTS];
};

/* Of a slab's items, with a struct wheel_link at this offset, of zeros. */
void wheel_init(
    struct wheel *wheel, const struct slab *slab, size_t link, int64_t second);

/* Puts an item into the slot of a second, wherever it is now; out of all for
 * WHEEL_NEVER. */
void wheel_put(struct wheel *wheel, uint32_t item, int64_t second);

/* Takes out an item whose slot has come at second; SLAB_NONE if there is none
 * any more. */
uint32_t wheel_take(struct wheel *wheel, int64_t second);

/* The second at which there will be something to take; WHEEL_NEVER. */
int64_t wheel_next(const struct wheel *wheel);

#endif
