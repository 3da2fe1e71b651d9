/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/store_commit.h"
#include "lib/store_tx.h"

/*
 * An engine that does nothing but note what it is asked, one letter each:
 * Begin (b: not durable) Commit Rollback, mark keep undo, statement. What fail
 * names, fails.
 */
struct note_db {
	struct store_db base;
	char log[4096];
	size_t used;
	char fail;
	int error;
};

static struct note_db note;

static int
noted(char letter)
{
	if (note.used == sizeof(note.log) - 1)
		abort(); /* in no thread of cmocka's: it cannot fail there */
	note.log[note.used++] = letter;
	note.log[note.used] = '\0';
	return note.fail == letter ? note.error : 0;
}

static void
note_clear(char fail, int error)
{
	note.used = 0;
	note.log[0] = '\0';
	note.fail = fail;
	note.error = error;
}

#define NOTE(name, letter)                                                     \
	static int note_##name(struct store_db *db)                            \
	{                                                                      \
		(void)db;                                                      \
		return noted(letter);                                          \
	}
NOTE(commit, 'C')
NOTE(mark, 'm')
NOTE(keep, 'k')
NOTE(undo, 'u')

static int
note_begin(struct store_db *db, int durable)
{
	(void)db;
	return noted(durable ? 'B' : 'b');
}

static void
note_rollback(struct store_db *db)
{
	(void)db;
	(void)noted('R');
}

static void
note_close(struct store_db **db)
{
	*db = NULL;
}

static int
note_run(struct store_db *db, enum store_statement statement,
    const struct store_value *params, size_t count, store_row *row, void *data,
    int64_t *rows)
{
	(void)db;
	(void)statement;
	(void)params;
	(void)count;
	(void)row;
	(void)data;
	*rows = 1;
	return noted('s');
}

static const struct store_engine note_engine = {
	.name = "note",
	.close = note_close,
	.begin = note_begin,
	.commit = note_commit,
	.rollback = note_rollback,
	.mark = note_mark,
	.keep = note_keep,
	.undo = note_undo,
	.run = note_run,
};

static int
commit_setup(void **state)
{
	struct store_commit *commit;
	int r;

	note.base.engine = &note_engine;
	note_clear(0, 0);
	r = store_commit_new(&commit, &note.base);
	*state = commit;
	return r;
}

static int
commit_teardown(void **state)
{
	struct store_commit *commit = *state;

	store_commit_free(&commit);
	return commit == NULL ? 0 : -1;
}

/* --- one caller --- */

static int
change_result(struct store_tx *tx, void *data)
{
	(void)store_clock_set(tx, 1); /* careless: does not look */
	return *(int *)data;
}

static void
test_alone(void **state)
{
	static const struct {
		int result; /* of the change */
		char fail;
		int error;
		int expected;
		const char *log;
	} cases[] = {
		/* No thread, no savepoint, and nothing synced for nothing. */
		{ 0, 0, 0, 0, "BsC" },
		{ 7, 0, 0, 7, "BsR" },
		{ GATE_EEXISTS, 0, 0, GATE_EEXISTS, "BsR" },
		/* The engine's failures come before what a change returns. */
		{ 0, 'B', GATE_EFULL, GATE_EFULL, "B" },
		{ 0, 's', GATE_ESTORE, GATE_ESTORE, "BsR" },
		{ 7, 's', GATE_EFULL, GATE_EFULL, "BsR" },
		{ 0, 'C', GATE_EFULL, GATE_EFULL, "BsCR" },
	};
	int result;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		note_clear(cases[i].fail, cases[i].error);
		result = cases[i].result;
		assert_int_equal(
		    store_commit_run(*state, change_result, &result, 1),
		    cases[i].expected);
		assert_string_equal(note.log, cases[i].log);
	}
}

static void
test_alone_and_not_durable(void **state)
{
	int result = 0;

	note_clear(0, 0);
	assert_int_equal(
	    store_commit_run(*state, change_result, &result, 0), 0);
	assert_string_equal(note.log, "bsC");
}

static int
change_after_failure(struct store_tx *tx, void *data)
{
	int *results = data;

	results[0] = store_clock_set(tx, 1);
	note.fail = 0;
	results[1] = store_clock_set(tx, 2);
	return 0;
}

static void
test_nothing_runs_after_a_failure(void **state)
{
	int results[2];

	note_clear('s', GATE_EFULL);
	assert_int_equal(
	    store_commit_run(*state, change_after_failure, results, 1),
	    GATE_EFULL);
	assert_int_equal(results[0], GATE_EFULL);
	assert_int_equal(results[1], GATE_EFULL);
	assert_string_equal(note.log, "BsR");
}

/* --- several callers --- */

#define CALLERS 100

struct caller {
	struct store_commit *commit;
	pthread_t thread;
	int result;   /* what its change returns */
	int returned; /* what store_commit_run did */
	int runs;
	int durable;
};

static int callers_here; /* how many are about to call, or have called */

static int
caller_change(struct store_tx *tx, void *data)
{
	struct caller *caller = data;

	caller->runs++;
	return caller->result != 0 ? caller->result : store_clock_set(tx, 1);
}

static void *
caller_main(void *data)
{
	struct caller *caller = data;

	__atomic_add_fetch(&callers_here, 1, __ATOMIC_SEQ_CST);
	caller->returned = store_commit_run(
	    caller->commit, caller_change, caller, caller->durable);
	return NULL;
}

