/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/activity.h"

#define NOW  INT64_C(1000000000)
#define HOUR INT64_C(3600000)

static void
counts_what_a_person_caused(void **state)
{
	static const struct {
		struct activity_request request;
		int navigation;
	} cases[] = {
		{ { "?1", NULL }, 1 },
		/* a script's, a poll, a page that reloads itself */
		{ { NULL, NULL }, 0 },
		{ { "", NULL }, 0 },
		{ { "?0", NULL }, 0 },
		{ { "1", NULL }, 0 },
		{ { "true", NULL }, 0 },
		{ { "?1 ", NULL }, 0 },
		{ { " ?1", NULL }, 0 },
		{ { "?11", NULL }, 0 },
		{ { "?1;a", NULL }, 0 },
		{ { "?1, ?1", NULL }, 0 },
		{ { "?0, ?1", NULL }, 0 },
		/* fetched ahead */
		{ { "?1", "prefetch" }, 0 },
		{ { "?1", "prefetch;prerender" }, 0 },
		{ { "?1", "" }, 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    activity_of_request(ACTIVITY_NAVIGATION, &cases[i].request),
		    cases[i].navigation);
		assert_int_equal(
		    activity_of_request(ACTIVITY_INPUT, &cases[i].request), 0);
		assert_int_equal(
		    activity_of_request(ACTIVITY_REQUEST, &cases[i].request),
		    1);
		assert_int_equal(activity_of_request(
				     (enum activity_mode)(ACTIVITY_REQUEST + 1),
				     &cases[i].request),
		    0);
	}
}

