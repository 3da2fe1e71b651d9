/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_ENGINE_H
#define GATE_STORE_ENGINE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "lib/store_sql.h"

/*
 * The seam between the store's words and a database. An engine knows
 * connections, transactions and how to run a statement of store_sql.h; what
 * the rows mean is none of its business.
 *
 * A connection is used by one thread at a time. A function that fails returns
 * GATE_EFULL where the database is out of space, else GATE_ESTORE; it has
 * logged what the database said, and the transaction can only be rolled back.
 */
struct store_engine;

/* A connection: the first member of each engine's own struct. */
struct store_db {
	const struct store_engine *engine;
};

/* There is no NULL in the schema: 0 and the empty text stand for "none". */
enum store_type {
	STORE_NUMBER,
	STORE_TEXT,
	STORE_BYTES,
};

struct store_value {
	enum store_type type;
	int64_t number;
	const void *bytes; /* TEXT, BYTES: lives as long as the call */
	size_t size;
};

#define STORE_COLUMNS_MAX 32

/* Takes one row; nonzero ends the statement, whose result it becomes. */
typedef int store_row(
    const struct store_value *columns, size_t count, void *data);

enum store_role {
	STORE_WRITER, /* may change things; migrates the schema when opened */
	STORE_READER, /* the database itself refuses changes */
};

struct store_engine {
	const char *name;

	/*
	 * Opens a connection, for a writer also makes or migrates the schema.
	 * Errors as store_open; why gets a sentence.
	 */
	int (*open)(struct store_db **db, const struct store_options *options,
	    enum store_role role, char *why, size_t why_size);
	void (*close)(struct store_db **db);

	/*
	 * Starts a transaction; a writer's excludes all other writers. Ends
	 * first whatever a failure has left open.
	 */
	int (*begin)(struct store_db *db, int durable);

	/*
	 * Commits it. Of one begun as durable, 0 only when it would survive a
	 * power cut, and all those before it would, even if it changed nothing.
	 */
	int (*commit)(struct store_db *db);
	void (*rollback)(struct store_db *db);

	/*
	 * A part of a transaction that can be undone alone: mark it, then
	 * either keep it or undo it. Parts do not nest.
	 */
	int (*mark)(struct store_db *db);
	int (*keep)(struct store_db *db);
	int (*undo)(struct store_db *db);

	/*
	 * Runs a statement; row (NULL for one that gives none) sees each row.
	 * *rows: how many it gave, or else changed. row must not run the same
	 * statement again.
	 */
	int (*run)(struct store_db *db, enum store_statement statement,
	    const struct store_value *params, size_t count, store_row *row,
	    void *data, int64_t *rows);
};

extern const struct store_engine store_sqlite;

#endif
