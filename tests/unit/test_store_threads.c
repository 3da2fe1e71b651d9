/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/store.h"
#include "tests/unit/scratch_store.h"

#define THREADS 8

static int
clock_change(struct store_tx *tx, void *data)
{
	(void)data;
	return store_clock_set(tx, 77);
}

static int
clock_look(struct store_tx *tx, void *wall)
{
	return store_clock_get(tx, wall);
}

static void
run_threads(int count, void *(*start)(void *), void *data)
{
	pthread_t threads[2 * THREADS];
	int i;

	for (i = 0; i < count; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, start, data), 0);
	for (i = 0; i < count; i++)
		pthread_join(threads[i], NULL);
}

/* How often each result came of a change that only one may succeed with. */
struct race {
	store_change *change;
	int refusal;
	int round;
	int won, lost, other;
	pthread_barrier_t start;
};

static void *
race_main(void *data)
{
	struct race *race = data;
	int r;

	pthread_barrier_wait(&race->start);
	r = store_write(store, race->change, race);
	__atomic_add_fetch(r == 0    ? &race->won
		: r == race->refusal ? &race->lost
				     : &race->other,
	    1, __ATOMIC_SEQ_CST);
	return NULL;
}

static int
race_replay(struct store_tx *tx, void *data)
{
	struct race *race = data;
	char id[16];

	snprintf(id, sizeof(id), "_%d", race->round);
	return store_replay_claim(tx, "https://idp", id, 5000000000);
}

static struct store_ticket
race_ticket(const struct race *race)
{
	struct store_ticket ticket = { .user = "alice" };

	ticket.hash[0] = (uint8_t)race->round;
	return ticket;
}

static int
race_put(struct store_tx *tx, void *data)
{
	struct store_ticket ticket = race_ticket(data);

	return store_ticket_put(tx, &ticket);
}

static int
race_take(struct store_tx *tx, void *data)
{
	struct store_ticket ticket = race_ticket(data);

	return store_ticket_take(tx, ticket.hash, &ticket);
}

static void
race_run(store_change *prepare, store_change *change, int refusal)
{
	struct race race = { .change = change, .refusal = refusal };

	pthread_barrier_init(&race.start, NULL, THREADS);
	for (race.round = 0; race.round < 50; race.round++) {
		if (prepare != NULL)
			assert_int_equal(store_write(store, prepare, &race), 0);
		run_threads(THREADS, race_main, &race);
		assert_int_equal(race.won, race.round + 1);
		assert_int_equal(race.lost, (THREADS - 1) * race.won);
		assert_int_equal(race.other, 0);
	}
	pthread_barrier_destroy(&race.start);
}

static void
test_replay_race(void **state)
{
	(void)state;
	race_run(NULL, race_replay, GATE_EEXISTS);
}

static void
test_ticket_race(void **state)
{
	(void)state;
	race_run(race_put, race_take, GATE_ENOTFOUND);
}

#define ROUNDS 100

/* One assertion of a thread's own; every second one is refused afterwards. */
struct claim {
	int thread, round;
};

static int
claim_change(struct store_tx *tx, void *data)
{
	const struct claim *claim = data;
	char id[32];
	int r;

	snprintf(id, sizeof(id), "_%d.%d", claim->thread, claim->round);
	r = store_replay_claim(tx, "https://idp", id, 5000000000);
	return r == 0 && claim->round % 2 != 0 ? GATE_EREFUSED : r;
}

static void *
claim_main(void *threads)
{
	struct claim claim = { .thread = __atomic_fetch_add(
				   (int *)threads, 1, __ATOMIC_SEQ_CST) };

	for (claim.round = 0; claim.round < ROUNDS; claim.round++)
		(void)store_write(store, claim_change, &claim);
	return NULL;
}

/* Those who are refused share commits with those who are not. */
static void
test_refused_leave_nothing(void **state)
{
	struct claim claim;
	int threads = 0;

	(void)state;
	run_threads(THREADS, claim_main, &threads);
	for (claim.thread = 0; claim.thread < THREADS; claim.thread++)
		for (claim.round = 0; claim.round < ROUNDS; claim.round++)
			assert_int_equal(
			    store_write(store, claim_change, &claim),
			    claim.round % 2 != 0 ? GATE_EREFUSED
						 : GATE_EEXISTS);
}

static pthread_barrier_t readers_in, written;

/* Eight are in here at once, and see nothing of what is written meanwhile. */
static int
slow_look(struct store_tx *tx, void *data)
{
	int64_t before = -1, after = -1;

	(void)data;
	(void)store_clock_get(tx, &before);
	pthread_barrier_wait(&readers_in);
	pthread_barrier_wait(&written);
	(void)store_clock_get(tx, &after);
	return before == 0 && after == 0 ? 0 : GATE_EREFUSED;
}

static void *
reader_main(void *failures)
{
	int64_t wall;

	if (store_read(store, slow_look, NULL) != 0 ||
	    store_read(store, clock_look, &wall) != 0 || wall != 77)
		__atomic_add_fetch((int *)failures, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void *
writer_main(void *result)
{
	pthread_barrier_wait(&readers_in);
	*(int *)result = store_write(store, clock_change, NULL);
	pthread_barrier_wait(&written);
	return NULL;
}

static void
test_readers_see_one_moment(void **state)
{
	pthread_t writer;
	int failures = 0, result = -1;

	(void)state;
	pthread_barrier_init(&readers_in, NULL, THREADS + 1);
	pthread_barrier_init(&written, NULL, THREADS + 1);
	assert_int_equal(
	    pthread_create(&writer, NULL, writer_main, &result), 0);
	run_threads(THREADS, reader_main, &failures);
	pthread_join(writer, NULL);
	assert_int_equal(result, 0);
	assert_int_equal(failures, 0);
	pthread_barrier_destroy(&readers_in);
	pthread_barrier_destroy(&written);
}

static void *
many_main(void *failures)
{
	int64_t wall;
	int i;

	for (i = 0; i < 200; i++)
		if (store_read(store, clock_look, &wall) != 0)
			__atomic_add_fetch(
			    (int *)failures, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

/* More readers than connections. */
static void
test_many_readers(void **state)
{
	int failures = 0;

	(void)state;
	run_threads(2 * THREADS, many_main, &failures);
	assert_int_equal(failures, 0);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_replay_race),
		TEST(test_ticket_race),
		TEST(test_refused_leave_nothing),
		TEST(test_readers_see_one_moment),
		TEST(test_many_readers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
