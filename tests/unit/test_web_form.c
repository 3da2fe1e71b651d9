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
#include "lib/percent.h"
#include "web/form.h"

static const struct form_limits limits = {
	.size = 4096, .fields = 8, .name = 16, .value = 64
};

static int
parse(struct form **form, const char *text)
{
	*form = NULL;
	return form_parse(form, text, strlen(text), &limits);
}

static void
refuses_what_browsers_do_not_send(void **state)
{
	static const char *const cases[] = {
		/* no escapes */
		"a=%",
		"a=%4",
		"a=%4g",
		"a=%g4",
		"a=1%",
		"%=1",
		"a=%%41",
		"a=% 41",
		"a=%+1",
		"a=%-1",
		"a=%0x",
		/* NULs, and what would be none in a C string */
		"a=%00",
		"a=1%00",
		"a%00=1",
		"%00",
		"a=1&b=%00&c=1",
		/* names that stand twice */
		"a=1&a=1",
		"a=1&a=2",
		"a&a",
		"a=&a",
		"a=1&b=2&a=3",
		"a=1&%61=2",
		"a+b=1&a%20b=2",
		/* empty names and pairs */
		"=",
		"=1",
		"&",
		"a=1&",
		"&a=1",
		"a=1&&b=2",
		"a=1&=2",
		/* bytes that are escaped */
		"a=\x01",
		"a=\t",
		"a= ",
		" a=1",
		"a=1\r\n",
		"a=1\n",
		"a=\x7f",
		"a=\xc3\xa4",
		"\xff=1",
		"a=\x80",
		/* not UTF-8: bad, overlong, surrogates, cut, too large */
		"a=%ff",
		"a=%c0%80",
		"a=%c0%af",
		"a=%e0%80%af",
		"a=%ed%a0%80",
		"a=%c3",
		"a=%e2%82",
		"a=%f4%90%80%80",
		"%ff=1",
		"a=%80",
	};
	struct form *form;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i]);
		assert_int_equal(parse(&form, cases[i]), GATE_EINVAL);
		assert_null(form);
	}
	/* a NUL as it is */
	assert_int_equal(form_parse(&form, "a=1\0", 4, &limits), GATE_EINVAL);
	assert_int_equal(form_parse(&form, "a\0b=1", 5, &limits), GATE_EINVAL);
}

static void
takes_what_browsers_send(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		const char *name, *value;
	} cases[] = {
		{ "", 0, "a", NULL },
		{ "a=1", 1, "a", "1" },
		{ "a=1", 1, "A", NULL },
		{ "a=1", 1, "", NULL },
		{ "a", 1, "a", "" },
		{ "a=", 1, "a", "" },
		{ "a=1=2", 1, "a", "1=2" },
		{ "a==", 1, "a", "=" },
		{ "a=1;b=2", 1, "a", "1;b=2" },
		{ "a=1&A=2", 2, "A", "2" },
		{ "a+b=c+d", 1, "a b", "c d" },
		{ "a=%2B%26%3d%25", 1, "a", "+&=%" },
		{ "a=%2541", 1, "a", "%41" },
		{ "a=x%0D%0Ay", 1, "a", "x\r\ny" },
		{ "%61=1", 1, "a", "1" },
		{ "a=%C3%A4&b=%ed%95%9c", 2, "a", "\xc3\xa4" },
		{ "a=%C3%A4&b=%ed%95%9c", 2, "b", "\xed\x95\x9c" },
		{ "a=%f0%9f%94%91", 1, "a", "\xf0\x9f\x94\x91" },
		{ "a[]=1&__proto__=2&a.b=~", 3, "__proto__", "2" },
		{ "a=/+?*'()!", 1, "a", "/ ?*'()!" },
		{ "a&b&c&d&e&f&g&h", 8, "h", "" },
	};
	struct form *form;
	const char *value;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(parse(&form, cases[i].text), 0);
		assert_int_equal(form_count(form), cases[i].count);
		value = form_get(form, cases[i].name);
		if (cases[i].value == NULL)
			assert_null(value);
		else
			assert_string_equal(value, cases[i].value);
		form_free(&form);
		assert_null(form);
	}
	form_free(&form);
}

/* A form of so many fields, with names and values so long, escaped or not. */
static int
parse_sized(size_t fields, size_t name, size_t value, int escaped)
{
	static char text[65536];
	struct form *form = NULL;
	size_t i, j, used = 0;
	int r;

	for (i = 0; i < fields; i++) {
		used += (size_t)sprintf(
		    text + used, "%s%02zu", i > 0 ? "&" : "", i);
		for (j = 2; j < name; j++)
			text[used++] = 'n';
		text[used++] = '=';
		for (j = 0; j < value; j++)
			used += (size_t)sprintf(
			    text + used, "%s", escaped ? "%76" : "v");
	}
	r = form_parse(&form, text, used, &limits);
	assert_int_equal(form != NULL, r == 0);
	if (r == 0) {
		assert_int_equal(form_count(form), fields);
		assert_int_equal(strlen(form_get(form, "00") != NULL
					 ? form_get(form, "00")
					 : form_get(form, "00nnnnnnnnnnnnnn")),
		    value);
	}
	form_free(&form);
	return r;
}

