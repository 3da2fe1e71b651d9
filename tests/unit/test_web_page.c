/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/languages.h"
#include "web/asset.h"
#include "web/page.h"
#include "web/qr_svg.h"

#define NONCE   "bm9uY2Utbm9uY2Utbm9uYw"
#define HOSTILE "\"'></p><script>alert(1)</script>{.}[[x]]\x01\xff"

/* What the pages name: a text that says nothing, and one that is hostile. */
static const struct template_field plain_row[] = {
	{ .name = "href", .text = "/gate/login?idp=1" },
	{ .name = "name", .text = "Example University" },
	{ .name = "hint", .text = "It must have 15 characters or more." },
	{ .name = "code", .text = "aaaa-bbbb-cccc" },
	{ .name = "id", .text = "s1" },
	{ .name = "started", .text = "2026-11-22T03:25:43Z" },
	{ .name = "service", .text = "portal" },
	{ .name = "address", .text = "2001:db8::1" },
	{ .name = "used", .text = "2026-11-22T04:25:43Z" },
	{ .name = "this", .text = "1" },
	{ .name = NULL },
};
static const struct template_field hostile_row[] = {
	{ .name = "href", .text = HOSTILE },
	{ .name = "name", .text = HOSTILE },
	{ .name = "hint", .text = HOSTILE },
	{ .name = "code", .text = HOSTILE },
	{ .name = "id", .text = HOSTILE },
	{ .name = "started", .text = HOSTILE },
	{ .name = "service", .text = HOSTILE },
	{ .name = "address", .text = HOSTILE },
	{ .name = "used", .text = HOSTILE },
	{ .name = "this" },
	{ .name = NULL },
};
static const struct template_field *const plain_rows[] = { plain_row, plain_row,
	NULL };
static const struct template_field *const hostile_rows[] = { hostile_row,
	plain_row, NULL };

static const char *const texts[] = { "action", "csrf", "return", "user",
	"other", "cancel", "mailed", "key", "uri", "later", "expired",
	"seconds", "reason", "incomplete", "login", "logout", "fallback",
	"others", "question", "secret", "text", "href", "message", "field",
	"relay" };
static const char *const lists[] = { "providers", "hints", "codes",
	"sessions" };

#define TEXTS (sizeof(texts) / sizeof(texts[0]))
#define LISTS (sizeof(lists) / sizeof(lists[0]))

enum filling {
	EMPTY,
	PLAIN,
	HOSTILES,
	FILLINGS
};

static const char *const values[FILLINGS] = {
	[PLAIN] = "some text",
	[HOSTILES] = HOSTILE,
};

static struct theme theme;
static struct languages *languages;

static void
complain(const char *language, int error, void *data)
{
	(void)data;
	print_message("%s: %s\n", language, gate_strerror(error));
	abort();
}

static int
set_up(void **state)
{
	const char *build = getenv("BUILD");
	char path[PATH_MAX];

	(void)state;
	snprintf(
	    path, sizeof(path), "%s/locale", build != NULL ? build : "build");
	return languages_open(&languages, path, complain, NULL);
}

static int
tear_down(void **state)
{
	(void)state;
	languages_free(&languages);
	return 0;
}

static int
write_page(struct buffer *buffer, size_t id, const char *language, int filling)
{
	struct template_field fields[TEXTS + LISTS + 2] = { 0 };
	struct page page = { .id = (enum page_id)id,
		.theme = &theme,
		.nonce = NONCE,
		.language = language,
		.problem = values[filling],
		.note = values[filling],
		.reference = values[filling],
		.fields = fields };
	struct buffer qr = { 0 };
	size_t i, count = 0;
	int r;

	theme.site = filling == EMPTY ? "Portal" : values[filling];
	theme.logo = values[filling];
	theme.accent_light = THEME_ACCENT_LIGHT;
	theme.accent_dark = THEME_ACCENT_DARK;
	for (i = 0; i < TEXTS; i++) {
		fields[count].name = texts[i];
		fields[count++].text = values[filling];
	}
	for (i = 0; i < LISTS; i++) {
		fields[count].name = lists[i];
		if (filling != EMPTY)
			fields[count].rows =
			    filling == PLAIN ? plain_rows : hostile_rows;
		count++;
	}
	assert_int_equal(qr_svg(&qr, "otpauth://totp/a?secret=A", "QR"), 0);
	fields[count].name = "qr";
	fields[count].text = qr.text;
	fields[count].is_markup = 1;
	assert_int_equal(
	    languages_find(languages, language, &page.catalogue), 0);
	r = page_write(buffer, &page);
	buffer_clear(&qr);
	return r;
}

