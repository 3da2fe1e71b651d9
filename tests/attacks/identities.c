/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Names of people: a name must not look like another one in a log or on a
 * screen, and not be another one to the next program that reads it.
 */
#include "tests/attacks/attack.h"

#define NAME_ID_END ">alice</saml:NameID>"
#define FORMAT      "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
#define FORMATTED(as)                                                          \
	{                                                                      \
		"<saml:NameID Format=\"" FORMAT "\"",                          \
		    "<saml:NameID Format=\"" as "\""                           \
	}
#define XML_UTF8 "<?xml version=\"1.0\" encoding=\"UTF-8\"?>"

/* Characters that no name has, in its middle and at its ends. */
static const struct {
	const char *name;
	unsigned int point;
} bad[] = {
	{ "a tab", 0x9 },
	{ "a line feed", 0xa },
	{ "a carriage return", 0xd },
	{ "delete", 0x7f },
	{ "the first of the upper controls", 0x80 },
	{ "next line", 0x85 },
	{ "an escape sequence's start", 0x9b },
	{ "the last of the upper controls", 0x9f },
	{ "a soft hyphen", 0xad },
	{ "an Arabic letter mark", 0x61c },
	{ "a zero-width space", 0x200b },
	{ "a left-to-right mark", 0x200e },
	{ "a right-to-left mark", 0x200f },
	{ "a line separator", 0x2028 },
	{ "a paragraph separator", 0x2029 },
	{ "a left-to-right embedding", 0x202a },
	{ "the end of an embedding", 0x202c },
	{ "a right-to-left override", 0x202e },
	{ "a word joiner", 0x2060 },
	{ "a left-to-right isolate", 0x2066 },
	{ "the end of an isolate", 0x2069 },
	{ "a byte order mark", 0xfeff },
	{ "an interlinear annotation", 0xfff9 },
	{ "a tag character", 0xe0041 },
};

/* Characters that may stand in a name, but not at its ends. */
static const struct {
	const char *name;
	unsigned int point;
} blanks[] = {
	{ "a blank", 0x20 },
	{ "a no-break space", 0xa0 },
	{ "an ogham space", 0x1680 },
	{ "an en quad", 0x2000 },
	{ "a hair space", 0x200a },
	{ "a narrow no-break space", 0x202f },
	{ "a mathematical space", 0x205f },
	{ "an ideographic space", 0x3000 },
};

/* Characters that no XML has, by reference. */
static const struct {
	const char *name, *reference;
} not_xml[] = {
	{ "NUL", "&#0;" },
	{ "NUL in hexadecimal", "&#x0;" },
	{ "the bell", "&#7;" },
	{ "backspace", "&#x8;" },
	{ "escape", "&#27;" },
	{ "unit separator", "&#x1F;" },
	{ "half of a surrogate pair", "&#xD800;" },
	{ "a surrogate pair", "&#xD83D;&#xDE00;" },
	{ "U+FFFE", "&#xFFFE;" },
	{ "U+FFFF", "&#xFFFF;" },
	{ "a character beyond Unicode", "&#x110000;" },
	{ "a reference that overflows", "&#x100000061;" },
	{ "a reference that overflows 64 bits", "&#18446744073709551713;" },
	{ "an empty reference", "&#;" },
	{ "a reference without its end", "&#97" },
	{ "a negative reference", "&#-97;" },
};

