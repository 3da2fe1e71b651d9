/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "twofactor/totp.h"

/* The seed of RFC 6238, appendix B, for SHA-1. */
static const uint8_t seed[] = "12345678901234567890";
#define SEED_SIZE (sizeof(seed) - 1)

static int
check(const char *code, int64_t now, int64_t drift, int64_t *step)
{
	return totp_check(seed, SEED_SIZE, code, now, drift, step);
}

/* The last six of the eight digits that the RFC prints. */
static void
knows_the_codes_of_the_rfc(void **state)
{
	static const struct {
		int64_t time;
		const char *code;
	} vectors[] = {
		{ 59, "287082" },
		{ 1111111109, "081804" },
		{ 1111111111, "050471" },
		{ 1234567890, "005924" },
		{ 2000000000, "279037" },
		{ 20000000000, "353130" },
	};
	int64_t step;
	size_t i, other;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++)
		for (other = 0; other < 6; other++) {
			step = -1;
			assert_int_equal(check(vectors[other].code,
					     vectors[i].time, 0, &step),
			    i == other ? 0 : GATE_EREFUSED);
			assert_int_equal(
			    step, i == other ? vectors[i].time / 30 : -1);
		}
}

/* RFC 4226, appendix D: the codes of counters 0 to 9, here of steps. */
static const char *const codes[] = { "755224", "287082", "359152", "969429",
	"338314", "254676", "287922", "162583", "399871", "520489" };

static void
keeps_to_the_window(void **state)
{
	int64_t drift, step, now, distance;

	(void)state;
	for (drift = 0; drift < 4; drift++)
		for (now = 0; now < 300; now += now % 30 == 0 ? 29 : 1)
			for (size_t i = 0; i < 10; i++) {
				distance = (int64_t)i - now / 30;
				step = -1;
				assert_int_equal(
				    check(codes[i], now, drift, &step),
				    distance >= -drift && distance <= drift
					? 0
					: GATE_EREFUSED);
				if (distance >= -drift && distance <= drift)
					assert_int_equal(step, i);
				else
					assert_int_equal(step, -1);
			}
}

static void
has_no_codes_before_time_began(void **state)
{
	int64_t step = -1;

	(void)state;
	assert_int_equal(check("755224", 0, 10, &step), 0);
	assert_int_equal(step, 0);
	assert_int_equal(check("755224", -300, 1, &step), GATE_EREFUSED);
	assert_int_equal(check("755224", INT64_MAX, 1, &step), GATE_EREFUSED);
	assert_int_equal(check("755224", INT64_MIN, 1, &step), GATE_EREFUSED);
	assert_int_equal(check("755224", 0, -1, &step), GATE_EREFUSED);
}

static void
takes_six_digits_and_blanks(void **state)
{
	static const char *const right[] = { "287082", "287 082", " 287082 ",
		"2 8 7 0 8 2", "      287082      " };
	static const char *const wrong[] = { "", " ", "28708", "2870822",
		"0287082", "287082\n", "287\t082", "287-082", "+287082",
		"287082x", "x287082", "28708l", "287082 3", "0x4616a", "000000",
		"94287082", "287082\xc2\xa0", "２８７０８２" };
	int64_t step;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		step = -1;
		assert_int_equal(check(right[i], 59, 1, &step), 0);
		assert_int_equal(step, 1);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		step = -1;
		assert_int_equal(check(wrong[i], 59, 1, &step), GATE_EREFUSED);
		assert_int_equal(step, -1);
	}
}

static void
depends_on_the_seed(void **state)
{
	uint8_t other[SEED_SIZE];
	int64_t step;

	(void)state;
	memcpy(other, seed, sizeof(other));
	other[SEED_SIZE - 1] ^= 1;
	assert_int_equal(totp_check(other, SEED_SIZE, "287082", 59, 0, &step),
	    GATE_EREFUSED);
	assert_int_equal(
	    totp_check(seed, SEED_SIZE - 1, "287082", 59, 0, &step),
	    GATE_EREFUSED);
}

