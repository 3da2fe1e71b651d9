/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/log.h"
#include "lib/store_engine.h"

/* Marks the file as ours: "GATE". */
#define APPLICATION_ID 0x47415445

/* For an administrator who looks at the file with a tool of his own. */
#define BUSY_TIMEOUT_MS  2000

#define TEXT_OF_(number) #number
#define TEXT_OF(number)  TEXT_OF_(number)
#define COUNT(array)     (sizeof(array) / sizeof((array)[0]))

/* The statements about transactions. */
enum control {
	CONTROL_BEGIN,
	CONTROL_COMMIT,
	CONTROL_ROLLBACK,
	CONTROL_MARK,
	CONTROL_KEEP,
	CONTROL_UNDO,
	CONTROL_COUNT
};

static const char *const control_sql[][CONTROL_COUNT] = {
	[STORE_WRITER] = { "BEGIN IMMEDIATE", "COMMIT", "ROLLBACK",
	    "SAVEPOINT part", "RELEASE part", "ROLLBACK TO part" },
	[STORE_READER] = { "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT part",
	    "RELEASE part", "ROLLBACK TO part" },
};

static const char *const migrations[] =
    STORE_MIGRATIONS("INTEGER", "BLOB", "STRICT, WITHOUT ROWID");

struct sqlite_db {
	struct store_db base;
	sqlite3 *handle;
	sqlite3_stmt *control[CONTROL_COUNT];
	sqlite3_stmt *statement[SQL_COUNT];
	int durable;   /* this transaction's commit syncs what it writes */
	int unsettled; /* one before did not, and none has since */
};

static struct sqlite_db *
sqlite_of(struct store_db *base)
{
	return (struct sqlite_db *)base;
}

/*
 * What the database says of the call that failed last, with the system's
 * word on it, and whether it was for want of space. sqlite3_system_errno
 * knows nothing of a COMMIT, so that this asks errno, before anything else.
 */
static int
sqlite_explain(struct sqlite_db *db, char *why, size_t why_size)
{
	int error = errno, code = sqlite3_errcode(db->handle) & 0xff;

	if (code != SQLITE_IOERR && code != SQLITE_CANTOPEN)
		error = 0;
	snprintf(why, why_size, "%s%s%s", sqlite3_errmsg(db->handle),
	    error != 0 ? ": " : "", error != 0 ? strerror(error) : "");
	if (code == SQLITE_FULL || error == ENOSPC || error == EDQUOT ||
	    error == EFBIG)
		return GATE_EFULL;
	return GATE_ESTORE;
}

/* Logs it, for the statement that was run. */
static int
sqlite_fail(struct sqlite_db *db, const char *sql)
{
	char why[160];
	int r;

	r = sqlite_explain(db, why, sizeof(why));
	log_error("store: %s (%d), %.40s", why,
	    sqlite3_extended_errcode(db->handle), sql);
	return r;
}

/* ------------------------------------------------------ transactions --- */

static int
sqlite_control(struct store_db *base, enum control which)
{
	struct sqlite_db *db = sqlite_of(base);
	sqlite3_stmt *statement = db->control[which];
	int r = 0;

	errno = 0;
	if (sqlite3_step(statement) != SQLITE_DONE)
		r = sqlite_fail(db, sqlite3_sql(statement));
	sqlite3_reset(statement);
	return r;
}

static void
sqlite_rollback(struct store_db *base)
{
	/* After some errors SQLite has rolled back already. */
	if (!sqlite3_get_autocommit(sqlite_of(base)->handle))
		(void)sqlite_control(base, CONTROL_ROLLBACK);
}

/* Whether commits sync the log is a setting of the connection. */
static int
sqlite_set_durable(struct sqlite_db *db, int durable)
{
	static const char *const sql[] = { "PRAGMA synchronous = NORMAL",
		"PRAGMA synchronous = FULL" };

	if (db->durable == durable)
		return 0;
	errno = 0;
	if (sqlite3_exec(db->handle, sql[durable], NULL, NULL, NULL) !=
	    SQLITE_OK)
		return sqlite_fail(db, sql[durable]);
	db->durable = durable;
	return 0;
}

