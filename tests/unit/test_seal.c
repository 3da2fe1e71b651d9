/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/seal.h"
#include "tests/unit/scratch.h"

#define PLAIN      "twenty-byte seed 0001"
#define PLAIN_SIZE (sizeof(PLAIN) - 1)
#define ROW        "otp:alice"

/* A key file with bytes 0, 1, 2, ..., of the size given. */
static const char *
key_file(const char *name, size_t size)
{
	const char *path = scratch_path(name);
	uint8_t bytes[64];
	size_t i;

	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	assert_int_equal(file_create(path, bytes, size), 0);
	return path;
}

static struct seal_key *
key_new(const char *name)
{
	struct seal_key *key = NULL;
	char why[128];

	assert_int_equal(seal_key_create(scratch_path(name)), 0);
	assert_int_equal(
	    seal_key_load(&key, scratch_path(name), why, sizeof(why)), 0);
	assert_non_null(key);
	return key;
}

static void
test_key_file(void **state)
{
	struct seal_key *key = NULL;
	const char *path = scratch_path("key");
	char before[64], after[64], *bytes, why[128];
	struct stat st;
	size_t size;

	(void)state;
	assert_int_equal(seal_key_create(path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 64, &bytes, &size, NULL, 0), 0);
	assert_int_equal(size, SEAL_KEY_SIZE);
	memcpy(before, bytes, size);
	free(bytes);

	assert_int_equal(seal_key_create(path), GATE_EEXISTS);
	assert_int_equal(
	    file_read(path, FILE_SECRET, 64, &bytes, &size, NULL, 0), 0);
	memcpy(after, bytes, size);
	free(bytes);
	assert_memory_equal(before, after, SEAL_KEY_SIZE);

	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(
	    seal_key_load(&key, path, why, sizeof(why)), GATE_EUNSAFE);
	assert_null(key);
	assert_non_null(strstr(why, "chmod 600"));
	assert_int_equal(
	    seal_key_load(&key, scratch_path("absent"), why, sizeof(why)),
	    GATE_EIO);
}

static void
test_key_size(void **state)
{
	static const size_t sizes[] = { 0, 31, 33, 64 };
	struct seal_key *key = NULL;
	char name[16], why[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
		snprintf(name, sizeof(name), "key%zu", i);
		assert_int_equal(seal_key_load(&key, key_file(name, sizes[i]),
				     why, sizeof(why)),
		    GATE_ECONFIG);
		assert_null(key);
		assert_string_equal(why,
		    "not a master key: one has 32 bytes, this file has not");
	}
	seal_key_free(&key);
	seal_key_free(NULL);
}

static void
test_round_trip(void **state)
{
	struct seal_key *key = key_new("key");
	uint8_t one[PLAIN_SIZE + SEAL_OVERHEAD], two[sizeof(one)];
	char out[PLAIN_SIZE], none;

	(void)state;
	assert_int_equal(seal_close(key, ROW, PLAIN, PLAIN_SIZE, one), 0);
	assert_int_equal(seal_close(key, ROW, PLAIN, PLAIN_SIZE, two), 0);
	assert_null(memmem(one, sizeof(one), PLAIN, 4));
	/* Each time another nonce, and so another ciphertext. */
	assert_memory_not_equal(one + 1, two + 1, 12);
	assert_memory_not_equal(one + 13, two + 13, PLAIN_SIZE);
	assert_int_equal(seal_open(key, ROW, two, sizeof(two), out), 0);
	assert_memory_equal(out, PLAIN, PLAIN_SIZE);

	assert_int_equal(seal_close(key, ROW, "", 0, one), 0);
	assert_int_equal(seal_open(key, ROW, one, SEAL_OVERHEAD, &none), 0);
	seal_key_free(&key);
	assert_null(key);
}

static void
test_tampering(void **state)
{
	struct seal_key *key = key_new("key"), *other = key_new("other");
	uint8_t sealed[PLAIN_SIZE + SEAL_OVERHEAD];
	char out[PLAIN_SIZE + 1], zero[PLAIN_SIZE] = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(seal_close(key, ROW, PLAIN, PLAIN_SIZE, sealed), 0);
	for (i = 0; i < 8 * sizeof(sealed); i++) {
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
		memset(out, 0, sizeof(out));
		assert_int_equal(
		    seal_open(key, ROW, sealed, sizeof(sealed), out),
		    GATE_ECRYPTO);
		assert_memory_equal(out, zero, PLAIN_SIZE);
		sealed[i / 8] ^= (uint8_t)(1 << i % 8);
	}
	for (i = 0; i < sizeof(sealed); i++)
		assert_int_equal(
		    seal_open(key, ROW, sealed, i, out), GATE_ECRYPTO);
	assert_int_equal(seal_open(key, "otp:bob", sealed, sizeof(sealed), out),
	    GATE_ECRYPTO);
	assert_int_equal(
	    seal_open(key, "", sealed, sizeof(sealed), out), GATE_ECRYPTO);
	assert_int_equal(
	    seal_open(other, ROW, sealed, sizeof(sealed), out), GATE_ECRYPTO);
	assert_int_equal(seal_open(key, ROW, sealed, sizeof(sealed), out), 0);
	seal_key_free(&key);
	seal_key_free(&other);
}

