/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Base64 and deflate, by which a Response comes. What two decoders may read
 * differently is not read at all; line breaks may stand anywhere.
 */
#include <zlib.h>

#include "tests/attacks/attack.h"

#define BASE64  "bad_base64"
#define DEFLATE "bad_deflate"

/* A good message whose base64 has so much padding (its XML ends in blanks),
 * and both characters beyond letters and digits. */
static char *
padded(struct attacks *attacks, size_t padding)
{
	static const struct attack good = { 0 };
	char *text = attack_text(attacks, &good), *longer;
	size_t size = strlen(text);

	longer = fixture_text(
	    "%s%.*s", text, (int)((3 - padding + 3 - size % 3) % 3), "\n\n");
	free(text);
	size = strlen(longer);
	text = fixture_base64(longer, size);
	free(longer);
	return text;
}

/* What is done to base64; it takes over the text. */
typedef char *mangle(char *text, size_t size);

static char *
insert(char *text, size_t at, const char *what)
{
	char *longer = fixture_text("%.*s%s%s", (int)at, text, what, text + at);

	free(text);
	return longer;
}

static char *
break_lines(char *text, size_t width, const char *end)
{
	char *lines = strdup(""), *longer;
	size_t i, size = strlen(text);

	for (i = 0; i < size; i += width) {
		longer =
		    fixture_text("%s%.*s%s", lines, (int)width, text + i, end);
		free(lines);
		lines = longer;
	}
	free(text);
	return lines;
}

static char *
as_it_is(char *text, size_t size)
{
	(void)size;
	return text;
}

static char *
lines_64(char *text, size_t size)
{
	(void)size;
	return break_lines(text, 64, "\n");
}

static char *
lines_76(char *text, size_t size)
{
	(void)size;
	return break_lines(text, 76, "\r\n");
}

static char *
lines_1(char *text, size_t size)
{
	(void)size;
	return break_lines(text, 1, "\n");
}

static char *
break_before(char *text, size_t size)
{
	(void)size;
	return insert(text, 0, "\r\n\n");
}

static char *
break_in_padding(char *text, size_t size)
{
	return insert(text, size - 1, "\n");
}

static char *
blank_inside(char *text, size_t size)
{
	return insert(text, size / 2, " ");
}

static char *
tab_inside(char *text, size_t size)
{
	return insert(text, size / 2, "\t");
}

static char *
blank_before(char *text, size_t size)
{
	(void)size;
	return insert(text, 4, "  ");
}

static char *
blank_for_plus(char *text, size_t size)
{
	(void)size;
	return fixture_replace(text, "+", " ");
}

static char *
url_safe(char *text, size_t size)
{
	(void)size;
	return fixture_replace(text, "+", "-");
}

static char *
url_safe_slash(char *text, size_t size)
{
	text[size / 2] = '_';
	return text;
}

static char *
percent(char *text, size_t size)
{
	(void)size;
	return fixture_replace(text, "=", "%3D");
}

static char *
no_padding(char *text, size_t size)
{
	(void)size;
	return fixture_replace(text, "=", "");
}

static char *
more_padding(char *text, size_t size)
{
	return insert(text, size, "=");
}

static char *
padding_alone(char *text, size_t size)
{
	return insert(text, size, "====");
}

static char *
padding_inside(char *text, size_t size)
{
	return insert(text, size / 2, "=");
}

static char *
padding_first(char *text, size_t size)
{
	(void)size;
	return insert(text, 0, "=");
}

static char *
after_padding(char *text, size_t size)
{
	return insert(text, size, "AAAA");
}

static char *
twice(char *text, size_t size)
{
	char *copy = strdup(text);

	text = insert(text, size, copy);
	free(copy);
	return text;
}

static char *
loose_bits(char *text, size_t size)
{
	char *last = text + size - 2;

	while (*last == '=')
		last--;
	(*last)++; /* 'A', 'Q', ... have no loose bits, the next has */
	return text;
}

static char *
high_byte(char *text, size_t size)
{
	return insert(text, size / 2, "\xc2\xa0");
}

static char *
full_width(char *text, size_t size)
{
	return insert(text, size / 2, "\xef\xbc\xa1");
}

static char *
comma(char *text, size_t size)
{
	return insert(text, size / 2, ",");
}

static char *
as_form(char *text, size_t size)
{
	(void)size;
	return insert(text, 0, "SAMLResponse=");
}

static char *
as_json(char *text, size_t size)
{
	text = insert(text, size, "\"}");
	return insert(text, 0, "{\"SAMLResponse\":\"");
}

static char *
as_pem(char *text, size_t size)
{
	(void)size;
	return insert(text, 0, "-----BEGIN SAML-----\n");
}

static char *
again(char *text, size_t size)
{
	char *twofold = fixture_base64(text, size);

	free(text);
	return twofold;
}

static char *
cut_by_one(char *text, size_t size)
{
	text[size - 1] = '\0';
	return text;
}

static char *
cut_in_the_middle(char *text, size_t size)
{
	text[size / 2] = '\0';
	return text;
}

