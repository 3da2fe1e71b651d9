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
#include "lib/network.h"

static struct address
address_of(const char *text)
{
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	return address;
}

static void
reads_networks(void **state)
{
	static const struct {
		const char *text, *first;
		int prefix;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7", 128 },
		{ "192.0.2.0/24", "192.0.2.0", 120 },
		{ "10.0.0.0/8", "10.0.0.0", 104 },
		{ "0.0.0.0/0", "0.0.0.0", 96 },
		{ "::ffff:192.0.2.0/120", "192.0.2.0", 120 },
		{ "2001:db8::/32", "2001:db8::", 32 },
		{ "::/0", "::", 0 },
		{ "2001:db8::1", "2001:db8::1", 128 },
	};
	struct network network;
	char why[256], text[ADDRESS_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    network_parse(cases[i].text, &network, why, sizeof(why)),
		    0);
		assert_int_equal(network.prefix, cases[i].prefix);
		address_text(&network.address, text);
		assert_string_equal(text, cases[i].first);
	}
}

static void
says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "", "\"\" is not an IPv4 or IPv6 address" },
		{ "office", "\"office\" is not an IPv4 or IPv6 address" },
		{ "/8", "\"\" is not" },
		{ "10.0.0/8", "\"10.0.0\" is not" },
		{ "fe80::1%eth0/64", "is not an IPv4" },
		{ "10.0.0.0/", "\"/\" is not a prefix length from 0 to 32" },
		{ "10.0.0.0/33", "\"/33\"" },
		{ "10.0.0.0/08", "\"/08\"" },
		{ "10.0.0.0/-1", "\"/-1\"" },
		{ "10.0.0.0/8/8", "\"/8/8\"" },
		{ "10.0.0.0/99999999999999999999", "prefix length" },
		{ "::/129", "from 0 to 128" },
		{ "10.0.0.1/8", "did you mean 10.0.0.0/8?" },
		{ "2001:db8::1/32", "did you mean 2001:db8::/32?" },
	};
	struct network network;
	char why[256], longest[1000];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    network_parse(cases[i].text, &network, why, sizeof(why)),
		    GATE_EINVAL);
		assert_non_null(strstr(why, cases[i].why));
	}
	memset(longest, '1', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	assert_int_equal(
	    network_parse(longest, &network, why, sizeof(why)), GATE_EINVAL);
}

static void
has_what_begins_alike(void **state)
{
	static const struct {
		const char *network, *address;
		int has;
	} cases[] = {
		{ "10.0.0.0/8", "10.255.255.255", 1 },
		{ "10.0.0.0/8", "11.0.0.0", 0 },
		{ "192.0.2.128/25", "192.0.2.128", 1 },
		{ "192.0.2.128/25", "192.0.2.127", 0 },
		{ "192.0.2.7", "::ffff:192.0.2.7", 1 },
		{ "192.0.2.7", "192.0.2.8", 0 },
		{ "0.0.0.0/0", "255.255.255.255", 1 },
		{ "0.0.0.0/0", "2001:db8::1", 0 },
		{ "::/0", "2001:db8::1", 1 },
		{ "::/0", "192.0.2.7", 0 },
		{ "::/64", "192.0.2.7", 0 },
		{ "2001:db8::/33", "2001:db8:7fff::", 1 },
		{ "2001:db8::/33", "2001:db8:8000::", 0 },
	};
	struct network network;
	struct address address;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    network_parse(cases[i].network, &network, why, sizeof(why)),
		    0);
		address = address_of(cases[i].address);
		assert_int_equal(network_has(&network, &address), cases[i].has);
	}
}

static void
knows_a_home(void **state)
{
	static const struct {
		const char *address, *home;
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "2001:db8:1:2:3:4:5:6", "2001:db8:1:2::" },
		{ "2001:db8:1:ffff:ffff::1", "2001:db8:1:ffff::" },
		{ "::1", "::" },
	};
	struct address address, home;
	char text[ADDRESS_TEXT_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		address = address_of(cases[i].address);
		network_home(&address, &home);
		address_text(&home, text);
		assert_string_equal(text, cases[i].home);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_networks),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(has_what_begins_alike),
		cmocka_unit_test(knows_a_home),
	};

	return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
