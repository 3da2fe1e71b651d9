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
#include "lib/secret.h"
#include "twofactor/otp.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* The linker puts this one in the place of lib/secret.c's: see the Makefile. */
int __wrap_secret_equal(
    const void *a, size_t a_size, const void *b, size_t b_size);
int __real_secret_equal(
    const void *a, size_t a_size, const void *b, size_t b_size);

static int compared;

int
__wrap_secret_equal(const void *a, size_t a_size, const void *b, size_t b_size)
{
	compared++;
	return __real_secret_equal(a, a_size, b, b_size);
}

/* The seeds of the RFCs: the digits over and over, as long as the digest. */
static struct factor_seed
rfc_seed(enum factor_algorithm algorithm)
{
	static const size_t size[] = { 20, 32, 64 };
	struct factor_seed seed = { .size = size[algorithm] };
	size_t i;

	for (i = 0; i < seed.size; i++)
		seed.bytes[i] = (uint8_t)('0' + (i + 1) % 10);
	return seed;
}

static struct factor
factor_of(enum factor_kind kind)
{
	struct factor factor;

	factor_init(&factor, kind);
	return factor;
}

/* A right code of a count. */
static const char *
code_of(
    const struct factor *factor, const struct factor_seed *seed, int64_t count)
{
	static char codes[4][FACTOR_DIGITS_MAX + 1];
	static int next;
	char *code = codes[next++ % 4];

	assert_int_equal(otp_code(factor, seed, count, code), 0);
	return code;
}

static const struct otp_window usual = {
	.drift = 1, .drift_max = 10, .look_ahead = 10, .resync = 1000
};

/* RFC 4226, appendix D. */
static void
knows_the_codes_of_rfc_4226(void **state)
{
	static const char *const codes[] = { "755224", "287082", "359152",
		"969429", "338314", "254676", "287922", "162583", "399871",
		"520489" };
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_HOTP);
	struct otp_match match;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(codes); i++) {
		assert_string_equal(
		    code_of(&factor, &seed, (int64_t)i), codes[i]);
		assert_int_equal(
		    otp_check(&factor, &seed, &usual, codes[i], 0, &match), 0);
		assert_int_equal(match.last, i);
		assert_int_equal(match.drift, 0);
		factor.last = match.last;
	}
}

/* RFC 6238, appendix B. */
static void
knows_the_codes_of_rfc_6238(void **state)
{
	static const struct {
		int64_t time;
		const char *codes[3];
	} vectors[] = {
		{ 59, { "94287082", "46119246", "90693936" } },
		{ 1111111109, { "07081804", "68084774", "25091201" } },
		{ 1111111111, { "14050471", "67062674", "99943326" } },
		{ 1234567890, { "89005924", "91819424", "93441116" } },
		{ 2000000000, { "69279037", "90698825", "38618901" } },
		{ 20000000000, { "65353130", "77737706", "47863826" } },
	};
	const struct otp_window narrow = { 0 };
	struct factor factor = factor_of(FACTOR_TOTP);
	struct factor_seed seed;
	struct otp_match match;
	size_t i, other;
	int algorithm;

	(void)state;
	factor.digits = 8;
	for (algorithm = FACTOR_SHA1; algorithm <= FACTOR_SHA512; algorithm++) {
		factor.algorithm = (enum factor_algorithm)algorithm;
		seed = rfc_seed(factor.algorithm);
		for (i = 0; i < COUNT(vectors); i++)
			for (other = 0; other < 3 * COUNT(vectors); other++)
				assert_int_equal(
				    otp_check(&factor, &seed, &narrow,
					vectors[other / 3].codes[other % 3],
					vectors[i].time, &match),
				    other == i * 3 + (size_t)algorithm
					? 0
					: GATE_EREFUSED);
	}
}

