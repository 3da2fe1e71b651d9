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
#include "web/escape.h"
#include "web/template.h"

#define U "\xef\xbf\xbd"

static void
escapes_html(void **state)
{
	static const struct {
		const char *text, *escaped;
	} cases[] = {
		{ "", "" },
		{ "plain", "plain" },
		{ "<script>alert('x')</script>",
		    "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;" },
		{ "\"><img src=x onerror=`a`>",
		    "&#34;&gt;&lt;img src=x onerror=&#96;a&#96;&gt;" },
		{ "&amp;&#60;", "&amp;amp;&amp;#60;" },
		{ "-->]]>{name}[[x]]", "--&gt;]]&gt;{name}[[x]]" },
		{ "a\tb\nc", "a\tb\nc" },
		{ "a\rb\x01\x7f\x1b", "a" U "b" U U U },
		{ "\xc2\x80\xc2\x9f\xc2\xa0", U U "\xc2\xa0" },
		{ "j\xc3\xbcrgen \xea\xb9\x80 \xf0\x9f\x94\x91",
		    "j\xc3\xbcrgen \xea\xb9\x80 \xf0\x9f\x94\x91" },
		{ "\xff<", U "&lt;" },
		{ "\xc3", U },
		{ "\xc3<a", U "&lt;a" },
		{ "\xe2\x82<", U "&lt;" },
		{ "\xc0\xbc", U },
		{ "\xe0\x80\xbc", U },
		{ "\xed\xa0\x80", U },
	};
	struct buffer buffer = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buffer_add(&buffer, "", 0);
		escape_html(&buffer, cases[i].text);
		assert_int_equal(buffer.error, 0);
		assert_string_equal(buffer.text, cases[i].escaped);
		buffer_clear(&buffer);
	}
}

static void
escapes_components(void **state)
{
	struct buffer buffer = { 0 };

	(void)state;
	escape_component(&buffer, "/a?b=c&d#e%f+g \xc3\xbc\"'<>~-._");
	assert_string_equal(buffer.text,
	    "%2Fa%3Fb%3Dc%26d%23e%25f%2Bg%20%C3%BC%22%27%3C%3E~-._");
	buffer_clear(&buffer);
}

static void
grows_to_its_limit(void **state)
{
	static char piece[4096];
	struct buffer buffer = { 0 };
	size_t i;

	(void)state;
	memset(piece, 'a', sizeof(piece));
	for (i = 0; i < BUFFER_MAX / sizeof(piece); i++)
		buffer_add(&buffer, piece, sizeof(piece));
	assert_int_equal(buffer.error, 0);
	assert_int_equal(buffer.used, BUFFER_MAX);
	assert_int_equal(strlen(buffer.text), BUFFER_MAX);
	buffer_add(&buffer, "a", 1);
	assert_int_equal(buffer.error, GATE_ETOOBIG);
	assert_int_equal(buffer.used, BUFFER_MAX);
	/* once it has failed it stays so */
	buffer_add(&buffer, "", 0);
	assert_int_equal(buffer.error, GATE_ETOOBIG);
	buffer_clear(&buffer);
	assert_null(buffer.text);
	assert_int_equal(buffer.error, 0);
}

static const struct template_field first_row[] = { { .name = "x",
						       .text = "1<" },
	{ .name = "y", .text = "" }, { .name = NULL } };
static const struct template_field second_row[] = { { .name = "x",
							.text = "2" },
	{ .name = "y", .text = "yes" }, { .name = NULL } };
static const struct template_field *const rows[] = { first_row, second_row,
	NULL };
static const struct template_field *const no_rows[] = { NULL };
static const struct template_field fields[] = {
	{ .name = "a", .text = "<A>" },
	{ .name = "html", .text = "<b>{a}[[x]]</b>", .is_markup = 1 },
	{ .name = "empty", .text = "" },
	{ .name = "nothing" },
	{ .name = "tricky", .text = "{a}[[New]]{.}" },
	{ .name = "rows", .rows = rows },
	{ .name = "no_rows", .rows = no_rows },
	{ .name = "x", .text = "outer" },
	{ .name = NULL },
};

