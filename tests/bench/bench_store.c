/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_store FOLDER: one durable commit of the store, a sign-in put on
 * record, against a bare SQLite insert with the same durability in the same
 * folder. What is left of a login's time is not the disk's. And the price of
 * a try: lockout's check and charge, made durable, with others' counts by the
 * thousand on record. Interleaved; medians.
 */
#include <err.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store.h"
#include "session/charge.h"
#include "session/session.h"
#include "tests/bench/bench.h"

#define ROUNDS 1000
#define OTHERS 30000 /* tries on record: some 90,000 counts */

static int
add(struct store_tx *tx, void *data)
{
	return store_session_add(tx, data);
}

static void
commit_ours(struct store *store)
{
	struct store_session session;

	if (session_begin(&session, 1) != 0)
		errx(1, "no random numbers");
	memcpy(session.user, "alice", 6);
	memcpy(session.service, "portal", 7);
	/* by SSO: an IdP may name it later, so that one index more is written
	 */
	memcpy(session.issuer, "https://idp.example/metadata", 29);
	memcpy(session.name_id, session.id, sizeof(session.id));
	if (store_write(store, add, &session) != 0)
		errx(1, "the store failed");
}

static const struct lockout_policy policy = {
	.tries = 10,
	.window = 900,
	.duration = 1800,
	.address_tries = 5,
	.spray_tries = 50,
	.address_block = 60,
	.address_block_max = 3600,
	.delay = 2000,
	.delay_max = 15000,
};

static int
charge(struct store_tx *tx, int i)
{
	char user[32], address[32];
	const struct charge_who who = { user, address, 1 };
	struct lockout_verdict verdict;

	/* far apart in the table, as people are */
	snprintf(user, sizeof(user), "%08x", (unsigned)i * 2654435761u);
	snprintf(address, sizeof(address), "10.%d.%d.%d", i * 97 % 251, i % 253,
	    i / 253 % 256);
	return charge_take(tx, &policy, &who, &verdict);
}

static int
charge_one(struct store_tx *tx, void *data)
{
	return charge(tx, *(int *)data);
}

static int
charge_others(struct store_tx *tx, void *data)
{
	int i, r = 0;

	(void)data;
	for (i = 0; r == 0 && i < OTHERS; i++)
		r = charge(tx, ROUNDS + i);
	return r;
}

static void
commit_bare(sqlite3 *db, sqlite3_stmt *insert, int i)
{
	(void)db;
	sqlite3_bind_int(insert, 1, i);
	if (sqlite3_step(insert) != SQLITE_DONE)
		errx(1, "SQLite: %s", sqlite3_errmsg(db));
	sqlite3_reset(insert);
}

static sqlite3_stmt *
open_bare(const char *path, sqlite3 **db)
{
	sqlite3_stmt *insert = NULL;

	if (sqlite3_open(path, db) != SQLITE_OK ||
	    sqlite3_exec(*db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE t(k INTEGER PRIMARY KEY, v TEXT);",
		NULL, NULL, NULL) != SQLITE_OK ||
	    sqlite3_prepare_v2(*db, "INSERT INTO t VALUES(?, 'alice portal')",
		-1, &insert, NULL) != SQLITE_OK)
		errx(1, "SQLite: %s", sqlite3_errmsg(*db));
	return insert;
}

int
main(int argc, char **argv)
{
	static double ours[ROUNDS], bare[ROUNDS], tries[ROUNDS];
	char path[4096], bare_path[4096], why[512];
	struct store_options options = { .engine = "sqlite", .path = path };
	struct store *store = NULL;
	sqlite3 *db = NULL;
	sqlite3_stmt *insert;
	double start;
	int i;

	if (argc != 2)
		errx(2, "FOLDER");
	snprintf(path, sizeof(path), "%s/store.db", argv[1]);
	snprintf(bare_path, sizeof(bare_path), "%s/bare.db", argv[1]);
	if (store_open(&store, &options, why, sizeof(why)) != 0)
		errx(1, "%s", why);
	if (store_write(store, charge_others, NULL) != 0)
		errx(1, "the store failed");
	insert = open_bare(bare_path, &db);
	for (i = 0; i < ROUNDS; i++) {
		start = bench_wall_us();
		commit_ours(store);
		ours[i] = bench_wall_us() - start;
		start = bench_wall_us();
		if (store_write(store, charge_one, &i) != 0)
			errx(1, "the store failed");
		tries[i] = bench_wall_us() - start;
		start = bench_wall_us();
		commit_bare(db, insert, i);
		bare[i] = bench_wall_us() - start;
	}
	bench_row("store_commit", "us", bench_median(ours, ROUNDS),
	    bench_median(bare, ROUNDS), "-");
	bench_row("lockout_charge", "us", bench_median(tries, ROUNDS),
	    bench_median(bare, ROUNDS), "<= 200 us");
	sqlite3_finalize(insert);
	sqlite3_close(db);
	store_free(&store);
	return 0;
}
