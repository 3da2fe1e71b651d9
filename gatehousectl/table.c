/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/table.h"

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

int
table_print(const struct table *table)
{
	size_t i, column;
	int last, pad;

	if (table->error != 0)
		return table->error;
	for (i = 0; i < table->count; i++) {
		column = i % table->columns;
		last = column == table->columns - 1;
		pad = last ? 0
			   : GAP + table->widths[column] -
			visible_width(table->cells[i]);
		printf("%s%*s%s", table->cells[i], pad, "", last ? "\n" : "");
	}
	return 0;
}
