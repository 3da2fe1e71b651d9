/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "session/lockout.h"

#define NOW    1000000
#define WINDOW 900
#define LOCK   1800

static const struct lockout_policy usual = {
	.tries = 10,
	.window = WINDOW,
	.duration = LOCK,
	.address_tries = 5,
	.spray_tries = 50,
	.address_block = 60,
	.address_block_max = 3600,
	.delay = 2000,
	.delay_max = 15000,
};

/* --- a store of rows as simple as can be --- */

#define ROWS_MAX 512
static struct store_tries table[ROWS_MAX];
static size_t table_size;

static struct store_tries *
row_of(const struct store_tries *key)
{
	size_t i;

	for (i = 0; i < table_size; i++)
		if (strcmp(table[i].user, key->user) == 0 &&
		    strcmp(table[i].address, key->address) == 0)
			return &table[i];
	assert_true(table_size < ROWS_MAX);
	table[table_size] = *key;
	return &table[table_size++];
}

static void
fetch(const char *user, const char *address,
    struct store_tries rows[LOCKOUT_COUNTS])
{
	int i;

	lockout_keys(user, address, rows);
	for (i = 0; i < LOCKOUT_COUNTS; i++)
		if (rows[i].user[0] != '\0' || rows[i].address[0] != '\0')
			rows[i] = *row_of(&rows[i]);
}

static void
put_back(const struct store_tries rows[LOCKOUT_COUNTS])
{
	int i;

	for (i = 0; i < LOCKOUT_COUNTS; i++)
		if (rows[i].user[0] != '\0' || rows[i].address[0] != '\0')
			*row_of(&rows[i]) = rows[i];
}

static struct lockout_verdict
charge(const struct lockout_policy *policy, int64_t now, const char *user,
    const char *address)
{
	struct store_tries rows[LOCKOUT_COUNTS];
	struct lockout_verdict verdict;

	fetch(user, address, rows);
	lockout_charge(policy, now, 1, rows, &verdict);
	put_back(rows);
	return verdict;
}

static void
refund(const struct lockout_policy *policy, const char *user,
    const char *address, const struct lockout_verdict *verdict)
{
	struct store_tries rows[LOCKOUT_COUNTS];

	fetch(user, address, rows);
	lockout_refund(policy, verdict, rows);
	put_back(rows);
}

static void
forgive(const struct lockout_policy *policy, int64_t now, const char *user,
    const char *address, const struct lockout_verdict *verdict)
{
	struct store_tries rows[LOCKOUT_COUNTS];

	fetch(user, address, rows);
	lockout_forgive(policy, now, verdict, rows);
	put_back(rows);
}

/* Charges n tries, none of which is blocked. */
static void
charge_all(const struct lockout_policy *policy, int64_t now, const char *user,
    const char *address, int n)
{
	while (n-- > 0)
		assert_false(charge(policy, now, user, address).blocked);
}

static int
setup(void **state)
{
	(void)state;
	table_size = 0;
	return 0;
}

/* The key of each number, and that they are as documented. */
static void
test_policy(void **state)
{
	struct lockout_policy policy;
	struct config *config;

	(void)state;
	assert_int_equal(config_new(&config), 0);
	lockout_policy(config, &policy);
	assert_memory_equal(&policy, &usual, sizeof(policy));
	config->lockout_tries = 1;
	config->lockout_window = 2;
	config->lockout_duration = 3;
	config->lockout_address_tries = 4;
	config->lockout_spray_tries = 5;
	config->lockout_address_block = 6;
	config->lockout_address_block_max = 7;
	config->fail_delay = 8;
	config->lockout_delay_max = 9;
	lockout_policy(config, &policy);
	assert_memory_equal(&policy,
	    (&(struct lockout_policy){ 1, 2, 3, 4, 5, 6, 7, 8, 9000 }),
	    sizeof(policy));
	config_free(&config);
}

/* --- who is counted --- */

