/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/address.h"
#include "lib/error.h"

/* Longer than any address: 70 characters, and again as a scope. */
#define LONG70                                                                 \
	"1111111111111111111111111111111111111111111111111111111111111111111111"

static void
reads_and_writes_literals(void **state)
{
	static const struct {
		const char *text, *written;
		int v4;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7", 1 },
		{ "0.0.0.0", "0.0.0.0", 1 },
		{ "255.255.255.255", "255.255.255.255", 1 },
		{ "::ffff:192.0.2.7", "192.0.2.7", 1 },
		{ "::FFFF:c000:0207", "192.0.2.7", 1 },
		{ "0:0:0:0:0:ffff:192.0.2.7", "192.0.2.7", 1 },
		{ "::ffff:192.0.2.7%eth0", "192.0.2.7", 1 },
		/* not mapped, though they look like it */
		{ "::192.0.2.7", "::192.0.2.7", 0 },
		{ "::ffff:0:192.0.2.7", "::ffff:0:c000:207", 0 },
		{ "64:ff9b::192.0.2.7", "64:ff9b::c000:207", 0 },
		{ "::", "::", 0 },
		{ "::1", "::1", 0 },
		/* RFC 5952: lower case, no leading zeros, the longest run */
		{ "2001:0DB8::0001", "2001:db8::1", 0 },
		{ "2001:db8:0:0:1:0:0:0", "2001:db8:0:0:1::", 0 },
		{ "2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1", 0 },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 0 },
		{ "fe80::1%eth0", "fe80::1", 0 },
		{ "fe80::1%2", "fe80::1", 0 },
		{ "fe80::1%br-lan.100", "fe80::1", 0 },
		{ "fe80::1%a23456789012345", "fe80::1", 0 },
	};
	struct address address, again;
	char text[ADDRESS_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(address_parse(cases[i].text, &address), 0);
		assert_int_equal(address_is_v4(&address) != 0, cases[i].v4);
		address_text(&address, text);
		assert_string_equal(text, cases[i].written);
		assert_int_equal(address_parse(text, &again), 0);
		assert_memory_equal(&address, &again, sizeof(again));
	}
}

static void
refuses_what_is_no_literal(void **state)
{
	static const char *const texts[] = { "", " ", "localhost",
		"gate.example", "a.b.c.d", "192.0.2", "192.0.2.", "192.0.2.7.",
		"192.0.2.7.1", ".192.0.2.7", "192..2.7", "3221225991",
		"0xc0000207", "192.0.519",
		/* octal for some */
		"192.0.2.07", "192.0.02.7", "010.0.0.1", "192.0.2.00",
		"::ffff:192.0.2.07",
		/* hexadecimal, signs, out of range */
		"0x7f.0.0.1", "192.0.2.+7", "192.0.2.-7", "192.0.2.256",
		"192.0.2.1000",
		/* ports, prefixes, brackets, blanks */
		"192.0.2.7:22", "192.0.2.7/32", "[2001:db8::1]",
		"[2001:db8::1]:22", "2001:db8::/32", "192.0.2.7 22",
		" 192.0.2.7", "192.0.2.7 ", "192.0.2.7\n", "192.0.2.7\t",
		"192.0.2.7,192.0.2.8",
		/* IPv6 */
		":", ":::", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
		"12345::", "g::", "::1.2.3", "::1.2.3.4.5",
		"1.2.3.4::", ":1::", "2001:db8::1 ", "2001:db8::1\n",
		"::ffff:1.2.3.256",
		/* scopes */
		"192.0.2.7%eth0", "192.0.2.7%", "fe80::1%", "%eth0",
		"fe80::1%eth0/64", "fe80::1%eth0 22", "fe80::1%eth0]",
		"fe80::1%eth0%eth0", "fe80::1%a234567890123456", "fe80::1%\n",
		LONG70, "::" LONG70, "fe80::1%" LONG70 };
	struct address address, before;
	size_t i;

	(void)state;
	memset(&address, 0x55, sizeof(address));
	before = address;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (address_parse(texts[i], &address) == 0)
			fail_msg("took \"%s\"", texts[i]);
		assert_int_equal(
		    address_parse(texts[i], &address), GATE_EINVAL);
		assert_memory_equal(&address, &before, sizeof(address));
	}
}

/* What is written is read as the same address, whatever its bytes. */
static void
comes_round_with_random_bytes(void **state)
{
	struct address address, again;
	char text[ADDRESS_TEXT_SIZE];
	int i, at;

	(void)state;
	srandom(20261122);
	for (i = 0; i < 100000; i++) {
		/* many zeros and ones, where the short forms are */
		for (at = 0; at < 16; at++)
			address.bytes[at] = random() % 3 == 0
			    ? (uint8_t)random()
			    : random() % 2 ? 0
					   : 0xff;
		if (random() % 4 == 0)
			memcpy(
			    address.bytes, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		address_text(&address, text);
		assert_int_equal(address_parse(text, &again), 0);
		assert_memory_equal(&address, &again, sizeof(again));
		assert_int_equal(
		    address_is_v4(&address) != 0, strchr(text, ':') == NULL);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_and_writes_literals),
		cmocka_unit_test(refuses_what_is_no_literal),
		cmocka_unit_test(comes_round_with_random_bytes),
	};

	return cmocka_run_group_tests_name("address", tests, NULL, NULL);
}
