/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "twofactor/enrolment.h"

static void
asks_by_the_deadline(void **state)
{
	struct factor factor;

	(void)state;
	factor_init(&factor, FACTOR_TOTP);
	/* none at all, and one that nobody has shown to work */
	assert_int_equal(enrolment_due(NULL, 1000, 999), ENROLMENT_OFFER);
	assert_int_equal(enrolment_due(NULL, 1000, 1000), ENROLMENT_MUST);
	assert_int_equal(enrolment_due(NULL, 1000, 5000), ENROLMENT_MUST);
	assert_int_equal(enrolment_due(&factor, 1000, 999), ENROLMENT_OFFER);
	assert_int_equal(enrolment_due(&factor, 1000, 1000), ENROLMENT_MUST);
	/* no deadline is no grace */
	assert_int_equal(enrolment_due(NULL, 0, 0), ENROLMENT_MUST);
	assert_int_equal(enrolment_due(NULL, 0, 999), ENROLMENT_MUST);
	factor.confirmed = 1;
	assert_int_equal(enrolment_due(&factor, 0, 999), ENROLMENT_DONE);
	assert_int_equal(enrolment_due(&factor, 1000, 999), ENROLMENT_DONE);
	assert_int_equal(enrolment_due(&factor, 1000, 5000), ENROLMENT_DONE);
}

static void
gives_the_later_deadline(void **state)
{
	(void)state;
	assert_int_equal(enrolment_deadline(0, 500, 0), 0);
	assert_int_equal(enrolment_deadline(1000, 500, 0), 1000);
	assert_int_equal(enrolment_deadline(1000, 5000, 0), 1000);
	assert_int_equal(enrolment_deadline(0, 500, 100), 600);
	assert_int_equal(enrolment_deadline(1000, 500, 100), 1000);
	assert_int_equal(enrolment_deadline(1000, 950, 100), 1050);
}

static void
counts_the_days(void **state)
{
	(void)state;
	assert_int_equal(enrolment_days(86400, 86400), 0);
	assert_int_equal(enrolment_days(86400, 86401), 0);
	assert_int_equal(enrolment_days(86400, 86399), 1);
	assert_int_equal(enrolment_days(86400, 0), 1);
	assert_int_equal(enrolment_days(86401, 0), 2);
	assert_int_equal(enrolment_days(0, 5), 0);
}

static void
reads_dates(void **state)
{
	static const struct {
		const char *text;
		int64_t end;
	} right[] = {
		{ "", 0 },
		{ "1970-01-01", 86400 },
		{ "2027-01-31", 1801440000 },
		{ "2028-02-29", 1835481600 },
		{ "9999-12-31", 253402300800 },
	};
	static const char *const wrong[] = { " ", "2027", "2027-1-31",
		"2027-01-31 ", "2027-02-29", "2027-04-31", "2027-13-01",
		"2027-00-10", "2027-01-00", "2027/01/31", "1969-12-31",
		"+027-01-31", "2027-01-31T00:00", "0000-00-00" };
	int64_t by;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_int_equal(enrolment_date(right[i].text, &by), 0);
		assert_int_equal(by, right[i].end);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		assert_int_equal(enrolment_date(wrong[i], &by), GATE_EINVAL);
		assert_int_equal(by, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_by_the_deadline),
		cmocka_unit_test(gives_the_later_deadline),
		cmocka_unit_test(counts_the_days),
		cmocka_unit_test(reads_dates),
	};

	return cmocka_run_group_tests_name("enrolment", tests, NULL, NULL);
}