static int
sqlite_begin(struct store_db *base, int durable)
{
	struct sqlite_db *db = sqlite_of(base);
	int r;

	sqlite_rollback(base);
	r = sqlite_set_durable(db, durable);
	return r != 0 ? r : sqlite_control(base, CONTROL_BEGIN);
}

/* Pages written to the log so far. */
static int
sqlite_written(struct sqlite_db *db)
{
	int count = 0, ignored;

	(void)sqlite3_db_status(
	    db->handle, SQLITE_DBSTATUS_CACHE_WRITE, &count, &ignored, 0);
	return count;
}

/* Syncs the log as it is. */
static int
sqlite_sync(struct sqlite_db *db)
{
	sqlite3_file *log = NULL;

	errno = 0;
	if (sqlite3_file_control(db->handle, "main",
		SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
	    log != NULL && log->pMethods != NULL &&
	    log->pMethods->xSync(log, SQLITE_SYNC_NORMAL) == SQLITE_OK)
		return 0;
	log_error("store: syncing the log: %s", strerror(errno));
	return errno == ENOSPC || errno == EDQUOT ? GATE_EFULL : GATE_ESTORE;
}

/* SQLite syncs at a commit only if that has written something. */
static int
sqlite_commit(struct store_db *base)
{
	struct sqlite_db *db = sqlite_of(base);
	int before = sqlite_written(db), wrote;
	int r = sqlite_control(base, CONTROL_COMMIT);

	wrote = sqlite_written(db) != before;
	if (r == 0 && db->durable && db->unsettled && !wrote)
		r = sqlite_sync(db);
	if (r == 0 && (wrote || db->durable))
		db->unsettled = !db->durable;
	return r;
}

static int
sqlite_mark(struct store_db *base)
{
	return sqlite_control(base, CONTROL_MARK);
}

static int
sqlite_keep(struct store_db *base)
{
	return sqlite_control(base, CONTROL_KEEP);
}

static int
sqlite_undo(struct store_db *base)
{
	int r = sqlite_control(base, CONTROL_UNDO);

	/* Rolling back to a savepoint leaves it open. */
	return r != 0 ? r : sqlite_control(base, CONTROL_KEEP);
}

/* -------------------------------------------------------- statements --- */

static int
bind_value(sqlite3_stmt *statement, int i, const struct store_value *value)
{
	/* SQLite would take a null pointer for NULL. */
	const void *bytes = value->bytes != NULL ? value->bytes : "";

	switch (value->type) {
	case STORE_NUMBER:
		return sqlite3_bind_int64(statement, i, value->number);
	case STORE_TEXT:
		return sqlite3_bind_text64(statement, i, bytes, value->size,
		    SQLITE_STATIC, SQLITE_UTF8);
	case STORE_BYTES:
		return sqlite3_bind_blob64(
		    statement, i, bytes, value->size, SQLITE_STATIC);
	}
	return SQLITE_MISUSE;
}

static int
bind_values(
    sqlite3_stmt *statement, const struct store_value *params, size_t count)
{
	int code = SQLITE_OK;
	size_t i;

	if (count != (size_t)sqlite3_bind_parameter_count(statement))
		return SQLITE_MISUSE;
	for (i = 0; code == SQLITE_OK && i < count; i++)
		code = bind_value(statement, (int)i + 1, &params[i]);
	return code;
}

/* The value itself, which is found once, and not by each question of it: SQLite
 * allows it to whoever has the connection for himself. */
static int
column_value(sqlite3_stmt *statement, int i, struct store_value *value)
{
	sqlite3_value *column = sqlite3_column_value(statement, i);

	switch (sqlite3_value_type(column)) {
	case SQLITE_INTEGER:
		value->type = STORE_NUMBER;
		value->number = sqlite3_value_int64(column);
		return 0;
	case SQLITE_TEXT:
		value->type = STORE_TEXT;
		value->bytes = sqlite3_value_text(column);
		break;
	case SQLITE_BLOB:
		value->type = STORE_BYTES;
		value->bytes = sqlite3_value_blob(column);
		break;
	default:
		return GATE_ESTORE;
	}
	value->size = (size_t)sqlite3_value_bytes(column);
	/* Without memory SQLite gives NULL, which an empty blob is as well. */
	return value->size > 0 && value->bytes == NULL ? GATE_ESTORE : 0;
}

static int
give_row(sqlite3_stmt *statement, store_row *row, void *data)
{
	struct store_value columns[STORE_COLUMNS_MAX] = { 0 };
	int count = sqlite3_column_count(statement);
	int i, r;

	for (i = 0; i < count; i++) {
		r = column_value(statement, i, &columns[i]);
		if (r != 0)
			return r;
	}
	return row(columns, (size_t)count, data);
}

static int
sqlite_run(struct store_db *base, enum store_statement which,
    const struct store_value *params, size_t count, store_row *row, void *data,
    int64_t *rows)
{
	struct sqlite_db *db = sqlite_of(base);
	sqlite3_stmt *statement = db->statement[which];
	int code, r = 0;

	*rows = 0;
	errno = 0;
	code = bind_values(statement, params, count);
	if (code == SQLITE_OK)
		code = sqlite3_step(statement);
	while (code == SQLITE_ROW && row != NULL) {
		(*rows)++;
		r = give_row(statement, row, data);
		if (r != 0)
			goto out;
		code = sqlite3_step(statement);
	}
	if (code != SQLITE_DONE)
		r = sqlite_fail(db, store_sql[which]);
	else if (row == NULL)
		*rows = sqlite3_changes64(db->handle);
out:
	sqlite3_reset(statement);
	sqlite3_clear_bindings(statement);
	return r;
}

/* ----------------------------------------------------------- opening --- */

/*
 * The settings that decide what a commit is worth come first. secure_delete:
 * a verifier or a ticket that was removed is gone from the file as well.
 */
static const char settings[] = "PRAGMA synchronous = FULL;"
			       "PRAGMA secure_delete = ON;"
			       "PRAGMA trusted_schema = OFF;"
			       "PRAGMA cell_size_check = ON;"
			       "PRAGMA temp_store = MEMORY;"
			       "PRAGMA mmap_size = 0;"
			       "PRAGMA cache_size = -8192;"
			       "PRAGMA journal_size_limit = 16777216;";

static int
sqlite_exec(struct sqlite_db *db, const char *sql, char *why, size_t why_size)
{
	if (sqlite3_exec(db->handle, sql, NULL, NULL, NULL) == SQLITE_OK)
		return 0;
	return sqlite_explain(db, why, why_size);
}

/* The first column of a query's first row: a number, and as text a word. */
static int
sqlite_ask(struct sqlite_db *db, const char *sql, sqlite3_int64 *number,
    char word[16], char *why, size_t why_size)
{
	sqlite3_stmt *statement = NULL;
	int r = 0;

	if (sqlite3_prepare_v2(db->handle, sql, -1, &statement, NULL) !=
		SQLITE_OK ||
	    sqlite3_step(statement) != SQLITE_ROW) {
		r = sqlite_explain(db, why, why_size);
		goto out;
	}
	*number = sqlite3_column_int64(statement, 0);
	snprintf(word, 16, "%s", sqlite3_column_text(statement, 0));
out:
	sqlite3_finalize(statement);
	return r;
}

/*
 * The schema version of the file, 0 for an empty one. A database of somebody
 * else's is refused before anything of it is changed.
 */
static int
sqlite_version(
    struct sqlite_db *db, sqlite3_int64 *version, char *why, size_t why_size)
{
	sqlite3_int64 application, tables;
	char word[16];
	int r;

	r = sqlite_ask(db, "SELECT count(*) FROM sqlite_schema", &tables, word,
	    why, why_size);
	if (r == 0)
		r = sqlite_ask(db, "PRAGMA application_id", &application, word,
		    why, why_size);
	if (r == 0)
		r = sqlite_ask(
		    db, "PRAGMA user_version", version, word, why, why_size);
	if (r != 0)
		return r;
	if ((tables > 0 || *version != 0) && application != APPLICATION_ID) {
		snprintf(why, why_size,
		    "a database of another program, not a store of the gate");
		return GATE_ESTORE;
	}
	if (*version > (sqlite3_int64)COUNT(migrations)) {
		snprintf(why, why_size,
		    "schema version %lld: this program knows up to %zu, a "
		    "newer one wrote the file",
		    (long long)*version, COUNT(migrations));
		return GATE_ESCHEMA;
	}
	return 0;
}

/* Leads the schema from whatever version it has to ours, or not at all. */
static int
sqlite_migrate(struct sqlite_db *db, char *why, size_t why_size)
{
	sqlite3_int64 version;
	char sql[64];
	int r;

	r = sqlite_exec(db, "BEGIN IMMEDIATE", why, why_size);
	if (r != 0)
		return r;
	/* Asked again, now that nobody else can change it. */
	r = sqlite_version(db, &version, why, why_size);
	if (r != 0 || version == (sqlite3_int64)COUNT(migrations))
		goto out;
	for (; r == 0 && version < (sqlite3_int64)COUNT(migrations); version++)
		r = sqlite_exec(db, migrations[version], why, why_size);
	snprintf(
	    sql, sizeof(sql), "PRAGMA user_version = %lld", (long long)version);
	if (r == 0)
		r = sqlite_exec(db, sql, why, why_size);
	if (r == 0)
		r = sqlite_exec(db,
		    "PRAGMA application_id = " TEXT_OF(APPLICATION_ID), why,
		    why_size);
	if (r == 0)
		r = sqlite_exec(db, "COMMIT", why, why_size);
out:
	if (!sqlite3_get_autocommit(db->handle))
		(void)sqlite3_exec(db->handle, "ROLLBACK", NULL, NULL, NULL);
	return r;
}

/* The parts of opening that a writer does for all connections to come. */
static int
sqlite_set_up(struct sqlite_db *db, char *why, size_t why_size)
{
	sqlite3_int64 number;
	char word[16];
	int r;

	r = sqlite_version(db, &number, why, why_size);
	if (r == 0)
		r = sqlite_ask(db, "PRAGMA journal_mode = WAL", &number, word,
		    why, why_size);
	if (r == 0 && strcmp(word, "wal") != 0) {
		snprintf(why, why_size,
		    "no write-ahead log on this file system (journal mode %s)",
		    word);
		r = GATE_ESTORE;
	}
	if (r == 0)
		r = sqlite_migrate(db, why, why_size);
	return r;
}

/* Prepares one statement; its parameters must be met in their order. */
static int
prepare(struct sqlite_db *db, const char *sql, sqlite3_stmt **statement,
    char *why, size_t why_size)
{
	char name[16];
	int i;

	if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT,
		statement, NULL) != SQLITE_OK)
		return sqlite_explain(db, why, why_size);
	for (i = 1; i <= sqlite3_bind_parameter_count(*statement); i++) {
		snprintf(name, sizeof(name), "$%d", i);
		if (sqlite3_bind_parameter_index(*statement, name) != i)
			goto bad;
	}
	if (sqlite3_column_count(*statement) <= STORE_COLUMNS_MAX)
		return 0;
