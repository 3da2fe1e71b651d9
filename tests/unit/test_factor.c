/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/seal.h"
#include "lib/store_fallback.h"
#include "tests/unit/scratch.h"
#include "twofactor/factor.h"

/* Every factor that there can be, one after the other; 0 after the last. */
static int
next_factor(struct factor *factor, int *n)
{
	int i = (*n)++;

	factor_init(factor, (i & 1) ? FACTOR_HOTP : FACTOR_TOTP);
	factor->algorithm = (enum factor_algorithm)(i / 2 % 3);
	factor->digits = 6 + i / 6 % 3;
	if (factor->kind == FACTOR_TOTP)
		factor->period = i / 18 % 2 ? 60 : 30;
	return i < 36;
}

static void
packs_every_factor(void **state)
{
	uint8_t packed[FACTOR_PACKED_SIZE];
	struct factor factor, again;
	struct factor_seed seed, found;
	int n = 0;

	(void)state;
	while (next_factor(&factor, &n))
		for (size_t size = FACTOR_SEED_MIN; size <= FACTOR_SEED_MAX;
		     size++) {
			assert_int_equal(factor_seed_make(&factor, &seed), 0);
			seed.size = size;
			assert_int_equal(
			    factor_pack(&factor, &seed, packed), 0);
			assert_int_equal(factor_unpack(packed, sizeof(packed),
					     &again, &found),
			    0);
			assert_memory_equal(&again, &factor, sizeof(factor));
			assert_int_equal(found.size, size);
			assert_memory_equal(found.bytes, seed.bytes, size);
		}
}

/* What the first version sealed: 20 bytes and nothing else. */
static void
reads_a_bare_seed(void **state)
{
	const uint8_t *bare = (const uint8_t *)"\x01\x00\x00\x06\x1e\x14"
					       "45678901234567";
	struct factor factor;
	struct factor_seed seed;

	(void)state;
	assert_int_equal(
	    factor_unpack(bare, FACTOR_BARE_SIZE, &factor, &seed), 0);
	assert_int_equal(factor.kind, FACTOR_TOTP);
	assert_int_equal(factor.algorithm, FACTOR_SHA1);
	assert_int_equal(factor.digits, 6);
	assert_int_equal(factor.period, 30);
	assert_int_equal(factor.last, -1);
	assert_int_equal(factor.confirmed, 0);
	assert_int_equal(seed.size, 20);
	assert_memory_equal(seed.bytes, bare, 20);
}

static void
refuses_what_it_did_not_pack(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} changes[] = {
		{ 0, 0 },
		{ 0, 2 }, /* version */
		{ 1, 2 },
		{ 1, 255 }, /* kind */
		{ 1, 1 },   /* a button with a period */
		{ 2, 3 },
		{ 2, 255 }, /* algorithm */
		{ 3, 5 },
		{ 3, 9 },
		{ 3, 0 }, /* digits */
		{ 4, 0 },
		{ 4, 31 },
		{ 4, 255 }, /* period */
		{ 5, 9 },
		{ 5, 0 },
		{ 5, 65 },
		{ 5, 255 }, /* seed's size */
		{ 5, 10 },  /* leaves some of the seed behind it */
		{ 6 + 32, 1 },
		{ 69, 1 },
	};
	static const struct factor_seed none;
	uint8_t packed[FACTOR_PACKED_SIZE + 1] = { 0 }, changed[sizeof(packed)];
	struct factor factor, again;
	struct factor_seed seed, found;
	size_t i;

	(void)state;
	factor_init(&factor, FACTOR_TOTP);
	memset(&seed, 'x', sizeof(seed));
	seed.size = 32;
	assert_int_equal(factor_pack(&factor, &seed, packed), 0);
	for (i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
		memcpy(changed, packed, sizeof(packed));
		changed[changes[i].at] = changes[i].value;
		assert_int_equal(
		    factor_unpack(changed, FACTOR_PACKED_SIZE, &again, &found),
		    GATE_EINVAL);
		assert_memory_equal(&found, &none, sizeof(found));
	}
	for (i = 0; i <= sizeof(packed); i++)
		if (i != FACTOR_PACKED_SIZE && i != FACTOR_BARE_SIZE)
			assert_int_equal(
			    factor_unpack(packed, i, &again, &found),
			    GATE_EINVAL);
}

