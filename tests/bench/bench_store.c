/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_store FOLDER: one durable commit of the store, a sign-in put on
 * record, against a bare SQLite insert with the same durability in the same
 * folder, which is to be on a disk. What is left of a login's time is not the
 * disk's. And the price of a try: the user looked up, lockout's check and
 * charge, made durable, of another user from another address each time, with
 * others' counts by the thousand on record; by one caller, and by eight at once
 * who share commits. Interleaved; medians.
 */
#include <err.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include "lib/store.h"
#include "session/charge.h"
#include "session/session.h"
#include "tests/bench/bench.h"

#define ROUNDS  1000
#define CALLERS 8
#define EACH    250   /* tries of each of them */
#define OTHERS  30000 /* tries on record: some 90,000 counts */

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

/* The i-th user, far apart in the table, as people are. */
static void
name_of(int i, char name[32])
{
	snprintf(name, 32, "%08x", (unsigned)i * 2654435761u);
}

static int
charge(struct store_tx *tx, int i)
{
	char name[32], address[32];
	const struct charge_who who = { name, address, 1 };
	struct lockout_verdict verdict;
	struct store_user user;
	int r;

	name_of(i, name);
	snprintf(address, sizeof(address), "10.%d.%d.%d", i * 97 % 251, i % 253,
	    i / 253 % 256);
	r = store_user_get(tx, name, &user);
	return r == 0 ? charge_take(tx, &policy, &who, &verdict) : r;
}

static int
charge_one(struct store_tx *tx, void *data)
{
	return charge(tx, *(int *)data);
}

/* Users for all tries there will be, and the tries of most. */
static int
prepare(struct store_tx *tx, void *data)
{
	const int first = ROUNDS + CALLERS * EACH;
	struct store_user user = { .created = 1 };
	int i, r = 0;

	(void)data;
	for (i = 0; r == 0 && i < first + OTHERS; i++) {
		name_of(i, user.name);
		r = store_user_add(tx, &user);
		if (r == 0 && i >= first)
			r = charge(tx, i);
	}
	return r;
}

static double
time_charge(struct store *store, int i)
{
	double start = bench_wall_us();

	if (store_write(store, charge_one, &i) != 0)
		errx(1, "the store failed");
	return bench_wall_us() - start;
}

struct caller {
	struct store *store;
	int first;
	double times[EACH];
	pthread_t thread;
};

static void *
call(void *data)
{
	struct caller *caller = data;
	int i;

	for (i = 0; i < EACH; i++)
		caller->times[i] =
		    time_charge(caller->store, caller->first + i);
	return NULL;
}

/* Eight at once: how long one waits, and what one costs. */
static void
measure_callers(struct store *store, double bare)
{
	static struct caller callers[CALLERS];
	static double times[CALLERS * EACH];
	double start = bench_wall_us(), all;
	int i;

	for (i = 0; i < CALLERS; i++) {
		callers[i].store = store;
		callers[i].first = ROUNDS + i * EACH;
		if (pthread_create(
			&callers[i].thread, NULL, call, &callers[i]) != 0)
			errx(1, "no thread");
	}
	for (i = 0; i < CALLERS; i++) {
		pthread_join(callers[i].thread, NULL);
		memcpy(times + i * EACH, callers[i].times,
		    sizeof(callers[i].times));
	}
	all = bench_wall_us() - start;
	bench_row("lockout_charge_8", "us", all / (CALLERS * EACH), bare,
	    "<= 200 us");
	bench_row("lockout_charge_8_wait", "us",
	    bench_median(times, CALLERS * EACH), bare, "-");
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
	double start, floor;
	struct statfs fs;
	int i;

	if (argc != 2)
		errx(2, "FOLDER");
	if (statfs(argv[1], &fs) == 0 && fs.f_type == TMPFS_MAGIC)
		warnx("%s is not on a disk: commits cost nothing", argv[1]);
	snprintf(path, sizeof(path), "%s/store.db", argv[1]);
	snprintf(bare_path, sizeof(bare_path), "%s/bare.db", argv[1]);
	if (store_open(&store, &options, why, sizeof(why)) != 0)
		errx(1, "%s", why);
	if (store_write(store, prepare, NULL) != 0)
		errx(1, "the store failed");
	insert = open_bare(bare_path, &db);
	for (i = 0; i < ROUNDS; i++) {
		start = bench_wall_us();
		commit_ours(store);
		ours[i] = bench_wall_us() - start;
		tries[i] = time_charge(store, i);
		start = bench_wall_us();
		commit_bare(db, insert, i);
		bare[i] = bench_wall_us() - start;
	}
	floor = bench_median(bare, ROUNDS);
	bench_row("store_commit", "us", bench_median(ours, ROUNDS), floor, "-");
	bench_row("lockout_charge", "us", bench_median(tries, ROUNDS), floor,
	    "<= 200 us");
	measure_callers(store, floor);
	sqlite3_finalize(insert);
	sqlite3_close(db);
	store_free(&store);
	return 0;
}
