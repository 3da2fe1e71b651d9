/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/resource.h>
#include <sys/wait.h>

#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/charge.h"
#include "session/steady.h"
#include "tests/unit/scratch_store.h"

static const struct lockout_policy usual = {
	.tries = 10,
	.window = 900,
	.duration = 0,
	.address_tries = 5,
	.spray_tries = 50,
	.address_block = 60,
	.address_block_max = 3600,
	.delay = 2000,
	.delay_max = 15000,
};

/* One try, as store_write takes it. */
struct
try {
	const struct lockout_policy *policy;
	struct charge_who who;
	struct lockout_verdict verdict;
};

static int
take(struct store_tx *tx, void *data)
{
	struct try *try = data;

	return charge_take(tx, try->policy, &try->who, &try->verdict);
}

static int
give_back(struct store_tx *tx, void *data)
{
	struct try *try = data;

	return charge_refund(tx, try->policy, &try->who, &try->verdict);
}

static int
forgive(struct store_tx *tx, void *data)
{
	struct try *try = data;

	return charge_forgive(tx, try->policy, &try->who, &try->verdict);
}

static struct try
try_of(const char *user, const char *address)
{
	return (struct try){ .policy = &usual,
		.who = { .user = user, .address = address, .known = 1 } };
}

static int
look(struct store_tx *tx, void *tries)
{
	return store_tries_get(tx, tries);
}

static int64_t
tries_of(const char *user, const char *address)
{
	struct store_tries tries = { 0 };

	snprintf(tries.user, sizeof(tries.user), "%s", user);
	snprintf(tries.address, sizeof(tries.address), "%s", address);
	assert_int_equal(store_read(store, look, &tries), 0);
	return tries.tries;
}

/* --- one after another --- */

static void
test_a_try(void **state)
{
	struct try try = try_of("alice", "192.0.2.1");

	(void)state;
	assert_int_equal(store_write(store, take, &try), 0);
	assert_false(try.verdict.blocked);
	assert_int_equal(tries_of("alice", ""), 1);
	assert_int_equal(tries_of("alice", "192.0.2.1"), 1);
	assert_int_equal(tries_of("", "192.0.2.1"), 1);
	assert_int_equal(store_write(store, give_back, &try), 0);
	assert_int_equal(tries_of("alice", ""), 0);
	assert_int_equal(store_write(store, take, &try), 0);
	assert_int_equal(store_write(store, take, &try), 0);
	assert_int_equal(store_write(store, forgive, &try), 0);
	assert_int_equal(tries_of("alice", ""), 0);
	assert_int_equal(tries_of("alice", "192.0.2.1"), 0);
	assert_int_equal(tries_of("", "192.0.2.1"), 1);
}

static void
test_nobody(void **state)
{
	char name[STORE_USER_MAX + 1];
	struct try try = try_of("", "192.0.2.1");

	(void)state;
	assert_int_equal(store_write(store, take, &try), GATE_EINVAL);
	assert_true(try.verdict.blocked);
	memset(name, 'x', sizeof(name));
	name[STORE_USER_MAX] = '\0';
	try = try_of(name, "192.0.2.1");
	assert_int_equal(store_write(store, take, &try), GATE_EINVAL);
	assert_true(try.verdict.blocked);
}

/* --- all at once --- */

#define GUESSERS 200

struct storm {
	pthread_barrier_t start;
	int spread; /* each from an address of his own */
	int next, granted, told, failed;
};

static void *
guess(void *data)
{
	struct storm *storm = data;
	char address[32] = "192.0.2.1";
	struct try try = try_of("alice", address);
	int i = __atomic_fetch_add(&storm->next, 1, __ATOMIC_SEQ_CST);

	if (storm->spread)
		snprintf(address, sizeof(address), "2001:db8:0:%x::1", i);
	pthread_barrier_wait(&storm->start);
	if (store_write(store, take, &try) != 0)
		__atomic_add_fetch(&storm->failed, 1, __ATOMIC_SEQ_CST);
	else if (!try.verdict.blocked)
		__atomic_add_fetch(&storm->granted, 1, __ATOMIC_SEQ_CST);
	else if (try.verdict.tell)
		__atomic_add_fetch(&storm->told, 1, __ATOMIC_SEQ_CST);
	return NULL; /* hangs up */
}

