/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/error.h"
#include "password/verifier.h"

#define PASSWORD "correct horse battery staple"

static void
takes_the_right_password_only(void **state)
{
	static const char *const wrong[] = { "correct horse battery stapl",
		"correct horse battery staple ", "Correct horse battery staple",
		" ", "x", "\x01", "" };
	char verifier[VERIFIER_SIZE], other[VERIFIER_SIZE];
	size_t i;

	(void)state;
	assert_int_equal(verifier_make(PASSWORD, verifier), 0);
	assert_int_equal(verifier_make(PASSWORD, other), 0);
	assert_memory_equal(verifier, "$y$", 3);
	assert_null(strstr(verifier, "horse"));
	assert_string_not_equal(verifier, other); /* another salt */
	assert_int_equal(verifier_check(verifier, PASSWORD), 0);
	assert_int_equal(verifier_check(other, PASSWORD), 0);
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    verifier_check(verifier, wrong[i]), GATE_EREFUSED);
	/* the verifier itself, as from a stolen store, is no password */
	assert_int_equal(verifier_check(verifier, verifier), GATE_EREFUSED);
}

/* A verifier with a salt of its own: what is stored must match for ever. */
static void
takes_verifiers_made_before(void **state)
{
	static const char verifier[] =
	    "$y$j9T$5l5Xc1dyBPYYOB/6Q5Ayk.$cxXVK.6m2WghOF5xkfZwIhVe5vcwBQhlJjnK0irdFf0";

	(void)state;
	assert_int_equal(verifier_check(verifier, "gatehouse"), 0);
	assert_int_equal(verifier_check(verifier, "gatehousf"), GATE_EREFUSED);
}

static void
knows_long_ones_for_good(void **state)
{
	static const char verifier[] =
	    "$y$j9T$5l5Xc1dyBPYYOB/6Q5Ayk.$kvMVPQC80h1eB0x/DxdpycCp9rlhwoBDHc4uCScxHhC";
	char password[PASSWORD_MAX + 1];

	(void)state;
	memset(password, 'p', PASSWORD_MAX);
	password[512] = '\0';
	assert_int_equal(verifier_check(verifier, password), 0);
	password[511] = '\0';
	assert_int_equal(verifier_check(verifier, password), GATE_EREFUSED);
}

/* On either side of what crypt(3) takes itself. */
static void
tells_long_ones_apart(void **state)
{
	char verifier[VERIFIER_SIZE], password[PASSWORD_MAX + 1];
	size_t length;

	(void)state;
	for (length = 510; length <= 514; length++) {
		memset(password, 'p', sizeof(password));
		password[length] = '\0';
		assert_int_equal(verifier_make_at(password, 1, verifier), 0);
		assert_int_equal(verifier_check(verifier, password), 0);
		password[length - 1] = 'q';
		assert_int_equal(
		    verifier_check(verifier, password), GATE_EREFUSED);
		password[length - 1] = '\0';
		assert_int_equal(
		    verifier_check(verifier, password), GATE_EREFUSED);
	}
}

