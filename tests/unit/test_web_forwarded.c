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
#include "web/forwarded.h"

#define LINES_MAX 8

/* What a request comes with: "" is an empty line, NULL ends them. */
struct request {
	const char *peer; /* NULL: the unix socket */
	const char *x_for[LINES_MAX];
	const char *standard[LINES_MAX];
};

static struct network proxies[3];

static int
set_up(void **state)
{
	static const char *const texts[] = { "10.0.0.0/24", "2001:db8:1::/48",
		"127.0.0.1" };
	char why[128];
	size_t i;

	(void)state;
	for (i = 0; i < 3; i++)
		if (network_parse(texts[i], &proxies[i], why, sizeof(why)) != 0)
			return -1;
	return 0;
}

static struct field_lines
lines_of(const char *const *lines)
{
	struct field_lines field = { .lines = lines };

	while (field.count < LINES_MAX && lines[field.count] != NULL)
		field.count++;
	return field;
}

static int
ask(enum forwarded_kind kind, const struct request *request,
    char text[ADDRESS_TEXT_SIZE])
{
	const struct forwarded_rules rules = { .kind = kind,
		.proxies = proxies,
		.proxy_count = sizeof(proxies) / sizeof(proxies[0]) };
	struct forwarded_request asked = { .x_for = lines_of(request->x_for),
		.standard = lines_of(request->standard) };
	struct address peer, client, untouched;
	int r;

	if (request->peer != NULL) {
		assert_int_equal(address_parse(request->peer, &peer), 0);
		asked.peer = &peer;
	}
	memset(&client, 0xaa, sizeof(client));
	untouched = client;
	r = forwarded_client(&rules, &asked, &client);
	text[0] = '\0';
	if (r == 0)
		address_text(&client, text);
	else
		assert_memory_equal(&client, &untouched, sizeof(client));
	return r;
}

static void
is(enum forwarded_kind kind, const struct request *request, const char *client)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_int_equal(ask(kind, request, text), 0);
	assert_string_equal(text, client);
}

static void
is_nobody(enum forwarded_kind kind, const struct request *request, int error)
{
	char text[ADDRESS_TEXT_SIZE];

	assert_int_equal(ask(kind, request, text), error);
}

static void
believes_proxies_alone(void **state)
{
	static const struct request stranger = { "192.0.2.9", { "10.1.1.1" },
		{ "for=10.1.1.1" } };
	static const struct request near = { "10.0.1.1", { "192.0.2.1" },
		{ NULL } };
	static const struct request proxy = { "10.0.0.1", { "192.0.2.1" },
		{ "for=192.0.2.2" } };
	static const struct request mapped = { "::ffff:10.0.0.1",
		{ "192.0.2.1" }, { NULL } };
	static const struct request v6 = { "2001:db8:1::5", { "192.0.2.1" },
		{ NULL } };
	static const struct request socket = { NULL, { "192.0.2.1" },
		{ NULL } };

	(void)state;
	is(FORWARDED_FOR, &stranger, "192.0.2.9");
	is(FORWARDED_STANDARD, &stranger, "192.0.2.9");
	is(FORWARDED_EITHER, &stranger, "192.0.2.9");
	is(FORWARDED_FOR, &near, "10.0.1.1");
	is(FORWARDED_FOR, &proxy, "192.0.2.1");
	is(FORWARDED_STANDARD, &proxy, "192.0.2.2");
	is(FORWARDED_FOR, &mapped, "192.0.2.1");
	is(FORWARDED_FOR, &v6, "192.0.2.1");
	is(FORWARDED_FOR, &socket, "192.0.2.1");
}

