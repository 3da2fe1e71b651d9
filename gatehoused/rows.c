/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/rows.h"

#include <stdlib.h>

#define ROOM_FIRST 16

void *
rows_add(struct rows *rows)
{
	size_t room = rows->room == 0 ? ROOM_FIRST : rows->room * 2;
	void *larger;

	if (rows->count == rows->room) {
		larger = reallocarray(rows->memory, room, rows->size);
		if (larger == NULL)
			return NULL;
		rows->memory = larger;
		rows->room = room;
	}
	return (char *)rows->memory + rows->count++ * rows->size;
}

const void *
rows_at(const struct rows *rows, size_t number)
{
	return (const char *)rows->memory + number * rows->size;
}

void
rows_clear(struct rows *rows)
{
	free(rows->memory);
	rows->memory = NULL;
	rows->count = rows->room = 0;
}