static void
fills_holes(void **state)
{
	static const struct {
		const char *template, *text;
	} cases[] = {
		{ "plain", "plain" },
		{ "<p>{a}</p>", "<p>&lt;A&gt;</p>" },
		{ "{a}{a}", "&lt;A&gt;&lt;A&gt;" },
		{ "{html}", "<b>{a}[[x]]</b>" },
		{ "{tricky}", "{a}[[New]]{.}" },
		{ "({empty}{nothing}{no_rows}{rows})", "()" },
		{ "{?a}yes{.}{!a}no{.}", "yes" },
		{ "{?empty}yes{.}{!empty}no{.}", "no" },
		{ "{?nothing}yes{.}{!nothing}no{.}", "no" },
		{ "{?rows}yes{.}{!rows}no{.}", "yes" },
		{ "{?no_rows}yes{.}{!no_rows}no{.}", "no" },
		{ "{?a}{?empty}x{.}{!empty}y{.}z{.}", "yz" },
		{ "{?empty}{?a}x{.}{*rows}{x}{.}[[M {q}]]y{.}z", "z" },
		{ "{*rows}({x}{?y}!{.}{a}){.}{x}",
		    "(1&lt;&lt;A&gt;)(2!&lt;A&gt;)outer" },
		{ "{*rows}{*rows}{x}{.};{.}", "1&lt;2;1&lt;2;" },
		{ "{*no_rows}{unheard}{?of}{.}{.}.", "." },
		{ "{!a}{unheard}{*of}x{.}{.}.", "." },
		{ "[a] [[Hello.]] ]] [", "[a] Hello. ]] [" },
		{ "[[It is {a} & {x}.]]", "It is &lt;A&gt; &amp; outer." },
		{ "[[{tricky}]]", "{a}[[New]]{.}" },
		{ "{*rows}[[{x}]]{.}", "1&lt;2" },
	};
	struct buffer buffer = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].template);
		assert_int_equal(
		    template_write(&buffer, cases[i].template, fields, NULL),
		    0);
		assert_string_equal(buffer.text, cases[i].text);
		buffer_clear(&buffer);
	}
}

static void
writes_no_broken_template(void **state)
{
	static const char *const cases[] = { "{", "{a", "{}", "{unheard}",
		"{A}", "{a }", "{ a}", "{?a}", "{*rows}", "{!a}x", "{.}",
		"{?a}{.}{.}", "{?unheard}{.}", "{*unheard}{.}", "{.a}",
		"{*rows}{z}{.}", "[[", "[[a", "[[{unheard}]]", "[[{a ]]",
		"{?empty}{", "{?empty}[[", "{?empty}{a", "{?empty}{?a}{.}",
		"{averyveryverylongnameofafieldthatthereisnot}",
		"{?a}{?a}{?a}{?a}{?a}{?a}{?a}{?a}{?a}{.}{.}{.}{.}{.}{.}{.}{.}"
		"{.}" };
	struct buffer buffer = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i]);
		assert_int_equal(
		    template_write(&buffer, cases[i], fields, NULL),
		    GATE_EINVAL);
		buffer_clear(&buffer);
	}
}

static void
finds_messages(void **state)
{
	const char *at = "a [b] [[One.]]{?a}[[Two {a}.]]{.}]] [[ x";
	char message[TEMPLATE_MESSAGE_MAX];

	(void)state;
	assert_int_equal(template_message(&at, message), 1);
	assert_string_equal(message, "One.");
	assert_int_equal(template_message(&at, message), 1);
	assert_string_equal(message, "Two {a}.");
	assert_int_equal(template_message(&at, message), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_html),
		cmocka_unit_test(escapes_components),
		cmocka_unit_test(grows_to_its_limit),
		cmocka_unit_test(fills_holes),
		cmocka_unit_test(writes_no_broken_template),
		cmocka_unit_test(finds_messages),
	};

	return cmocka_run_group_tests_name("web_template", tests, NULL, NULL);
}