static int
is_void(const char *name)
{
	static const char *const names[] = { "!DOCTYPE", "meta", "img", "input",
		"path" };
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(names[i], name) == 0)
			return 1;
	return 0;
}

/* Past the attributes of a tag, each with its value in quotes. */
static const char *
skip_attributes(const char *at)
{
	while (*at == ' ') {
		at++;
		assert_int_not_equal(strncmp(at, "on", 2), 0);
		assert_int_not_equal(strncmp(at, "style", 5), 0);
		at += strcspn(at, "= >/");
		if (*at != '=')
			continue;
		assert_int_equal(*++at, '"');
		at = strchr(at + 1, '"');
		assert_non_null(at);
		at++;
	}
	if (*at == '/')
		at++;
	assert_int_equal(*at, '>');
	return at + 1;
}

/*
 * Every tag is closed, by its own name; there is no script, and nothing that a
 * policy with a nonce would not let by.
 */
static void
is_well_formed(const char *html)
{
	char open[32][16], name[16];
	size_t depth = 0, length;
	int closes;

	while ((html = strchr(html, '<')) != NULL) {
		closes = html[1] == '/';
		html += closes + 1;
		length = strcspn(html, " >/");
		assert_true(length > 0 && length < sizeof(name));
		memcpy(name, html, length);
		name[length] = '\0';
		assert_string_not_equal(name, "script");
		html = skip_attributes(html + length);
		if (closes) {
			assert_true(depth > 0);
			assert_string_equal(open[--depth], name);
		} else if (!is_void(name)) {
			assert_true(depth < 32);
			strcpy(open[depth++], name);
		}
		if (!closes && strcmp(name, "style") == 0)
			html = strstr(html, "</style>");
	}
	assert_int_equal(depth, 0);
}

static size_t
count_of(const char *text, const char *what)
{
	size_t n = 0;

	while ((text = strstr(text, what)) != NULL) {
		n++;
		text += strlen(what);
	}
	return n;
}

/* Each field to be filled in has a label; a page has one heading. */
static void
can_be_used_by_all(const char *html)
{
	const char *at = html;
	char id[32], label[64];

	assert_int_equal(count_of(html, "<h1>"), 1);
	assert_int_equal(count_of(html, "<main"), 1);
	assert_int_equal(count_of(html, "<title>"), 1);
	while ((at = strstr(at, "<input ")) != NULL) {
		at += strlen("<input ");
		if (strncmp(at, "type=\"hidden\"", 13) == 0)
			continue;
		assert_int_equal(sscanf(at, "id=\"%31[a-z]\"", id), 1);
		snprintf(label, sizeof(label), "<label for=\"%s\">", id);
		assert_int_equal(count_of(html, label), 1);
		assert_non_null(strstr(at, "autocomplete="));
	}
	/* who changes something says that he is the one who was asked */
	assert_int_equal(count_of(html, "<form method=\"post\" action=\""),
	    count_of(html, "name=\"csrf\""));
	assert_int_equal(count_of(html, "<form"),
	    count_of(html, "name=\"csrf\"") +
		count_of(html, "<form class=\"away\" method=\"post\""));
}

/* Where GATE_KEEP_PAGES says so, for people to look at. */
static void
keep(const char *html, size_t id, const char *language, int filling)
{
	const char *folder = getenv("GATE_KEEP_PAGES");
	char path[PATH_MAX];
	FILE *file;

	if (folder == NULL)
		return;
	snprintf(path, sizeof(path), "%s/%zu-%s-%d.html", folder, id, language,
	    filling);
	file = fopen(path, "w");
	assert_non_null(file);
	fputs(html, file);
	fclose(file);
}

