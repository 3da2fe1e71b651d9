/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_LIVE_ROWS_H
#define BENCH_LIVE_ROWS_H

#include <sqlite3.h>
#include <stdint.h>

#include "lib/store.h"
#include "session/handle.h"

/* The i-th session, far apart in the table, as ids are; and its token. */
void live_rows_id(int i, char id[STORE_SESSION_ID_MAX]);
void live_rows_token(int i, char token[HANDLE_SIZE]);

/*
 * Puts so many sessions that are open into the table of those that live, with
 * their last activity evenly spread over the spread milliseconds before now, of
 * the steady clock. Behind the store's back and without their records, which
 * would take minutes. Ends the program where it cannot.
 */
void live_rows_fill(sqlite3 *db, int count, int64_t now, int64_t spread);

/* SQLite alone; these end the program where it fails. */
sqlite3_stmt *live_rows_prepare(sqlite3 *db, const char *sql);
void live_rows_run(sqlite3 *db, const char *sql);
void live_rows_step(sqlite3 *db, sqlite3_stmt *statement, const char *id);

#endif