static void
walks_from_the_right(void **state)
{
	static const struct {
		struct request request;
		const char *client;
	} cases[] = {
		/* what the client has written before does not matter */
		{ { NULL, { "6.6.6.6, 192.0.2.1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "10.0.0.9, 192.0.2.1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "127.0.0.1,192.0.2.1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "garbage, , \x01, 192.0.2.1" }, { NULL } },
		    "192.0.2.1" },
		{ { NULL, { "unknown,192.0.2.1" }, { NULL } }, "192.0.2.1" },
		/* by way of proxies of ours */
		{ { NULL, { "6.6.6.6, 192.0.2.1, 10.0.0.2, 127.0.0.1" },
		      { NULL } },
		    "192.0.2.1" },
		{ { "10.0.0.1", { "192.0.2.1, 2001:db8:1::7" }, { NULL } },
		    "192.0.2.1" },
		{ { NULL, { "10.0.0.3, 10.0.0.2" }, { NULL } }, "10.0.0.3" },
		/* lines follow one another */
		{ { NULL, { "6.6.6.6", "192.0.2.1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "192.0.2.1", "10.0.0.2" }, { NULL } },
		    "192.0.2.1" },
		{ { NULL,
		      { "6.6.6.6, 7.7.7.7", "8.8.8.8,192.0.2.1",
			  "10.0.0.2, 10.0.0.3" },
		      { NULL } },
		    "192.0.2.1" },
		{ { NULL, { "\"", "192.0.2.1" }, { NULL } }, "192.0.2.1" },
		/* forms of an address */
		{ { NULL, { " \t192.0.2.1\t " }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "192.0.2.1:5" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "192.0.2.1:65535" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "2001:db8::1" }, { NULL } }, "2001:db8::1" },
		{ { NULL, { "[2001:db8::1]" }, { NULL } }, "2001:db8::1" },
		{ { NULL, { "[2001:db8::1]:443" }, { NULL } }, "2001:db8::1" },
		{ { NULL, { "::ffff:192.0.2.1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "[::ffff:192.0.2.1]:1" }, { NULL } }, "192.0.2.1" },
		{ { NULL, { "192.0.2.1, ::ffff:10.0.0.2" }, { NULL } },
		    "192.0.2.1" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%zu\n", i);
		is(FORWARDED_FOR, &cases[i].request, cases[i].client);
		is(FORWARDED_EITHER, &cases[i].request, cases[i].client);
	}
}

static void
reads_the_standard(void **state)
{
	static const struct {
		struct request request;
		const char *client;
	} cases[] = {
		{ { NULL, { NULL }, { "for=192.0.2.1" } }, "192.0.2.1" },
		{ { NULL, { NULL }, { "For=192.0.2.1" } }, "192.0.2.1" },
		{ { NULL, { NULL }, { "for=\"192.0.2.1\"" } }, "192.0.2.1" },
		{ { NULL, { NULL }, { "for=\"192.0.2.1:47011\"" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=\"[2001:db8:cafe::17]\"" } },
		    "2001:db8:cafe::17" },
		{ { NULL, { NULL }, { "For=\"[2001:db8:cafe::17]:4711\"" } },
		    "2001:db8:cafe::17" },
		{ { NULL, { NULL },
		      { "for=192.0.2.60;proto=http;by=203.0.113.43" } },
		    "192.0.2.60" },
		{ { NULL, { NULL },
		      { "proto=https;for=192.0.2.60;host=\"a,b;for=6.6.6.6\"" } },
		    "192.0.2.60" },
		{ { NULL, { NULL }, { "by=_x ; for=192.0.2.1 ; proto=https" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=6.6.6.6, for=192.0.2.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=6.6.6.6,for=192.0.2.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=unknown, for=192.0.2.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=_hidden, for=192.0.2.1 " } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "host=\"a\\\"b\", for=192.0.2.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "host=\"a\\\\\", for=192.0.2.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL }, { "for=\"19\\2.0.2.1\"" } }, "192.0.2.1" },
		{ { NULL, { NULL },
		      { "for=192.0.2.1, for=10.0.0.2;by=10.0.0.1" } },
		    "192.0.2.1" },
		{ { NULL, { NULL },
		      { "for=6.6.6.6", "for=192.0.2.1", "for=10.0.0.2" } },
		    "192.0.2.1" },
		{ { NULL, { NULL },
		      { "for=\"[2001:db8:1::2]\", for=\"10.0.0.2:1\"" } },
		    "2001:db8:1::2" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].request.standard[0]);
		is(FORWARDED_STANDARD, &cases[i].request, cases[i].client);
		is(FORWARDED_EITHER, &cases[i].request, cases[i].client);
	}
}

static void
knows_no_address_by_garbage(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		",",
		"192.0.2.1,",
		"192.0.2.1, ",
		"garbage",
		"unknown",
		"_hidden",
		"localhost",
		"192.0.2.1 6.6.6.6",
		"192.0.2",
		"192.0.2.1.",
		"192.0.2.01",
		"0300.0.2.1",
		"3221225985",
		"0xc0000201",
		"192.0.2.1/32",
		"192.0.2.1:",
		"192.0.2.1:x",
		"192.0.2.1:123456",
		"192.0.2.1:5:5",
		"192.0.2.1:-1",
		"[192.0.2.1]",
		"[192.0.2.1]:5",
		"[2001:db8::1",
		"2001:db8::1]",
		"[2001:db8::1]5",
		"[2001:db8::1]:",
		"[2001:db8::1]:x",
		"[2001:db8::1]]",
		"[[2001:db8::1]]",
		"[]",
		"[",
		"]",
		":",
		"::g",
		"fe80::1%eth0",
		"[fe80::1%25eth0]",
		"192.0.2.1%eth0",
		"\"192.0.2.1\"",
		"'192.0.2.1'",
		"192.0.2.1\x01",
		"192.0.2.1\r\n",
		"\xc2\xa0"
		"192.0.2.1",
		"for=192.0.2.1",
		"192.0.2.1;a",
		"-",
		"?",
		"192.0.2.1, 10.0.0.2, x",
		"192.0.2.1, x, 10.0.0.2",
		"192.0.2.1,,10.0.0.2",
		"192.0.2.1, unknown, 10.0.0.2",
		"10.0.0.2, x, 10.0.0.2",
	};
	struct request request = { .peer = "10.0.0.1" };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i]);
		request.x_for[0] = cases[i];
		is_nobody(FORWARDED_FOR, &request, GATE_EINVAL);
		is_nobody(FORWARDED_EITHER, &request, GATE_EINVAL);
	}
}

static void
knows_no_address_by_broken_grammar(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		",",
		";",
		"for",
		"for=",
		"=192.0.2.1",
		"for =192.0.2.1",
		"for= 192.0.2.1",
		"192.0.2.1",
		"for=192.0.2.1,",
		",for=192.0.2.1",
		"for=192.0.2.1,,for=192.0.2.1",
		"for=192.0.2.1;",
		";for=192.0.2.1",
		"for=192.0.2.1;;by=a",
		"for=192.0.2.1:5",
		"for=[2001:db8::1]",
		"for=2001:db8::1",
		"for=192.0.2.1 6.6.6.6",
		"for=192.0.2.1 for=6.6.6.6",
		"for=192.0.2.1;for=6.6.6.6",
		"for=6.6.6.6;For=192.0.2.1",
		"for=\"192.0.2.1",
		"for=192.0.2.1\"",
		"for=\"192.0.2.1\"x",
		"for=\"192.0.2.1\\",
		"for=\"192.0.2.1\\\"",
		"for=\"\"",
		"for=\"192.0.2.1\"\"6.6.6.6\"",
		"for='192.0.2.1'",
		"for=\" 192.0.2.1\"",
		"for=\"192.0.2.1 \"",
		"for=unknown",
		"for=_hidden",
		"for=\"_a:_b\"",
		"for=\"unknown:5\"",
		"by=192.0.2.1",
		"host=a;proto=https",
		"for=a, by=192.0.2.1",
		"f\xc3\xb6r=192.0.2.1",
		"for=192.0.2.1\x01",
		"for=192.0.2.1\r\n",
		/* a quote of the client's before what the proxy writes */
		"for=6.6.6.6;x=\", for=192.0.2.1",
		"for=6.6.6.6;x=\", for=\"[2001:db8::1]\"",
		"for=6.6.6.6, x=\", for=\"192.0.2.1:5\";by=\"10.0.0.1:5\"",
		"for=6.6.6.6;x=\"\\, for=\"192.0.2.1\"",
		"for=192.0.2.1, for=unknown, for=10.0.0.2",
		"for=192.0.2.1, by=a, for=10.0.0.2",
	};
	struct request request = { .peer = NULL };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i]);
		request.standard[0] = cases[i];
		is_nobody(FORWARDED_STANDARD, &request, GATE_EINVAL);
		is_nobody(FORWARDED_EITHER, &request, GATE_EINVAL);
	}
}