static void
assert_home(const char *address, const char *home)
{
	struct store_tries rows[LOCKOUT_COUNTS];

	lockout_keys("alice", address, rows);
	assert_string_equal(rows[LOCKOUT_ADDRESS].user, "");
	assert_string_equal(rows[LOCKOUT_ADDRESS].address, home);
	assert_string_equal(
	    rows[LOCKOUT_PAIR].user, home[0] != '\0' ? "alice" : "");
	assert_string_equal(rows[LOCKOUT_PAIR].address, home);
	assert_string_equal(rows[LOCKOUT_USER].user, "alice");
	assert_string_equal(rows[LOCKOUT_USER].address, "");
}

static void
test_keys(void **state)
{
	(void)state;
	assert_home("192.0.2.1", "192.0.2.1");
	assert_home("::ffff:192.0.2.1", "192.0.2.1");
	assert_home("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64");
	assert_home("2001:db8:1:2::9%eth0", "2001:db8:1:2::/64");
	assert_home("", "");
	assert_home("host.example", "");
	assert_home("ffff:ffff:ffff:ffff:1::", "ffff:ffff:ffff:ffff::/64");
}

/* --- limits --- */

static void
test_address_is_blocked_before_user(void **state)
{
	struct lockout_verdict verdict;
	int i;

	(void)state;
	charge_all(&usual, NOW, "alice", "192.0.2.1", 5);
	for (i = 0; i < 1000; i++) {
		verdict = charge(&usual, NOW, "alice", "192.0.2.1");
		assert_true(verdict.blocked);
		assert_int_equal(verdict.by, LOCKOUT_PAIR);
		assert_int_equal(verdict.until, NOW + 60);
		assert_int_equal(verdict.series[LOCKOUT_USER], 0);
	}
	/* she herself, from where she is, and others from there, may */
	assert_false(charge(&usual, NOW, "alice", "192.0.2.2").blocked);
	assert_false(charge(&usual, NOW, "bob", "192.0.2.1").blocked);
}

static void
test_user_is_locked_over_all_addresses(void **state)
{
	struct lockout_verdict verdict;

	(void)state;
	charge_all(&usual, NOW, "alice", "192.0.2.1", 4);
	charge_all(&usual, NOW, "alice", "192.0.2.2", 4);
	charge_all(&usual, NOW, "alice", "192.0.2.3", 2);
	verdict = charge(&usual, NOW, "alice", "192.0.2.4");
	assert_true(verdict.blocked);
	assert_int_equal(verdict.by, LOCKOUT_USER);
	assert_int_equal(verdict.until, NOW + LOCK);
	assert_true(charge(&usual, NOW + LOCK - 1, "alice", "::1").blocked);
	assert_false(charge(&usual, NOW + LOCK, "alice", "::1").blocked);
	/* and has all tries again */
	charge_all(&usual, NOW + LOCK, "alice", "::1", 3);
	charge_all(&usual, NOW + LOCK, "alice", "192.0.2.4", 4);
}

/* The try that locks says so, once; none that locks an address does. */
static void
test_the_try_that_locks(void **state)
{
	struct lockout_policy policy = { .tries = 3,
		.window = 100,
		.duration = 1000,
		.spray_tries = 5,
		.address_block = 50 };
	struct lockout_verdict verdict;

	(void)state;
	assert_false(charge(&policy, NOW, "alice", "192.0.2.1").fills);
	assert_false(charge(&policy, NOW, "alice", "192.0.2.2").fills);
	verdict = charge(&policy, NOW, "alice", "192.0.2.3");
	assert_true(verdict.fills);
	assert_false(charge(&policy, NOW, "alice", "192.0.2.4").fills);
	refund(&policy, "alice", "192.0.2.3", &verdict);
	assert_true(charge(&policy, NOW, "alice", "").fills);
	assert_true(charge(&policy, NOW, "alice", "").blocked);
	policy.tries = 0;
	charge_all(&policy, NOW, "bob", "192.0.2.9", 5);
	verdict = charge(&policy, NOW, "bob", "192.0.2.9");
	assert_true(verdict.blocked);
	assert_false(verdict.fills);
}

