/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/percent.h"
#include "web/header.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void
is_clear(const struct headers *headers)
{
	size_t i;

	for (i = 0; i < HEADER_COUNT; i++)
		assert_null(headers->values[i]);
}

static void
has_all_of_them_always(void **state)
{
	static const char *const names[] = { "X-Gatehouse-User",
		"X-Gatehouse-Groups", "X-Gatehouse-Session",
		"X-Gatehouse-Method", "X-Gatehouse-Attributes",
		"X-Gatehouse-Token", "X-Gatehouse-Previous-Session" };
	static const struct identity nobody;
	static const struct identity user = { .user = "alice" };
	struct attributes none = { 0 };
	struct identity empty = { .user = "",
		.session = "",
		.method = "",
		.attributes = &none,
		.token = "" };
	struct headers headers;
	size_t i;

	(void)state;
	assert_int_equal(COUNT(names), HEADER_COUNT);
	for (i = 0; i < HEADER_COUNT; i++)
		assert_string_equal(header_names[i], names[i]);
	assert_int_equal(headers_make(&headers, &nobody), 0);
	for (i = 0; i < HEADER_COUNT; i++)
		assert_string_equal(headers.values[i], "");
	headers_clear(&headers);
	is_clear(&headers);
	headers_clear(&headers);
	assert_int_equal(headers_make(&headers, &user), 0);
	assert_string_equal(headers.values[HEADER_USER], "alice");
	for (i = HEADER_USER + 1; i < HEADER_COUNT; i++)
		assert_string_equal(headers.values[i], "");
	headers_clear(&headers);
	assert_int_equal(headers_make(&headers, &empty), 0);
	for (i = 0; i < HEADER_COUNT; i++)
		assert_string_equal(headers.values[i], "");
	headers_clear(&headers);
}

static void
escapes_what_is_more_than_text(void **state)
{
	static const struct {
		const char *user, *value;
	} cases[] = {
		{ "alice", "alice" },
		{ "alice+x@example.org", "alice+x@example.org" },
		{ "https://idp.example/alice!1",
		    "https://idp.example/alice!1" },
		{ "a-._~@:/+!$&'()*z", "a-._~@:/+!$&'()*z" },
		{ "a%20b", "a%2520b" },
		{ "a b", "a%20b" },
		{ " a ", "%20a%20" },
		{ "a,b", "a%2Cb" },
		{ "a;b=c", "a%3Bb%3Dc" },
		{ "a\"b\\c", "a%22b%5Cc" },
		{ "EXAMPLE\\alice", "EXAMPLE%5Calice" },
		{ "a\r\nX-Gatehouse-User: root",
		    "a%0D%0AX-Gatehouse-User:%20root" },
		{ "\x01\x1f\x7f\t", "%01%1F%7F%09" },
		{ "j\xc3\xbcrgen", "j%C3%BCrgen" },
		{ "\xea\xb9\x80", "%EA%B9%80" },
		{ "a\xe2\x80\xae"
		  "b",
		    "a%E2%80%AEb" },
		{ "a#b?c<d>e{f}g|h^i`j[k]",
		    "a%23b%3Fc%3Cd%3Ee%7Bf%7Dg%7Ch%5Ei%60j%5Bk%5D" },
	};
	struct identity identity = { 0 };
	struct headers headers;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		identity.user = identity.session = identity.method =
		    identity.token = cases[i].user;
		assert_int_equal(headers_make(&headers, &identity), 0);
		assert_string_equal(
		    headers.values[HEADER_USER], cases[i].value);
		assert_string_equal(
		    headers.values[HEADER_SESSION], cases[i].value);
		assert_string_equal(
		    headers.values[HEADER_METHOD], cases[i].value);
		assert_string_equal(
		    headers.values[HEADER_TOKEN], cases[i].value);
		headers_clear(&headers);
	}
}

/* Every byte but NUL: nothing in a value could end it, or split it, and it can
 * be read back. */
static void
can_be_read_back(void **state)
{
	char user[3 * 128], *value, read[sizeof(user)];
	struct identity identity = { .user = user };
	struct headers headers;
	size_t i, used = 0;
	int c;

	(void)state;
	for (i = 1; i < 128; i++)
		user[used++] = (char)i;
	for (i = 0; i < 64; i++) {
		user[used++] = '\xc3';
		user[used++] = (char)(0x80 + i);
	}
	user[used] = '\0';
	assert_int_equal(headers_make(&headers, &identity), 0);
	value = headers.values[HEADER_USER];
	for (i = 0; *value != '\0'; i++) {
		assert_true(*value > ' ' && *value < 0x7f);
		assert_null(strchr(",;=\"\\", *value));
		c = *value;
		if (c == '%') {
			c = percent_byte(value, value + strlen(value));
			assert_true(c > 0);
			value += 2;
		}
		read[i] = (char)c;
		value++;
	}
	assert_int_equal(i, used);
	assert_memory_equal(read, user, used);
	headers_clear(&headers);
}

