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
#include "web/cookie.h"

#define NAME      "__Host-gate"
#define LINES_MAX 3

static int
find(const char *const *texts, const char *name, char *found, size_t size)
{
	struct field_lines lines = { .lines = texts };
	const char *value = NULL;
	size_t length = 0;
	int r;

	while (lines.count < LINES_MAX && texts[lines.count] != NULL)
		lines.count++;
	r = cookie_find(&lines, name, &value, &length);
	assert_int_equal(value != NULL, r == 0);
	assert_true(length < size);
	if (r == 0)
		memcpy(found, value, length);
	found[length] = '\0';
	return r;
}

static void
finds_ours(void **state)
{
	static const struct {
		const char *lines[LINES_MAX];
		const char *value;
	} cases[] = {
		{ { NAME "=a" }, "a" },
		{ { "b=c; " NAME "=a" }, "a" },
		{ { NAME "=a; b=c" }, "a" },
		{ { "b=c;" NAME "=a;d" }, "a" },
		{ { " \t" NAME "=a\t " }, "a" },
		{ { ";;; " NAME "=a;;" }, "a" },
		{ { NAME "=" }, "" },
		{ { NAME "=a=b==" }, "a=b==" },
		{ { NAME "=a%20b" }, "a%20b" },
		{ { "b=c", NAME "=a" }, "a" },
		{ { NAME "=a", "b=c", "d=e" }, "a" },
		/* those of others are none of our business */
		{ { "\x01\xff=\"x; y\"; " NAME "=a" }, "a" },
		{ { "b=c; b=d; " NAME "=a; b=e" }, "a" },
		{ { NAME "2=b; x" NAME "=c; " NAME "=a" }, "a" },
		{ { "b=" NAME "=c; " NAME "=a" }, "a" },
		{ { "$Version=1; " NAME "=a" }, "a" },
		{ { "b=\"; " NAME "=a; c=\"" }, "a" },
	};
	char found[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].lines[0]);
		assert_int_equal(
		    find(cases[i].lines, NAME, found, sizeof(found)), 0);
		assert_string_equal(found, cases[i].value);
	}
}

static void
takes_no_other_for_ours(void **state)
{
	static const struct {
		const char *lines[LINES_MAX];
		int r;
	} cases[] = {
		{ { NULL }, GATE_ENOTFOUND },
		{ { "" }, GATE_ENOTFOUND },
		{ { NAME }, GATE_ENOTFOUND },
		{ { "=" NAME }, GATE_ENOTFOUND },
		{ { "=" NAME "=a" }, GATE_ENOTFOUND },
		{ { "__host-gate=a" }, GATE_ENOTFOUND },
		{ { "__HOST-GATE=a" }, GATE_ENOTFOUND },
		{ { "__Host-gat=a" }, GATE_ENOTFOUND },
		{ { NAME " =a" }, GATE_ENOTFOUND },
		{ { NAME "\x01=a" }, GATE_ENOTFOUND },
		{ { "\"" NAME "\"=a" }, GATE_ENOTFOUND },
		{ { "\xe2\x80\x80" NAME "=a" }, GATE_ENOTFOUND },
		{ { "\xc2\xa0" NAME "=a" }, GATE_ENOTFOUND },
		{ { "\x0b" NAME "=a" }, GATE_ENOTFOUND },
		{ { "%5f_Host-gate=a" }, GATE_ENOTFOUND },
		{ { "b=c, " NAME "=a" }, GATE_ENOTFOUND },
		/* tossed: two of a name, whichever may be ours */
		{ { NAME "=a; " NAME "=a" }, GATE_EREFUSED },
		{ { NAME "=a; b=c; " NAME "=d" }, GATE_EREFUSED },
		{ { NAME "=a", NAME "=b" }, GATE_EREFUSED },
		{ { NAME "=a", "b=c", NAME "=a" }, GATE_EREFUSED },
		{ { NAME "=a; " NAME "=" }, GATE_EREFUSED },
		{ { NAME "=a; " NAME }, GATE_EREFUSED },
		{ { NAME "; " NAME "=a" }, GATE_EREFUSED },
		{ { NAME "=a; __host-gate=b" }, GATE_EREFUSED },
		{ { "__HOST-gate=b; " NAME "=a" }, GATE_EREFUSED },
		{ { "__Host-Gate=b", NAME "=a" }, GATE_EREFUSED },
		/* what no value of ours has */
		{ { NAME "=\"a\"" }, GATE_EINVAL },
		{ { NAME "= a" }, GATE_EINVAL },
		{ { NAME "=a b" }, GATE_EINVAL },
		{ { NAME "=a,b" }, GATE_EINVAL },
		{ { NAME "=a, " NAME "=b" }, GATE_EINVAL },
		{ { NAME "=a\\b" }, GATE_EINVAL },
		{ { NAME "=a\x01" }, GATE_EINVAL },
		{ { NAME "=a\r\nb" }, GATE_EINVAL },
		{ { NAME "=a\x7f" }, GATE_EINVAL },
		{ { NAME "=\xc3\xa4" }, GATE_EINVAL },
	};
	char found[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n",
		    cases[i].lines[0] != NULL ? cases[i].lines[0] : "-");
		assert_int_equal(
		    find(cases[i].lines, NAME, found, sizeof(found)),
		    cases[i].r);
	}
}

