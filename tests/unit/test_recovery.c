/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/recovery.h"

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

static struct recovery_code codes[RECOVERY_COUNT];
static struct recovery_kept kept[RECOVERY_COUNT];

static int
make_set(void **state)
{
	(void)state;
	return recovery_make("alice", codes, kept);
}

static int
match(const char *typed, size_t *which)
{
	return recovery_match("alice", typed, kept, RECOVERY_COUNT, which);
}

static void
are_readable(void **state)
{
	const char *text;
	size_t i, n;

	(void)state;
	for (i = 0; i < RECOVERY_COUNT; i++) {
		text = codes[i].text;
		assert_int_equal(strlen(text), 29);
		for (n = 0; n < 29; n++)
			if (n % 5 == 4)
				assert_int_equal(text[n], '-');
			else
				assert_non_null(
				    strchr("0123456789ABCDEFGHJKMNPQRSTVWXYZ",
					text[n]));
		assert_true(recovery_is(text));
	}
}

/* Every bit of every symbol is as often 1 as 0, and no code comes twice. */
static void
are_random(void **state)
{
	static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
	static char seen[2000][RECOVERY_TEXT_SIZE];
	struct recovery_code set[RECOVERY_COUNT];
	struct recovery_kept stored[RECOVERY_COUNT];
	int ones[24][5] = { 0 };
	int round, i, n, bit, value;

	(void)state;
	for (round = 0; round < 200; round++) {
		assert_int_equal(recovery_make("x", set, stored), 0);
		for (i = 0; i < RECOVERY_COUNT; i++)
			memcpy(seen[round * RECOVERY_COUNT + i], set[i].text,
			    RECOVERY_TEXT_SIZE);
	}
	for (i = 0; i < 2000; i++)
		for (n = 0; n < 24; n++) {
			value = (int)(strchr(alphabet, seen[i][n + n / 4]) -
			    alphabet);
			for (bit = 0; bit < 5; bit++)
				ones[n][bit] += value >> bit & 1;
		}
	/* seven sigmas of 22 */
	for (n = 0; n < 24; n++)
		for (bit = 0; bit < 5; bit++)
			assert_in_range(ones[n][bit], 1000 - 157, 1000 + 157);
	qsort(seen, 2000, RECOVERY_TEXT_SIZE,
	    (int (*)(const void *, const void *))strcmp);
	for (i = 1; i < 2000; i++)
		assert_string_not_equal(seen[i - 1], seen[i]);
}

static void
are_found(void **state)
{
	size_t i, which;

	(void)state;
	for (i = 0; i < RECOVERY_COUNT; i++) {
		which = 99;
		assert_int_equal(match(codes[i].text, &which), 0);
		assert_int_equal(which, i);
	}
}

