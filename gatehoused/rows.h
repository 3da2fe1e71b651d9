/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ROWS_H
#define GATEHOUSED_ROWS_H

#include <stddef.h>

/*
 * Rows of one size, gathered from the store before any is sent: a caller who
 * reads slowly must not hold up the store. Begin with zeros and the size.
 */
struct rows {
	size_t size; /* of a row */
	void *memory;
	size_t count;
	size_t room;
};

/* Room for one more row, of undefined contents; NULL without memory. */
void *rows_add(struct rows *rows);

/* The row with this number, from 0 on. */
const void *rows_at(const struct rows *rows, size_t number);

/* Frees the memory, not the struct. */
void rows_clear(struct rows *rows);

#endif
