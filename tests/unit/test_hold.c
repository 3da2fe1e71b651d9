/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/hold.h"

#define NOW   INT64_C(1000000)
#define LEASE 60000
#define MOST  INT64_C(200000)

static struct holds *holds;
static struct list list;

static int
setup(void **state)
{
	(void)state;
	list = LIST_EMPTY;
	return holds_new(&holds);
}

static int
teardown(void **state)
{
	(void)state;
	holds_free(&holds);
	holds_free(&holds);
	return holds != NULL;
}

static int
take(const char *holder, const char *label, int64_t now, int64_t active,
    int64_t *until)
{
	const struct hold_order order = { holder, label, LEASE, MOST };

	return hold_take(holds, &list, &order, now, active, until);
}

static void
runs_while_it_is_renewed(void **state)
{
	struct hold all[HOLD_MAX];
	int64_t until = 0;

	(void)state;
	assert_int_equal(hold_until(holds, &list), 0);
	assert_int_equal(take("pbx", "call 1", NOW, 0, &until), 0);
	assert_int_equal(until, NOW + LEASE);
	assert_int_equal(take("pbx", "call 1", NOW + 50000, 0, &until), 0);
	assert_int_equal(until, NOW + 50000 + LEASE);
	assert_int_equal(hold_list(holds, &list, all), 1);
	assert_string_equal(all[0].holder, "pbx");
	assert_string_equal(all[0].label, "call 1");
	assert_int_equal(all[0].taken, NOW);
	assert_int_equal(all[0].until, until);
	assert_int_equal(hold_until(holds, &list), until);
}

static void
ends_however_often_it_is_asked_for(void **state)
{
	int64_t until = 0, now;

	(void)state;
	for (now = NOW; now < NOW + MOST; now += 30000) {
		assert_int_equal(take("pbx", "call", now, NOW, &until), 0);
		assert_true(until <= NOW + MOST);
	}
	assert_int_equal(until, NOW + MOST);
	assert_int_equal(
	    take("pbx", "call", NOW + MOST, NOW, &until), GATE_EREFUSED);
	assert_int_equal(
	    take("pbx", "call", NOW + 10 * MOST, NOW, &until), GATE_EREFUSED);
	assert_int_equal(hold_until(holds, &list), NOW + MOST);
	/* the person at that very moment is not after it */
	assert_int_equal(
	    take("pbx", "call", NOW + 10 * MOST, NOW + MOST, &until),
	    GATE_EREFUSED);
	assert_int_equal(
	    take("pbx", "call", NOW + 10 * MOST, NOW + MOST + 1, &until), 0);
	assert_int_equal(until, NOW + 10 * MOST + LEASE);
}

/* Somebody else's is another hold, and so is another label. */
static void
knows_them_apart(void **state)
{
	struct hold all[HOLD_MAX], was;
	int64_t until;

	(void)state;
	assert_int_equal(take("pbx", "call", NOW, 0, &until), 0);
	assert_int_equal(take("desk", "call", NOW + 1, 0, &until), 0);
	assert_int_equal(take("pbx", "call 2", NOW + 2, 0, &until), 0);
	assert_int_equal(hold_list(holds, &list, all), 3);
	assert_string_equal(all[1].holder, "desk");
	assert_int_equal(
	    hold_release(holds, &list, "desk", "call 2", NULL), GATE_ENOTFOUND);
	assert_int_equal(hold_release(holds, &list, "pbx", "call 2", &was), 0);
	assert_int_equal(was.taken, NOW + 2);
	assert_int_equal(hold_until(holds, &list), NOW + 1 + LEASE);
	assert_int_equal(
	    hold_release(holds, &list, "pbx", "call 2", NULL), GATE_ENOTFOUND);
	hold_drop(holds, &list);
	assert_int_equal(hold_list(holds, &list, all), 0);
	assert_int_equal(hold_until(holds, &list), 0);
}

static void
has_room_for_a_few(void **state)
{
	struct hold all[HOLD_MAX];
	char label[32];
	int64_t until;
	int i;

	(void)state;
	for (i = 0; i < HOLD_MAX; i++) {
		snprintf(label, sizeof(label), "call %d", i);
		assert_int_equal(take("pbx", label, NOW + i, NOW, &until), 0);
	}
	assert_int_equal(
	    take("pbx", "more", NOW + 20, NOW, &until), GATE_ETOOBIG);
	/* those that are there can be renewed */
	assert_int_equal(take("pbx", "call 0", NOW + 21, NOW, &until), 0);
	/* one ran out: it makes place, and no other does */
	assert_int_equal(take("pbx", "more", NOW + 1 + LEASE, NOW, &until), 0);
	assert_int_equal(take("pbx", "yet more", NOW + 1 + LEASE, NOW, &until),
	    GATE_ETOOBIG);
	assert_int_equal(hold_list(holds, &list, all), HOLD_MAX);
	for (i = 0; i < HOLD_MAX; i++)
		assert_string_not_equal(all[i].label, "call 1");
}