static char *
cut_to_nothing(char *text, size_t size)
{
	(void)size;
	text[0] = '\0';
	return text;
}

static char *
line_break_only(char *text, size_t size)
{
	(void)size;
	strcpy(text, "\n");
	return text;
}

static char *
one_character(char *text, size_t size)
{
	(void)size;
	strcpy(text, "P");
	return text;
}

static const struct {
	const char *name, *expected;
	size_t padding;
	mangle *mangle;
} cases[] = {
	{ "no padding needed", NULL, 0, as_it_is },
	{ "one character of padding", NULL, 1, as_it_is },
	{ "two characters of padding", NULL, 2, as_it_is },
	{ "lines of 64, as PEM has them", NULL, 1, lines_64 },
	{ "lines of 76, as MIME has them", NULL, 2, lines_76 },
	{ "lines of one character", NULL, 1, lines_1 },
	{ "line breaks before", NULL, 0, break_before },
	{ "a line break in the padding", NULL, 2, break_in_padding },
	{ "a blank inside", BASE64, 0, blank_inside },
	{ "a tab inside", BASE64, 0, tab_inside },
	{ "blanks near the beginning", BASE64, 0, blank_before },
	{ "blanks in place of plus, as a form does", BASE64, 0,
	    blank_for_plus },
	{ "the URL's minus", BASE64, 0, url_safe },
	{ "the URL's underscore", BASE64, 0, url_safe_slash },
	{ "the URL's padding", BASE64, 1, percent },
	{ "one character of padding missing", BASE64, 1, no_padding },
	{ "two characters of padding missing", BASE64, 2, no_padding },
	{ "one of two characters of padding missing", BASE64, 2, cut_by_one },
	{ "padding where none is needed", BASE64, 0, more_padding },
	{ "padding of three characters", BASE64, 2, more_padding },
	{ "padding of four characters", BASE64, 0, padding_alone },
	{ "padding inside", BASE64, 0, padding_inside },
	{ "padding first", BASE64, 0, padding_first },
	{ "more after the padding", BASE64, 1, after_padding },
	{ "twice", BASE64, 1, twice },
	{ "loose bits before one character of padding", BASE64, 1, loose_bits },
	{ "loose bits before two characters of padding", BASE64, 2,
	    loose_bits },
	{ "a no-break space", BASE64, 0, high_byte },
	{ "a full-width letter", BASE64, 0, full_width },
	{ "a comma", BASE64, 0, comma },
	{ "a form's field", BASE64, 0, as_form },
	{ "JSON", BASE64, 0, as_json },
	{ "PEM", BASE64, 0, as_pem },
	{ "base64 of base64", "bad_deflate bad_base64", 0, again },
	{ "cut in the middle", "response_cut", 0, cut_in_the_middle },
	{ "nothing", "response_empty", 0, cut_to_nothing },
	{ "a line break", "response_empty", 0, line_break_only },
	{ "one character", "response_cut bad_base64", 0, one_character },
};

static void
write_compressed(struct attacks *attacks, const char *name,
    const char *expected, int window, const char *tail, size_t cut)
{
	static const struct attack good = { 0 };
	struct attack attack = { .name = name, .expected = expected };
	char *text = attack_text(attacks, &good), *base64;
	unsigned char packed[32768];
	z_stream stream = { .next_in = (Bytef *)text,
		.avail_in = (uInt)strlen(text),
		.next_out = packed,
		.avail_out = sizeof(packed) - 64 };
	size_t size;

	assert_int_equal(
	    deflateInit2(&stream, 9, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY),
	    Z_OK);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	deflateEnd(&stream);
	size = stream.total_out - cut;
	memcpy(packed + size, tail, strlen(tail));
	size += strlen(tail);
	base64 = fixture_base64(packed, size);
	attack_write_bytes(attacks, &attack, base64, strlen(base64));
	free(base64);
	free(text);
}

void
attack_base64(struct attacks *attacks)
{
	struct attack attack = { 0 };
	size_t i;

	for (i = 0; i < COUNT(cases); i++) {
		char *text = padded(attacks, cases[i].padding);

		attack.name = cases[i].name;
		attack.expected = cases[i].expected;
		attack_write(
		    attacks, &attack, cases[i].mangle(text, strlen(text)));
	}
	write_compressed(attacks, "deflate", NULL, -MAX_WBITS, "", 0);
	write_compressed(attacks, "zlib", DEFLATE, MAX_WBITS, "", 0);
	write_compressed(attacks, "gzip", DEFLATE, MAX_WBITS + 16, "", 0);
	write_compressed(
	    attacks, "a byte after the stream", DEFLATE, -MAX_WBITS, "x", 0);
	write_compressed(attacks, "a message after the stream", DEFLATE,
	    -MAX_WBITS, "<samlp:Response/>", 0);
	write_compressed(
	    attacks, "a stream that is cut", "response_cut", -MAX_WBITS, "", 9);
	attack.name = "deflate of a signed Response";
	attack.expected = NULL;
	attack.sign = SIGN_RESPONSE;
	attack.form = FORM_DEFLATE;
	attack_table(attacks, &attack, 1);
}