static void
believes_no_silence(void **state)
{
	static const struct request none = { NULL, { NULL }, { NULL } };
	static const struct request proxy = { "127.0.0.1", { NULL }, { NULL } };
	static const struct request other = { "127.0.0.1", { "192.0.2.1" },
		{ NULL } };
	static const struct request standard = { "127.0.0.1", { NULL },
		{ "for=192.0.2.1" } };
	static const struct request agree = { NULL, { "6.6.6.6, 192.0.2.1" },
		{ "for=\"192.0.2.1:5\"" } };
	static const struct request differ = { NULL, { "192.0.2.1" },
		{ "for=192.0.2.2" } };
	static const struct request broken = { NULL, { "192.0.2.1" }, { "x" } };
	static const struct request garbage = { NULL, { "x" },
		{ "for=192.0.2.1" } };
	int kind;

	(void)state;
	for (kind = FORWARDED_FOR; kind <= FORWARDED_EITHER; kind++) {
		is_nobody((enum forwarded_kind)kind, &none, GATE_ENOTFOUND);
		is_nobody((enum forwarded_kind)kind, &proxy, GATE_ENOTFOUND);
	}
	/* the header that the proxy does not write is the client's */
	is_nobody(FORWARDED_STANDARD, &other, GATE_ENOTFOUND);
	is_nobody(FORWARDED_FOR, &standard, GATE_ENOTFOUND);
	is(FORWARDED_EITHER, &other, "192.0.2.1");
	is(FORWARDED_EITHER, &standard, "192.0.2.1");
	is(FORWARDED_EITHER, &agree, "192.0.2.1");
	is_nobody(FORWARDED_EITHER, &differ, GATE_EINVAL);
	is_nobody(FORWARDED_EITHER, &broken, GATE_EINVAL);
	is_nobody(FORWARDED_EITHER, &garbage, GATE_EINVAL);
}

