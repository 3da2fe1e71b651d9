/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A million sessions: what they take, and what work they make. Work is counted,
 * not timed, but for bounds that are far away on any machine; the times are
 * printed.
 */
#include <malloc.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/live.h"

#define MILLION 1000000
#define SECOND  INT64_C(1000)
#define MINUTE  (60 * SECOND)
#define NOW     (1700000000 * SECOND)
#define IDLE    (15 * MINUTE)

static struct live *live;

/* Seconds of the processor's time, of this thread. */
static double
cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static uint64_t
mixed(uint64_t z)
{
	z += 0x9e3779b97f4a7c15;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

/* As long as they really are: 30 characters, 32 bytes. */
static void
names_of(uint64_t i, char id[STORE_SESSION_ID_MAX],
    uint8_t token[LIVE_HASH_SIZE], char user[32])
{
	uint64_t words[LIVE_HASH_SIZE / 8];
	size_t j;

	for (j = 0; j < LIVE_HASH_SIZE / 8; j++)
		words[j] = mixed(i * 4 + j);
	memcpy(token, words, sizeof(words));
	snprintf(id, STORE_SESSION_ID_MAX, "%016llx%014llx",
	    (unsigned long long)words[0], (unsigned long long)(words[1] >> 8));
	snprintf(user, 32, "user-%llu@example.org", (unsigned long long)i);
}

static void
add(uint64_t i, int64_t now)
{
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_session session = { .id = id,
		.token = token,
		.user = user,
		.service = "portal",
		.start = now,
		.activity = now,
		.limits = { .idle = IDLE, .max_age = 24 * 60 * MINUTE } };

	names_of(i, id, token, user);
	assert_int_equal(live_add(live, &session, now, 10), 0);
}

static size_t
allocated(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

static int
never(enum live_event event, const struct live_view *view, void *data)
{
	(void)event;
	(void)data;
	fail_msg("%s was not idle", view->id);
	return 0;
}

static int
count_ends(enum live_event event, const struct live_view *view, void *data)
{
	(void)view;
	*(size_t *)data += event == LIVE_END;
	return 0;
}

static void
take_a_million(void)
{
	size_t before = allocated(), bytes;
	double began = cpu();
	uint64_t i;

	assert_int_equal(live_new(&live, NOW, MINUTE), 0);
	for (i = 0; i < MILLION; i++)
		add(i, NOW);
	print_message("add: %.0f ns each\n", (cpu() - began) * 1e3);
	bytes = (allocated() - before) / MILLION;
	print_message("memory: %zu bytes each\n", bytes);
	/* sanitizers' allocators do not say */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
	assert_true(bytes > 100 && bytes <= 300);
#endif
	assert_int_equal(live_count(live), MILLION);
}

static void
look_at_them(void)
{
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_view view;
	double began, names;
	uint64_t i;

	began = cpu();
	for (i = 0; i < MILLION; i++)
		names_of(mixed(i) % MILLION, id, token, user);
	names = cpu() - began;
	began = cpu();
	for (i = 0; i < MILLION; i++) {
		names_of(mixed(i) % MILLION, id, token, user);
		assert_int_equal(
		    live_check(live, LIVE_TOKEN(token), NOW, &view), 0);
	}
	print_message(
	    "check by token: %.0f ns\n", (cpu() - began - names) * 1e3);
	assert_string_equal(view.user, user);
	began = cpu();
	for (i = 0; i < MILLION; i++) {
		names_of(mixed(i) % MILLION, id, token, user);
		assert_int_equal(
		    live_touch(live, LIVE_ID(id), NOW + 1, NOW + 1), 0);
	}
	print_message("touch by id: %.0f ns\n", (cpu() - began - names) * 1e3);
}

/*
 * Half an hour of a million who are never idle: what live_expire looks at is
 * each once in a limit, however often they are touched.
 */
static void
let_them_work(void)
{
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_activity activities[1000];
	struct live_sweep sweep;
	int64_t now = NOW;
	size_t looked = 0, written = 0, n;
	double began, spent = 0;
	uint64_t i, next = 0;

	for (; now < NOW + 2 * IDLE; now += SECOND) {
		/* each one every five minutes */
		for (i = 0; i < MILLION / 300; i++, next++) {
			names_of(next % MILLION, id, token, user);
			assert_int_equal(
			    live_touch(live, LIVE_ID(id), now, now), 0);
		}
		began = cpu();
		live_expire(live, now, SIZE_MAX, never, NULL, &sweep);
		spent += cpu() - began;
		looked += sweep.looked;
		while ((n = live_dirty(live, now, activities, 1000)) > 0)
			written += n;
	}
	print_message("expiry: %.4f %% of a core, %.2f looks at each in two "
		      "limits\n",
	    spent / (double)((now - NOW) / SECOND) * 100,
	    (double)looked / MILLION);
	assert_true(looked <= 3 * MILLION);
	/* and one write for each touch at the most */
	assert_true(written <= next);
}

/* A hundred end among a million: they alone are looked at. */
static void
end_a_few(void)
{
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_limits limits = { .idle = 1 };
	struct live_sweep sweep;
	size_t ended = 0;
	int64_t now = NOW + 2 * IDLE;
	uint64_t i;

	live_expire(live, now, SIZE_MAX, never, NULL, &sweep);
	for (i = 0; i < 100; i++) {
		names_of(i * 9973, id, token, user);
		assert_int_equal(live_limit(live, id, now, &limits),
		    live_touch(live, LIVE_ID(id), now, now));
	}
	live_expire(live, now + SECOND, 5000, count_ends, &ended, &sweep);
	assert_int_equal(ended, 100);
	assert_true(sweep.looked < 5000);
	assert_int_equal(live_count(live), MILLION - 100);
}

static void
relimit(const char *id, const char *user, const char *service,
    struct live_limits *limits, void *data)
{
	(void)id;
	(void)user;
	(void)service;
	++*(size_t *)data;
	limits->idle = 20 * MINUTE;
}

static void
end_them_all(void)
{
	struct live_sweep sweep;
	size_t ended = 0, retimed = 0;
	int64_t now = NOW + 2 * IDLE + SECOND;
	double began = cpu();

	live_retime(live, now, 1, relimit, &retimed);
	assert_int_equal(retimed, MILLION - 100);
	print_message("retime: %.0f ns each\n", (cpu() - began) * 1e3);
	began = cpu();
	/* asleep for a day */
	live_expire(
	    live, now + 24 * 60 * MINUTE, SIZE_MAX, count_ends, &ended, &sweep);
	print_message("end: %.0f ns each\n", (cpu() - began) * 1e3);
	assert_int_equal(ended, MILLION - 100);
	assert_int_equal(sweep.looked, ended);
	assert_int_equal(live_count(live), 0);
}

static void
a_million(void **state)
{
	(void)state;
	take_a_million();
	look_at_them();
	let_them_work();
	end_a_few();
	end_them_all();
	live_free(&live);
}

/* --- many threads --- */

#define THREADS 4
#define SHARED  64
#define ROUNDS  4000

static int64_t clock_now;

static int64_t
tick(void)
{
	return __atomic_add_fetch(&clock_now, 50, __ATOMIC_SEQ_CST);
}

/* Adds, touches, holds and removes some that the others have, too. */
static void *
meddle(void *data)
{
	static char mixed_up[] = "a session has another's name";
	uint64_t state = (uint64_t)(uintptr_t)data;
	const struct hold_order order = { "pbx", "call", MINUTE, 10 * MINUTE };
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	struct live_view view;
	struct live_session session = { .id = id,
		.token = token,
		.user = user,
		.service = "portal",
		.limits = { .idle = 20 * SECOND, .version = UINT32_MAX } };
	int64_t until, now;
	int i;

	for (i = 0; i < ROUNDS; i++) {
		state = mixed(state);
		names_of(state % SHARED, id, token, user);
		now = session.start = session.activity = tick();
		switch (state >> 32 & 7) {
		case 0:
			(void)live_remove(live, LIVE_ID(id));
			break;
		case 1:
			(void)live_hold(live, LIVE_ID(id), &order, now, &until);
			break;
		case 2:
			(void)live_release(
			    live, LIVE_ID(id), "pbx", "call", now, NULL);
			break;
		case 3:
			(void)live_user(live, user, now, &view);
			break;
		case 4:
		case 5:
			(void)live_touch(live, LIVE_TOKEN(token), now, now);
			break;
		default:
			(void)live_add(live, &session, now, 1);
			break;
		}
		if (live_check(live, LIVE_ID(id), now, &view) == 0 &&
		    strcmp(view.user, user) != 0)
			return mixed_up;
	}
	return NULL;
}

/* Ends what is over meanwhile, writes, and changes the settings. */
static void *
sweep_up(void *data)
{
	struct live_activity activities[8];
	struct live_sweep sweep;
	size_t ended = 0, retimed = 0;
	uint32_t i;

	(void)data;
	for (i = 0; i < ROUNDS; i++) {
		live_expire(live, tick(), 16, count_ends, &ended, &sweep);
		live_dirty_back(
		    live, activities, live_dirty(live, tick(), activities, 8));
		(void)live_dirty(live, tick(), activities, 8);
		if (i % 100 == 0)
			live_retime(live, tick(), i, relimit, &retimed);
	}
	return NULL;
}

static void
many_threads(void **state)
{
	pthread_t threads[THREADS];
	char id[STORE_SESSION_ID_MAX], user[32];
	uint8_t token[LIVE_HASH_SIZE];
	void *failure;
	uintptr_t i;

	(void)state;
	clock_now = NOW;
	assert_int_equal(live_new(&live, NOW, SECOND), 0);
	for (i = 0; i < THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL,
				     i == 0 ? sweep_up : meddle, (void *)i),
		    0);
	for (i = 0; i < THREADS; i++) {
		pthread_join(threads[i], &failure);
		if (failure != NULL)
			fail_msg("%s", (const char *)failure);
	}
	/* all that is left can be taken out */
	for (i = 0; i < SHARED; i++) {
		names_of(i, id, token, user);
		(void)live_remove(live, LIVE_TOKEN(token));
	}
	assert_int_equal(live_count(live), 0);
	live_free(&live);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_million),
		cmocka_unit_test(many_threads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