/* As people write them, with what looks alike. */
static void
are_found_however_they_are_typed(void **state)
{
	struct recovery_kept one;
	static const char *const right[] = {
		"0123-4567-89AB-CDEF-GHJK-MN01",
		"0123456789ABCDEFGHJKMN01",
		"0123 4567 89ab cdef ghjk mn01",
		"  0123-4567--89AB CDEFghjkMN01 ",
		"Oi23-4567-89AB-CDEF-GHJK-MNol",
		"oL23-4567-89AB-CDEF-GHJK-MNOI",
	};
	static const char *const wrong[] = { "", "0123-4567-89AB-CDEF-GHJK-MN0",
		"0123-4567-89AB-CDEF-GHJK-MN010",
		"0123-4567-89AB-CDEF-GHJK-MN02",
		"0123-4567-89AB-CDEF-GHJK-MNU1",
		"0123-4567-89AB-CDEF-GHJK-MN0=",
		"0123-4567-89AB-CDEF-GHJK-MN01=",
		"0123_4567_89AB_CDEF_GHJK_MN01",
		"0123-4567-89AB-CDEF-GHJK-MN01\n", "O", "00000000" };
	size_t i, which;

	(void)state;
	assert_int_equal(recovery_keep("bob", right[0], &one), 0);
	for (i = 0; i < sizeof(right) / sizeof(right[0]); i++) {
		assert_true(recovery_is(right[i]));
		assert_int_equal(
		    recovery_match("bob", right[i], &one, 1, &which), 0);
	}
	for (i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_int_equal(
		    recovery_match("bob", wrong[i], &one, 1, &which),
		    GATE_EREFUSED);
}

static void
are_good_once(void **state)
{
	struct recovery_kept left[RECOVERY_COUNT];
	size_t count = RECOVERY_COUNT, which, i;

	(void)state;
	memcpy(left, kept, sizeof(left));
	for (i = 0; i < RECOVERY_COUNT; i++) {
		assert_int_equal(
		    recovery_match("alice", codes[i].text, left, count, &which),
		    0);
		/* the row is dropped */
		memmove(left + which, left + which + 1,
		    (--count - which) * sizeof(*left));
		assert_int_equal(
		    recovery_match("alice", codes[i].text, left, count, &which),
		    GATE_EREFUSED);
	}
	assert_int_equal(count, 0);
}

static void
belong_to_a_user_and_a_set(void **state)
{
	struct recovery_code newer[RECOVERY_COUNT];
	struct recovery_kept stored[RECOVERY_COUNT];
	size_t which;

	(void)state;
	assert_int_equal(
	    recovery_match("bob", codes[0].text, kept, RECOVERY_COUNT, &which),
	    GATE_EREFUSED);
	assert_int_equal(
	    recovery_match("", codes[0].text, kept, RECOVERY_COUNT, &which),
	    GATE_EREFUSED);
	assert_int_equal(recovery_make("alice", newer, stored), 0);
	assert_int_equal(recovery_match("alice", codes[0].text, stored,
			     RECOVERY_COUNT, &which),
	    GATE_EREFUSED);
	/* one code kept twice does not look the same */
	assert_int_equal(recovery_keep("alice", codes[0].text, &stored[0]), 0);
	assert_memory_not_equal(&stored[0], &kept[0], sizeof(stored[0]));
	assert_int_equal(recovery_match("alice", codes[0].text, stored,
			     RECOVERY_COUNT, &which),
	    0);
}

/* Nothing of a code can be read from what is kept. */
static void
are_not_kept(void **state)
{
	size_t i, n;

	(void)state;
	for (i = 0; i < RECOVERY_COUNT; i++)
		for (n = 0; n + 4 <= RECOVERY_TEXT_SIZE; n += 5)
			assert_null(
			    memmem(kept, sizeof(kept), codes[i].text + n, 4));
}

static void
may_be_scratch_codes(void **state)
{
	struct recovery_kept one;
	size_t which;

	(void)state;
	assert_int_equal(recovery_keep("bob", "24530337", &one), 0);
	assert_int_equal(
	    recovery_match("bob", "2453 0337", &one, 1, &which), 0);
	assert_int_equal(
	    recovery_match("bob", "24530338", &one, 1, &which), GATE_EREFUSED);
	assert_int_equal(recovery_keep("bob", "2453033", &one), GATE_EINVAL);
	assert_int_equal(recovery_keep("bob", "245303370", &one), GATE_EINVAL);
	assert_false(recovery_is("245303"));
}

/* Ten comparisons at least, of whatever, with however many. */
static void
take_the_same_time(void **state)
{
	const char *typed[] = { codes[0].text, codes[9].text, "", "123456",
		"0123-4567-89AB-CDEF-GHJK-MN01" };
	size_t i, count, which;

	(void)state;
	for (i = 0; i < sizeof(typed) / sizeof(typed[0]); i++)
		for (count = 0; count <= RECOVERY_COUNT; count++) {
			compared = 0;
			(void)recovery_match(
			    "alice", typed[i], kept, count, &which);
			assert_int_equal(compared, RECOVERY_COUNT);
		}
}

/* A row of zeros is nobody's code, whatever is typed. */
static void
need_a_code(void **state)
{
	static const struct recovery_kept zeros[RECOVERY_COUNT];
	struct recovery_kept forged = { { 0 } };
	uint8_t digest[EVP_MAX_MD_SIZE];
	char user[2048];
	size_t which;

	(void)state;
	assert_int_equal(
	    recovery_match("alice", "", zeros, RECOVERY_COUNT, &which),
	    GATE_EREFUSED);
	assert_int_equal(
	    recovery_match("alice", "", NULL, 0, &which), GATE_EREFUSED);
	/* nor is the hash of no code */
	assert_non_null(HMAC(EVP_sha256(), forged.bytes, 8,
	    (const uint8_t *)"alice", 6, digest, NULL));
	memcpy(forged.bytes + 8, digest, 24);
	assert_int_equal(recovery_match("alice", "no code", &forged, 1, &which),
	    GATE_EREFUSED);
	memset(user, 'x', sizeof(user));
	user[sizeof(user) - 1] = '\0';
	assert_int_equal(
	    recovery_match(user, codes[0].text, kept, RECOVERY_COUNT, &which),
	    GATE_ECRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(are_readable),
		cmocka_unit_test(are_random),
		cmocka_unit_test(are_found),
		cmocka_unit_test(are_found_however_they_are_typed),
		cmocka_unit_test(are_good_once),
		cmocka_unit_test(belong_to_a_user_and_a_set),
		cmocka_unit_test(are_not_kept),
		cmocka_unit_test(may_be_scratch_codes),
		cmocka_unit_test(take_the_same_time),
		cmocka_unit_test(need_a_code),
	};

	return cmocka_run_group_tests_name("recovery", tests, make_set, NULL);
}
