/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "lib/error.h"
#include "web/rate.h"

#define MINUTE 60000
#define NOW    1000000

static struct rate *rate;

static int
set_up(void **state)
{
	(void)state;
	return rate_new(&rate, 6);
}

static int
tear_down(void **state)
{
	(void)state;
	rate_free(&rate);
	rate_free(&rate);
	return rate == NULL ? 0 : -1;
}

static struct address
at(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static int
take(const char *text, int64_t now)
{
	struct address address = at(text);

	return rate_take(rate, &address, now);
}

static void
lets_so_many_a_minute(void **state)
{
	int i;

	(void)state;
	for (i = 0; i < 6; i++)
		assert_int_equal(take("192.0.2.1", NOW), 0);
	assert_int_equal(take("192.0.2.1", NOW), GATE_EREFUSED);
	assert_int_equal(take("192.0.2.2", NOW), 0);
	/* a refusal costs nothing, and each comes back by itself */
	assert_int_equal(
	    take("192.0.2.1", NOW + MINUTE / 6 - 1), GATE_EREFUSED);
	assert_int_equal(take("192.0.2.1", NOW + MINUTE / 6), 0);
	assert_int_equal(take("192.0.2.1", NOW + MINUTE / 6), GATE_EREFUSED);
	for (i = 0; i < 6; i++)
		assert_int_equal(take("192.0.2.1", NOW + 2 * MINUTE), 0);
	assert_int_equal(take("192.0.2.1", NOW + 2 * MINUTE), GATE_EREFUSED);
}

static void
takes_a_network_of_ipv6_for_one(void **state)
{
	char text[64];
	int i;

	(void)state;
	for (i = 0; i < 6; i++) {
		snprintf(text, sizeof(text), "2001:db8:1:2:%d::1", i + 1);
		assert_int_equal(take(text, NOW), 0);
	}
	assert_int_equal(take("2001:db8:1:2::99", NOW), GATE_EREFUSED);
	assert_int_equal(take("2001:db8:1:3::99", NOW), 0);
	/* the two kinds do not meet */
	for (i = 0; i < 6; i++)
		assert_int_equal(take("::ffff:192.0.2.9", NOW), 0);
	assert_int_equal(take("192.0.2.9", NOW), GATE_EREFUSED);
}

/* However many others there are: who has used up his is not forgotten for one
 * that comes for the first time. */
static void
is_not_washed_out(void **state)
{
	char text[64];
	int i, refused = 0;

	(void)state;
	for (i = 0; i < 6; i++)
		assert_int_equal(take("192.0.2.1", NOW), 0);
	for (i = 0; i < 200000; i++) {
		snprintf(text, sizeof(text), "10.%d.%d.%d", i >> 16,
		    i >> 8 & 255, i & 255);
		refused += take(text, NOW) != 0;
	}
	assert_int_equal(refused, 0);
	assert_int_equal(take("192.0.2.1", NOW), GATE_EREFUSED);
}

static void
takes_any_rate(void **state)
{
	static const int64_t rates[] = { 1, 7, 10000 };
	size_t i;
	int64_t n;

	(void)state;
	for (i = 0; i < sizeof(rates) / sizeof(rates[0]); i++) {
		rate_free(&rate);
		assert_int_equal(rate_new(&rate, rates[i]), 0);
		for (n = 0; n < rates[i]; n++)
			assert_int_equal(take("192.0.2.1", NOW), 0);
		assert_int_equal(take("192.0.2.1", NOW), GATE_EREFUSED);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    lets_so_many_a_minute, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    takes_a_network_of_ipv6_for_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    is_not_washed_out, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
		    takes_any_rate, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