static struct storm
storm_of(int spread)
{
	struct storm storm = { .spread = spread };
	pthread_t threads[GUESSERS];
	int i;

	pthread_barrier_init(&storm.start, NULL, GUESSERS);
	for (i = 0; i < GUESSERS; i++)
		assert_int_equal(
		    pthread_create(&threads[i], NULL, guess, &storm), 0);
	for (i = 0; i < GUESSERS; i++)
		pthread_join(threads[i], NULL);
	pthread_barrier_destroy(&storm.start);
	return storm;
}

static void
test_200_at_once_from_one_place(void **state)
{
	struct storm storm = storm_of(0);

	(void)state;
	assert_int_equal(storm.failed, 0);
	assert_int_equal(storm.granted, usual.address_tries);
	assert_int_equal(storm.told, LOCKOUT_TELLS);
	assert_int_equal(tries_of("alice", ""), usual.address_tries);
}

static void
test_200_at_once_from_everywhere(void **state)
{
	struct storm storm = storm_of(1);

	(void)state;
	assert_int_equal(storm.failed, 0);
	assert_int_equal(storm.granted, usual.tries);
	assert_int_equal(storm.told, LOCKOUT_TELLS);
	assert_int_equal(tries_of("alice", ""), usual.tries);
}

/* --- a try that cannot be counted is none --- */

static void
test_disk_full(void **state)
{
	struct rlimit all, none = { .rlim_cur = 0 };
	struct try try = try_of("alice", "");

	(void)state;
	assert_int_equal(store_write(store, take, &try), 0);
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &all), 0);
	none.rlim_max = all.rlim_max;
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(store_write(store, take, &try), GATE_EFULL);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &all), 0);
	signal(SIGXFSZ, SIG_DFL);
	assert_int_equal(tries_of("alice", ""), 1);
	assert_int_equal(store_write(store, take, &try), 0);
	assert_int_equal(tries_of("alice", ""), 2);
}

/* --- what a crash cannot take back --- */

/* Tries for ever, and says so after each that the store has taken. */
static void
try_and_tell(const char *path, int out)
{
	struct store_options options = { .engine = "sqlite", .path = path };
	struct lockout_policy policy = usual;
	struct try try = try_of("alice", "");
	char why[256];

	policy.tries = 0;
	try.policy = &policy;
	if (store_open(&store, &options, why, sizeof(why)) != 0)
		_exit(1);
	while (store_write(store, take, &try) == 0)
		if (write(out, "x", 1) != 1)
			break;
	_exit(1);
}