static void
knows_how_long_a_password_may_be(void **state)
{
	char verifier[VERIFIER_SIZE], password[PASSWORD_MAX + 1024];

	(void)state;
	memset(password, 'p', sizeof(password));
	password[PASSWORD_MAX] = '\0';
	assert_int_equal(verifier_make(password, verifier), 0);
	assert_int_equal(verifier_check(verifier, password), 0);
	/* that is more than crypt(3) takes, all the same the last byte counts
	 */
	password[PASSWORD_MAX - 1] = 'q';
	assert_int_equal(verifier_check(verifier, password), GATE_EREFUSED);
	password[PASSWORD_MAX - 1] = 'p';

	password[PASSWORD_MAX] = 'p';
	password[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(verifier_check(verifier, password), GATE_EREFUSED);
	assert_int_equal(verifier_check(NULL, password), GATE_EREFUSED);
	assert_int_equal(verifier_make(password, verifier), GATE_ETOOBIG);
	password[PASSWORD_MAX + 1] = 'p';
	password[sizeof(password) - 1] = '\0';
	assert_int_equal(verifier_check(verifier, password), GATE_EREFUSED);
	assert_int_equal(verifier_make(password, verifier), GATE_ETOOBIG);
}

static void
lets_nobody_in_without_a_password(void **state)
{
	char verifier[VERIFIER_SIZE];

	(void)state;
	assert_int_equal(verifier_make("", verifier), GATE_EINVAL);
	assert_int_equal(verifier_check(NULL, PASSWORD), GATE_EREFUSED);
	assert_int_equal(verifier_check("", PASSWORD), GATE_EREFUSED);
	assert_int_equal(verifier_check(NULL, ""), GATE_EREFUSED);
	assert_int_equal(verifier_check("", ""), GATE_EREFUSED);
	/* a verifier of the empty password, made elsewhere */
	assert_int_equal(
	    verifier_check(
		"$y$j9T$5l5Xc1dyBPYYOB/6Q5Ayk.$0B9Uw.V.Pq9WpCVbez6UsxrDTyKhvy67tCWFhOzE8x.",
		""),
	    GATE_EREFUSED);
}

/* What is no verifier lets nobody in, whatever it has in common with one. */
static void
takes_no_damaged_verifier(void **state)
{
	static const char *const damaged[] = { "*", "!", "*0", "x", "$y$",
		"$y$j9T$", "$6$", PASSWORD };
	char verifier[VERIFIER_SIZE], cut[VERIFIER_SIZE];
	size_t i, length;

	(void)state;
	for (i = 0; i < sizeof(damaged) / sizeof(damaged[0]); i++) {
		assert_int_not_equal(verifier_check(damaged[i], PASSWORD), 0);
		assert_int_not_equal(verifier_check(damaged[i], ""), 0);
		assert_int_not_equal(verifier_check(damaged[i], damaged[i]), 0);
	}
	assert_int_equal(verifier_make(PASSWORD, verifier), 0);
	length = strlen(verifier);
	for (i = 1; i < length; i += 9) {
		strcpy(cut, verifier);
		cut[length - i] = '\0';
		assert_int_not_equal(verifier_check(cut, PASSWORD), 0);
	}
}

/* Costs are told apart by what stands in the verifier, and only ever raised. */
static void
knows_what_to_upgrade(void **state)
{
	static const char *const others[] = {
		"$6$saltsalt$qFmFH.bQmmtXzyBY0s9v7Oicd2z4XSIecDzlB5KiA2/jctKu9YterLp8wwnSq.qc.eoxqOmSuNp2xS0ktL3nh/",
		"$2b$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
		"*", "", "$y$", "$y$j9T", "$y$zzz$salt$hash"
	};
	char verifier[VERIFIER_SIZE];
	int cost, wanted;
	size_t i;

	(void)state;
	for (cost = 1; cost <= 6; cost++) {
		assert_int_equal(verifier_make_at(PASSWORD, cost, verifier), 0);
		assert_int_equal(verifier_check(verifier, PASSWORD), 0);
		assert_int_equal(
		    verifier_check(verifier, "another"), GATE_EREFUSED);
		for (wanted = 1; wanted <= VERIFIER_COST_MAX; wanted++)
			assert_int_equal(
			    verifier_needs_upgrade(verifier, wanted),
			    cost < wanted);
	}
	assert_int_equal(verifier_make(PASSWORD, verifier), 0);
	assert_false(verifier_needs_upgrade(verifier, VERIFIER_COST));
	assert_true(verifier_needs_upgrade(verifier, VERIFIER_COST + 1));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_true(verifier_needs_upgrade(others[i], 1));
	assert_int_equal(verifier_make_at(PASSWORD, 0, verifier), GATE_EINVAL);
	assert_int_equal(
	    verifier_make_at(PASSWORD, VERIFIER_COST_MAX + 1, verifier),
	    GATE_EINVAL);
}

#define ROUNDS 15

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
time_of(const char *verifier, const char *password)
{
	struct timespec from, to;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &from);
	assert_int_equal(verifier_check(verifier, password), GATE_EREFUSED);
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &to);
	return (double)(to.tv_sec - from.tv_sec) * 1e3 +
	    (double)(to.tv_nsec - from.tv_nsec) / 1e6;
}