/*
 * What was sealed once must open for ever. Made by another implementation of
 * AES-256-GCM: key 00..1f, nonce a0..ab, additional data 01 "otp:alice".
 */
static void
test_format(void **state)
{
	static const uint8_t sealed[PLAIN_SIZE + SEAL_OVERHEAD] = { 0x01, 0xa0,
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0xa6, 0xa7, 0xa8, 0xa9, 0xaa,
		0xab, 0x92, 0x6f, 0x19, 0x43, 0x31, 0xb2, 0x2f, 0xdd, 0x1b,
		0x11, 0xe2, 0xf3, 0x74, 0x1f, 0xa5, 0xba, 0x50, 0x9c, 0x69,
		0x20, 0xa3, 0x60, 0x34, 0x99, 0xad, 0x3d, 0x72, 0xb2, 0x87,
		0xc8, 0x30, 0x38, 0x82, 0xbd, 0x07, 0xdf, 0xcf };
	struct seal_key *key;
	char out[PLAIN_SIZE];

	(void)state;
	assert_int_equal(
	    seal_key_load(&key, key_file("key", SEAL_KEY_SIZE), NULL, 0), 0);
	assert_int_equal(seal_open(key, ROW, sealed, sizeof(sealed), out), 0);
	assert_memory_equal(out, PLAIN, PLAIN_SIZE);
	seal_key_free(&key);
}

#define SEALED_SIZE (PLAIN_SIZE + SEAL_OVERHEAD)

static void
seal(const struct seal_key *key, uint8_t sealed[SEALED_SIZE])
{
	assert_int_equal(seal_close(key, ROW, PLAIN, PLAIN_SIZE, sealed), 0);
}

static int
opens(const struct seal_key *key, const uint8_t sealed[SEALED_SIZE])
{
	char out[PLAIN_SIZE];
	int r = seal_open(key, ROW, sealed, SEALED_SIZE, out);

	if (r == 0)
		assert_memory_equal(out, PLAIN, PLAIN_SIZE);
	return r;
}

static struct seal_key *
loaded(const char *path)
{
	struct seal_key *key = NULL;

	assert_int_equal(seal_key_load(&key, path, NULL, 0), 0);
	return key;
}