/* Fewer digits are the last ones of more; a period of 60 s is half as many. */
static void
knows_digits_and_periods(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	const struct otp_window narrow = { 0 };
	struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_match match;

	(void)state;
	factor.digits = 7;
	assert_int_equal(
	    otp_check(&factor, &seed, &narrow, "4287082", 59, &match), 0);
	assert_int_equal(
	    otp_check(&factor, &seed, &narrow, "287082", 59, &match),
	    GATE_EREFUSED);
	assert_int_equal(
	    otp_check(&factor, &seed, &narrow, "94287082", 59, &match),
	    GATE_EREFUSED);
	factor.period = 60;
	assert_int_equal(
	    otp_check(&factor, &seed, &narrow, "4287082", 59, &match),
	    GATE_EREFUSED);
	for (int now = 60; now < 120; now++) {
		assert_int_equal(
		    otp_check(&factor, &seed, &narrow, "4287082", now, &match),
		    0);
		assert_int_equal(match.last, 1);
	}
}

static void
keeps_to_the_window(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA256);
	struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_window window = { .drift_max = 10 };
	struct otp_match match;
	int64_t learnt, at, off, now = 1000 * 30 + 17;

	(void)state;
	factor.algorithm = FACTOR_SHA256;
	for (window.drift = 0; window.drift < 4; window.drift++)
		for (learnt = -3; learnt <= 3; learnt++) {
			factor.drift = learnt * FACTOR_DRIFT_UNIT;
			for (at = 985; at < 1015; at++) {
				off = at - 1000 - learnt;
				assert_int_equal(
				    otp_check(&factor, &seed, &window,
					code_of(&factor, &seed, at), now,
					&match),
				    off >= -window.drift && off <= window.drift
					? 0
					: GATE_EREFUSED);
			}
		}
}

static void
takes_a_code_once(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_match match;
	int64_t now = 5000 * 30;

	(void)state;
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 5000), now, &match),
	    0);
	factor.last = match.last;
	/* the same one, and the one before it that was never used */
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 5000), now, &match),
	    GATE_EEXISTS);
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 4999), now, &match),
	    GATE_EEXISTS);
	assert_int_equal(
	    otp_check(&factor, &seed, &usual, "000000", now, &match),
	    GATE_EREFUSED);
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 5001), now, &match),
	    0);
	assert_int_equal(match.last, 5001);

	factor = factor_of(FACTOR_HOTP);
	factor.last = 7;
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 7), now, &match),
	    GATE_EEXISTS);
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 6), now, &match),
	    GATE_EREFUSED);
}

static void
looks_ahead_of_a_button(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_HOTP);
	struct otp_window window = usual;
	struct otp_match match;
	int64_t at;

	(void)state;
	factor.last = 41;
	for (window.look_ahead = 0; window.look_ahead < 5; window.look_ahead++)
		for (at = 42; at < 60; at++) {
			assert_int_equal(
			    otp_check(&factor, &seed, &window,
				code_of(&factor, &seed, at), 0, &match),
			    at <= 42 + window.look_ahead ? 0 : GATE_EREFUSED);
			if (at <= 42 + window.look_ahead)
				assert_int_equal(match.last, at);
		}
}

static void
finds_a_button_again(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_HOTP);
	struct otp_match match;

	(void)state;
	factor.last = 9;
	assert_int_equal(otp_check(&factor, &seed, &usual,
			     code_of(&factor, &seed, 500), 0, &match),
	    GATE_EREFUSED);
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 500),
		code_of(&factor, &seed, 501), 0, &match),
	    0);
	assert_int_equal(match.last, 501);
	/* not in a row, in the wrong order, the same twice, one wrong */
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 500),
		code_of(&factor, &seed, 502), 0, &match),
	    GATE_EREFUSED);
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 501),
		code_of(&factor, &seed, 500), 0, &match),
	    GATE_EREFUSED);
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 500),
		code_of(&factor, &seed, 500), 0, &match),
	    GATE_EREFUSED);
	assert_int_equal(otp_resync(&factor, &seed, &usual,
			     code_of(&factor, &seed, 500), "12345", 0, &match),
	    GATE_EREFUSED);
	/* the last that is looked for, and the first that is not */
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 1009),
		code_of(&factor, &seed, 1010), 0, &match),
	    0);
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 1010),
		code_of(&factor, &seed, 1011), 0, &match),
	    GATE_EREFUSED);
	/* used ones find nothing */
	factor.last = 600;
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 500),
		code_of(&factor, &seed, 501), 0, &match),
	    GATE_EREFUSED);
	assert_int_equal(
	    otp_resync(&factor, &seed, &usual, code_of(&factor, &seed, 600),
		code_of(&factor, &seed, 601), 0, &match),
	    GATE_EEXISTS);
}

