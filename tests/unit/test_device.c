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
#include "twofactor/device.h"

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

/* Whether a token given to one is good for the other, at a time. */
static int
is_good(const char *token, const struct device *device, const char *user,
    const char *service, const char *from, int64_t now)
{
	const struct address address = address_of(from);
	const struct device_binding binding = {
		.user = user, .service = service, .address = &address
	};
	uint8_t hash[DEVICE_HASH_SIZE];

	return device_hash(&binding, token, hash) == 0 &&
	    device_is_remembered(device, hash, now, now);
}

static void
is_bound(void **state)
{
	static const struct {
		const char *given, *shown;
		int good;
	} addresses[] = {
		{ "192.0.2.7", "192.0.2.7", 1 },
		{ "192.0.2.7", "::ffff:192.0.2.7", 1 },
		{ "192.0.2.7", "192.0.2.6", 0 },
		{ "2001:db8:1:2::1", "2001:db8:1:2:ffff::9", 1 },
		{ "2001:db8:1:2::1", "2001:db8:1:3::1", 0 },
	};
	struct device device;
	char token[DEVICE_TOKEN_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const struct address at = address_of(addresses[i].given);
		const struct device_binding binding = {
			.user = "alice", .service = "sshd", .address = &at
		};

		assert_int_equal(
		    device_remember(&binding, 500, 1000, token, &device), 0);
		assert_int_equal(is_good(token, &device, "alice", "sshd",
				     addresses[i].shown, 999),
		    addresses[i].good);
	}
	assert_true(
	    is_good(token, &device, "alice", "sshd", "2001:db8:1:2::1", 999));
	assert_false(
	    is_good(token, &device, "bob", "sshd", "2001:db8:1:2::1", 999));
	assert_false(
	    is_good(token, &device, "alice", "login", "2001:db8:1:2::1", 999));
	/* what runs from one part into the next is another thing */
	assert_false(
	    is_good(token, &device, "alic", "esshd", "2001:db8:1:2::1", 999));
	assert_false(
	    is_good(token, &device, "alice", "sshd", "2001:db8:1:2::1", 1000));
	assert_false(is_good(
	    token, &device, "alice", "sshd", "2001:db8:1:2::1", INT64_MAX));
}

static void
is_a_secret(void **state)
{
	const struct address at = address_of("192.0.2.7");
	struct device_binding binding = {
		.user = "alice", .service = "sshd", .address = &at
	};
	char token[DEVICE_TOKEN_SIZE], other[DEVICE_TOKEN_SIZE];
	struct device device, second;
	uint8_t hash[DEVICE_HASH_SIZE];
	size_t i;

	(void)state;
	assert_int_equal(device_remember(&binding, 0, 1000, token, &device), 0);
	assert_int_equal(device_remember(&binding, 0, 1000, other, &second), 0);
	assert_string_not_equal(token, other);
	assert_memory_not_equal(device.hash, second.hash, DEVICE_HASH_SIZE);
	assert_int_equal(strlen(token), DEVICE_TOKEN_SIZE - 1);
	for (i = 0; i + 8 < DEVICE_TOKEN_SIZE; i++)
		assert_null(memmem(&device, sizeof(device), token + i, 8));
	/* any other text */
	for (i = 0; i < DEVICE_TOKEN_SIZE - 1; i++) {
		memcpy(other, token, sizeof(token));
		other[i] = other[i] == 'A' ? 'B' : 'A';
		assert_false(
		    is_good(other, &device, "alice", "sshd", "192.0.2.7", 999));
		other[i] = '\0';
		assert_int_equal(
		    device_hash(&binding, other, hash), GATE_EINVAL);
	}
	binding.address = NULL;
	assert_int_equal(device_hash(&binding, token, hash), GATE_EINVAL);
	assert_int_equal(
	    device_remember(&binding, 0, 1000, other, &second), GATE_EINVAL);
	assert_int_equal(other[0], '\0');
}

/* The device is what it is bound to; a token's is another thing. */
static void
is_bound_without_a_token(void **state)
{
	const struct address at = address_of("2001:db8:1:2::1");
	struct device_binding binding = {
		.user = "alice", .service = "sshd", .address = &at
	};
	char token[DEVICE_TOKEN_SIZE];
	uint8_t hash[DEVICE_HASH_SIZE];
	struct device device, second;

	(void)state;
	assert_int_equal(device_remember(&binding, 0, 1000, NULL, &device), 0);
	assert_int_equal(device_remember(&binding, 0, 1000, NULL, &second), 0);
	assert_memory_equal(device.hash, second.hash, DEVICE_HASH_SIZE);
	assert_true(
	    is_good(NULL, &device, "alice", "sshd", "2001:db8:1:2:9::9", 999));
	assert_false(
	    is_good(NULL, &device, "alice", "sshd", "2001:db8:1:3::1", 999));
	assert_false(
	    is_good(NULL, &device, "bob", "sshd", "2001:db8:1:2::1", 999));
	assert_false(
	    is_good(NULL, &device, "alice", "login", "2001:db8:1:2::1", 999));
	assert_int_equal(device_hash(&binding, "", hash), GATE_EINVAL);
	assert_int_equal(device_remember(&binding, 0, 1000, token, &second), 0);
	assert_false(
	    is_good(token, &device, "alice", "sshd", "2001:db8:1:2::1", 999));
	assert_false(
	    is_good(NULL, &second, "alice", "sshd", "2001:db8:1:2::1", 999));
	binding.address = NULL;
	assert_int_equal(
	    device_remember(&binding, 0, 1000, NULL, &device), GATE_EINVAL);
}

/* No setting of the clock makes the time longer. */
static void
ends_by_every_clock(void **state)
{
	static const struct {
		int64_t now, seen;
		int good;
	} times[] = {
		{ 500, 500, 1 },
		{ 999, 999, 1 },
		{ 1000, 1000, 0 },
		{ 600, 999, 1 },
		{ 600, 1000, 0 }, /* set back after it had ended */
		{ 499, 499, 0 },  /* it was ahead when this was put down */
		{ 499, 5000, 0 },
	};
	const struct address at = address_of("192.0.2.7");
	const struct device_binding binding = {
		.user = "alice", .service = "sshd", .address = &at
	};
	struct device device;
	size_t i;

	(void)state;
	assert_int_equal(
	    device_remember(&binding, 500, 1000, NULL, &device), 0);
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_int_equal(device_is_remembered(&device, device.hash,
				     times[i].now, times[i].seen),
		    times[i].good);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_bound),
		cmocka_unit_test(is_a_secret),
		cmocka_unit_test(is_bound_without_a_token),
		cmocka_unit_test(ends_by_every_clock),
	};

	return cmocka_run_group_tests_name("device", tests, NULL, NULL);
}
