/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Encodings: UTF-8, XML 1.0 and nothing else, whatever the message says of
 * itself. In any other one the bytes that are looked at are not those that are
 * signed.
 */
#include "tests/attacks/attack.h"

#define ENCODING    "bad_encoding"
#define NAME_ID_END ">alice</saml:NameID>"
#define DECLARED(what)                                                         \
	{                                                                      \
		{                                                              \
			"<?xml version=\"1.0\"?>", what                        \
		}                                                              \
	}
#define BYTES(what)                                                            \
	{                                                                      \
		{                                                              \
			NAME_ID_END, ">alice" what "</saml:NameID>"            \
		}                                                              \
	}

static const struct attack cases[] = {
	{ .name = "no declaration",
	    .after = { { "<?xml version=\"1.0\"?>\n", "" } } },
	{ .name = "UTF-8, declared",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") },
	{ .name = "UTF-8, declared in small letters and single quotes",
	    .after = DECLARED("<?xml version='1.0' encoding='utf-8'?>") },
	{ .name = "UTF-8, standalone",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-8\" "
			      "standalone=\"yes\"?>") },
	{ .name = "UTF-8, not standalone",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-8\" "
			      "standalone=\"no\"?>") },
	{ .name = "the first and last character of each length",
	    .before = { { "<samlp:Response ",
			    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"
			    "<samlp:Response " },
		{ ">agent<",
		    ">\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf"
		    "\xee\x80\x80\xef\xbf\xbd\xf0\x90\x80\x80"
		    "\xf4\x8f\xbf\xbf<" } } },
	{ .name = "a byte order mark of UTF-8",
	    .after = DECLARED("\xef\xbb\xbf<?xml version=\"1.0\" "
			      "encoding=\"UTF-8\"?>") },
	{ .name = "a byte order mark of UTF-8, in base64",
	    .after = DECLARED("\xef\xbb\xbf<?xml version=\"1.0\"?>"),
	    .form = FORM_BASE64 },
	{ .name = "a byte order mark of UTF-8, deflated",
	    .after = DECLARED("\xef\xbb\xbf<?xml version=\"1.0\"?>"),
	    .form = FORM_DEFLATE },
	{ .name = "line breaks before the root", .after = DECLARED("\r\n\n ") },
	{ .name = "line breaks before the root, in base64",
	    .after = DECLARED("\r\n\n "),
	    .form = FORM_BASE64 },
	{ .name = "line breaks before the root, deflated",
	    .after = DECLARED("\r\n\n "),
	    .form = FORM_DEFLATE },
	{ .name = "UTF-16, declared",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-16\"?>") },
	{ .name = "UTF-7, declared",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-7\"?>") },
	{ .name = "UTF-7, with markup",
	    .expected = ENCODING,
	    .after = { { "<?xml version=\"1.0\"?>",
			   "<?xml version=\"1.0\" encoding=\"UTF-7\"?>" },
		{ NAME_ID_END, ">+ADw-x/+AD4-</saml:NameID>" } } },
	{ .name = "Latin 1, declared",
	    .expected = ENCODING,
	    .after =
		DECLARED("<?xml version=\"1.0\" encoding=\"ISO-8859-1\"?>") },
	{ .name = "Latin 1, declared and used",
	    .expected = ENCODING,
	    .after = { { "<?xml version=\"1.0\"?>",
			   "<?xml version=\"1.0\" "
			   "encoding=\"ISO-8859-1\"?>" },
		{ NAME_ID_END, ">alic\xe9</saml:NameID>" } } },
	{ .name = "Windows 1252",
	    .expected = ENCODING,
	    .after =
		DECLARED("<?xml version=\"1.0\" encoding=\"windows-1252\"?>") },
	{ .name = "ASCII",
	    .expected = ENCODING,
	    .after =
		DECLARED("<?xml version=\"1.0\" encoding=\"US-ASCII\"?>") },
	{ .name = "EBCDIC",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"IBM037\"?>") },
	{ .name = "Shift JIS",
	    .expected = ENCODING,
	    .after =
		DECLARED("<?xml version=\"1.0\" encoding=\"Shift_JIS\"?>") },
	{ .name = "GB 18030",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"GB18030\"?>") },
	{ .name = "UCS-4",
	    .expected = ENCODING,
	    .after = DECLARED(
		"<?xml version=\"1.0\" encoding=\"ISO-10646-UCS-4\"?>") },
	{ .name = "an encoding that nobody knows",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"x-y\"?>") },
	{ .name = "an empty encoding",
	    .expected = "bad_encoding bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"\"?>") },
	{ .name = "utf8 without its hyphen",
	    .expected = ENCODING,
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"utf8\"?>") },
	{ .name = "UTF-8 with a blank",
	    .expected = "bad_encoding bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-8 \"?>") },
	{ .name = "two encodings",
	    .expected = "bad_encoding bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\" encoding=\"UTF-8\" "
			      "encoding=\"UTF-16\"?>") },
	{ .name = "the encoding before the version",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml encoding=\"UTF-8\" version=\"1.0\"?>") },
	{ .name = "an encoding without a version",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml encoding=\"UTF-8\"?>") },
	{ .name = "an unknown word in the declaration",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\" x=\"y\"?>") },
	{ .name = "standalone maybe",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\" "
			      "standalone=\"maybe\"?>") },
	{ .name = "an empty declaration",
	    .expected = "bad_xml xml_forbidden",
	    .after = DECLARED("<?xml?>") },
	{ .name = "XML in capitals",
	    .expected = "bad_xml xml_forbidden",
	    .after = DECLARED("<?XML version=\"1.0\"?>") },
	{ .name = "XML 1.1",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"1.1\"?>") },
	{ .name = "XML 1.1, with its line end",
	    .expected = "bad_xml",
	    .after = { { "<?xml version=\"1.0\"?>", "<?xml version=\"1.1\"?>" },
		{ NAME_ID_END, ">alice\xc2\x85</saml:NameID>" } } },
	{ .name = "XML 2.0",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"2.0\"?>") },
	{ .name = "XML of no version",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"\"?>") },
	{ .name = "a byte of Latin 1",
	    .expected = ENCODING,
	    .after = BYTES("\xe9") },
	{ .name = "NUL in two bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xc0\x80") },
	{ .name = "a slash in two bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xc0\xaf") },
	{ .name = "an angle bracket in two bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xc0\xbcx/\xc0\xbe") },
	{ .name = "a slash in three bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xe0\x80\xaf") },
	{ .name = "a slash in four bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xf0\x80\x80\xaf") },
	{ .name = "half of a surrogate pair",
	    .expected = ENCODING,
	    .after = BYTES("\xed\xa0\xbd") },
	{ .name = "a surrogate pair in six bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xed\xa0\xbd\xed\xb8\x80") },
	{ .name = "a character beyond Unicode",
	    .expected = ENCODING,
	    .after = BYTES("\xf4\x90\x80\x80") },
	{ .name = "five bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xf8\x88\x80\x80\x80") },
	{ .name = "six bytes",
	    .expected = ENCODING,
	    .after = BYTES("\xfc\x84\x80\x80\x80\x80") },
	{ .name = "the byte FE", .expected = ENCODING, .after = BYTES("\xfe") },
	{ .name = "the byte FF", .expected = ENCODING, .after = BYTES("\xff") },
	{ .name = "a byte that continues nothing",
	    .expected = ENCODING,
	    .after = BYTES("\x80") },
	{ .name = "a character that is cut",
	    .expected = ENCODING,
	    .after = BYTES("\xe2\x82") },
	{ .name = "U+FFFE in its bytes",
	    .expected = "bad_xml bad_encoding",
	    .after = BYTES("\xef\xbf\xbe") },
	{ .name = "U+FFFF in its bytes",
	    .expected = "bad_xml bad_encoding",
	    .after = BYTES("\xef\xbf\xbf") },
	{ .name = "the bell in its byte",
	    .expected = "bad_xml",
	    .after = BYTES("\x07") },
	{ .name = "escape in its byte",
	    .expected = "bad_xml",
	    .after = BYTES("\x1b[2J") },
	{ .name = "a byte that is not UTF-8, in a blank between elements",
	    .expected = ENCODING,
	    .after = { { "<saml:Assertion ", "\xa0<saml:Assertion " } } },
	{ .name = "a byte that is not UTF-8, in an attribute",
	    .expected = ENCODING,
	    .after = { { " Version=\"2.0\"", " Version=\"2.0\xe9\"" } } },
	{ .name = "a second byte order mark",
	    .expected = "bad_xml bad_base64",
	    .after = DECLARED("\xef\xbb\xbf\xef\xbb\xbf") },
	{ .name = "a byte order mark after the declaration",
	    .expected = "bad_xml",
	    .after = DECLARED("<?xml version=\"1.0\"?>\xef\xbb\xbf") },
};

