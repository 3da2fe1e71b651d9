/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "lib/clock.h"

static int64_t
reading(clockid_t id, int64_t per_second)
{
	struct timespec now;

	assert_int_equal(clock_gettime(id, &now), 0);
	return now.tv_sec * per_second + now.tv_nsec * per_second / 1000000000;
}

/* Each lies between two readings of the clock that it stands for. */
static void
reads_the_clock_it_names(void **state)
{
	static const struct {
		int64_t (*read)(void);
		clockid_t id;
		int64_t per_second;
	} clocks[] = {
		{ clock_mono_ms, CLOCK_MONOTONIC, 1000 },
		{ clock_boot_ms, CLOCK_BOOTTIME, 1000 },
		{ clock_wall, CLOCK_REALTIME, 1 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(clocks) / sizeof(clocks[0]); i++) {
		int64_t before = reading(clocks[i].id, clocks[i].per_second);
		int64_t now = clocks[i].read();

		assert_true(before <= now);
		assert_true(now <= reading(clocks[i].id, clocks[i].per_second));
	}
}

static void
tells_what_is_left(void **state)
{
	int64_t now = clock_mono_ms();

	(void)state;
	assert_int_equal(clock_left_ms(now), 0);
	assert_int_equal(clock_left_ms(now - 1), 0);
	assert_int_equal(clock_left_ms(0), 0);
	assert_int_equal(clock_left_ms(-1), 0);
	assert_int_equal(clock_left_ms(INT64_MIN), 0);
	assert_in_range(clock_left_ms(clock_mono_ms() + 60000), 1, 60000);
	assert_in_range(
	    clock_left_ms(clock_mono_ms() + INT_MAX), INT_MAX - 60000, INT_MAX);
	assert_int_equal(
	    clock_left_ms(clock_mono_ms() + INT_MAX + 60000LL), INT_MAX);
	assert_int_equal(clock_left_ms(INT64_MAX), INT_MAX);
}

static void
writes_rfc_3339(void **state)
{
	static const struct {
		int64_t epoch;
		const char *text;
	} times[] = {
		{ INT64_MIN, "-" },
		{ -1, "-" },
		{ 0, "-" },
		{ 1, "1970-01-01T00:00:01Z" },
		{ 951782400, "2000-02-29T00:00:00Z" },
		{ INT32_MAX, "2038-01-19T03:14:07Z" },
		{ INT32_MAX + 1LL, "2038-01-19T03:14:08Z" },
		{ 4107542400, "2100-03-01T00:00:00Z" },
		{ 253402300799, "9999-12-31T23:59:59Z" },
		/* what has no such text gets none, and is not cut */
		{ 253402300800, "-" },
		{ INT64_MAX, "-" },
	};
	char text[CLOCK_TEXT_SIZE + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		memset(text, 'x', sizeof(text));
		clock_text(times[i].epoch, text);
		assert_string_equal(text, times[i].text);
		assert_int_equal(text[CLOCK_TEXT_SIZE], 'x');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_clock_it_names),
		cmocka_unit_test(tells_what_is_left),
		cmocka_unit_test(writes_rfc_3339),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
