/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "password/age.h"
#include "password/history.h"
#include "password/verifier.h"

#define DAY ((int64_t)86400)
#define NOW ((int64_t)1800000000)

static const struct age_policy policy = {
	.max = 90 * DAY, .min = 1 * DAY, .warn = 7 * DAY, .grace = 3
};

static void
judges_the_age(void **state)
{
	static const struct {
		int64_t age; /* of a password changed so long ago */
		int64_t grace_used;
		int must_change;
		enum age_state state;
		int64_t days, grace_left, wait;
	} cases[] = {
		{ 0, 0, 0, AGE_FINE, 0, 0, DAY },
		{ DAY - 1, 0, 0, AGE_FINE, 0, 0, 1 },
		{ DAY, 0, 0, AGE_FINE, 0, 0, 0 },
		{ 83 * DAY - 1, 0, 0, AGE_FINE, 0, 0, 0 },
		{ 83 * DAY, 0, 0, AGE_WARN, 7, 0, 0 },
		{ 89 * DAY, 0, 0, AGE_WARN, 1, 0, 0 },
		{ 89 * DAY - 1, 0, 0, AGE_WARN, 2, 0, 0 },
		{ 90 * DAY - 1, 0, 0, AGE_WARN, 1, 0, 0 },
		{ 90 * DAY, 0, 0, AGE_GRACE, 0, 2, 0 },
		{ 90 * DAY, 2, 0, AGE_GRACE, 0, 0, 0 },
		{ 90 * DAY, 3, 0, AGE_EXPIRED, 0, 0, 0 },
		{ 90 * DAY, 1000, 0, AGE_EXPIRED, 0, 0, 0 },
		/* a first password, or the administrator's: no grace, no wait
		 */
		{ 0, 0, 1, AGE_EXPIRED, 0, 0, 0 },
		{ 90 * DAY, 0, 1, AGE_EXPIRED, 0, 0, 0 },
		/* nobody knows when, or not before tomorrow: no longer good */
		{ NOW, 0, 0, AGE_GRACE, 0, 2, 0 },
		{ -DAY - 1, 3, 0, AGE_EXPIRED, 0, 0, 0 },
		/* a clock that was some minutes ahead */
		{ -600, 0, 0, AGE_FINE, 0, 0, DAY },
	};
	struct age_record record;
	struct age_verdict verdict;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		record = (struct age_record){ .changed = NOW - cases[i].age,
			.grace_used = cases[i].grace_used,
			.must_change = cases[i].must_change };
		verdict = age_judge(&policy, &record, NOW);
		print_message("case %zu\n", i);
		assert_int_equal(verdict.state, cases[i].state);
		assert_int_equal(verdict.days, cases[i].days);
		assert_int_equal(verdict.grace_left, cases[i].grace_left);
		assert_int_equal(verdict.is_forced, cases[i].must_change);
		assert_int_equal(
		    age_wait(&policy, &record, NOW), cases[i].wait);
	}
}

/* Without rules nothing expires; a forced change is one all the same. */
static void
has_rules_that_can_be_off(void **state)
{
	static const struct age_policy none = { 0 };
	struct age_record record = { .changed = 0 };

	(void)state;
	assert_int_equal(age_judge(&none, &record, NOW).state, AGE_FINE);
	record.changed = NOW - 10000 * DAY;
	assert_int_equal(age_judge(&none, &record, NOW).state, AGE_FINE);
	assert_int_equal(age_wait(&none, &record, NOW), 0);
	record.must_change = 1;
	assert_int_equal(age_judge(&none, &record, NOW).state, AGE_EXPIRED);
}

/* As time goes by it never gets better, and each grace is given once. */
static void
only_gets_worse(void **state)
{
	struct age_record record = { .changed = NOW };
	enum age_state state_, before = AGE_FINE;
	int64_t now;
	int graces = 0;

	(void)state;
	for (now = NOW; now < NOW + 100 * DAY; now += DAY / 2) {
		state_ = age_judge(&policy, &record, now).state;
		assert_true(state_ >= before);
		before = state_;
		if (state_ == AGE_GRACE) {
			record.grace_used++;
			graces++;
		}
	}
	assert_int_equal(graces, 3);
	assert_int_equal(before, AGE_EXPIRED);
}

static void
says_it(void **state)
{
	static const struct {
		struct age_verdict verdict;
		const char *text;
	} cases[] = {
		{ { .state = AGE_FINE }, "" },
		{ { .state = AGE_WARN, .days = 1 },
		    "Your password expires within a day." },
		{ { .state = AGE_WARN, .days = 5 },
		    "Your password expires soon; days left: 5." },
		{ { .state = AGE_GRACE, .grace_left = 2 },
		    "Your password has expired; change it now. Sign-ins left "
		    "with the old one: 2." },
		{ { .state = AGE_EXPIRED },
		    "Your password has expired and must be changed now." },
		{ { .state = AGE_EXPIRED, .is_forced = 1 },
		    "You must choose a new password now." },
	};
	char text[256], small[8];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		age_text(&cases[i].verdict, NULL, text, sizeof(text));
		assert_string_equal(text, cases[i].text);
		age_text(&cases[i].verdict, NULL, small, sizeof(small));
		assert_true(strlen(small) < sizeof(small));
		assert_memory_equal(small, cases[i].text, strlen(small));
	}
}

#define KEPT 6

/* Found wherever it is, by any number of threads; others are not. */
static void
finds_an_old_password(void **state)
{
	static char verifiers[KEPT][VERIFIER_SIZE];
	const char *list[KEPT];
	char password[32];
	size_t i, threads, place;

	(void)state;
	for (i = 0; i < KEPT; i++) {
		snprintf(password, sizeof(password), "old password %zu", i);
		assert_int_equal(
		    verifier_make_at(password, 1, verifiers[i]), 0);
		list[i] = verifiers[i];
	}
	for (threads = 0; threads <= KEPT; threads += 3) {
		for (i = 0; i < KEPT; i++) {
			snprintf(
			    password, sizeof(password), "old password %zu", i);
			assert_int_equal(history_check(list, KEPT, password,
					     threads, &place),
			    GATE_EREFUSED);
			assert_int_equal(place, i);
		}
		assert_int_equal(history_check(list, KEPT, "a new password",
				     threads, &place),
		    0);
		/* only the last ones count */
		assert_int_equal(history_check(list, KEPT - 1, "old password 5",
				     threads, NULL),
		    0);
	}
	assert_int_equal(history_check(NULL, 0, "anything", 4, &place), 0);
	assert_int_equal(
	    history_check(list, HISTORY_MAX + 1, "anything", 4, NULL),
	    GATE_EINVAL);
	/* a damaged row hides neither those behind it nor those before */
	list[2] = "*damaged";
	list[3] = "";
	list[4] = NULL;
	assert_int_equal(history_check(list, KEPT, "old password 5", 2, &place),
	    GATE_EREFUSED);
	assert_int_equal(
	    history_check(list, KEPT, "a new password", 2, NULL), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_the_age),
		cmocka_unit_test(has_rules_that_can_be_off),
		cmocka_unit_test(only_gets_worse),
		cmocka_unit_test(says_it),
		cmocka_unit_test(finds_an_old_password),
	};

	return cmocka_run_group_tests_name("password_age", tests, NULL, NULL);
}