static void
writes_every_page(void **state)
{
	struct buffer buffer = { 0 };
	const char *const *language;
	char lang[64];
	size_t id;
	int filling;

	(void)state;
	for (id = 0; id < PAGE_COUNT; id++)
		for (language = language_words; *language != NULL; language++)
			for (filling = EMPTY; filling < FILLINGS; filling++) {
				print_message(
				    "%zu %s %d\n", id, *language, filling);
				assert_int_equal(
				    write_page(&buffer, id, *language, filling),
				    0);
				keep(buffer.text, id, *language, filling);
				is_well_formed(buffer.text);
				can_be_used_by_all(buffer.text);
				snprintf(lang, sizeof(lang),
				    "<html lang=\"%s\">", *language);
				assert_non_null(strstr(buffer.text, lang));
				assert_int_equal(
				    count_of(buffer.text, "<script"), 0);
				assert_int_equal(
				    count_of(buffer.text, "\x01"), 0);
				if (filling != HOSTILES)
					assert_int_equal(
					    count_of(buffer.text, "[["), 0);
				buffer_clear(&buffer);
			}
}

static void
is_translated(const char *message)
{
	const struct catalogue *catalogue;
	const char *const *language;

	for (language = language_words; *language != NULL; language++) {
		print_message("%s: %s\n", *language, message);
		assert_int_equal(
		    languages_find(languages, *language, &catalogue), 0);
		if (catalogue != NULL)
			assert_string_not_equal(
			    catalogue_get(catalogue, message), message);
	}
}

static void
speaks_every_language(void **state)
{
	char message[TEMPLATE_MESSAGE_MAX];
	size_t id, messages = 0;
	const char *at;

	(void)state;
	for (id = 0; id <= PAGE_COUNT; id++) {
		at = id < PAGE_COUNT ? page_template((enum page_id)id)
				     : asset_layout;
		for (; template_message(&at, message); messages++)
			is_translated(message);
		if (id < PAGE_COUNT)
			is_translated(page_title((enum page_id)id));
	}
	assert_true(messages > 40);
}

static void
leaves_nothing_of_a_broken_page(void **state)
{
	struct page page = { .id = PAGE_CODE,
		.theme = &theme,
		.nonce = NONCE,
		.language = "en" };
	static const struct template_field some[] = { { .name = "seconds" },
		{ .name = "action" }, { .name = "csrf" }, { .name = "return" },
		{ .name = NULL } };
	static char huge[BUFFER_MAX];
	struct template_field many[64] = { 0 };
	struct buffer buffer = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(write_page(&buffer, PAGE_CODE, "en", PLAIN), 0);
	buffer_clear(&buffer);
	/* no fields */
	assert_int_equal(page_write(&buffer, &page), GATE_EINVAL);
	assert_null(buffer.text);
	/* the layout of one that is too large, when half of it is written */
	memset(huge, 'a', sizeof(huge) - 1);
	theme.site = huge;
	page.id = PAGE_WARNING;
	page.fields = some;
	assert_int_equal(page_write(&buffer, &page), GATE_ETOOBIG);
	assert_null(buffer.text);
	for (i = 0; i < 63; i++)
		many[i].name = "x";
	page.fields = many;
	assert_int_equal(page_write(&buffer, &page), GATE_EINVAL);
	assert_null(buffer.text);
}