static void
test_v6_counts_by_64(void **state)
{
	(void)state;
	charge_all(&usual, NOW, "alice", "2001:db8::1", 3);
	charge_all(&usual, NOW, "alice", "2001:db8::ffff:2", 2);
	assert_true(charge(&usual, NOW, "alice", "2001:db8::3").blocked);
	assert_false(charge(&usual, NOW, "alice", "2001:db8:0:1::3").blocked);
}

static void
test_spraying(void **state)
{
	struct lockout_verdict verdict;
	char user[16];
	int i;

	(void)state;
	for (i = 0; i < 50; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		charge_all(&usual, NOW + i, user, "192.0.2.1", 1);
	}
	verdict = charge(&usual, NOW + 50, "carol", "192.0.2.1");
	assert_true(verdict.blocked);
	assert_int_equal(verdict.by, LOCKOUT_ADDRESS);
	/* told of to nobody, and not a row to it */
	assert_false(verdict.tell);
	for (i = 0; i < (int)table_size; i++)
		assert_true(strcmp(table[i].user, "carol") != 0 ||
		    table[i].series == 0);
	assert_false(charge(&usual, NOW + 50, "carol", "192.0.2.2").blocked);
}

static void
test_an_office_is_no_sprayer(void **state)
{
	char user[16];
	int i;

	(void)state;
	/* somebody mistypes each minute, all day long */
	for (i = 0; i < 500; i++) {
		snprintf(user, sizeof(user), "user%d", i % 100);
		assert_false(
		    charge(&usual, NOW + 60 * i, user, "192.0.2.1").blocked);
	}
}

static void
test_no_address(void **state)
{
	struct lockout_verdict verdict;

	(void)state;
	charge_all(&usual, NOW, "alice", "", 10);
	verdict = charge(&usual, NOW, "alice", "");
	assert_true(verdict.blocked);
	assert_int_equal(verdict.by, LOCKOUT_USER);
	assert_false(charge(&usual, NOW, "bob", "").blocked);
	assert_int_equal(table_size, 2);
}

static void
test_limits_of_few_and_none(void **state)
{
	struct lockout_policy policy = usual;

	(void)state;
	policy.tries = 3;
	charge_all(&policy, NOW, "alice", "192.0.2.1", 2);
	assert_int_equal(
	    charge(&policy, NOW, "alice", "192.0.2.1").by, LOCKOUT_PAIR);
	charge_all(&policy, NOW, "alice", "192.0.2.2", 1);
	assert_int_equal(
	    charge(&policy, NOW, "alice", "192.0.2.2").by, LOCKOUT_USER);
	policy.tries = policy.address_tries = policy.spray_tries = 0;
	charge_all(&policy, NOW, "bob", "192.0.2.1", 1000);
	policy.tries = 10;
	charge_all(&policy, NOW, "dave", "192.0.2.1", 10);
	assert_int_equal(
	    charge(&policy, NOW, "dave", "192.0.2.1").by, LOCKOUT_USER);
}

static void
test_until_released(void **state)
{
	struct lockout_policy policy = usual;
	struct lockout_verdict verdict;

	(void)state;
	policy.duration = 0;
	charge_all(&policy, NOW, "alice", "", 10);
	verdict = charge(&policy, NOW + 400 * 86400, "alice", "");
	assert_true(verdict.blocked);
	assert_true(verdict.until == LOCKOUT_NEVER);
	assert_true(table[0].expires == LOCKOUT_NEVER);
}

static void
test_tries_are_forgotten_after_a_pause(void **state)
{
	int64_t now = NOW;
	int i;

	(void)state;
	charge_all(&usual, now, "alice", "", 9);
	assert_int_equal(table[0].expires, now + WINDOW);
	charge_all(&usual, now + WINDOW, "alice", "", 9);
	now += WINDOW;
	charge_all(&usual, now + WINDOW - 1, "alice", "", 1);
	assert_true(charge(&usual, now + WINDOW - 1, "alice", "").blocked);
	/* a clock that stands still, or goes back, forgets and opens nothing */
	charge_all(&usual, NOW, "bob", "", 9);
	for (i = 0; i < 3; i++)
		assert_int_equal(
		    charge(&usual, NOW - 5000, "bob", "").blocked, i > 0);
	assert_true(charge(&usual, NOW + LOCK - 1, "bob", "").blocked);
}