#define SECRET32 "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"

static void
writes_an_otpauth_uri(void **state)
{
	static const struct {
		const char *issuer, *user, *uri;
	} cases[] = {
		{ "Gatehouse", "alice",
		    "otpauth://totp/Gatehouse:alice?secret=" SECRET32
		    "&issuer=Gatehouse" },
		{ "A & B: 100%", "al ice@example.org/x?y#z",
		    "otpauth://totp/A%20%26%20B%3A%20100%25:"
		    "al%20ice%40example.org%2Fx%3Fy%23z?secret=" SECRET32
		    "&issuer=A%20%26%20B%3A%20100%25" },
		{ "-._~", "\xc3\xa4\x7f\"=+",
		    "otpauth://totp/-._~:%C3%A4%7F%22%3D%2B?secret=" SECRET32
		    "&issuer=-._~" },
	};
	char uri[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(totp_uri(seed, SEED_SIZE, cases[i].issuer,
				     cases[i].user, uri, sizeof(uri)),
		    0);
		assert_string_equal(uri, cases[i].uri);
	}
}

/* RFC 4648, section 10, without padding. */
static void
writes_the_seed_in_base32(void **state)
{
	static const struct {
		const char *bytes, *text;
	} vectors[] = {
		{ "f", "=MY&" },
		{ "fo", "=MZXQ&" },
		{ "foo", "=MZXW6&" },
		{ "foob", "=MZXW6YQ&" },
		{ "fooba", "=MZXW6YTB&" },
		{ "foobar", "=MZXW6YTBOI&" },
		{ "\xff\xff\xff\xff\xff", "=77777777&" },
	};
	char uri[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		assert_int_equal(
		    totp_uri((const uint8_t *)vectors[i].bytes,
			strlen(vectors[i].bytes), "g", "u", uri, sizeof(uri)),
		    0);
		assert_non_null(strstr(uri, vectors[i].text));
	}
}

static void
says_when_the_uri_has_no_room(void **state)
{
	char uri[2048], user[1024], issuer[512];
	uint8_t large[256] = { 0 };
	size_t size;

	(void)state;
	assert_int_equal(
	    totp_uri(seed, SEED_SIZE, "g", "u", uri, sizeof(uri)), 0);
	size = strlen(uri) + 1;
	assert_int_equal(totp_uri(seed, SEED_SIZE, "g", "u", uri, size), 0);
	assert_int_equal(
	    totp_uri(seed, SEED_SIZE, "g", "u", uri, size - 1), GATE_ETOOBIG);
	assert_int_equal(
	    totp_uri(large, sizeof(large), "g", "u", uri, sizeof(uri)),
	    GATE_ETOOBIG);

	/* the longest name that the store keeps, all of it escaped */
	memset(user, ' ', 255);
	user[255] = '\0';
	assert_int_equal(
	    totp_uri(seed, SEED_SIZE, "g", user, uri, sizeof(uri)), 0);
	memset(user, ' ', sizeof(user));
	user[sizeof(user) - 1] = '\0';
	assert_int_equal(totp_uri(seed, SEED_SIZE, "g", user, uri, sizeof(uri)),
	    GATE_ETOOBIG);
	memset(issuer, 'g', sizeof(issuer));
	issuer[sizeof(issuer) - 1] = '\0';
	assert_int_equal(
	    totp_uri(seed, SEED_SIZE, issuer, "u", uri, sizeof(uri)),
	    GATE_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_the_codes_of_the_rfc),
		cmocka_unit_test(keeps_to_the_window),
		cmocka_unit_test(has_no_codes_before_time_began),
		cmocka_unit_test(takes_six_digits_and_blanks),
		cmocka_unit_test(depends_on_the_seed),
		cmocka_unit_test(writes_an_otpauth_uri),
		cmocka_unit_test(writes_the_seed_in_base32),
		cmocka_unit_test(says_when_the_uri_has_no_room),
	};

	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}