static void
keeps_the_items_of_lists_apart(void **state)
{
	static const char *const groups[] = { "staff", "Domain Admins",
		"a,admin", "\xeb\xb6\x80\xec\x84\x9c", "%2C" };
	struct attributes attributes = { 0 };
	struct identity identity = { .groups = groups,
		.group_count = COUNT(groups),
		.attributes = &attributes };
	struct headers headers;

	(void)state;
	attributes_add(&attributes, "mail");
	attributes_add_value(&attributes, "a@b.example");
	attributes_add(&attributes, "role");
	attributes_add_value(&attributes, "x,role=admin");
	attributes_add_value(&attributes, "");
	attributes_add(&attributes, "none");
	attributes_add(&attributes, "a=b");
	attributes_add_value(&attributes, "c");
	attributes_add(&attributes, "role");
	attributes_add_value(&attributes, "y");
	assert_int_equal(headers_make(&headers, &identity), 0);
	assert_string_equal(headers.values[HEADER_GROUPS],
	    "staff,Domain%20Admins,a%2Cadmin,%EB%B6%80%EC%84%9C,%252C");
	assert_string_equal(headers.values[HEADER_ATTRIBUTES],
	    "mail=a@b.example,role=x%2Crole%3Dadmin,role=,a%3Db=c,role=y");
	headers_clear(&headers);
	attributes_clear(&attributes);
}

static void
tells_nothing_that_is_no_text(void **state)
{
	static const char *const bad[] = { "\xff", "a\xc3", "\xc0\x80",
		"\xed\xa0\x80", "a\x80" };
	const char *groups[] = { "staff", NULL };
	struct attributes attributes = { 0 };
	struct identity identity = { .user = "alice" };
	struct headers headers;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(bad); i++) {
		identity.user = bad[i];
		assert_int_equal(
		    headers_make(&headers, &identity), GATE_EINVAL);
		is_clear(&headers);
		identity.user = "alice";
		groups[1] = bad[i];
		identity.groups = groups;
		identity.group_count = 2;
		assert_int_equal(
		    headers_make(&headers, &identity), GATE_EINVAL);
		is_clear(&headers);
		identity.group_count = 0;
		attributes_add(&attributes, "a");
		attributes_add_value(&attributes, bad[i]);
		identity.attributes = &attributes;
		assert_int_equal(
		    headers_make(&headers, &identity), GATE_EINVAL);
		is_clear(&headers);
		attributes_clear(&attributes);
	}
	groups[1] = "";
	identity.group_count = 2;
	assert_int_equal(headers_make(&headers, &identity), GATE_EINVAL);
	identity.group_count = 0;
	attributes_add(&attributes, "");
	attributes_add_value(&attributes, "a");
	assert_int_equal(headers_make(&headers, &identity), GATE_EINVAL);
	attributes_clear(&attributes);
}

static void
has_its_limit(void **state)
{
	static char user[HEADER_VALUE_MAX + 2];
	struct identity identity = { .user = user };
	const char *groups[2] = { "a", user };
	struct headers headers;

	(void)state;
	/* three bytes have to be left for the last one */
	memset(user, 'a', HEADER_VALUE_MAX - 2);
	assert_int_equal(headers_make(&headers, &identity), 0);
	assert_int_equal(
	    strlen(headers.values[HEADER_USER]), HEADER_VALUE_MAX - 2);
	headers_clear(&headers);
	user[HEADER_VALUE_MAX - 2] = 'a';
	assert_int_equal(headers_make(&headers, &identity), GATE_ETOOBIG);
	is_clear(&headers);
	memset(user, 0, sizeof(user));
	memset(user, ' ', HEADER_VALUE_MAX / 3);
	assert_int_equal(headers_make(&headers, &identity), 0);
	headers_clear(&headers);
	user[HEADER_VALUE_MAX / 3] = ' ';
	assert_int_equal(headers_make(&headers, &identity), GATE_ETOOBIG);
	/* and with the comma */
	memset(user, 0, sizeof(user));
	memset(user, 'a', HEADER_VALUE_MAX - 4);
	identity.user = NULL;
	identity.groups = groups;
	identity.group_count = 2;
	assert_int_equal(headers_make(&headers, &identity), 0);
	headers_clear(&headers);
	user[HEADER_VALUE_MAX - 4] = 'a';
	assert_int_equal(headers_make(&headers, &identity), GATE_ETOOBIG);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_all_of_them_always),
		cmocka_unit_test(escapes_what_is_more_than_text),
		cmocka_unit_test(can_be_read_back),
		cmocka_unit_test(keeps_the_items_of_lists_apart),
		cmocka_unit_test(tells_nothing_that_is_no_text),
		cmocka_unit_test(has_its_limit),
	};

	return cmocka_run_group_tests_name("web_header", tests, NULL, NULL);
}