static void
takes_texts_that_can_be_read(void **state)
{
	char text[HOLD_TEXT_MAX + 1];
	int64_t until;

	(void)state;
	memset(text, 'x', sizeof(text));
	text[HOLD_TEXT_MAX] = '\0';
	assert_int_equal(take("pbx", text, NOW, 0, &until), GATE_EINVAL);
	assert_int_equal(take(text, "call", NOW, 0, &until), GATE_EINVAL);
	text[HOLD_TEXT_MAX - 1] = '\0';
	assert_int_equal(take("pbx", text, NOW, 0, &until), 0);
	assert_int_equal(take("", "call", NOW, 0, &until), GATE_EINVAL);
	assert_int_equal(take("pbx", "", NOW, 0, &until), GATE_EINVAL);
	assert_int_equal(take("pbx", "a\nb", NOW, 0, &until), GATE_EINVAL);
	assert_int_equal(take("pbx", "a\x7f", NOW, 0, &until), GATE_EINVAL);
	assert_int_equal(take("pbx", "Gespräch", NOW, 0, &until), 0);
}

static void
takes_times_that_are_some(void **state)
{
	static const struct {
		int64_t lease, most;
		int r;
		int64_t until;
	} cases[] = {
		{ 0, MOST, GATE_EINVAL, 0 },
		{ -1, MOST, GATE_EINVAL, 0 },
		{ LEASE, 0, GATE_EINVAL, 0 },
		{ LEASE, -1, GATE_EINVAL, 0 },
		{ INT64_MAX, INT64_MAX, 0, INT64_MAX },
		{ INT64_MAX, MOST, 0, NOW + MOST },
	};
	struct hold_order order = { "pbx", "call", 0, 0 };
	int64_t until;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		order.lease = cases[i].lease;
		order.most = cases[i].most;
		until = 0;
		assert_int_equal(
		    hold_take(holds, &list, &order, NOW, 0, &until),
		    cases[i].r);
		assert_int_equal(until, cases[i].until);
		hold_drop(holds, &list);
	}
}

/* After a restart it goes on as it was, and ends when it would have ended. */
static void
comes_back_as_it_was(void **state)
{
	struct hold hold = { "pbx", "call", NOW - 90000, NOW - 30000,
		NOW + 20000 };
	struct hold all[HOLD_MAX];
	int64_t until;
	int i;

	(void)state;
	assert_int_equal(hold_put(holds, &list, &hold), 0);
	assert_int_equal(hold_put(holds, &list, &hold), GATE_EEXISTS);
	assert_int_equal(hold_list(holds, &list, all), 1);
	assert_string_equal(all[0].holder, "pbx");
	assert_string_equal(all[0].label, "call");
	assert_int_equal(all[0].taken, NOW - 90000);
	assert_int_equal(hold_until(holds, &list), NOW - 30000);
	assert_int_equal(take("pbx", "call", NOW, NOW - 90000, &until), 0);
	assert_int_equal(until, NOW + 20000);
	assert_int_equal(take("pbx", "call", NOW + 20000, NOW - 90000, &until),
	    GATE_EREFUSED);
	for (i = 1; i < HOLD_MAX; i++) {
		snprintf(hold.label, sizeof(hold.label), "call %d", i);
		assert_int_equal(hold_put(holds, &list, &hold), 0);
	}
	snprintf(hold.label, sizeof(hold.label), "call %d", i);
	assert_int_equal(hold_put(holds, &list, &hold), GATE_ETOOBIG);
	snprintf(hold.label, sizeof(hold.label), "a\nb");
	assert_int_equal(hold_put(holds, &list, &hold), GATE_EINVAL);
	hold.label[0] = '\0';
	assert_int_equal(hold_put(holds, &list, &hold), GATE_EINVAL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(runs_while_it_is_renewed),
		TEST(ends_however_often_it_is_asked_for),
		TEST(knows_them_apart),
		TEST(has_room_for_a_few),
		TEST(takes_texts_that_can_be_read),
		TEST(takes_times_that_are_some),
		TEST(comes_back_as_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