static void
test_rotation(void **state)
{
	struct seal_key *key = key_new("key");
	const char *old = scratch_path("key" SEAL_OLD_SUFFIX);
	uint8_t before[SEALED_SIZE], after[SEALED_SIZE], copy[SEALED_SIZE];
	int changed;

	(void)state;
	seal(key, before);
	assert_int_equal(
	    seal_renew(key, ROW, before, SEALED_SIZE, &changed), 0);
	assert_int_equal(changed, 0);
	assert_int_equal(seal_key_is_replaced(key), 0);
	assert_int_equal(seal_key_rotate(key), 0);
	assert_int_equal(seal_key_is_replaced(key), 1);
	assert_int_equal(access(old, F_OK), 0);
	/* the key before opens, and seals no more */
	seal(key, after);
	assert_int_equal(opens(key, before), 0);
	assert_int_equal(opens(key, after), 0);
	assert_int_equal(seal_key_rotate(key), GATE_EEXISTS);
	assert_int_equal(opens(key, before), 0);
	memcpy(copy, before, SEALED_SIZE);
	assert_int_equal(
	    seal_renew(key, ROW, before, SEALED_SIZE, &changed), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(
	    seal_renew(key, ROW, before, SEALED_SIZE, &changed), 0);
	assert_int_equal(changed, 0);
	assert_int_equal(seal_key_settle(key), 0);
	assert_int_equal(access(old, F_OK), -1);
	assert_int_equal(opens(key, before), 0);
	assert_int_equal(opens(key, after), 0);
	assert_int_equal(opens(key, copy), GATE_ECRYPTO);
	assert_int_equal(
	    seal_renew(key, ROW, copy, SEALED_SIZE, &changed), GATE_ENOTFOUND);
	assert_int_equal(seal_renew(key, "other", after, SEALED_SIZE, &changed),
	    GATE_ENOTFOUND);
	assert_int_equal(changed, 0);
	/* and again */
	assert_int_equal(seal_key_rotate(key), 0);
	assert_int_equal(opens(key, after), 0);
	seal_key_free(&key);
}

/* Whoever reads the files at any moment in between has both. */
static void
test_interrupted_rotation(void **state)
{
	struct seal_key *key = key_new("key"), *again;
	const char *path = scratch_path("key");
	uint8_t before[SEALED_SIZE], after[SEALED_SIZE];
	int changed;

	(void)state;
	seal(key, before);
	assert_int_equal(seal_key_rotate(key), 0);
	seal(key, after);
	again = loaded(path);
	assert_int_equal(seal_key_is_replaced(again), 1);
	assert_int_equal(opens(again, before), 0);
	assert_int_equal(
	    seal_renew(again, ROW, before, SEALED_SIZE, &changed), 0);
	assert_int_equal(changed, 1);
	assert_int_equal(seal_key_settle(again), 0);
	seal_key_free(&again);
	again = loaded(path);
	assert_int_equal(seal_key_is_replaced(again), 0);
	assert_int_equal(opens(again, before), 0);
	assert_int_equal(opens(again, after), 0);
	seal_key_free(&again);
	seal_key_free(&key);
}

/* What a rotation leaves that is killed while it writes a key. */
static void
test_drafts_of_keys_do_not_stay(void **state)
{
	const char *const places[] = { scratch_path("key"),
		scratch_path("key" SEAL_OLD_SUFFIX) };
	const char *copy = scratch_path("key.backup");
	struct file_draft drafts[2];
	struct seal_key *key = key_new("key");
	size_t i;

	(void)state;
	seal_key_free(&key);
	assert_int_equal(file_create(copy, "", 0), 0);
	for (i = 0; i < 2; i++)
		assert_int_equal(
		    file_draft_open(&drafts[i], places[i], 0600), 0);
	key = loaded(places[0]);
	for (i = 0; i < 2; i++) {
		assert_int_equal(access(drafts[i].name, F_OK), -1);
		file_draft_drop(&drafts[i]);
	}
	assert_int_equal(access(places[0], F_OK), 0);
	assert_int_equal(access(copy, F_OK), 0);
	seal_key_free(&key);
}

/* The key before goes only where the one in use is on disk. */
static void
test_settle_looks_first(void **state)
{
	struct seal_key *key = key_new("key");
	const char *path = scratch_path("key");
	const char *old = scratch_path("key" SEAL_OLD_SUFFIX);
	const uint8_t stranger[SEAL_KEY_SIZE] = { 1 };

	(void)state;
	assert_int_equal(seal_key_rotate(key), 0);
	assert_int_equal(file_replace(path, 0600, stranger, SEAL_KEY_SIZE), 0);
	assert_int_equal(seal_key_settle(key), GATE_EUNSAFE);
	assert_int_equal(access(old, F_OK), 0);
	assert_int_equal(seal_key_is_replaced(key), 1);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(seal_key_settle(key), GATE_EUNSAFE);
	assert_int_equal(access(old, F_OK), 0);
	seal_key_free(&key);
}

/* Where no new key can be written the one before is still the key. */
static void
test_rotation_without_room(void **state)
{
	struct seal_key *key = key_new("key"), *again;
	const char *path = scratch_path("key");
	const char *old = scratch_path("key" SEAL_OLD_SUFFIX);
	uint8_t sealed[SEALED_SIZE];

	(void)state;
	assert_int_equal(mkdir(old, 0700), 0);
	assert_int_not_equal(seal_key_rotate(key), 0);
	assert_int_equal(seal_key_is_replaced(key), 0);
	seal(key, sealed);
	assert_int_equal(rmdir(old), 0);
	again = loaded(path);
	assert_int_equal(opens(again, sealed), 0);
	seal_key_free(&again);
	seal_key_free(&key);
}

/* Bound to text, row and key; no two of row and text run together. */
static void
test_mac(void **state)
{
	struct seal_key *key = key_new("mac"), *other = key_new("mac2");
	uint8_t mac[SEAL_MAC_SIZE], again[SEAL_MAC_SIZE];
	const struct {
		const struct seal_key *key;
		const char *row, *text;
	} others[] = {
		{ key, ROW, "123457" },
		{ key, "otp:bob", "123456" },
		{ key, ROW "1", "23456" },
		{ key, "", ROW "123456" },
		{ other, ROW, "123456" },
	};
	size_t i;

	(void)state;
	assert_int_equal(seal_mac(key, ROW, "123456", mac), 0);
	assert_int_equal(seal_mac(key, ROW, "123456", again), 0);
	assert_memory_equal(mac, again, sizeof(mac));
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(seal_mac(others[i].key, others[i].row,
				     others[i].text, again),
		    0);
		assert_memory_not_equal(mac, again, sizeof(mac));
	}
	assert_int_equal(seal_key_rotate(key), 0);
	assert_int_equal(seal_mac(key, ROW, "123456", again), 0);
	assert_memory_not_equal(mac, again, sizeof(mac));
	seal_key_free(&key);
	seal_key_free(&other);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_key_file),
		TEST(test_key_size),
		TEST(test_round_trip),
		TEST(test_tampering),
		TEST(test_format),
		TEST(test_rotation),
		TEST(test_interrupted_rotation),
		TEST(test_drafts_of_keys_do_not_stay),
		TEST(test_settle_looks_first),
		TEST(test_rotation_without_room),
		TEST(test_mac),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