static void
takes_colours_that_can_be_read(void **state)
{
	static const struct {
		const char *light, *dark;
		int r;
	} cases[] = {
		{ THEME_ACCENT_LIGHT, THEME_ACCENT_DARK, 0 },
		{ "#000000", "#ffffff", 0 },
		/* the grey that WCAG's examples have as the last to pass */
		{ "#767676", "#ffffff", 0 },
		{ "#777777", "#ffffff", GATE_ECONFIG },
		{ "#ffffff", "#ffffff", GATE_ECONFIG },
		{ "#000000", "#000000", GATE_ECONFIG },
		{ "#000000", "#16181d", GATE_ECONFIG },
		{ "#0a5ea8", "#0a5ea8", GATE_ECONFIG },
		{ "#7cc0ff", "#7cc0ff", GATE_ECONFIG },
		{ "", "#ffffff", GATE_ECONFIG },
		{ "black", "#ffffff", GATE_ECONFIG },
		{ "#000", "#ffffff", GATE_ECONFIG },
		{ "#00000g", "#ffffff", GATE_ECONFIG },
		{ "#0000000", "#ffffff", GATE_ECONFIG },
		{ "0x00000", "#ffffff", GATE_ECONFIG },
		{ "#000000;}*{x:url(//evil)", "#ffffff", GATE_ECONFIG },
		{ "#000000", "#ffffff</style>", GATE_ECONFIG },
	};
	struct buffer buffer = { 0 };
	struct page page = { .id = PAGE_CODE, .theme = &theme };
	char why[128];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s %s\n", cases[i].light, cases[i].dark);
		theme.accent_light = cases[i].light;
		theme.accent_dark = cases[i].dark;
		assert_int_equal(
		    theme_check(&theme, why, sizeof(why)), cases[i].r);
		if (cases[i].r != 0)
			assert_int_equal(
			    page_write(&buffer, &page), GATE_EINVAL);
	}
}

static void
has_a_policy(void **state)
{
#define POLICY                                                                 \
	"default-src 'none'; style-src 'nonce-" NONCE "'; img-src 'self'; "    \
	"base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
	struct origin targets[2];
	char text[512], one[PAGE_NONCE_SIZE], two[PAGE_NONCE_SIZE];
	size_t size;

	(void)state;
	assert_int_equal(origin_read(&targets[0], "https://a.example"), 0);
	assert_int_equal(origin_read(&targets[1], "http://localhost:81"), 0);
	assert_int_equal(page_policy(NONCE, NULL, 0, text, sizeof(text)), 0);
	assert_string_equal(text, POLICY);
	assert_int_equal(page_policy(NONCE, targets, 2, text, sizeof(text)), 0);
	assert_string_equal(
	    text, POLICY " https://a.example http://localhost:81");
	for (size = 1; size <= strlen(text); size++) {
		char *exact = malloc(size);

		assert_int_equal(
		    page_policy(NONCE, targets, 2, exact, size), GATE_ETOOBIG);
		assert_string_equal(exact, "");
		free(exact);
	}
	assert_int_equal(page_nonce(one), 0);
	assert_int_equal(page_nonce(two), 0);
	assert_int_equal(strlen(one), PAGE_NONCE_SIZE - 1);
	assert_string_not_equal(one, two);
}

static void
draws_codes(void **state)
{
	char *huge = malloc(8000);
	struct buffer buffer = { 0 };

	(void)state;
	assert_int_equal(qr_svg(&buffer, "a", "<label>"), 0);
	/* the smallest code has 21 modules, and 4 on each side */
	assert_non_null(strstr(buffer.text, "viewBox=\"0 0 29 29\""));
	assert_non_null(strstr(buffer.text, "aria-label=\"&lt;label&gt;\""));
	/* the finder in its upper left corner begins behind those */
	assert_non_null(strstr(buffer.text, "d=\"M4 4h7v1h-7z"));
	buffer_clear(&buffer);
	assert_int_equal(qr_svg(&buffer, "", "x"), GATE_EINVAL);
	buffer_clear(&buffer);
	memset(huge, 'a', 7999);
	huge[7999] = '\0';
	assert_int_not_equal(qr_svg(&buffer, huge, "x"), 0);
	buffer_clear(&buffer);
	free(huge);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_every_page),
		cmocka_unit_test(speaks_every_language),
		cmocka_unit_test(leaves_nothing_of_a_broken_page),
		cmocka_unit_test(takes_colours_that_can_be_read),
		cmocka_unit_test(has_a_policy),
		cmocka_unit_test(draws_codes),
	};

	return cmocka_run_group_tests_name(
	    "web_page", tests, set_up, tear_down);
}
