/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_TABLE_H
#define GATEHOUSECTL_TABLE_H

#include <stddef.h>

/*
 * Text in columns as wide as what is in them. Cells are given one after the
 * other, row by row, the headings first if there are to be any.
 */
struct table;

int table_new(struct table **table, size_t columns);
void table_free(struct table **table);

/*
 * Appends a cell; NULL and "" show as "-". It is copied, and made visible.
 * A lack of memory is told by table_print.
 */
void table_cell(struct table *table, const char *text);

/* Prints to standard output: 0 or GATE_ENOMEM, and then nothing. */
int table_print(const struct table *table);

/*
 * The same for a screen: no more lines than so many, none of them wider, and
 * each is followed by after in place of the end of the line.
 */
int table_print_within(
    const struct table *table, size_t lines, int width, const char *after);

#endif