bad:
	snprintf(why, why_size, "parameters or columns: %.40s", sql);
	return GATE_ESTORE;
}

/*
 * All of them at once, so that a schema that does not fit shows when the gate
 * starts and not at somebody's login.
 */
static int
prepare_all(
    struct sqlite_db *db, enum store_role role, char *why, size_t why_size)
{
	int i, r = 0;

	for (i = 0; r == 0 && i < CONTROL_COUNT; i++)
		r = prepare(
		    db, control_sql[role][i], &db->control[i], why, why_size);
	for (i = 0; r == 0 && i < SQL_COUNT; i++)
		r = prepare(db, store_sql[i], &db->statement[i], why, why_size);
	return r;
}

static void
sqlite_close(struct store_db **base)
{
	struct sqlite_db *db = sqlite_of(*base);
	int i;

	if (db == NULL)
		return;
	for (i = 0; i < CONTROL_COUNT; i++)
		sqlite3_finalize(db->control[i]);
	for (i = 0; i < SQL_COUNT; i++)
		sqlite3_finalize(db->statement[i]);
	sqlite3_close(db->handle);
	free(db);
	*base = NULL;
}

/*
 * The path with its directories resolved: SQLite's NOFOLLOW would refuse a
 * link anywhere in it, while a directory that the administrator has moved to
 * another disk is fine. The file itself must be none. Freed by the caller.
 */