static void
reads_so_much_and_no_more(void **state)
{
	static char large[COOKIE_BYTES_MAX + 2];
	static char many[4 * (COOKIE_COUNT_MAX + 2)];
	const char *lines[LINES_MAX] = { large, NULL };
	char found[8];
	size_t i, used = 0;

	(void)state;
	memset(large, 'a', sizeof(large) - 1);
	memcpy(large, NAME "=b;", strlen(NAME "=b;"));
	assert_int_equal(find(lines, NAME, found, sizeof(found)), GATE_ETOOBIG);
	large[COOKIE_BYTES_MAX] = '\0';
	assert_int_equal(find(lines, NAME, found, sizeof(found)), 0);
	lines[1] = "a";
	assert_int_equal(find(lines, NAME, found, sizeof(found)), GATE_ETOOBIG);

	lines[0] = NAME "=b";
	lines[1] = many;
	for (i = 1; i < COOKIE_COUNT_MAX; i++)
		used += (size_t)sprintf(many + used, "a;");
	assert_int_equal(find(lines, NAME, found, sizeof(found)), 0);
	sprintf(many + used, "a;");
	assert_int_equal(find(lines, NAME, found, sizeof(found)), GATE_ETOOBIG);
}

static void
writes_cookies(void **state)
{
	static const struct {
		struct cookie cookie;
		const char *text;
	} cases[] = {
		{ { NAME, "gs-abc_-", "/", COOKIE_SESSION, COOKIE_LAX },
		    NAME "=gs-abc_-; Path=/; Secure; HttpOnly; SameSite=Lax" },
		{ { NAME, "", "/", 0, COOKIE_STRICT },
		    NAME "=; Path=/; Max-Age=0; Secure; HttpOnly; "
			 "SameSite=Strict" },
		{ { "__Secure-gate-login", "a", "/gate/acs", 300, COOKIE_NONE },
		    "__Secure-gate-login=a; Path=/gate/acs; Max-Age=300; "
		    "Secure; HttpOnly; SameSite=None" },
	};
	static const struct cookie bad[] = {
		{ "gate", "a", "/", 0, COOKIE_LAX },
		{ "", "a", "/", 0, COOKIE_LAX },
		{ "__host-gate", "a", "/", 0, COOKIE_LAX },
		{ NAME, "a", "/gate", 0, COOKIE_LAX },
		{ NAME, "a", "", 0, COOKIE_LAX },
		{ NAME, "a;b", "/", 0, COOKIE_LAX },
		{ NAME, "a; Domain=example", "/", 0, COOKIE_LAX },
		{ NAME, "a\r\nSet-Cookie: b=c", "/", 0, COOKIE_LAX },
		{ NAME, "a b", "/", 0, COOKIE_LAX },
		{ NAME, "\"a\"", "/", 0, COOKIE_LAX },
		{ NAME, "\xc3\xa4", "/", 0, COOKIE_LAX },
		{ NAME "=", "a", "/", 0, COOKIE_LAX },
		{ NAME ";", "a", "/", 0, COOKIE_LAX },
		{ NAME " ", "a", "/", 0, COOKIE_LAX },
		{ NAME "\n", "a", "/", 0, COOKIE_LAX },
		{ "__Secure-a", "a", "gate", 0, COOKIE_LAX },
		{ "__Secure-a", "a", "/a; Domain=example", 0, COOKIE_LAX },
		{ "__Secure-a", "a", "/a\n", 0, COOKIE_LAX },
		{ NAME, "a", "/", -2, COOKIE_LAX },
	};
	char text[COOKIE_TEXT_SIZE], value[COOKIE_TEXT_SIZE];
	struct cookie cookie = cases[0].cookie;
	size_t i, room;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(cookie_write(&cases[i].cookie, text), 0);
		assert_string_equal(text, cases[i].text);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		print_message("%zu\n", i);
		assert_int_equal(cookie_write(&bad[i], text), GATE_EINVAL);
	}
	/* the longest, and one more */
	room = COOKIE_TEXT_SIZE - 1 -
	    (strlen(cases[0].text) - strlen(cases[0].cookie.value));
	memset(value, 'a', sizeof(value));
	value[room] = '\0';
	cookie.value = value;
	assert_int_equal(cookie_write(&cookie, text), 0);
	assert_int_equal(strlen(text), COOKIE_TEXT_SIZE - 1);
	value[room] = 'a';
	value[room + 1] = '\0';
	assert_int_equal(cookie_write(&cookie, text), GATE_ETOOBIG);
	assert_string_equal(text, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_ours),
		cmocka_unit_test(takes_no_other_for_ours),
		cmocka_unit_test(reads_so_much_and_no_more),
		cmocka_unit_test(writes_cookies),
	};

	return cmocka_run_group_tests_name("web_cookie", tests, NULL, NULL);
}