static const struct attack cases[] = {
	{ .name = "letters of all the world",
	    .user = "žofie-βητα-алиса-愛",
	    .before = { { NAME_ID_END,
		">žofie-βητα-алиса-愛</saml:NameID>" } } },
	{ .name = "the same, declared as UTF-8",
	    .user = "žofie",
	    .before = { { NAME_ID_END, ">žofie</saml:NameID>" },
		{ "<samlp:Response ", XML_UTF8 "<samlp:Response " } } },
	{ .name = "a zero-width joiner, as Persian writes",
	    .user = "می‌رود",
	    .before = { { NAME_ID_END, ">می‌رود</saml:NameID>" } } },
	{ .name = "an emoji",
	    .user = "alice😀",
	    .before = { { NAME_ID_END, ">alice😀</saml:NameID>" } } },
	{ .name = "an e-mail address",
	    .user = "alice@example.org",
	    .before = { { NAME_ID_END, ">alice@example.org</saml:NameID>" } } },
	{ .name = "a distinguished name",
	    .user = "CN=Alice Liddell, O=Example, C=GB",
	    .before = { { NAME_ID_END,
		">CN=Alice Liddell, O=Example, C=GB</saml:NameID>" } } },
	{ .name = "a name of Windows",
	    .user = "EXAMPLE/alice",
	    .before = { { NAME_ID_END, ">EXAMPLE/alice</saml:NameID>" } } },
	{ .name = "one character",
	    .user = "a",
	    .before = { { NAME_ID_END, ">a</saml:NameID>" } } },
	{ .name = "markup as text",
	    .user = "<b>&amp;",
	    .before = { { NAME_ID_END, ">&lt;b>&amp;amp;</saml:NameID>" } } },
	{ .name = "an empty NameID",
	    .expected = "name_id",
	    .before = { { NAME_ID_END, "></saml:NameID>" } } },
	{ .name = "an empty NameID, as one tag",
	    .expected = "name_id",
	    .before = { { NAME_ID_END, "/>" } } },
	{ .name = "a NameID of blanks",
	    .expected = "name_id",
	    .before = { { NAME_ID_END, ">   </saml:NameID>" } } },
	{ .name = "a NameID among line breaks",
	    .expected = "name_id",
	    .before = { { NAME_ID_END, ">\n  alice\n</saml:NameID>" } } },
	{ .name = "a line break by CDATA",
	    .expected = "name_id",
	    .before = { { NAME_ID_END,
		">alice<![CDATA[\n]]></saml:NameID>" } } },
	{ .name = "a format: persistent",
	    .before = { FORMATTED(SAML "nameid-format:persistent") } },
	{ .name = "a format: transient",
	    .before = { FORMATTED(SAML "nameid-format:transient") } },
	{ .name = "a format: an e-mail address",
	    .before = { FORMATTED(
		"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress") } },
	{ .name = "no format", .before = { { " Format=\"" FORMAT "\"", "" } } },
	{ .name = "qualifiers",
	    .before = { { "<saml:NameID ",
		"<saml:NameID NameQualifier=\"" IDP "\" SPNameQualifier=\"" SP
		"\" SPProvidedID=\"x\" " } } },
	{ .name = "a format with a line break",
	    .expected = "name_id",
	    .before = { FORMATTED("urn:x&#10;y") } },
};

static void
write_character(struct attacks *attacks, const char *expected, const char *what,
    unsigned int point, const char *head, const char *tail)
{
	const char *where = tail[0] == '\0' ? "at the end"
	    : head[0] == '\0'               ? "at the beginning"
					    : "in the middle";
	char *name = fixture_text("%s %s", what, where);
	char *to = fixture_text(">%s&#x%x;%s</saml:NameID>", head, point, tail);
	struct attack attack = { .name = name,
		.expected = expected,
		.before = { { NAME_ID_END, to } } };

	attack_table(attacks, &attack, 1);
	free(name);
	free(to);
}

static void
write_not_xml(struct attacks *attacks)
{
	struct attack attack = { .expected = "bad_xml" };
	char *to;
	size_t i;

	for (i = 0; i < COUNT(not_xml); i++) {
		to = fixture_text(
		    ">alice%s</saml:NameID>", not_xml[i].reference);
		attack.name = not_xml[i].name;
		attack.after[0] = (struct edit){ NAME_ID_END, to };
		attack_table(attacks, &attack, 1);
		free(to);
	}
}

/* From both sides of the longest name, in bytes. */
static void
write_long(struct attacks *attacks)
{
	static const struct {
		const char *name, *piece;
		size_t count;
		const char *tail, *expected;
	} lengths[] = {
		{ "256 bytes", "a", 256, "", NULL },
		{ "257 bytes", "a", 257, "", "name_id" },
		{ "256 bytes in 128 characters", "\xc3\xb6", 128, "", NULL },
		{ "257 bytes in 129 characters", "\xc3\xb6", 128, "a",
		    "name_id" },
		{ "256 bytes in 64 characters", "\xf0\x9f\x98\x80", 64, "",
		    NULL },
		{ "260 bytes in 65 characters", "\xf0\x9f\x98\x80", 65, "",
		    "name_id" },
		{ "300,000 bytes", "a", 300000, "", "name_id" },
	};
	struct attack attack = { 0 };
	size_t i;

	for (i = 0; i < COUNT(lengths); i++) {
		char *head = attack_repeat(lengths[i].piece, lengths[i].count);
		char *user = fixture_text("%s%s", head, lengths[i].tail);
		char *to = fixture_text(">%s</saml:NameID>", user);

		attack.name = lengths[i].name;
		attack.expected = lengths[i].expected;
		attack.user = user;
		attack.before[0] = (struct edit){ NAME_ID_END, to };
		attack_table(attacks, &attack, 1);
		free(head);
		free(user);
		free(to);
	}
}

void
attack_identities(struct attacks *attacks)
{
	size_t i;

	attack_table(attacks, cases, COUNT(cases));
	for (i = 0; i < COUNT(bad); i++) {
		write_character(
		    attacks, "name_id", bad[i].name, bad[i].point, "al", "ice");
		write_character(
		    attacks, "name_id", bad[i].name, bad[i].point, "alice", "");
	}
	for (i = 0; i < COUNT(blanks); i++) {
		write_character(attacks, "name_id", blanks[i].name,
		    blanks[i].point, "alice", "");
		write_character(attacks, "name_id", blanks[i].name,
		    blanks[i].point, "", "alice");
	}
	write_not_xml(attacks);
	write_long(attacks);
}