/* All ASCII, each character in so many bytes, before a byte order mark. */
static void
write_wide(struct attacks *attacks)
{
	static const struct {
		const char *name;
		size_t width;
		int big_endian, marked;
	} forms[] = {
		{ "UTF-16, little end first", 2, 0, 1 },
		{ "UTF-16, big end first", 2, 1, 1 },
		{ "UTF-16, little end first, unmarked", 2, 0, 0 },
		{ "UTF-16, big end first, unmarked", 2, 1, 0 },
		{ "UTF-32, little end first", 4, 0, 1 },
		{ "UTF-32, big end first", 4, 1, 1 },
	};
	static const struct attack good = { 0 };
	struct attack attack = { .expected = "bad_encoding bad_base64 bad_xml "
					     "bad_deflate" };
	char *text = attack_text(attacks, &good), *wide, *base64, *name;
	size_t i, j, size = strlen(text), width;

	for (i = 0; i < COUNT(forms); i++) {
		width = forms[i].width;
		wide = calloc(size + 1, width);
		assert_non_null(wide);
		if (forms[i].marked) {
			wide[forms[i].big_endian ? width - 2 : 1] = '\xfe';
			wide[forms[i].big_endian ? width - 1 : 0] = '\xff';
		}
		for (j = 0; j < size; j++)
			wide[(j + (size_t)forms[i].marked) * width +
			    (forms[i].big_endian ? width - 1 : 0)] = text[j];
		attack.name = forms[i].name;
		attack_write_bytes(attacks, &attack, wide, size * width);
		name = fixture_text("%s, in base64", forms[i].name);
		attack.name = name;
		base64 = fixture_base64(wide, size * width);
		attack_write_bytes(attacks, &attack, base64, strlen(base64));
		free(base64);
		free(wide);
		free(name);
	}
	free(text);
}