static void
clamps_reports(void **state)
{
	static const struct {
		const char *age;
		int64_t last, when;
	} cases[] = {
		{ "0", NOW - 5000, NOW },
		{ "1", NOW - 5000, NOW - 1 },
		{ "4999", NOW - 5000, NOW - 4999 },
		{ "5000", NOW - 5000, ACTIVITY_NONE }, /* it is known */
		{ "5001", NOW - 5000, ACTIVITY_NONE },
		{ "9223372036854775807", NOW - 5000, ACTIVITY_NONE },
		{ "9223372036854775808", NOW - 5000, ACTIVITY_NONE },
		{ "99999999999999999999999", NOW - 5000, ACTIVITY_NONE },
		{ "0", NOW, ACTIVITY_NONE },
		{ "0", NOW + 5000, ACTIVITY_NONE },
		/* what is no number of milliseconds */
		{ NULL, NOW - 5000, ACTIVITY_NONE },
		{ "", NOW - 5000, ACTIVITY_NONE },
		{ "-1", NOW - 5000, ACTIVITY_NONE },
		{ "-0", NOW - 5000, ACTIVITY_NONE },
		{ "+1", NOW - 5000, ACTIVITY_NONE },
		{ " 1", NOW - 5000, ACTIVITY_NONE },
		{ "1 ", NOW - 5000, ACTIVITY_NONE },
		{ "1.5", NOW - 5000, ACTIVITY_NONE },
		{ "1e3", NOW - 5000, ACTIVITY_NONE },
		{ "0x1", NOW - 5000, ACTIVITY_NONE },
		{ "NaN", NOW - 5000, ACTIVITY_NONE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(
		    activity_of_report(cases[i].age, cases[i].last, NOW),
		    cases[i].when);
}

static void
places_input_between_looks(void **state)
{
	/* looked at W, by the wall clock, and 10 s later */
	static const int64_t w = INT64_C(1700000000000);
	static const struct {
		int64_t before, atime; /* to w */
		int64_t jump;          /* of the wall clock, between the two */
		int64_t when;          /* to the first look; -1: nothing */
	} cases[] = {
		{ -50000, -50000, 0, -1 },
		{ -50000, -50000, HOUR, -1 },
		{ -50000, 4000, 0, 4000 },
		{ -50000, 10000, 0, 10000 },
		{ -50000, 0, 0, 0 },
		/* between two looks by the atime's seconds, not by ours */
		{ -50000, -800, 0, 0 },
		{ -50000, 10001, 0, 0 },
		/* the clock was set between the input and the look */
		{ -50000, 4000, HOUR, 0 },
		{ -50000, 4000, -HOUR, 0 },
		/* and before it: the atime goes back, and it is input */
		{ -50000, 4000 - HOUR, -HOUR, 4000 },
		{ -50000, 4000 + HOUR, HOUR, 4000 },
	};
	struct activity_look before, now;
	int64_t when;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		before = (struct activity_look){ w + cases[i].before, w, NOW };
		now = (struct activity_look){ w + cases[i].atime,
			w + 10000 + cases[i].jump, NOW + 10000 };
		when = activity_of_look(&before, &now);
		assert_int_equal(when,
		    cases[i].when < 0 ? ACTIVITY_NONE : NOW + cases[i].when);
	}
	/* a first look knows of nothing before it */
	before = (struct activity_look){ 0 };
	now = (struct activity_look){ w, w, NOW };
	assert_int_equal(activity_of_look(&before, &now), ACTIVITY_NONE);
	before = (struct activity_look){ w - 1, w, NOW + 1 };
	assert_int_equal(activity_of_look(&before, &now), ACTIVITY_NONE);
	/* absurd times */
	before = (struct activity_look){ w, w, NOW };
	now = (struct activity_look){ INT64_MIN, w, NOW + 1 };
	assert_int_equal(activity_of_look(&before, &now), NOW);
}

/* Looked at NOW, and so much later by each of the clocks. */
struct hint_case {
	struct activity_hint before, now; /* at and mono to NOW and MONO */
	int64_t when;                     /* to NOW; -1: nothing */
};

static void
believes_a_desktop_that_has_spoken(void **state)
{
	static const int64_t mono = INT64_C(700000);
	static const struct hint_case cases[] = {
		/* it has never said anything: nor when it says idle by it */
		{ { 0, 0, 0, 0 }, { 0, 0, 15000, 15000 }, -1 },
		{ { 0, 0, 0, 0 }, { 1, 0, 15000, 15000 }, -1 },
		{ { 0, 0, 0, 0 }, { 0, -mono - 1, 15000, 15000 }, -1 },
		/* somebody is there: since when does not matter */
		{ { 0, 0, 0, 0 }, { 0, -500, 15000, 15000 }, 15000 },
		{ { 0, -500, 0, 0 }, { 0, -500, 15000, 15000 }, 15000 },
		{ { 1, -500, 0, 0 }, { 0, 9000, 15000, 15000 }, 15000 },
		/* nobody is, as it has said since the look before */
		{ { 0, -500, 0, 0 }, { 1, 1, 15000, 15000 }, 1 },
		{ { 0, -500, 0, 0 }, { 1, 9000, 15000, 15000 }, 9000 },
		{ { 1, -500, 0, 0 }, { 1, 9000, 15000, 15000 }, 9000 },
		/* or had said by then */
		{ { 0, -500, 0, 0 }, { 1, -1, 15000, 15000 }, -1 },
		{ { 1, -500, 0, 0 }, { 1, -500, 15000, 15000 }, -1 },
		{ { 1, -500, 0, 0 }, { 1, -900, 15000, 15000 }, -1 },
		/* suspended for an hour, before it or after: never too late */
		{ { 0, -500, 0, 0 }, { 1, 9000, 15000, 15000 + HOUR }, 9000 },
		{ { 0, -500, 0, 0 }, { 0, -500, 15000, 15000 + HOUR },
		    15000 + HOUR },
		/* while it was asked, and told of once */
		{ { 0, -500, 0, 0 }, { 1, 15020, 15000, 15000 }, 15000 },
		{ { 1, 15020, 15000, 15000 }, { 1, 15020, 30000, 30000 }, -1 },
		/* of a time to come */
		{ { 0, -500, 0, 0 }, { 1, INT64_MAX / 2, 15000, 15000 },
		    15000 },
		{ { 1, INT64_MAX / 2, 15000, 15000 },
		    { 1, INT64_MAX / 2, 30000, 30000 }, -1 },
		/* clocks do not go back; if they did, nothing is known */
		{ { 0, -500, 0, 0 }, { 0, -500, -1, -1 }, -1 },
	};
	struct activity_hint before, now;
	int64_t when;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		before = cases[i].before;
		now = cases[i].now;
		before.since += before.since != 0 ? mono : 0;
		now.since += now.since != 0 ? mono : 0;
		before.mono += mono;
		now.mono += mono;
		before.at += NOW;
		now.at += NOW;
		when = activity_of_hint(&before, &now);
		assert_int_equal(when,
		    cases[i].when < 0 ? ACTIVITY_NONE : NOW + cases[i].when);
	}
	/* a first look, reckoned from the boot */
	before = (struct activity_hint){ .at = NOW - mono };
	now = (struct activity_hint){ 1, mono - 4000, mono, NOW };
	assert_int_equal(activity_of_hint(&before, &now), NOW - 4000);
	before.at -= HOUR; /* which it was suspended for since */
	assert_int_equal(activity_of_hint(&before, &now), NOW - 4000 - HOUR);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_what_a_person_caused),
		cmocka_unit_test(clamps_reports),
		cmocka_unit_test(places_input_between_looks),
		cmocka_unit_test(believes_a_desktop_that_has_spoken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
