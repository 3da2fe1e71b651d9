/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "gatehoused/slots.h"
#include "lib/clock.h"
#include "lib/error.h"

#define CALLERS 64

static struct slots *slots;
static struct slot callers[CALLERS];

static int
begin(void **state)
{
	size_t i;

	(void)state;
	memset(callers, 0, sizeof(callers));
	for (i = 0; i < CALLERS; i++)
		callers[i].fd = -1;
	return slots_new(&slots, 8);
}

static int
end(void **state)
{
	(void)state;
	slots_free(&slots);
	return 0;
}

static int
take(size_t caller, const char *from)
{
	struct refusal refusal;
	int r = slots_take(slots, &callers[caller], from, &refusal);

	if (r == GATE_EREFUSED)
		assert_int_equal(refusal.reason, REASON_OVERLOAD);
	return r;
}

/* Into the queue; or, where there is no place in it, refused. */
static int
wait_for(size_t caller, const char *from)
{
	assert_int_equal(take(caller, from), SLOTS_WAIT);
	if (slots_wait(slots, &callers[caller]) == 0)
		return SLOTS_WAIT;
	return take(caller, from);
}

static int
is_readable(void)
{
	struct pollfd p = { .fd = slots_fd(slots), .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

/* The number of whom has his turn; -1: nobody has. */
static int
turn(void)
{
	int told = is_readable();
	const struct slot *slot = slots_turn(slots);

	assert_int_equal(told, slot != NULL);
	return slot != NULL ? (int)(slot - callers) : -1;
}

static void
has(size_t held, size_t waiting)
{
	size_t h, w;

	slots_count(slots, &h, &w);
	assert_int_equal(h, held);
	assert_int_equal(w, waiting);
}

static void
gives_as_many_as_there_are(void **state)
{
	(void)state;
	slots_set(slots, 2, 8);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(take(0, "a"), 0); /* it has one */
	has(1, 0);
	assert_int_equal(take(1, "b"), 0);
	assert_int_equal(take(2, "c"), SLOTS_WAIT);
	has(2, 0);
	assert_int_equal(turn(), -1);
	slots_give_back(slots, &callers[0]);
	slots_give_back(slots, &callers[0]); /* nothing more */
	has(1, 0);
	/* free since it was told to wait */
	assert_int_equal(slots_wait(slots, &callers[2]), 1);
	assert_int_equal(take(2, "c"), 0);
	has(2, 0);
}

static void
leaves_a_thread_for_others(void **state)
{
	(void)state;
	slots_set(slots, 100, 8);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(slots_widen(slots, &callers[0], 100), 7);
	slots_free(&slots);
	assert_int_equal(slots_new(&slots, 1), 0);
	slots_set(slots, 0, 8);
	callers[1].fd = -1;
	assert_int_equal(take(1, "a"), 0);
	assert_int_equal(slots_widen(slots, &callers[1], 100), 1);
}

static void
first_come_first_served(void **state)
{
	(void)state;
	slots_set(slots, 1, 64);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(wait_for(1, "b"), SLOTS_WAIT);
	assert_int_equal(wait_for(2, "c"), SLOTS_WAIT);
	has(1, 2);
	slots_give_back(slots, &callers[0]);
	has(1, 1);
	/* the slot is the first one's, whoever comes before he has had it */
	assert_int_equal(wait_for(3, "d"), SLOTS_WAIT);
	assert_int_equal(turn(), 1);
	assert_int_equal(turn(), -1);
	assert_int_equal(take(1, "b"), 0);
	slots_give_back(slots, &callers[1]);
	assert_int_equal(turn(), 2);
	slots_give_back(slots, &callers[2]);
	assert_int_equal(turn(), 3);
	slots_give_back(slots, &callers[3]);
	has(0, 0);
}

static void
a_crowd_waits_for_itself(void **state)
{
	static const int turns[] = { 1, 6, 7, 2, 8, 3, 4, 5 };
	size_t i;

	(void)state;
	slots_set(slots, 1, 64);
	assert_int_equal(take(0, "crowd"), 0);
	for (i = 1; i <= 5; i++)
		assert_int_equal(wait_for(i, "crowd"), SLOTS_WAIT);
	assert_int_equal(wait_for(6, "b"), SLOTS_WAIT);
	assert_int_equal(wait_for(7, "c"), SLOTS_WAIT);
	assert_int_equal(wait_for(8, "b"), SLOTS_WAIT);
	for (i = 0; i < sizeof(turns) / sizeof(turns[0]); i++) {
		slots_give_back(slots, &callers[i == 0 ? 0 : turns[i - 1]]);
		assert_int_equal(turn(), turns[i]);
	}
}

static void
the_queue_is_bounded(void **state)
{
	char from[8];
	size_t i;

	(void)state;
	slots_set(slots, 1, 16);
	assert_int_equal(take(0, "a"), 0);
	for (i = 1; i <= 4; i++)
		assert_int_equal(wait_for(i, "a"), SLOTS_WAIT);
	assert_int_equal(wait_for(5, "a"), GATE_EREFUSED);
	for (i = 6; i < 18; i++) {
		snprintf(from, sizeof(from), "%zu", i);
		assert_int_equal(wait_for(i, from), SLOTS_WAIT);
	}
	has(1, 16);
	assert_int_equal(wait_for(18, "new"), GATE_EREFUSED);
	has(1, 16);
	/* who was refused may come again */
	slots_give_back(slots, &callers[0]);
	assert_int_equal(wait_for(18, "new"), SLOTS_WAIT);
}

static void
who_hangs_up_has_no_turn(void **state)
{
	int a[2], b[2];

	(void)state;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, a), 0);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, b), 0);
	callers[1].fd = a[0];
	callers[2].fd = b[0];
	slots_set(slots, 1, 16);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(wait_for(1, "b"), SLOTS_WAIT);
	assert_int_equal(wait_for(2, "c"), SLOTS_WAIT);
	assert_int_equal(wait_for(3, "d"), SLOTS_WAIT);
	/* one is found by looking, ... */
	close(b[1]);
	slots_sweep(slots, clock_mono_ms());
	has(1, 2);
	assert_int_equal(turn(), 2);
	assert_int_equal(callers[2].state, SLOT_GONE);
	/* ... the other when it would be his turn */
	close(a[1]);
	slots_give_back(slots, &callers[0]);
	assert_int_equal(turn(), 1);
	assert_int_equal(callers[1].state, SLOT_GONE);
	assert_int_equal(turn(), 3);
	assert_int_equal(take(3, "d"), 0);
	has(1, 0);
	close(a[0]);
	close(b[0]);
}