/* NUL, where a text of C ends. */
static void
write_nul(struct attacks *attacks)
{
	static const struct {
		const char *name, *before;
		int base64;
	} places[] = {
		{ "NUL at the end", NULL, 0 },
		{ "NUL at the end, in base64", NULL, 1 },
		{ "NUL at the beginning", "<?xml", 0 },
		{ "NUL in the name", "ice</saml:NameID>", 0 },
		{ "NUL in the name, in base64", "ice</saml:NameID>", 1 },
		{ "NUL in a tag", "saml:NameID", 1 },
		{ "NUL in an attribute", "_assertion1\"", 1 },
		{ "NUL between elements", "<saml:Subject>", 1 },
		{ "NUL after the root", "\n</samlp:Response>", 1 },
	};
	static const struct attack good = { 0 };
	struct attack attack = { .expected = "bad_encoding bad_base64" };
	char *text = attack_text(attacks, &good), *bytes, *base64;
	size_t i, size = strlen(text), at;

	for (i = 0; i < COUNT(places); i++) {
		at = places[i].before == NULL
		    ? size
		    : (size_t)(strstr(text, places[i].before) - text);
		bytes = malloc(size + 1);
		assert_non_null(bytes);
		memcpy(bytes, text, at);
		bytes[at] = '\0';
		memcpy(bytes + at + 1, text + at, size - at);
		attack.name = places[i].name;
		base64 = fixture_base64(bytes, size + 1);
		if (places[i].base64)
			attack_write_bytes(
			    attacks, &attack, base64, strlen(base64));
		else
			attack_write_bytes(attacks, &attack, bytes, size + 1);
		free(base64);
		free(bytes);
	}
	free(text);
}

void
attack_encodings(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_wide(attacks);
	write_nul(attacks);
}
