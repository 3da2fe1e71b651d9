/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "gatehoused/backlog.h"
#include "lib/clock.h"

#define MANY    10000
#define ADDERS  4
#define WAIT_MS 10000

static const char idle[] = "idle", other[] = "other";

/* What the work of a test has seen. */
static struct seen {
	pthread_mutex_t lock;
	pthread_cond_t moved;
	int blocked; /* work waits while it is set */
	int failing; /* so many calls yet to fail */
	int64_t bad; /* with this number each does; 0: with none */
	size_t calls, at_once, most_at_once;
	size_t largest; /* batch */
	size_t mixed;   /* names under another reason than their own */
	uint8_t times[MANY];
	size_t done;
} seen;

static int
work(const char *reason, const struct backlog_item *items, size_t count,
    void *data)
{
	size_t i;
	int failed;

	assert_ptr_equal(data, &seen);
	pthread_mutex_lock(&seen.lock);
	seen.calls++;
	if (++seen.at_once > seen.most_at_once)
		seen.most_at_once = seen.at_once;
	if (count > seen.largest)
		seen.largest = count;
	pthread_cond_broadcast(&seen.moved);
	while (seen.blocked)
		pthread_cond_wait(&seen.moved, &seen.lock);
	failed = seen.failing > 0 && seen.failing-- > 0;
	for (i = 0; i < count; i++)
		failed |= seen.bad != 0 && items[i].value == seen.bad;
	for (i = 0; i < count && !failed; i++) {
		seen.mixed += reason != (items[i].value % 2 ? other : idle) ||
		    atoi(items[i].name) != items[i].value;
		seen.times[items[i].value]++;
		seen.done++;
	}
	seen.at_once--;
	pthread_cond_broadcast(&seen.moved);
	pthread_mutex_unlock(&seen.lock);
	return failed;
}

static int
setup(void **state)
{
	(void)state;
	memset(&seen, 0, sizeof(seen));
	pthread_mutex_init(&seen.lock, NULL);
	pthread_cond_init(&seen.moved, NULL);
	return 0;
}

static struct backlog *
make(size_t batch, size_t threads, int finish)
{
	struct backlog_plan plan = { work, &seen, batch, threads, finish };
	struct backlog *backlog = NULL;

	assert_int_equal(backlog_new(&backlog, &plan), 0);
	return backlog;
}

static int
add(struct backlog *backlog, int64_t number)
{
	char name[24];

	snprintf(name, sizeof(name), "%lld", (long long)number);
	return backlog_add(backlog, number % 2 ? other : idle, name, number);
}

static void
block(int blocked)
{
	pthread_mutex_lock(&seen.lock);
	seen.blocked = blocked;
	pthread_cond_broadcast(&seen.moved);
	pthread_mutex_unlock(&seen.lock);
}

static void
await(const size_t *what, size_t least)
{
	struct timespec until;
	int r = 0;

	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_sec += WAIT_MS / 1000;
	pthread_mutex_lock(&seen.lock);
	while (*what < least && r == 0)
		r = pthread_cond_timedwait(&seen.moved, &seen.lock, &until);
	pthread_mutex_unlock(&seen.lock);
	assert_int_equal(r, 0);
}

/* What is done is not counted any more soon, but not at once. */
static void
await_count(struct backlog *backlog, size_t count)
{
	int64_t until = clock_mono_ms() + WAIT_MS;

	while (backlog_count(backlog) != count && clock_mono_ms() < until)
		(void)sched_yield();
	assert_int_equal(backlog_count(backlog), count);
}

struct adder {
	struct backlog *backlog;
	int64_t first;
};

static void *
add_some(void *data)
{
	const struct adder *adder = data;
	int64_t i;
	int r = 0;

	for (i = adder->first; i < MANY; i += ADDERS)
		r |= add(adder->backlog, i);
	return r == 0 ? NULL : data;
}

