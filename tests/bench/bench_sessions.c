/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_sessions FOLDER: the store with a million sessions that live, in a
 * folder on a disk: how long a start takes to load them all, and how long a
 * transaction that puts on record the last activity of 20,000 of them, anywhere
 * in the table. Against SQLite alone, with the same rows. Interleaved; medians.
 */
#include <err.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/store_live.h"
#include "tests/bench/bench.h"
#include "tests/bench/live_rows.h"

#define LIVE   1000000
#define BATCH  20000
#define ROUNDS 5

struct batch {
	char ids[BATCH][STORE_SESSION_ID_MAX];
	int64_t last;
};

static int
put_batch(struct store_tx *tx, void *data)
{
	const struct batch *batch = data;
	int i, r = 0;

	for (i = 0; r == 0 && i < BATCH; i++)
		r = store_activity_put(tx, batch->ids[i], batch->last);
	return r;
}

static int
by_id(const void *a, const void *b)
{
	return strcmp(a, b);
}

static double
time_batch(struct store *store, struct batch *batch)
{
	double start = bench_wall_us();

	batch->last++;
	if (store_write_soon(store, put_batch, batch) != 0)
		errx(1, "the store failed");
	return (bench_wall_us() - start) / 1e3;
}

static double
time_bare_batch(sqlite3 *db, const struct batch *batch)
{
	double start = bench_wall_us();
	sqlite3_stmt *update = live_rows_prepare(
	    db, "UPDATE live SET last = last + 1 WHERE id = ?1");
	int i;

	live_rows_run(db, "BEGIN");
	for (i = 0; i < BATCH; i++)
		live_rows_step(db, update, batch->ids[i]);
	live_rows_run(db, "COMMIT");
	sqlite3_finalize(update);
	return (bench_wall_us() - start) / 1e3;
}

static void
measure_batches(struct store *store, sqlite3 *db)
{
	static struct batch batch = { .last = 1800000000000 };
	double ours[ROUNDS], bare[ROUNDS];
	int round, i;

	for (round = 0; round < ROUNDS; round++) {
		for (i = 0; i < BATCH; i++)
			live_rows_id(round + i * (LIVE / BATCH), batch.ids[i]);
		qsort(batch.ids, BATCH, sizeof(batch.ids[0]), by_id);
		ours[round] = time_batch(store, &batch);
		bare[round] = time_bare_batch(db, &batch);
	}
	bench_row("sessions_activity_20k", "ms", bench_median(ours, ROUNDS),
	    bench_median(bare, ROUNDS), "<= 500 ms");
}

struct load {
	char last[STORE_SESSION_ID_MAX];
	int64_t count;
	int64_t newest; /* so that the rows are looked at */
};

static int
load_one(const struct store_live *live, void *data)
{
	struct load *load = data;

	memcpy(load->last, live->id, sizeof(load->last));
	if (live->last > load->newest)
		load->newest = live->last;
	load->count++;
	return 0;
}

static int
load_some(struct store_tx *tx, void *data)
{
	struct load *load = data;

	return store_session_live(tx, load->last, BATCH, load_one, load);
}

/* Seconds. */
static double
time_load(struct store *store)
{
	double start = bench_wall_us();
	struct load load = { .count = 0 };
	int64_t before;

	do {
		before = load.count;
		if (store_read(store, load_some, &load) != 0)
			errx(1, "the store failed");
	} while (load.count != before);
	if (load.count != LIVE)
		errx(1, "loaded %lld", (long long)load.count);
	return (bench_wall_us() - start) / 1e6;
}

static double
time_bare(sqlite3 *db)
{
	double start = bench_wall_us();
	sqlite3_stmt *all =
	    live_rows_prepare(db, "SELECT * FROM live ORDER BY id");
	int rows = 0;

	while (sqlite3_step(all) == SQLITE_ROW)
		rows++;
	sqlite3_finalize(all);
	if (rows != LIVE)
		errx(1, "read %d", rows);
	return (bench_wall_us() - start) / 1e6;
}

int
main(int argc, char **argv)
{
	double ours[ROUNDS], bare[ROUNDS];
	char path[4096], why[512];
	struct store_options options = { .engine = "sqlite", .path = path };
	struct store *store = NULL;
	sqlite3 *db = NULL;
	int i;

	if (argc != 2)
		errx(2, "FOLDER");
	snprintf(path, sizeof(path), "%s/sessions.db", argv[1]);
	if (store_open(&store, &options, why, sizeof(why)) != 0)
		errx(1, "%s", why);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		errx(1, "SQLite: %s", sqlite3_errmsg(db));
	live_rows_run(
	    db, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -400000");
	live_rows_fill(db, LIVE, 1700000001000, 0);
	live_rows_run(
	    db, "PRAGMA cache_size = -8192; PRAGMA wal_checkpoint(TRUNCATE)");
	for (i = 0; i < ROUNDS; i++) {
		ours[i] = time_load(store);
		bare[i] = time_bare(db);
	}
	bench_row("sessions_load_1M", "s", bench_median(ours, ROUNDS),
	    bench_median(bare, ROUNDS), "<= 3 s");
	measure_batches(store, db);
	store_free(&store);
	sqlite3_close(db);
	return 0;
}