static void
nobody_waits_too_long(void **state)
{
	(void)state;
	slots_set(slots, 1, 16);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(wait_for(1, "b"), SLOTS_WAIT);
	slots_sweep(slots, callers[1].since + SLOTS_PATIENCE - 1);
	assert_int_equal(turn(), -1);
	slots_sweep(slots, callers[1].since + SLOTS_PATIENCE);
	assert_int_equal(turn(), 1);
	assert_int_equal(take(1, "b"), GATE_EREFUSED);
	assert_int_equal(callers[1].state, SLOT_IDLE);
	slots_give_back(slots, &callers[1]); /* which has none */
	has(1, 0);
}

static void
more_or_fewer_by_a_reload(void **state)
{
	(void)state;
	slots_set(slots, 2, 16);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(take(1, "b"), 0);
	assert_int_equal(wait_for(2, "c"), SLOTS_WAIT);
	slots_set(slots, 1, 4);
	slots_give_back(slots, &callers[0]);
	assert_int_equal(turn(), -1); /* the one is still held */
	assert_int_equal(wait_for(3, "d"), SLOTS_WAIT);
	slots_set(slots, 4, 4);
	assert_int_equal(turn(), 2);
	assert_int_equal(turn(), 3);
	has(3, 0);
}

static void
what_is_free_can_be_had_for_shared_work(void **state)
{
	(void)state;
	slots_set(slots, 4, 16);
	assert_int_equal(take(0, "a"), 0);
	assert_int_equal(take(1, "b"), 0);
	assert_int_equal(slots_widen(slots, &callers[0], 2), 2);
	assert_int_equal(slots_widen(slots, &callers[0], 24), 3);
	has(4, 0);
	assert_false(slots_try(slots, &callers[2]));
	assert_int_equal(wait_for(2, "c"), SLOTS_WAIT);
	assert_int_equal(wait_for(3, "d"), SLOTS_WAIT);
	slots_give_back(slots, &callers[0]);
	has(3, 0);
	assert_int_equal(turn(), 2);
	assert_int_equal(turn(), 3);
	assert_true(slots_try(slots, &callers[4]));
}

/* Threads that take, wait and give back, as the server's do. */
#define THREADS  6
#define PARALLEL 3
#define REQUESTS 4000

static struct slot requests[REQUESTS];
static size_t next_request, at_work, most_at_work, done;

static void
work(struct slot *slot)
{
	size_t n = __atomic_add_fetch(&at_work, 1, __ATOMIC_SEQ_CST);
	size_t most = __atomic_load_n(&most_at_work, __ATOMIC_SEQ_CST);

	while (n > most &&
	    !__atomic_compare_exchange_n(
		&most_at_work, &most, n, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	sched_yield();
	__atomic_sub_fetch(&at_work, 1, __ATOMIC_SEQ_CST);
	slots_give_back(slots, slot);
	__atomic_add_fetch(&done, 1, __ATOMIC_SEQ_CST);
}

static void
ask(struct slot *slot, const char *from)
{
	struct refusal refusal;
	int r;

	do
		r = slots_take(slots, slot, from, &refusal);
	while (r == SLOTS_WAIT && slots_wait(slots, slot) != 0);
	if (r == 0)
		work(slot);
}

static void *
serve(void *data)
{
	struct slot *slot;
	char from[16];
	size_t i;

	while (__atomic_load_n(&done, __ATOMIC_SEQ_CST) < REQUESTS) {
		slot = slots_turn(slots);
		if (slot == NULL) {
			i = __atomic_fetch_add(
			    &next_request, 1, __ATOMIC_SEQ_CST);
			slot = i < REQUESTS ? &requests[i] : NULL;
		}
		if (slot == NULL) {
			sched_yield();
			continue;
		}
		snprintf(
		    from, sizeof(from), "%zu", (size_t)(slot - requests) % 40);
		ask(slot, from);
	}
	return data;
}

static void
nobody_is_lost_among_threads(void **state)
{
	pthread_t threads[THREADS];
	size_t i;

	(void)state;
	slots_set(slots, PARALLEL, REQUESTS);
	for (i = 0; i < REQUESTS; i++)
		requests[i].fd = -1;
	for (i = 0; i < THREADS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, serve, NULL), 0);
	for (i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(done, REQUESTS);
	assert_in_range(most_at_work, 1, PARALLEL);
	has(0, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
		TEST(gives_as_many_as_there_are),
		TEST(leaves_a_thread_for_others),
		TEST(first_come_first_served),
		TEST(a_crowd_waits_for_itself),
		TEST(the_queue_is_bounded),
		TEST(who_hangs_up_has_no_turn),
		TEST(nobody_waits_too_long),
		TEST(more_or_fewer_by_a_reload),
		TEST(what_is_free_can_be_had_for_shared_work),
		TEST(nobody_is_lost_among_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