static void
test_blocks_grow(void **state)
{
	static const int64_t lengths[] = { 60, 120, 240, 480, 960, 1920, 3600,
		3600 };
	struct lockout_policy policy = usual;
	struct lockout_verdict verdict;
	int64_t now = NOW;
	size_t i;

	(void)state;
	policy.tries = 0;
	for (i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		charge_all(&policy, now, "alice", "192.0.2.1", 5);
		verdict = charge(&policy, now, "alice", "192.0.2.1");
		assert_int_equal(verdict.until, now + lengths[i]);
		now = verdict.until;
	}
	now += WINDOW; /* kept quiet for long enough */
	charge_all(&policy, now, "alice", "192.0.2.1", 5);
	verdict = charge(&policy, now, "alice", "192.0.2.1");
	assert_int_equal(verdict.until, now + 60);
}

static void
test_delay_grows(void **state)
{
	static const int64_t delays[] = { 2000, 4000, 8000, 15000, 15000, 15000,
		15000 };
	struct lockout_policy policy = usual;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(delays) / sizeof(delays[0]); i++)
		assert_int_equal(
		    charge(&usual, NOW, "alice", "192.0.2.1").delay, delays[i]);
	/* what others do is nothing that she can tell from the wait */
	assert_int_equal(charge(&usual, NOW, "alice", "192.0.2.2").delay, 2000);
	policy.delay = 0;
	assert_int_equal(charge(&policy, NOW, "bob", "::1").delay, 0);
	assert_int_equal(charge(&policy, NOW, "bob", "::1").delay, 0);
	policy.delay = 20000; /* over its own limit */
	assert_int_equal(charge(&policy, NOW, "bob", "::1").delay, 20000);
}

/* --- what is told --- */

static void
test_few_are_told(void **state)
{
	struct lockout_policy policy = usual;
	char address[32];
	int i, told = 0, granted = 0;

	(void)state;
	policy.duration = 0;
	for (i = 0; i < 250; i++) {
		struct lockout_verdict verdict;

		snprintf(address, sizeof(address), "192.0.2.%d", i % 100);
		verdict = charge(&policy, NOW + i, "alice", address);
		granted += !verdict.blocked;
		told += verdict.blocked && verdict.tell;
	}
	assert_int_equal(granted, 10);
	assert_int_equal(told, LOCKOUT_TELLS);
}

static void
test_who_is_blocked_at_home_is_told(void **state)
{
	struct lockout_verdict verdict;
	int i;

	(void)state;
	charge_all(&usual, NOW, "alice", "192.0.2.1", 5);
	for (i = 0; i < 10; i++) {
		verdict = charge(&usual, NOW, "alice", "192.0.2.1");
		assert_int_equal(verdict.tell, i < LOCKOUT_TELLS);
	}
}

/* Users there are keep their row when room is made, and no other row is kept
 * for it. */
static void
test_known(void **state)
{
	struct store_tries rows[LOCKOUT_COUNTS];
	struct lockout_verdict verdict;
	int known;

	(void)state;
	for (known = 0; known < 2; known++) {
		lockout_keys("alice", "192.0.2.1", rows);
		lockout_charge(&usual, NOW, known, rows, &verdict);
		assert_int_equal(rows[LOCKOUT_USER].known, known);
		assert_int_equal(rows[LOCKOUT_PAIR].known, 0);
		assert_int_equal(rows[LOCKOUT_ADDRESS].known, 0);
		/* blocked, and there is no row of the user's yet */
		rows[LOCKOUT_PAIR].tries = 5;
		rows[LOCKOUT_USER] = (struct store_tries){ .user = "alice" };
		lockout_charge(&usual, NOW, known, rows, &verdict);
		assert_true(verdict.blocked && verdict.tell);
		assert_int_equal(rows[LOCKOUT_USER].known, known);
	}
}

/* --- refunds --- */