static void
finds_a_clock_again(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_match match;
	int64_t off, now = 90000 * 30;

	(void)state;
	for (off = -12; off <= 12; off++) {
		int r = otp_resync(&factor, &seed, &usual,
		    code_of(&factor, &seed, 90000 + off - 1),
		    code_of(&factor, &seed, 90000 + off), now, &match);

		assert_int_equal(
		    r, off >= -10 && off <= 10 ? 0 : GATE_EREFUSED);
		if (r != 0)
			continue;
		assert_int_equal(match.last, 90000 + off);
		assert_int_equal(match.drift, off * FACTOR_DRIFT_UNIT);
		/* and the next one is expected there */
		factor.last = match.last;
		factor.drift = match.drift;
		assert_int_equal(
		    otp_check(&factor, &seed, &usual,
			code_of(&factor, &seed, 90001 + off), now + 30, &match),
		    0);
		factor = factor_of(FACTOR_TOTP);
	}
}

/* A login a day on a device whose clock is off steps wrong; 0 if let in. */
static int
log_in(struct factor *factor, const struct factor_seed *seed,
    const struct otp_window *window, int64_t day, int64_t off)
{
	struct otp_match match;
	int64_t now = day * 86400;
	int r = otp_check(factor, seed, window,
	    code_of(factor, seed, now / 30 + off), now, &match);

	if (r == 0) {
		factor->last = match.last;
		factor->drift = match.drift;
	}
	return r;
}

static void
learns_a_steady_drift(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_TOTP);
	int64_t day, sign;

	(void)state;
	for (sign = -1; sign <= 1; sign += 2) {
		factor = factor_of(FACTOR_TOTP);
		/* a step in twenty days: ten steps wrong in the end */
		for (day = 1; day < 210; day++)
			assert_int_equal(log_in(&factor, &seed, &usual, day,
					     sign * day / 20),
			    0);
		assert_int_equal(factor.drift, sign * 10 * FACTOR_DRIFT_UNIT);
		/* no further than the bound, and one to its side */
		for (; day < 230; day++)
			assert_int_equal(
			    log_in(&factor, &seed, &usual, day, sign * 11), 0);
		assert_int_equal(factor.drift, sign * 10 * FACTOR_DRIFT_UNIT);
		assert_int_equal(log_in(&factor, &seed, &usual, day, sign * 12),
		    GATE_EREFUSED);
	}
}

static void
moves_one_step_at_a_time(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct otp_window wide = { .drift = 5, .drift_max = 10 };
	struct factor factor = factor_of(FACTOR_TOTP);
	int64_t day, before;

	(void)state;
	for (day = 1; day < 40; day++) {
		before = factor.drift;
		assert_int_equal(log_in(&factor, &seed, &wide, day, 5), 0);
		assert_true(factor.drift - before <= 1);
	}
	assert_int_equal(factor.drift, 5 * FACTOR_DRIFT_UNIT);
}

/* Slow typing now and then is no drift; on a right clock it never locks out. */
static void
forgives_slow_typing(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_TOTP);
	int64_t day;

	(void)state;
	for (day = 1; day < 1000; day++) {
		assert_int_equal(
		    log_in(&factor, &seed, &usual, day, day % 3 == 0 ? -1 : 0),
		    0);
		assert_true(factor.drift > -FACTOR_DRIFT_UNIT);
	}
	/* who always is slow, and once is not, gets in all the same */
	for (; day < 1100; day++)
		assert_int_equal(log_in(&factor, &seed, &usual, day, -1), 0);
	assert_int_equal(factor.drift, -FACTOR_DRIFT_UNIT);
	assert_int_equal(log_in(&factor, &seed, &usual, day, 0), 0);
}