/*
 * Who asks for an unknown user, or gives a password that is too long, must not
 * be answered sooner. Medians of the CPU time of 15 checks of each kind, taken
 * in turn, so that load on the machine strikes all; a factor of 2 is allowed,
 * a check that left out the hashing would be off by 1000 and more.
 */
static void
takes_as_long_for_nobody(void **state)
{
	char verifier[VERIFIER_SIZE], too_long[PASSWORD_MAX + 2];
	double times[4][ROUNDS];
	int i, kind;

	(void)state;
	memset(too_long, 'p', sizeof(too_long));
	too_long[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(verifier_make(PASSWORD, verifier), 0);
	for (i = 0; i < ROUNDS; i++) {
		times[0][i] = time_of(verifier, "wrong");
		times[1][i] = time_of(NULL, "wrong");
		times[2][i] = time_of(verifier, too_long);
		times[3][i] = time_of(verifier, "");
	}
	for (kind = 0; kind < 4; kind++)
		qsort(times[kind], ROUNDS, sizeof(double), by_size);
	for (kind = 1; kind < 4; kind++) {
		double ratio = times[kind][ROUNDS / 2] / times[0][ROUNDS / 2];

		print_message("kind %d takes %.2f of a wrong password's %.1f "
			      "ms\n",
		    kind, ratio, times[0][ROUNDS / 2]);
		assert_true(ratio > 0.5 && ratio < 2);
	}
}

/* At another cost nobody is as slow to check as those who have it. */
static void
takes_as_long_for_nobody_at_any_cost(void **state)
{
	char verifier[VERIFIER_SIZE];
	double known[ROUNDS], nobody[ROUNDS];
	struct timespec times[3];
	int i;

	(void)state;
	assert_int_equal(verifier_make_at(PASSWORD, 7, verifier), 0);
	for (i = 0; i < ROUNDS; i++) {
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &times[0]);
		assert_int_equal(
		    verifier_check_at(verifier, "wrong", 7), GATE_EREFUSED);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &times[1]);
		assert_int_equal(
		    verifier_check_at(NULL, PASSWORD, 7), GATE_EREFUSED);
		clock_gettime(CLOCK_THREAD_CPUTIME_ID, &times[2]);
		known[i] = (double)(times[1].tv_sec - times[0].tv_sec) * 1e3 +
		    (double)(times[1].tv_nsec - times[0].tv_nsec) / 1e6;
		nobody[i] = (double)(times[2].tv_sec - times[1].tv_sec) * 1e3 +
		    (double)(times[2].tv_nsec - times[1].tv_nsec) / 1e6;
	}
	qsort(known, ROUNDS, sizeof(double), by_size);
	qsort(nobody, ROUNDS, sizeof(double), by_size);
	print_message("known %.1f ms, nobody %.1f ms\n", known[ROUNDS / 2],
	    nobody[ROUNDS / 2]);
	assert_true(nobody[ROUNDS / 2] > known[ROUNDS / 2] / 2);
	assert_true(nobody[ROUNDS / 2] < known[ROUNDS / 2] * 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_the_right_password_only),
		cmocka_unit_test(takes_verifiers_made_before),
		cmocka_unit_test(knows_long_ones_for_good),
		cmocka_unit_test(tells_long_ones_apart),
		cmocka_unit_test(knows_how_long_a_password_may_be),
		cmocka_unit_test(lets_nobody_in_without_a_password),
		cmocka_unit_test(takes_no_damaged_verifier),
		cmocka_unit_test(knows_what_to_upgrade),
		cmocka_unit_test(takes_as_long_for_nobody),
		cmocka_unit_test(takes_as_long_for_nobody_at_any_cost),
	};

	return cmocka_run_group_tests_name("verifier", tests, NULL, NULL);
}
