/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/live_rows.h"

#include <err.h>
#include <stdio.h>

void
live_rows_id(int i, char id[STORE_SESSION_ID_MAX])
{
	uint64_t mixed = (uint64_t)(i + 1) * 0x9e3779b97f4a7c15;

	mixed ^= mixed >> 32;
	snprintf(id, STORE_SESSION_ID_MAX, "%016llx%014d",
	    (unsigned long long)(mixed * 0xd6e8feb86659fd93), i);
}

void
live_rows_token(int i, char token[HANDLE_SIZE])
{
	snprintf(token, HANDLE_SIZE, "gs-%043d", i);
}

sqlite3_stmt *
live_rows_prepare(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *statement = NULL;

	if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK)
		errx(1, "SQLite: %s", sqlite3_errmsg(db));
	return statement;
}

void
live_rows_run(sqlite3 *db, const char *sql)
{
	if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		errx(1, "SQLite: %s: %s", sql, sqlite3_errmsg(db));
}

void
live_rows_step(sqlite3 *db, sqlite3_stmt *statement, const char *id)
{
	sqlite3_bind_text(statement, 1, id, -1, SQLITE_STATIC);
	if (sqlite3_step(statement) != SQLITE_DONE)
		errx(1, "SQLite: %s", sqlite3_errmsg(db));
	sqlite3_reset(statement);
}

void
live_rows_fill(sqlite3 *db, int count, int64_t now, int64_t spread)
{
	static const char sql[] =
	    "INSERT INTO live (id, user_name, service, tty, state, pid,"
	    " pid_started, signed_in, opened, not_after, last, start, ends,"
	    " idle, class, asks, token) VALUES (?1,"
	    " substr(?1, 1, 8) || '@example.org', 'portal', '', 1, 0, 0,"
	    " ?2 / 1000, ?2 / 1000, 0, ?2, ?3, 9223372036854775807,"
	    " 900000, 0, 0, ?4)";
	sqlite3_stmt *insert = live_rows_prepare(db, sql);
	char id[STORE_SESSION_ID_MAX], token[HANDLE_SIZE];
	uint8_t hash[HANDLE_HASH_SIZE];
	int i;

	live_rows_run(db, "BEGIN");
	for (i = 0; i < count; i++) {
		live_rows_id(i, id);
		live_rows_token(i, token);
		if (handle_hash("gs-", token, hash) != 0)
			errx(1, "%s is no token", token);
		sqlite3_bind_int64(insert, 2, now - spread * i / count);
		sqlite3_bind_int64(insert, 3, now - spread);
		sqlite3_bind_blob(insert, 4, hash, sizeof(hash), SQLITE_STATIC);
		live_rows_step(db, insert, id);
	}
	live_rows_run(db, "COMMIT");
	sqlite3_finalize(insert);
}