static void
test_refund(void **state)
{
	struct lockout_verdict verdict;
	int i;

	(void)state;
	for (i = 0; i < 1000; i++) {
		verdict = charge(&usual, NOW, "alice", "192.0.2.1");
		assert_false(verdict.blocked);
		refund(&usual, "alice", "192.0.2.1", &verdict);
	}
	refund(&usual, "alice", "192.0.2.1", &verdict); /* once too often */
	for (i = 0; i < LOCKOUT_COUNTS; i++)
		assert_int_equal(table[i].tries, 0);
}

static void
test_refund_of_the_last_try_unlocks(void **state)
{
	struct lockout_policy policy = usual;
	struct lockout_verdict verdict;

	(void)state;
	policy.duration = 0;
	charge_all(&policy, NOW, "alice", "", 9);
	verdict = charge(&policy, NOW, "alice", "");
	assert_true(charge(&policy, NOW, "alice", "").blocked);
	refund(&policy, "alice", "", &verdict);
	assert_int_equal(table[0].expires, NOW + WINDOW);
	charge_all(&policy, NOW, "alice", "", 1);
	assert_true(charge(&policy, NOW, "alice", "").blocked);
}

static void
test_refund_of_another_series_is_none(void **state)
{
	struct lockout_verdict old, blocked;

	(void)state;
	old = charge(&usual, NOW, "alice", "");
	charge_all(&usual, NOW, "alice", "", 9);
	blocked = charge(&usual, NOW, "alice", "");
	refund(&usual, "alice", "", &blocked);
	assert_int_equal(table[0].tries, 10);
	charge_all(&usual, NOW + LOCK, "alice", "", 10);
	refund(&usual, "alice", "", &old);
	assert_true(charge(&usual, NOW + LOCK, "alice", "").blocked);
}

static void
test_forgive(void **state)
{
	struct lockout_verdict verdict, other, again;

	(void)state;
	other = charge(&usual, NOW, "alice", "192.0.2.2");
	charge_all(&usual, NOW, "alice", "192.0.2.1", 3);
	charge_all(&usual, NOW, "bob", "192.0.2.1", 2);
	verdict = charge(&usual, NOW, "alice", "192.0.2.1");
	forgive(&usual, NOW, "alice", "192.0.2.1", &verdict);
	assert_int_equal(
	    row_of(&(struct store_tries){ .user = "alice" })->tries, 0);
	assert_int_equal(row_of(&(struct store_tries){
				    .user = "alice", .address = "192.0.2.1" })
			     ->tries,
	    0);
	/* but to sign in does not make up for what others were tried */
	assert_int_equal(
	    row_of(&(struct store_tries){ .address = "192.0.2.1" })->tries, 5);
	/* and what is still under way elsewhere has nothing left to refund */
	again = charge(&usual, NOW, "alice", "192.0.2.3");
	assert_false(again.blocked);
	refund(&usual, "alice", "192.0.2.2", &other);
	assert_int_equal(
	    row_of(&(struct store_tries){ .user = "alice" })->tries, 1);
}

static void
test_blocked_is_not_forgiven(void **state)
{
	struct lockout_verdict verdict;

	(void)state;
	charge_all(&usual, NOW, "alice", "", 10);
	verdict = charge(&usual, NOW, "alice", "");
	forgive(&usual, NOW, "alice", "", &verdict);
	assert_true(charge(&usual, NOW, "alice", "").blocked);
}

static void
test_state(void **state)
{
	struct store_tries rows[LOCKOUT_COUNTS];
	struct lockout_state s;

	(void)state;
	charge_all(&usual, NOW, "alice", "192.0.2.1", 5);
	fetch("alice", "192.0.2.1", rows);
	lockout_state(&usual, NOW, &rows[LOCKOUT_PAIR], &s);
	assert_int_equal(s.count, LOCKOUT_PAIR);
	assert_true(s.blocked);
	assert_int_equal(s.until, NOW + 60);
	assert_int_equal(s.tries, 5);
	assert_int_equal(s.limit, 5);
	lockout_state(&usual, NOW + 60, &rows[LOCKOUT_PAIR], &s);
	assert_false(s.blocked);
	assert_int_equal(s.until, 0);
	assert_int_equal(s.tries, 0);
	lockout_state(&usual, NOW, &rows[LOCKOUT_USER], &s);
	assert_int_equal(s.count, LOCKOUT_USER);
	assert_false(s.blocked);
	assert_int_equal(s.until, 0);
	assert_int_equal(s.tries, 5);
	lockout_state(&usual, NOW, &rows[LOCKOUT_ADDRESS], &s);
	assert_int_equal(s.count, LOCKOUT_ADDRESS);
	assert_int_equal(s.limit, 50);
}