static void
keeps_within_its_limits(void **state)
{
	struct form_limits many = limits, small = limits;
	struct form *form = NULL;
	char text[2 * (FORM_FIELDS_MAX + 1) * 3];
	size_t i, used = 0;

	(void)state;
	assert_int_equal(parse_sized(8, 2, 1, 0), 0);
	assert_int_equal(parse_sized(9, 2, 1, 0), GATE_ETOOBIG);
	assert_int_equal(parse_sized(1, 16, 1, 0), 0);
	assert_int_equal(parse_sized(1, 17, 1, 0), GATE_ETOOBIG);
	assert_int_equal(parse_sized(8, 2, 64, 0), 0);
	assert_int_equal(parse_sized(1, 2, 65, 0), GATE_ETOOBIG);
	/* it is the decoded bytes that count */
	assert_int_equal(parse_sized(8, 2, 64, 1), 0);
	assert_int_equal(parse_sized(1, 2, 65, 1), GATE_ETOOBIG);
	small.size = 7;
	assert_int_equal(form_parse(&form, "a=1&b=2", 7, &small), 0);
	form_free(&form);
	assert_int_equal(
	    form_parse(&form, "a=1&b=22", 8, &small), GATE_ETOOBIG);
	assert_null(form);

	/* whatever the limits say */
	many.fields = 1000;
	for (i = 0; i <= FORM_FIELDS_MAX; i++) {
		used +=
		    (size_t)sprintf(text + used, "%s%zu", i > 0 ? "&" : "", i);
		assert_int_equal(form_parse(&form, text, used, &many),
		    i < FORM_FIELDS_MAX ? 0 : GATE_ETOOBIG);
		if (i == FORM_FIELDS_MAX)
			break;
		assert_int_equal(form_count(form), i + 1);
		assert_string_equal(form_get(form, "0"), "");
		form_free(&form);
	}
}

/* Not a byte behind the text is read: it has no NUL. */
static void
reads_no_further_than_the_text(void **state)
{
	static const char *const texts[] = { "a=1&b=%41", "a", "a=%4", "a=%" };
	struct form *form;
	size_t i, length, size;
	char *exact;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		length = strlen(texts[i]);
		for (size = 0; size <= length; size++) {
			exact = malloc(size + 1);
			memcpy(exact + 1, texts[i], size);
			form = NULL;
			(void)form_parse(&form, exact + 1, size, &limits);
			form_free(&form);
			free(exact);
		}
	}
}

static void
knows_the_type(void **state)
{
#define TYPE "application/x-www-form-urlencoded"
	static const struct {
		const char *type;
		int is;
	} cases[] = {
		{ TYPE, 1 },
		{ "Application/X-WWW-Form-URLEncoded", 1 },
		{ TYPE "; charset=utf-8", 1 },
		{ TYPE ";charset=UTF-8", 1 },
		{ TYPE " ; charset=\"UTF-8\"", 1 },
		{ NULL, 0 },
		{ "", 0 },
		{ TYPE "2", 0 },
		{ TYPE ", text/plain", 0 },
		{ TYPE "; charset=utf-7", 0 },
		{ TYPE "; charset=utf-8; a=b", 0 },
		{ TYPE ";", 0 },
		{ " " TYPE, 0 },
		{ "text/plain", 0 },
		{ "multipart/form-data; boundary=x", 0 },
		{ "application/json", 0 },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(form_type(cases[i].type), cases[i].is);
}

static void
escapes_and_reads_every_byte(void **state)
{
	char text[4] = "";
	int i;

	(void)state;
	for (i = 0; i < 256; i++) {
		percent_write((unsigned char)i, text);
		assert_int_equal(percent_byte(text, text + 3), i);
		assert_int_equal(percent_byte(text, text + 2), -1);
		text[0] = '$';
		assert_int_equal(percent_byte(text, text + 3), -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_what_browsers_do_not_send),
		cmocka_unit_test(takes_what_browsers_send),
		cmocka_unit_test(keeps_within_its_limits),
		cmocka_unit_test(reads_no_further_than_the_text),
		cmocka_unit_test(knows_the_type),
		cmocka_unit_test(escapes_and_reads_every_byte),
	};

	return cmocka_run_group_tests_name("web_form", tests, NULL, NULL);
}