static void
reads_what_people_type(void **state)
{
	static const char *const right[] = { "287082", "287 082", " 287082 ",
		"2 8 7 0 8 2", "      287082      " };
	static const char *const wrong[] = { "", " ", "28708", "2870822",
		"0287082", "287082\n", "287\t082", "287-082", "+287082",
		"287082x", "x287082", "28708l", "0x4616a", "000000", "94287082",
		"999999999999999999999999999999", "287082\xc2\xa0" };
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	const struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_match match;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(right); i++)
		assert_int_equal(
		    otp_check(&factor, &seed, &usual, right[i], 59, &match), 0);
	for (i = 0; i < COUNT(wrong); i++)
		assert_int_equal(
		    otp_check(&factor, &seed, &usual, wrong[i], 59, &match),
		    GATE_EREFUSED);
}

/* One comparison for each count of the window, whatever is typed. */
static void
compares_the_same_whatever_is_typed(void **state)
{
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor totp = factor_of(FACTOR_TOTP);
	struct factor hotp = factor_of(FACTOR_HOTP);
	struct otp_match match;
	const char *typed[] = { code_of(&totp, &seed, 999),
		code_of(&totp, &seed, 1001), "000000", "" };
	size_t i;

	(void)state;
	hotp.last = 998;
	for (i = 0; i < COUNT(typed); i++) {
		compared = 0;
		(void)otp_check(&totp, &seed, &usual, typed[i], 30000, &match);
		assert_int_equal(compared, 3);
		compared = 0;
		(void)otp_check(&hotp, &seed, &usual, typed[i], 0, &match);
		assert_int_equal(compared, 12);
		compared = 0;
		(void)otp_resync(
		    &hotp, &seed, &usual, typed[i], typed[i], 0, &match);
		assert_int_equal(compared, 2 * 1001);
	}
}

static void
survives_odd_numbers(void **state)
{
	static const int64_t times[] = { INT64_MIN, -300, -1, 0, INT64_MAX };
	const struct factor_seed seed = rfc_seed(FACTOR_SHA1);
	struct factor factor = factor_of(FACTOR_TOTP);
	struct otp_match match;
	char code[FACTOR_DIGITS_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(times); i++) {
		factor.drift = INT64_MAX;
		(void)otp_check(
		    &factor, &seed, &usual, "123456", times[i], &match);
		factor.drift = INT64_MIN;
		(void)otp_check(
		    &factor, &seed, &usual, "123456", times[i], &match);
		(void)otp_resync(&factor, &seed, &usual, "123456", "123456",
		    times[i], &match);
	}
	assert_int_equal(otp_code(&factor, &seed, -1, code), GATE_EINVAL);
	factor = factor_of(FACTOR_HOTP);
	factor.last = FACTOR_COUNT_MAX;
	assert_int_equal(otp_check(&factor, &seed, &usual, "123456", 0, &match),
	    GATE_EREFUSED);
	factor.last = INT64_MAX;
	assert_int_equal(otp_check(&factor, &seed, &usual, "123456", 0, &match),
	    GATE_EINVAL);
	factor = factor_of(FACTOR_TOTP);
	factor.digits = 9;
	assert_int_equal(otp_check(&factor, &seed, &usual, "123456", 0, &match),
	    GATE_EINVAL);
	factor = factor_of(FACTOR_TOTP);
	factor.period = 0;
	assert_int_equal(otp_check(&factor, &seed, &usual, "123456", 0, &match),
	    GATE_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_codes_of_rfc_4226),
		cmocka_unit_test(knows_the_codes_of_rfc_6238),
		cmocka_unit_test(knows_digits_and_periods),
		cmocka_unit_test(keeps_to_the_window),
		cmocka_unit_test(takes_a_code_once),
		cmocka_unit_test(looks_ahead_of_a_button),
		cmocka_unit_test(finds_a_button_again),
		cmocka_unit_test(finds_a_clock_again),
		cmocka_unit_test(learns_a_steady_drift),
		cmocka_unit_test(moves_one_step_at_a_time),
		cmocka_unit_test(forgives_slow_typing),
		cmocka_unit_test(reads_what_people_type),
		cmocka_unit_test(compares_the_same_whatever_is_typed),
		cmocka_unit_test(survives_odd_numbers),
	};

	return cmocka_run_group_tests_name("otp", tests, NULL, NULL);
}