static char *
sqlite_path(const char *path)
{
	char *directory, *resolved = NULL, *full = NULL;
	const char *name = strrchr(path, '/');

	directory = strndup(path, (size_t)(name - path) + 1);
	if (directory != NULL)
		resolved = realpath(directory, NULL);
	if (resolved != NULL && asprintf(&full, "%s%s", resolved, name) == -1)
		full = NULL;
	free(directory);
	free(resolved);
	return full;
}

/*
 * Believes the file only if it is ours alone, and makes it if there is none,
 * so that there is no moment at which it has a mode of SQLite's choice.
 * SQLite gives the files beside it the same mode.
 */
static int
sqlite_file(const char *path, char *why, size_t why_size)
{
	int fd, r;

	r = file_open(path, FILE_SECRET, &fd, why, why_size);
	if (r == GATE_EIO && errno == ENOENT) {
		r = file_create(path, "", 0);
		if (r != 0 && r != GATE_EEXISTS)
			goto failed;
		r = file_open(path, FILE_SECRET, &fd, why, why_size);
	}
	if (r == 0)
		close(fd);
	return r;
failed:
	snprintf(why, why_size, "%s", strerror(errno));
	return errno == ENOSPC || errno == EDQUOT ? GATE_EFULL : r;
}

static int
sqlite_connect(struct sqlite_db *db, const char *path, enum store_role role,
    char *why, size_t why_size)
{
	int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX |
	    SQLITE_OPEN_NOFOLLOW | SQLITE_OPEN_EXRESCODE;
	int r;

	errno = 0;
	if (sqlite3_open_v2(path, &db->handle, flags, NULL) != SQLITE_OK)
		return sqlite_explain(db, why, why_size);
	/* Where it may not write, SQLite opens for reading and says nothing. */
	if (sqlite3_db_readonly(db->handle, "main") != 0) {
		snprintf(why, why_size, "the file or its disk is read-only");
		return GATE_ESTORE;
	}
	sqlite3_busy_timeout(db->handle, BUSY_TIMEOUT_MS);
	sqlite3_db_config(db->handle, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	r = sqlite_exec(db, settings, why, why_size);
	if (r == 0 && role == STORE_WRITER)
		r = sqlite_set_up(db, why, why_size);
	if (r == 0 && role == STORE_READER)
		r = sqlite_exec(db, "PRAGMA query_only = ON", why, why_size);
	if (r == 0)
		r = prepare_all(db, role, why, why_size);
	return r;
}

static int
sqlite_open(struct store_db **base, const struct store_options *options,
    enum store_role role, char *why, size_t why_size)
{
	struct sqlite_db *db;
	char *path = NULL;
	int r = 0;

	*base = NULL;
	/* Also keeps out what SQLite reads otherwise: ":memory:", "file:". */
	if (options->path[0] != '/') {
		snprintf(why, why_size, "the path must be absolute");
		return GATE_EINVAL;
	}
	path = sqlite_path(options->path);
	if (path == NULL) {
		snprintf(why, why_size, "%s", strerror(errno));
		return GATE_EIO;
	}
	/*
	 * Only before the first connection: closing any descriptor of the file
	 * drops the locks that SQLite holds on it.
	 */
	if (role == STORE_WRITER)
		r = sqlite_file(path, why, why_size);
	if (r != 0)
		goto out;
	r = GATE_ENOMEM;
	snprintf(why, why_size, "%s", gate_strerror(r));
	db = calloc(1, sizeof(*db));
	if (db == NULL)
		goto out;
	db->base.engine = &store_sqlite;
	db->durable = 1; /* as the settings have it */
	*base = &db->base;
	r = sqlite_connect(db, path, role, why, why_size);
	if (r != 0)
		sqlite_close(base);
	else
		snprintf(why, why_size, "%s", "");
out:
	free(path);
	return r;
}

const struct store_engine store_sqlite = {
	.name = "sqlite",
	.open = sqlite_open,
	.close = sqlite_close,
	.begin = sqlite_begin,
	.commit = sqlite_commit,
	.rollback = sqlite_rollback,
	.mark = sqlite_mark,
	.keep = sqlite_keep,
	.undo = sqlite_undo,
	.run = sqlite_run,
};