/* --- whatever the order of things --- */

#define STEPS     4000
#define ADDRESSES 8

/* Tries of one user, and of each address for him, that were let through. */
struct granted {
	int64_t at;
	int address;
	int refunded;
	struct lockout_verdict verdict;
};

static int
failed_within(const struct granted *all, int count, int address, int64_t from)
{
	int i, n = 0;

	for (i = 0; i < count; i++)
		n += !all[i].refunded && all[i].at >= from &&
		    (address < 0 || all[i].address == address);
	return n;
}

static void
random_history(unsigned seed)
{
	static struct granted all[STEPS];
	struct lockout_policy policy = usual;
	struct lockout_verdict verdict;
	char address[32];
	int64_t now = NOW;
	int i, pick, count = 0;

	table_size = 0;
	srand(seed);
	policy.tries = 2 + rand() % 9;
	policy.address_tries = 1 + rand() % 6;
	policy.duration = rand() % 3 == 0 ? 0 : WINDOW + rand() % 1000;
	for (i = 0; i < STEPS; i++) {
		now += rand() % 8 == 0 ? rand() % 600 : 0;
		pick = rand() % ADDRESSES;
		snprintf(address, sizeof(address), "192.0.2.%d", pick);
		if (rand() % 3 != 0 || count == 0) {
			verdict = charge(&policy, now, "alice", address);
			if (verdict.blocked)
				continue;
			all[count++] =
			    (struct granted){ now, pick, 0, verdict };
		} else {
			/* a late one as well, and each of them once */
			pick = count - 1 - rand() % (count < 20 ? count : 20);
			if (all[pick].refunded)
				continue;
			snprintf(address, sizeof(address), "192.0.2.%d",
			    all[pick].address);
			refund(&policy, "alice", address, &all[pick].verdict);
			all[pick].refunded = 1;
		}
		/* charged, and not refunded, in any span of the window */
		assert_true(failed_within(all, count, -1, now - WINDOW + 1) <=
		    policy.tries);
		for (pick = 0; pick < ADDRESSES; pick++)
			assert_true(failed_within(all, count, pick,
					now - policy.address_block + 1) <=
			    (policy.address_tries < policy.tries
				    ? policy.address_tries
				    : policy.tries - 1));
	}
}

static void
test_any_order_keeps_the_limit(void **state)
{
	unsigned seed;

	(void)state;
	for (seed = 1; seed <= 60; seed++)
		random_history(seed);
}

int
main(void)
{
#define TEST(name) cmocka_unit_test_setup(name, setup)
	const struct CMUnitTest tests[] = {
		TEST(test_policy),
		TEST(test_keys),
		TEST(test_address_is_blocked_before_user),
		TEST(test_user_is_locked_over_all_addresses),
		TEST(test_the_try_that_locks),
		TEST(test_v6_counts_by_64),
		TEST(test_spraying),
		TEST(test_an_office_is_no_sprayer),
		TEST(test_no_address),
		TEST(test_limits_of_few_and_none),
		TEST(test_until_released),
		TEST(test_tries_are_forgotten_after_a_pause),
		TEST(test_blocks_grow),
		TEST(test_delay_grows),
		TEST(test_few_are_told),
		TEST(test_who_is_blocked_at_home_is_told),
		TEST(test_known),
		TEST(test_refund),
		TEST(test_refund_of_the_last_try_unlocks),
		TEST(test_refund_of_another_series_is_none),
		TEST(test_forgive),
		TEST(test_blocked_is_not_forgiven),
		TEST(test_state),
		TEST(test_any_order_keeps_the_limit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