static void
packs_no_unsound_factor(void **state)
{
	uint8_t packed[FACTOR_PACKED_SIZE];
	struct factor factor;
	struct factor_seed seed;

	(void)state;
	factor_init(&factor, FACTOR_TOTP);
	assert_int_equal(factor_seed_make(&factor, &seed), 0);
	assert_int_equal(seed.size, 20);
	seed.size = FACTOR_SEED_MIN - 1;
	assert_int_equal(factor_pack(&factor, &seed, packed), GATE_EINVAL);
	seed.size = FACTOR_SEED_MAX + 1;
	assert_int_equal(factor_pack(&factor, &seed, packed), GATE_EINVAL);
	seed.size = 20;
	factor.period = 45;
	assert_int_equal(factor_pack(&factor, &seed, packed), GATE_EINVAL);
	factor.period = 30;
	factor.last = -2;
	assert_int_equal(factor_pack(&factor, &seed, packed), GATE_EINVAL);
	factor.last = -1;
	assert_int_equal(factor_pack(&factor, &seed, packed), 0);
}

static void
makes_seeds_as_long_as_the_digest(void **state)
{
	static const size_t sizes[] = { 20, 32, 64 };
	struct factor factor;
	struct factor_seed one, other;

	(void)state;
	factor_init(&factor, FACTOR_TOTP);
	for (int i = FACTOR_SHA1; i <= FACTOR_SHA512; i++) {
		factor.algorithm = (enum factor_algorithm)i;
		assert_int_equal(factor_seed_make(&factor, &one), 0);
		assert_int_equal(factor_seed_make(&factor, &other), 0);
		assert_int_equal(one.size, sizes[i]);
		assert_memory_not_equal(one.bytes, other.bytes, one.size);
	}
}

/* It fits the store, sealed, and a row's seal opens for that row alone. */
static void
is_sealed_for_its_row(void **state)
{
	uint8_t packed[FACTOR_PACKED_SIZE], opened[FACTOR_PACKED_SIZE];
	uint8_t sealed[FACTOR_PACKED_SIZE + SEAL_OVERHEAD];
	struct seal_key *key = NULL;
	struct factor factor, again;
	struct factor_seed seed, found;
	const char *path = scratch_path("key");
	char why[128];

	(void)state;
	assert_true(sizeof(sealed) <= STORE_SEALED_MAX);
	assert_int_equal(seal_key_create(path), 0);
	assert_int_equal(seal_key_load(&key, path, why, sizeof(why)), 0);
	factor_init(&factor, FACTOR_HOTP);
	assert_int_equal(factor_seed_make(&factor, &seed), 0);
	assert_int_equal(factor_pack(&factor, &seed, packed), 0);
	assert_int_equal(
	    seal_close(key, "alice", packed, sizeof(packed), sealed), 0);
	assert_int_equal(seal_open(key, "bob", sealed, sizeof(sealed), opened),
	    GATE_ECRYPTO);
	assert_int_equal(
	    seal_open(key, "alice", sealed, sizeof(sealed), opened), 0);
	assert_int_equal(
	    factor_unpack(opened, sizeof(opened), &again, &found), 0);
	assert_memory_equal(found.bytes, seed.bytes, seed.size);
	seal_key_free(&key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packs_every_factor),
		cmocka_unit_test(reads_a_bare_seed),
		cmocka_unit_test(refuses_what_it_did_not_pack),
		cmocka_unit_test(packs_no_unsound_factor),
		cmocka_unit_test(makes_seeds_as_long_as_the_digest),
		cmocka_unit_test_setup_teardown(
		    is_sealed_for_its_row, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("factor", tests, NULL, NULL);
}