static void
test_killed(void **state)
{
	const char *path = scratch_path("killed.db");
	struct store_options options = { .engine = "sqlite", .path = path };
	char why[256], buffer[64];
	int64_t told = 0;
	int pipes[2], status;
	ssize_t n;
	pid_t pid;

	(void)state;
	assert_int_equal(pipe(pipes), 0);
	pid = fork();
	assert_true(pid != -1);
	if (pid == 0)
		try_and_tell(path, pipes[1]);
	close(pipes[1]);
	while (told < 200) {
		n = read(pipes[0], buffer, sizeof(buffer));
		assert_true(n > 0);
		told += n;
	}
	assert_int_equal(kill(pid, SIGKILL), 0);
	while ((n = read(pipes[0], buffer, sizeof(buffer))) > 0)
		told += n;
	close(pipes[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	store_free(&store);
	assert_int_equal(store_open(&store, &options, why, sizeof(why)), 0);
	assert_in_range(tries_of("alice", ""), told, told + 1);
}

/* --- the steady clock --- */

static void
assert_steady(const char *boot, int64_t boot_time, int64_t wall, int64_t time)
{
	const struct store_steady mark = {
		.boot = "one", .boot_time = 500, .wall = 10000, .time = 9000
	};
	struct store_steady reading = { .boot_time = boot_time, .wall = wall };

	snprintf(reading.boot, sizeof(reading.boot), "%s", boot);
	assert_int_equal(steady_time(&mark, &reading), time);
}

static void
test_steady_time(void **state)
{
	const struct store_steady none = { .boot = "" };
	struct store_steady reading = { .boot = "one", .wall = 10000 };

	(void)state;
	assert_int_equal(steady_time(&none, &reading), 10000);
	reading.wall = 0; /* a machine without a clock of its own */
	assert_int_equal(steady_time(&none, &reading), 1);

	assert_steady("one", 530, 10030, 9030);
	/* whatever the wall clock is set to, while it runs */
	assert_steady("one", 530, 99999999, 9030);
	assert_steady("one", 530, 5, 9030);
	/* over a reboot the wall clock is all there is, but never back */
	assert_steady("two", 3, 10900, 9900);
	assert_steady("two", 700, 9000, 9000);
	/* the same boot, and yet a clock that began anew */
	assert_steady("one", 3, 10900, 9900);
}

static int
clock_now(struct store_tx *tx, void *now)
{
	return steady_now(tx, now);
}

static int
clock_look(struct store_tx *tx, void *now)
{
	return steady_look(tx, now);
}

static int
mark_get(struct store_tx *tx, void *mark)
{
	return store_steady_get(tx, mark);
}

static int
mark_put(struct store_tx *tx, void *mark)
{
	return store_steady_put(tx, mark);
}

static void
test_steady_mark(void **state)
{
	struct store_steady mark, moved;
	int64_t now, looked;

	(void)state;
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	assert_int_equal(mark.time, 0);
	assert_int_equal(store_write(store, clock_now, &now), 0);
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	assert_int_equal(mark.time, now);
	assert_true(mark.boot[0] != '\0');
	assert_int_equal(store_read(store, clock_look, &looked), 0);
	assert_in_range(looked, now, now + 5);

	/* one that is old enough is moved, one that is not stays */
	mark.boot_time -= STEADY_MARK_EVERY;
	assert_int_equal(store_write(store, mark_put, &mark), 0);
	assert_int_equal(store_read(store, clock_look, &looked), 0);
	assert_true(looked >= mark.time + STEADY_MARK_EVERY);
	assert_int_equal(store_write(store, clock_now, &now), 0);
	assert_int_equal(store_read(store, mark_get, &moved), 0);
	assert_int_equal(moved.time, now);
	moved.boot_time -= STEADY_MARK_EVERY / 2;
	assert_int_equal(store_write(store, mark_put, &moved), 0);
	assert_int_equal(store_write(store, clock_now, &now), 0);
	assert_true(now >= moved.time + STEADY_MARK_EVERY / 2);
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	assert_int_equal(mark.time, moved.time);
	/* and one of another boot is, for the next to go on from */
	snprintf(mark.boot, sizeof(mark.boot), "another");
	assert_int_equal(store_write(store, mark_put, &mark), 0);
	assert_int_equal(store_write(store, clock_now, &now), 0);
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	assert_string_equal(mark.boot, moved.boot);
}

/* A lock holds over a reboot that set the clock back. */
static void
test_locked_over_a_reboot(void **state)
{
	struct lockout_policy policy = usual;
	struct try try = try_of("alice", "");
	struct store_steady mark;
	int i;

	(void)state;
	policy.duration = 1800;
	try.policy = &policy;
	for (i = 0; i < 10; i++)
		assert_int_equal(store_write(store, take, &try), 0);
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	snprintf(mark.boot, sizeof(mark.boot), "before");
	mark.wall += 86400;
	assert_int_equal(store_write(store, mark_put, &mark), 0);
	assert_int_equal(store_write(store, take, &try), 0);
	assert_true(try.verdict.blocked);
	/* and ends by the time that went by while the machine was off */
	assert_int_equal(store_read(store, mark_get, &mark), 0);
	snprintf(mark.boot, sizeof(mark.boot), "before");
	mark.wall -= 1801;
	assert_int_equal(store_write(store, mark_put, &mark), 0);
	assert_int_equal(store_write(store, take, &try), 0);
	assert_false(try.verdict.blocked);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_a_try),
		TEST(test_nobody),
		TEST(test_200_at_once_from_one_place),
		TEST(test_200_at_once_from_everywhere),
		TEST(test_disk_full),
		TEST(test_killed),
		TEST(test_steady_time),
		TEST(test_steady_mark),
		TEST(test_locked_over_a_reboot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