/* Holds the writer until all callers are here, so that they queue up. */
static int
hold_change(struct store_tx *tx, void *data)
{
	int i, wanted = *(int *)data;

	(void)tx;
	while (__atomic_load_n(&callers_here, __ATOMIC_SEQ_CST) < wanted)
		sched_yield();
	for (i = 0; i < 50; i++)
		sched_yield(); /* to let the last of them get in line */
	return GATE_EREFUSED;
}

static void *
hold_main(void *data)
{
	struct caller *holder = data;
	int wanted = holder->result;

	holder->returned =
	    store_commit_run(holder->commit, hold_change, &wanted, 1);
	return NULL;
}

/*
 * One round: count callers queue behind a holder, and the log tells what came
 * of them. fails chooses whose change refuses. Only the third needs it on disk,
 * and so gets it for all who share his commit.
 */
static void
round_run(struct store_commit *commit, struct caller callers[], int count,
    int (*fails)(int))
{
	struct caller holder = { .commit = commit, .result = count };
	int i;

	__atomic_store_n(&callers_here, 0, __ATOMIC_SEQ_CST);
	assert_int_equal(
	    pthread_create(&holder.thread, NULL, hold_main, &holder), 0);
	for (i = 0; i < count; i++) {
		callers[i] = (struct caller){ .commit = commit,
			.result = fails(i) ? 1000 + i : 0,
			.durable = i == 2 };
		assert_int_equal(pthread_create(&callers[i].thread, NULL,
				     caller_main, &callers[i]),
		    0);
	}
	for (i = 0; i < count; i++)
		pthread_join(callers[i].thread, NULL);
	pthread_join(holder.thread, NULL);
}

static int
second_fails(int i)
{
	return i == 1;
}

static int
all_fail(int i)
{
	(void)i;
	return 1;
}

static int
none_fails(int i)
{
	(void)i;
	return 0;
}

/*
 * Whether all callers of a round meet in one batch is up to the scheduler:
 * repeats it until the log shows that they did, within half a minute.
 */
static void
round_until(struct store_commit *commit, struct caller callers[], int count,
    int (*fails)(int), const char *start, size_t length)
{
	int64_t end = clock_mono_ms() + 30000;
	char fail = note.fail;
	int error = note.error;

	do {
		note_clear(fail, error);
		round_run(commit, callers, count, fails);
		/* The holder came first, and the others in one batch. */
		if (note.used == length &&
		    strncmp(note.log, start, strlen(start)) == 0)
			return;
	} while (clock_mono_ms() < end);
	fail_msg("no round went \"%s\", the last \"%s\"", start, note.log);
}

static void
test_batch_shares_a_commit(void **state)
{
	struct caller callers[3];
	int i;

	/* Each of them a part of its own; the second's alone is undone. */
	round_until(
	    *state, callers, 3, second_fails, "BRBm", strlen("BRBmskmumskC"));
	assert_int_equal(note.log[note.used - 1], 'C');
	assert_non_null(strstr(note.log, "mu"));
	for (i = 0; i < 3; i++) {
		assert_int_equal(callers[i].runs, 1);
		assert_int_equal(callers[i].returned, i == 1 ? 1001 : 0);
	}
}

static void
test_batch_of_refusals_is_not_committed(void **state)
{
	struct caller callers[3];
	int i;

	round_until(*state, callers, 3, all_fail, "BRBmumumuR", 10);
	for (i = 0; i < 3; i++)
		assert_int_equal(callers[i].returned, 1000 + i);
}

static void
test_batch_fails_as_a_whole(void **state)
{
	struct caller callers[3];
	int i, result = 0;

	note_clear('C', GATE_EFULL);
	round_until(
	    *state, callers, 3, second_fails, "BRBm", strlen("BRBmskmumskCR"));
	for (i = 0; i < 3; i++)
		assert_int_equal(callers[i].returned, GATE_EFULL);
	note_clear(0, 0);
	assert_int_equal(
	    store_commit_run(*state, change_result, &result, 1), 0);

	/* A fault within: what comes behind it is not even tried. */
	note_clear('k', GATE_ESTORE);
	round_until(*state, callers, 3, none_fails, "BRBmskR", 7);
	for (i = 0; i < 3; i++)
		assert_int_equal(callers[i].returned, GATE_ESTORE);
	assert_int_equal(
	    callers[0].runs + callers[1].runs + callers[2].runs, 1);
}

/* The most parts that one transaction of the log has. */
static int
longest_batch(void)
{
	int i, parts = 0, longest = 0;

	for (i = 0; note.log[i] != '\0'; i++) {
		if (note.log[i] == 'B' || note.log[i] == 'b')
			parts = 0;
		parts += note.log[i] == 'm';
		longest = parts > longest ? parts : longest;
	}
	return longest;
}

static void
test_batch_is_bounded(void **state)
{
	static struct caller callers[CALLERS];
	int64_t end = clock_mono_ms() + 30000;
	int i, longest;

	do {
		note_clear(0, 0);
		round_run(*state, callers, CALLERS, none_fails);
		for (i = 0; i < CALLERS; i++) {
			assert_int_equal(callers[i].returned, 0);
			assert_int_equal(callers[i].runs, 1);
		}
		longest = longest_batch();
	} while (longest < 64 && clock_mono_ms() < end);
	assert_int_equal(longest, 64);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, commit_setup, commit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_alone),
		TEST(test_alone_and_not_durable),
		TEST(test_nothing_runs_after_a_failure),
		TEST(test_batch_shares_a_commit),
		TEST(test_batch_of_refusals_is_not_committed),
		TEST(test_batch_fails_as_a_whole),
		TEST(test_batch_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
