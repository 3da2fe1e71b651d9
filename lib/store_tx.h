/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_TX_H
#define GATE_STORE_TX_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "lib/store_engine.h"

/*
 * What the store's words are made of: a transaction, the statements run in
 * it, and the way between a row and the struct that stands for it. For the
 * lib/store*.c files alone.
 */
struct store_tx {
	struct store_db *db;
	int error; /* the engine's first; nothing is run after it */
};

/*
 * Runs a statement in tx. The engine's errors stay with the transaction, so
 * that a caller that overlooks one still cannot commit. *rows may be NULL.
 */
int store_run(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count, store_row *row, void *data,
    int64_t *rows);

/* Parameters for store_run, as STORE_PARAMS(store_text("x"), ...). */
struct store_value store_number(int64_t number);
struct store_value store_text(const char *text);
struct store_value store_bytes(const void *bytes, size_t size);

#define STORE_PARAMS(...)                                                      \
	(const struct store_value[]){ __VA_ARGS__ },                           \
	    sizeof((struct store_value[]){ __VA_ARGS__ }) /                    \
	    sizeof(struct store_value)

/* One column of a table and the member of a struct that holds it. */
struct store_field {
	enum {
		FIELD_TEXT,  /* char[size], a NUL at its end */
		FIELD_INT,   /* an int or an enum */
		FIELD_INT64, /* int64_t */
		FIELD_BYTES, /* uint8_t[size], always full */
		FIELD_BLOB,  /* uint8_t[size], size_t at size_offset used */
	} type;
	size_t offset;
	size_t size;
	size_t size_offset;
};

#define STORE_FIELD(type, record, member)                                      \
	{                                                                      \
		type, offsetof(record, member),                                \
		    sizeof(((record *)NULL)->member), 0                        \
	}
#define STORE_FIELD_BLOB(record, member, member_size)                          \
	{                                                                      \
		FIELD_BLOB, offsetof(record, member),                          \
		    sizeof(((record *)NULL)->member),                          \
		    offsetof(record, member_size)                              \
	}

/*
 * Points values at the members of a record; GATE_ETOOBIG where a text does
 * not end within its array or a blob is larger than its own.
 */
int store_record_put(const struct store_field *fields, size_t count,
    const void *record, struct store_value *values);

/*
 * Copies a row into a record of record_size bytes, cleared first; GATE_ESTORE
 * for a row that does not fit: nobody but a stranger can have written it.
 */
int store_record_get(const struct store_field *fields, size_t count,
    const struct store_value *columns, size_t column_count, void *record,
    size_t record_size);

/* The columns of a table, in the order of its statements, and the struct that
 * stands for a row. */
struct store_shape {
	const struct store_field *fields;
	size_t count;
	size_t size;
};

#define STORE_SHAPE(record, fields)                                            \
	{                                                                      \
		fields, sizeof(fields) / sizeof((fields)[0]), sizeof(record)   \
	}

/* store_record_get by a shape. */
int store_shape_get(const struct store_shape *shape,
    const struct store_value *columns, size_t count, void *record);

/* Runs a statement that gives one row at most: 0 and the record, or
 * GATE_ENOTFOUND and the record as it was. */
int store_fetch(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count,
    const struct store_shape *shape, void *record);

/* Runs a statement that is to change one row: 0, or otherwise for none. */
int store_affect(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count, int otherwise);

/* The same with a whole record as its parameters, in the shape's order. */
int store_keep(struct store_tx *tx, enum store_statement statement,
    const struct store_shape *shape, const void *record, int otherwise);

/* A row of one number, for statements that count: data is an int64_t. */
store_row store_number_row;

/* A row of one session's id: data is char[STORE_SESSION_ID_MAX]. */
store_row store_session_id_row;

/*
 * Rows, for statements that drop tickets or sessions and give their keys: the
 * attributes go with them. data is the transaction.
 */
store_row store_ticket_gone;
store_row store_session_gone;

/*
 * The row in live of a session that begins / goes on, GATE_ENOTFOUND if there
 * is none / ends, which takes its holds too and raises *last to the activity
 * that was on record.
 */
int store_live_add(struct store_tx *tx, const struct store_session *session);
int store_live_update(struct store_tx *tx, const struct store_session *session);
int store_live_end(struct store_tx *tx, const char *id, int64_t *last);

/* Drops what store_fallback.h says goes with a user. */
int store_fallback_drop(struct store_tx *tx, const char *user);

/* 0, or GATE_ETOOBIG for a text of size bytes and more. */
int store_text_fits(const char *text, size_t size);

#endif
