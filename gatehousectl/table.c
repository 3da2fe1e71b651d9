/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/table.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "gatehousectl/say.h"
#include "lib/error.h"

#define GAP 2

struct table {
	size_t columns;
	int *widths; /* of each column */
	char **cells;
	size_t count;
	size_t room;
	int error;
};

int
table_new(struct table **table, size_t columns)
{
	struct table *t = calloc(1, sizeof(*t));

	*table = t;
	if (t == NULL)
		return GATE_ENOMEM;
	t->columns = columns;
	t->widths = calloc(columns, sizeof(*t->widths));
	if (t->widths == NULL)
		table_free(table);
	return *table != NULL ? 0 : GATE_ENOMEM;
}

void
table_free(struct table **table)
{
	struct table *t = *table;
	size_t i;

	if (t == NULL)
		return;
	for (i = 0; i < t->count; i++)
		free(t->cells[i]);
	free(t->cells);
	free(t->widths);
	free(t);
	*table = NULL;
}

static int
make_room(struct table *t)
{
	size_t room = t->room == 0 ? 64 : t->room * 2;
	char **larger;

	if (t->count < t->room)
		return 0;
	larger = reallocarray(t->cells, room, sizeof(*larger));
	if (larger == NULL)
		return GATE_ENOMEM;
	t->cells = larger;
	t->room = room;
	return 0;
}

void
table_cell(struct table *table, const char *text)
{
	struct table *t = table;
	size_t column = t->count % t->columns;
	char *cell;
	int width;

	if (t->error != 0)
		return;
	cell = visible(text != NULL && text[0] != '\0' ? text : "-");
	if (cell == NULL || make_room(t) != 0) {
		free(cell);
		t->error = GATE_ENOMEM;
		return;
	}
	t->cells[t->count++] = cell;
	width = visible_width(cell);
	if (width > t->widths[column])
		t->widths[column] = width;
}

/* How many bytes of a text take up so many columns at most. */
static int
bytes_within(const char *text, int width)
{
	const char *at = text;

	for (; *at != '\0'; at++)
		if (((unsigned char)*at & 0xc0) != 0x80 && width-- == 0)
			break;
	return (int)(at - text);
}

static void
print_line(const struct table *table, char *const *cells, int width)
{
	size_t column, last = table->columns - 1;
	int pad;

	for (column = 0; width > 0; column++) {
		printf(
		    "%.*s", bytes_within(cells[column], width), cells[column]);
		width -= visible_width(cells[column]);
		if (column == last || width <= 0)
			break;
		pad =
		    GAP + table->widths[column] - visible_width(cells[column]);
		if (pad > width)
			pad = width;
		printf("%*s", pad, "");
		width -= pad;
	}
}

int
table_print_within(
    const struct table *table, size_t lines, int width, const char *after)
{
	size_t i;

	if (table->error != 0)
		return table->error;
	for (i = 0; i + table->columns <= table->count && lines > 0;
	     i += table->columns, lines--) {
		print_line(table, table->cells + i, width);
		fputs(after, stdout);
	}
	return 0;
}

int
table_print(const struct table *table)
{
	return table_print_within(table, SIZE_MAX, INT_MAX, "\n");
}