static void
has_limits(void **state)
{
	static char many[FORWARDED_LINE_MAX + 2], full[sizeof(many)];
	struct request request = { .peer = NULL };
	size_t i, used = 0;

	(void)state;
	for (i = 1; i <= FORWARDED_NODES_MAX + 1; i++) {
		used += (size_t)sprintf(
		    many + used, "%s192.0.2.%zu", i > 1 ? "," : "", i);
		request.x_for[0] = many;
		if (i <= FORWARDED_NODES_MAX) {
			char last[32];

			sprintf(last, "192.0.2.%zu", i);
			is(FORWARDED_FOR, &request, last);
		} else {
			is_nobody(FORWARDED_FOR, &request, GATE_ETOOBIG);
		}
	}
	/* over several lines as well */
	request.x_for[0] = "1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1, 1.1.1.1";
	for (i = 1; i < 7; i++)
		request.x_for[i] = request.x_for[0];
	is_nobody(FORWARDED_FOR, &request, GATE_ETOOBIG);
	/* a line */
	memset(full, ' ', FORWARDED_LINE_MAX + 1);
	memcpy(full, "192.0.2.1", 9);
	memset(request.x_for, 0, sizeof(request.x_for));
	request.x_for[0] = full;
	is_nobody(FORWARDED_FOR, &request, GATE_ETOOBIG);
	full[FORWARDED_LINE_MAX] = '\0';
	is(FORWARDED_FOR, &request, "192.0.2.1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(believes_proxies_alone),
		cmocka_unit_test(walks_from_the_right),
		cmocka_unit_test(reads_the_standard),
		cmocka_unit_test(knows_no_address_by_garbage),
		cmocka_unit_test(knows_no_address_by_broken_grammar),
		cmocka_unit_test(believes_no_silence),
		cmocka_unit_test(has_limits),
	};

	return cmocka_run_group_tests_name(
	    "web_forwarded", tests, set_up, NULL);
}
