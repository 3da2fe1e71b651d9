/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_tx.h"

#include <string.h>

#include "lib/error.h"
#include "lib/log.h"

int
store_run(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count, store_row *row, void *data,
    int64_t *rows)
{
	int64_t ignored;
	int r;

	if (tx->error != 0)
		return tx->error;
	r = tx->db->engine->run(tx->db, statement, params, count, row, data,
	    rows != NULL ? rows : &ignored);
	if (r == GATE_ESTORE || r == GATE_EFULL)
		tx->error = r;
	return r;
}

struct store_value
store_number(int64_t number)
{
	return (struct store_value){ STORE_NUMBER, number, NULL, 0 };
}

struct store_value
store_text(const char *text)
{
	return (struct store_value){ STORE_TEXT, 0, text, strlen(text) };
}

struct store_value
store_bytes(const void *bytes, size_t size)
{
	return (struct store_value){ STORE_BYTES, 0, bytes, size };
}

int
store_text_fits(const char *text, size_t size)
{
	return strnlen(text, size) < size ? 0 : GATE_ETOOBIG;
}

static int
field_put(const struct store_field *field, const char *record,
    struct store_value *value)
{
	const char *member = record + field->offset;
	int64_t wide;
	size_t used;
	int narrow;

	switch (field->type) {
	case FIELD_TEXT:
		if (store_text_fits(member, field->size) != 0)
			return GATE_ETOOBIG;
		*value = store_text(member);
		return 0;
	case FIELD_INT:
		memcpy(&narrow, member, sizeof(narrow));
		*value = store_number(narrow);
		return 0;
	case FIELD_INT64:
		memcpy(&wide, member, sizeof(wide));
		*value = store_number(wide);
		return 0;
	case FIELD_BYTES:
		*value = store_bytes(member, field->size);
		return 0;
	case FIELD_BLOB:
		memcpy(&used, record + field->size_offset, sizeof(used));
		if (used > field->size)
			return GATE_ETOOBIG;
		*value = store_bytes(member, used);
		return 0;
	}
	return GATE_EINVAL;
}

int
store_record_put(const struct store_field *fields, size_t count,
    const void *record, struct store_value *values)
{
	size_t i;
	int r;

	for (i = 0; i < count; i++) {
		r = field_put(&fields[i], record, &values[i]);
		if (r != 0)
			return r;
	}
	return 0;
}

/* Copies text or bytes of a column, which must leave room for a text's NUL. */
static int
copy(char *member, size_t size, const struct store_value *column,
    enum store_type type)
{
	if (column->type != type ||
	    column->size + (type == STORE_TEXT) > size ||
	    (type == STORE_TEXT &&
		memchr(column->bytes, '\0', column->size) != NULL))
		return GATE_ESTORE;
	if (column->size > 0)
		memcpy(member, column->bytes, column->size);
	return 0;
}

static int
field_get(const struct store_field *field, const struct store_value *column,
    char *record)
{
	char *member = record + field->offset;
	int narrow = (int)column->number;

	switch (field->type) {
	case FIELD_TEXT:
		return copy(member, field->size, column, STORE_TEXT);
	case FIELD_INT:
		if (column->type != STORE_NUMBER || narrow != column->number)
			return GATE_ESTORE;
		memcpy(member, &narrow, sizeof(narrow));
		return 0;
	case FIELD_INT64:
		if (column->type != STORE_NUMBER)
			return GATE_ESTORE;
		memcpy(member, &column->number, sizeof(column->number));
		return 0;
	case FIELD_BYTES:
		if (column->size != field->size)
			return GATE_ESTORE;
		return copy(member, field->size, column, STORE_BYTES);
	case FIELD_BLOB:
		memcpy(record + field->size_offset, &column->size,
		    sizeof(column->size));
		return copy(member, field->size, column, STORE_BYTES);
	}
	return GATE_ESTORE;
}

int
store_record_get(const struct store_field *fields, size_t count,
    const struct store_value *columns, size_t column_count, void *record,
    size_t record_size)
{
	size_t i;
	int r;

	memset(record, 0, record_size);
	r = column_count == count ? 0 : GATE_ESTORE;
	for (i = 0; r == 0 && i < count; i++)
		r = field_get(&fields[i], &columns[i], record);
	if (r != 0)
		log_error("store: a row that the gate cannot have written");
	return r;
}

int
store_shape_get(const struct store_shape *shape,
    const struct store_value *columns, size_t count, void *record)
{
	return store_record_get(
	    shape->fields, shape->count, columns, count, record, shape->size);
}

struct fetch {
	const struct store_shape *shape;
	void *record;
};

static int
fetch_row(const struct store_value *columns, size_t count, void *data)
{
	const struct fetch *fetch = data;

	return store_shape_get(fetch->shape, columns, count, fetch->record);
}

int
store_fetch(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count,
    const struct store_shape *shape, void *record)
{
	struct fetch fetch = { shape, record };
	int64_t found;
	int r;

	r = store_run(tx, statement, params, count, fetch_row, &fetch, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

int
store_affect(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count, int otherwise)
{
	int64_t changed;
	int r;

	r = store_run(tx, statement, params, count, NULL, NULL, &changed);
	if (r != 0)
		return r;
	return changed == 1 ? 0 : otherwise;
}

int
store_keep(struct store_tx *tx, enum store_statement statement,
    const struct store_shape *shape, const void *record, int otherwise)
{
	struct store_value values[STORE_COLUMNS_MAX];
	int r;

	r = store_record_put(shape->fields, shape->count, record, values);
	if (r != 0)
		return r;
	return store_affect(tx, statement, values, shape->count, otherwise);
}

int
store_number_row(const struct store_value *columns, size_t count, void *data)
{
	if (count != 1 || columns[0].type != STORE_NUMBER)
		return GATE_ESTORE;
	*(int64_t *)data = columns[0].number;
	return 0;
}
