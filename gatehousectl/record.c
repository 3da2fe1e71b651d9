/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/record.h"

#include <stdio.h>
#include <stdlib.h>

#include "gatehousectl/json.h"
#include "gatehousectl/options.h"
#include "gatehousectl/say.h"
#include "gatehousectl/span.h"
#include "gatehousectl/table.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

struct record_list {
	const struct record_view *view;
	struct table *table; /* either this */
	json_t *array;       /* or that */
};

static void
cell_text(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	table_cell(table, wire_str(row, field->tag));
}

static void
cell_time(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	char text[CLOCK_TEXT_SIZE];

	clock_text(wire_num(row, field->tag, 0), text);
	table_cell(table, text);
}

static void
cell_number(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	int64_t number = wire_num(row, field->tag, 0);
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)number);
	table_cell(table, number != 0 ? text : NULL);
}

static void
cell_count(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld",
	    (long long)wire_num(row, field->tag, 0));
	table_cell(table, text);
}

static void
cell_flag(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	table_cell(table, wire_num(row, field->tag, 0) ? "yes" : "no");
}

/* NAME=VALUE, one after the other. */
static void
cell_attributes(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	char *text = NULL;
	size_t size, cursor = 0;
	FILE *memory = open_memstream(&text, &size);
	struct wire_field next;
	const char *name = "";

	while (memory != NULL && wire_next(row, &cursor, &next)) {
		if (next.tag == field->tag)
			name = next.bytes;
		else if (next.tag == TAG_VALUE)
			fprintf(memory, "%s%s=%s",
			    ftell(memory) > 0 ? ", " : "", name, next.bytes);
	}
	if (memory != NULL && fclose(memory) == 0)
		table_cell(table, text);
	else
		table_cell(table, "?");
	free(text);
}

/* Milliseconds; -1 for none. */
static int64_t
span_in(const struct wire_msg *row, const struct record_field *field)
{
	int64_t one = wire_num(row, field->tag, -1);
	int64_t other = -1;

	if (field->type == RECORD_LEFT)
		other = wire_num(row, TAG_AGE_LEFT, -1);
	if (one < 0 || (other >= 0 && other < one))
		return other;
	return one;
}

static void
cell_span(const struct wire_msg *row, const struct record_field *field,
    struct table *table)
{
	char text[SPAN_TEXT_SIZE];

	span_text(span_in(row, field), text);
	table_cell(table, text);
}

static void
json_text(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_put_text(to, field->name, wire_str(row, field->tag));
}

static void
json_time(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_put_time(to, field->name, wire_num(row, field->tag, 0));
}

static void
json_number(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	int64_t number = wire_num(row, field->tag, 0);

	json_put(
	    to, field->name, number != 0 ? json_integer(number) : json_null());
}

static void
json_count(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_put(to, field->name, json_integer(wire_num(row, field->tag, 0)));
}

static void
json_flag(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_put(to, field->name, json_boolean(wire_num(row, field->tag, 0)));
}

static void
json_attributes(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_t *object = json_object();
	struct wire_field next;
	const char *name = "";
	size_t cursor = 0;

	while (wire_next(row, &cursor, &next))
		if (next.tag == field->tag) {
			name = next.bytes;
			json_put_value(object, name, NULL);
		} else if (next.tag == TAG_VALUE)
			json_put_value(object, name, next.bytes);
	json_put(to, field->name, object);
}

/* In whole seconds. */
static void
json_span(
    const struct wire_msg *row, const struct record_field *field, json_t *to)
{
	json_put_span(to, field->name, span_in(row, field));
}

/* How a field of each type is shown. */
static const struct {
	void (*cell)(const struct wire_msg *row,
	    const struct record_field *field, struct table *table);
	void (*json)(const struct wire_msg *row,
	    const struct record_field *field, json_t *to);
} types[] = {
	[RECORD_TEXT] = { cell_text, json_text },
	[RECORD_TIME] = { cell_time, json_time },
	[RECORD_NUMBER] = { cell_number, json_number },
	[RECORD_COUNT] = { cell_count, json_count },
	[RECORD_FLAG] = { cell_flag, json_flag },
	[RECORD_SPAN] = { cell_span, json_span },
	[RECORD_LEFT] = { cell_span, json_span },
	[RECORD_ATTRIBUTES] = { cell_attributes, json_attributes },
};

static int
no_memory(void)
{
	complain("%s", gate_strerror(GATE_ENOMEM));
	return CTL_FAILED;
}

json_t *
record_object(const struct record_view *view, const struct wire_msg *row)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; i < view->count; i++)
		types[view->fields[i].type].json(row, &view->fields[i], object);
	return object;
}

/* A table of the columns that a list has, with their headings. */
static int
table_of(const struct record_view *view, struct table **table)
{
	size_t i, columns = 0;
	int r;

	for (i = 0; i < view->count; i++)
		columns += view->fields[i].heading != NULL;
	r = table_new(table, columns);
	for (i = 0; i < view->count && r == 0; i++)
		if (view->fields[i].heading != NULL)
			table_cell(*table, view->fields[i].heading);
	return r;
}

int
record_list_new(struct record_list **list, const struct record_view *view)
{
	struct record_list *l = calloc(1, sizeof(*l));
	int r = GATE_ENOMEM;

	*list = l;
	if (l == NULL)
		return r;
	l->view = view;
	if (view->json)
		l->array = json_array();
	else
		(void)table_of(view, &l->table);
	if (l->array != NULL || l->table != NULL)
		r = 0;
	else
		record_list_free(list);
	return r;
}

void
record_list_free(struct record_list **list)
{
	struct record_list *l = *list;

	if (l == NULL)
		return;
	json_decref(l->array);
	table_free(&l->table);
	free(l);
	*list = NULL;
}

int
record_list_add(const struct wire_msg *row, void *data)
{
	struct record_list *list = data;
	const struct record_field *field = list->view->fields;
	const struct record_field *end = field + list->view->count;

	if (list->array != NULL)
		json_add(list->array, record_object(list->view, row));
	else
		for (; field < end; field++)
			if (field->heading != NULL)
				types[field->type].cell(
				    row, field, list->table);
	return CTL_DONE;
}

int
record_list_show(struct record_list *list)
{
	if (list->array != NULL)
		return json_show(json_incref(list->array));
	return table_print(list->table) == 0 ? CTL_DONE : no_memory();
}

int
record_list_ask(struct ask *ask, const struct record_view *view)
{
	struct record_list *list = NULL;
	int r;

	if (record_list_new(&list, view) != 0)
		return no_memory();
	r = ask_done(ask, record_list_add, list);
	if (r == CTL_DONE)
		r = record_list_show(list);
	record_list_free(&list);
	return r;
}

int
record_show(const struct wire_msg *row, void *data)
{
	const struct record_view *view = data;
	struct table *table = NULL;
	size_t i;
	int r;

	if (view->json)
		return json_show(record_object(view, row));
	r = table_new(&table, 2);
	for (i = 0; i < view->count && r == 0; i++) {
		table_cell(table, view->fields[i].name);
		types[view->fields[i].type].cell(row, &view->fields[i], table);
	}
	if (r == 0)
		r = table_print(table);
	table_free(&table);
	return r == 0 ? CTL_DONE : no_memory();
}
