/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/error.h"
#include "saml/time.h"

static void
test_known(void **state)
{
	static const struct {
		const char *text;
		int64_t epoch;
	} known[] = {
		{ "1970-01-01T00:00:00Z", 0 },
		{ "1969-12-31T23:59:59Z", -1 },
		{ "2000-02-29T12:00:00Z", 951825600 },
		{ "2026-11-22T03:25:43Z", 1795317943 },
		{ "2026-11-22T03:25:43.1Z", 1795317943 },
		{ "2026-11-22T03:25:43.999999999999Z", 1795317943 },
		{ "2038-01-19T03:14:08Z", 2147483648 },
		{ "0001-01-01T00:00:00Z", -62135596800 },
		{ "9999-12-31T23:59:59Z", 253402300799 },
	};
	int64_t epoch;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		assert_int_equal(saml_time_parse(known[i].text, &epoch), 0);
		assert_int_equal(epoch, known[i].epoch);
	}
}

static void
test_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"now",
		"2026-11-22",
		"2026-11-22T03:25:43",
		"2026-11-22T03:25:43z",
		"2026-11-22t03:25:43Z",
		"2026-11-22 03:25:43Z",
		"2026-11-22T03:25:43+00:00",
		"2026-11-22T03:25:43-00:00",
		"2026-11-22T03:25:43ZZ",
		"2026-11-22T03:25:43Z ",
		" 2026-11-22T03:25:43Z",
		"2026-11-22T03:25:43.Z",
		"2026-11-22T03:25:43,5Z",
		"2026-11-22T03:25:43.5.5Z",
		"2026-11-22T03:25:60Z",
		"2026-11-22T03:60:00Z",
		"2026-11-22T24:00:00Z",
		"2026-11-31T00:00:00Z",
		"2026-02-29T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2026-00-10T00:00:00Z",
		"2026-13-10T00:00:00Z",
		"2026-10-00T00:00:00Z",
		"0000-10-10T00:00:00Z",
		"-001-10-10T00:00:00Z",
		"12026-11-22T03:25:43Z",
		"+2026-11-22T03:25:43Z",
		"2026-1-22T03:25:43Z",
		"20261122T032543Z",
		"1795317943",
	};
	int64_t epoch;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		if (saml_time_parse(bad[i], &epoch) != GATE_EINVAL)
			fail_msg("taken for a time: \"%s\"", bad[i]);
	}
}

/* Every day of four centuries, against the C library. */
static void
test_calendar(void **state)
{
	time_t t, end = (time_t)86400 * 366 * 430;
	char text[32];
	struct tm tm;
	int64_t epoch;

	(void)state;
	for (t = 0; t < end; t += 86400 - 1) {
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_int_equal(saml_time_parse(text, &epoch), 0);
		assert_int_equal(epoch, t);
	}
}

/* What is written is read back, to the last second that can be. */
static void
test_format(void **state)
{
	static const struct {
		int64_t epoch;
		const char *text; /* NULL: none */
	} rows[] = {
		{ 0, "1970-01-01T00:00:00Z" },
		{ 1795317943, "2026-11-22T03:25:43Z" },
		{ -1, "1969-12-31T23:59:59Z" },
		{ INT64_C(253402300799), "9999-12-31T23:59:59Z" },
		{ INT64_C(253402300800), NULL },
		{ INT64_C(-62135596800), "0001-01-01T00:00:00Z" },
		{ INT64_C(-62135596801), NULL },
		{ INT64_MAX, NULL },
		{ INT64_MIN, NULL },
	};
	char text[SAML_TIME_SIZE];
	int64_t epoch;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].text == NULL) {
			assert_int_equal(
			    saml_time_format(rows[i].epoch, text), GATE_EINVAL);
			continue;
		}
		assert_int_equal(saml_time_format(rows[i].epoch, text), 0);
		assert_string_equal(text, rows[i].text);
		assert_int_equal(saml_time_parse(text, &epoch), 0);
		assert_int_equal(epoch, rows[i].epoch);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_known),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_calendar),
		cmocka_unit_test(test_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