/* Whoever adds, and however it is stopped: each is done once. */
static void
does_each_once(void **state)
{
	struct backlog *backlog = make(64, 4, 1);
	struct adder adders[ADDERS];
	pthread_t threads[ADDERS];
	void *failed;
	size_t i;

	(void)state;
	for (i = 0; i < ADDERS; i++) {
		adders[i] = (struct adder){ backlog, (int64_t)i };
		assert_int_equal(
		    pthread_create(&threads[i], NULL, add_some, &adders[i]), 0);
	}
	for (i = 0; i < ADDERS; i++) {
		pthread_join(threads[i], &failed);
		assert_null(failed);
	}
	backlog_free(&backlog);
	assert_null(backlog);
	assert_int_equal(seen.done, MANY);
	for (i = 0; i < MANY; i++)
		assert_int_equal(seen.times[i], 1);
	assert_int_equal(seen.mixed, 0);
	assert_true(seen.largest <= 64);
	assert_true(seen.most_at_once <= 4);
}

/* While one batch will not end, others do. */
static void
is_not_held_up_by_one(void **state)
{
	struct backlog *backlog = make(1, 2, 1);

	(void)state;
	block(1);
	assert_int_equal(add(backlog, 0), 0);
	await(&seen.at_once, 1);
	assert_int_equal(add(backlog, 2), 0);
	await(&seen.at_once, 2);
	assert_int_equal(add(backlog, 4), 0);
	assert_int_equal(backlog_count(backlog), 3);
	block(0);
	await(&seen.done, 3);
	backlog_free(&backlog);
	assert_int_equal(seen.most_at_once, 2);
}

static void
tries_again_a_second_later(void **state)
{
	struct backlog *backlog = make(2, 1, 0);
	int64_t begun = clock_mono_ms();

	(void)state;
	seen.failing = 2;
	assert_int_equal(add(backlog, 0), 0);
	await(&seen.calls, 1);
	/* as often as it takes, and each once */
	assert_int_equal(add(backlog, 2), 0);
	assert_int_equal(add(backlog, 4), 0);
	await(&seen.done, 3);
	assert_true(clock_mono_ms() - begun >= 2 * BACKLOG_RETRY);
	assert_int_equal(seen.times[0], 1);
	assert_int_equal(seen.times[2], 1);
	assert_int_equal(seen.times[4], 1);
	backlog_free(&backlog);
	assert_int_equal(seen.done, 3);
}

/* One that fails each time, alone and with others. */
static void
is_not_held_up_by_what_fails(void **state)
{
	struct backlog *backlog = make(BACKLOG_BATCH, 1, 0);
	int64_t i;

	(void)state;
	seen.bad = 4;
	block(1);
	for (i = 0; i <= 20; i += 2)
		assert_int_equal(add(backlog, i), 0);
	block(0);
	await(&seen.done, 10);
	assert_int_equal(seen.times[4], 0);
	await_count(backlog, 1);
	/* and who comes later */
	for (i = 22; i <= 40; i += 2)
		assert_int_equal(add(backlog, i), 0);
	await(&seen.done, 20);
	assert_int_equal(seen.times[4], 0);
	seen.bad = 0;
	await(&seen.done, 21);
	assert_int_equal(seen.times[4], 1);
	backlog_free(&backlog);
}

/* At the end: what fails then, or is not to be finished, is dropped, and no
 * second is waited for. */
static void
ends_at_once(void **state)
{
	struct backlog *backlog = make(1, 1, 1);
	int64_t begun = clock_mono_ms();

	(void)state;
	seen.failing = MANY;
	assert_int_equal(add(backlog, 0), 0);
	assert_int_equal(add(backlog, 2), 0);
	await(&seen.calls, 1);
	backlog_free(&backlog);
	assert_true(seen.calls <= 2);
	backlog = make(1, 1, 0);
	seen.failing = 0;
	seen.calls = 0;
	block(1);
	assert_int_equal(add(backlog, 0), 0);
	assert_int_equal(add(backlog, 2), 0);
	await(&seen.calls, 1);
	block(0);
	backlog_free(&backlog);
	backlog_free(&backlog);
	assert_true(seen.done >= 1);
	assert_true(clock_mono_ms() - begun < BACKLOG_RETRY);
}

#define TEST(name) cmocka_unit_test_setup(name, setup)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(does_each_once),
		TEST(is_not_held_up_by_one),
		TEST(tries_again_a_second_later),
		TEST(is_not_held_up_by_what_fails),
		TEST(ends_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
