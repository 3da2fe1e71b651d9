/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is not well-formed, in ways that a reader might forgive; and messages
 * that were cut on their way, which an administrator wants to be told.
 */
#include "tests/attacks/attack.h"

#define BAD        "bad_xml"
#define STATUS_TAG "<samlp:Status>"
#define INSTEAD_OF_STATUS_TAG(what)                                            \
	{                                                                      \
		{                                                              \
			STATUS_TAG, what                                       \
		}                                                              \
	}

static const struct attack cases[] = {
	{ .name = "an attribute without a value",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x>") },
	{ .name = "an attribute's value without quotes",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x=y>") },
	{ .name = "an attribute's value in two kinds of quotes",
	    .expected = "bad_xml response_cut",
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x='y\">") },
	{ .name = "an attribute without a name",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status =\"y\">") },
	{ .name = "a value without an attribute",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status \"y\">") },
	{ .name = "a tag in an attribute's value",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x=\"<y>\">") },
	{ .name = "no blank between attributes",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x=\"\"y=\"\">") },
	{ .name = "an ampersand in an attribute's value",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x=\"a&b\">") },
	{ .name = "a control character in an attribute's value",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status x=\"\x01\">") },
	{ .name = "a tag without a name",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<>" STATUS_TAG) },
	{ .name = "a tag whose name begins with a digit",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<1/>" STATUS_TAG) },
	{ .name = "a tag whose name begins with a colon",
	    .expected = "bad_xml bad_structure",
	    .after = INSTEAD_OF_STATUS_TAG("<:x/>" STATUS_TAG) },
	{ .name = "a blank before a tag's name",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("< samlp:Status>") },
	{ .name = "a blank before an end tag's name",
	    .expected = BAD,
	    .after = { { "</samlp:Status>", "</ samlp:Status>" } } },
	{ .name = "a tag that ends twice",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<x//>" STATUS_TAG) },
	{ .name = "a blank in the end of an empty tag",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<x/ >" STATUS_TAG) },
	{ .name = "a tag within a tag",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<samlp:Status <x>") },
	{ .name = "an empty end tag",
	    .expected = BAD,
	    .after = { { "</samlp:Status>", "</>" } } },
	{ .name = "an end tag with an attribute",
	    .expected = BAD,
	    .after = { { "</samlp:Status>", "</samlp:Status x=\"y\">" } } },
	{ .name = "an end tag of another name",
	    .expected = BAD,
	    .after = { { "</samlp:Status>", "</samlp:status>" } } },
	{ .name = "an end tag by another prefix of the same namespace",
	    .expected = BAD,
	    .after = { { "</samlp:Status>", "</p:Status>" },
		{ "<samlp:Response ",
		    "<samlp:Response xmlns:p=\"" SAML "protocol\" " } } },
	{ .name = "an end tag too many",
	    .expected = BAD,
	    .after = { { "</samlp:Response>",
		"</samlp:Response></samlp:Response>" } } },
	{ .name = "tags that overlap",
	    .expected = BAD,
	    .after = INSTEAD_OF_STATUS_TAG("<x><y></x></y>" STATUS_TAG) },
	{ .name = "a text after the root",
	    .expected = BAD,
	    .after = { { "</samlp:Response>", "</samlp:Response>x" } } },
	{ .name = "an element after the root",
	    .expected = BAD,
	    .after = { { "</samlp:Response>", "</samlp:Response><x/>" } } },
	{ .name = "a text before the root",
	    .expected = BAD,
	    .after = { { "<samlp:Response ", "x<samlp:Response " } } },
	{ .name = "an element that is not closed",
	    .expected = "bad_xml response_cut",
	    .after = INSTEAD_OF_STATUS_TAG("<x>" STATUS_TAG) },
	{ .name = "a declaration of HTML",
	    .expected = "bad_xml xml_forbidden",
	    .after = INSTEAD_OF_STATUS_TAG("<!x>" STATUS_TAG) },
	{ .name = "a conditional section",
	    .expected = "bad_xml xml_forbidden",
	    .after = INSTEAD_OF_STATUS_TAG("<![IGNORE[x]]>" STATUS_TAG) },
	{ .name = "cdata in small letters",
	    .expected = "bad_xml xml_forbidden",
	    .after = INSTEAD_OF_STATUS_TAG("<![cdata[x]]>" STATUS_TAG) },
	{ .name = "HTML",
	    .expected = "bad_xml response_cut",
	    .after = { { "<samlp:Response ", "<html><br><samlp:Response " },
		{ "</samlp:Response>", "</samlp:Response></html>" } } },
};

/* A good message up to some word, and perhaps a little more. */
static const struct {
	const char *name, *word;
	int more;
	const char *expected;
} cuts[] = {
	{ "in the declaration", "encoding", 3, NULL },
	{ "after the declaration", "<samlp:Response ", 0,
	    "bad_xml response_cut" },
	{ "after the first angle bracket", "<samlp:Response ", 1, NULL },
	{ "in the root's name", "<samlp:Response ", 5, NULL },
	{ "after the root's name", "<samlp:Response ", 15, NULL },
	{ "in an attribute's name", "Destination=", 4, NULL },
	{ "before the equals sign", "Destination=", 11, NULL },
	{ "after the equals sign", "Destination=", 12, NULL },
	{ "after the quote", "Destination=", 13, NULL },
	{ "in an attribute's value", "Destination=", 20, NULL },
	{ "after an attribute's value", " xmlns:saml=", 0, NULL },
	{ "in a text", ">alice</saml:NameID>", 3, NULL },
	{ "at the end of a text", "</saml:NameID>", 0, NULL },
	{ "after the angle bracket of an end tag", "</saml:NameID>", 1, NULL },
	{ "after the slash of an end tag", "</saml:NameID>", 2, NULL },
	{ "in an end tag's name", "</saml:NameID>", 8, NULL },
	{ "before the end of an end tag", "</saml:NameID>", 13, NULL },
	{ "before the end of an empty tag", "/></samlp:Status>", 0, NULL },
	{ "in the end of an empty tag", "/></samlp:Status>", 1, NULL },
	{ "in the signature", "<ds:SignatureValue>", 80, NULL },
	{ "before the root's end", "</samlp:Response>", 0, NULL },
	{ "in the root's end", "</samlp:Response>", 9, NULL },
	{ "a character before the end", "</samlp:Response>", 16, NULL },
};

static void
write_cuts(struct attacks *attacks)
{
	static const struct attack good = {
		.before = { { "<samlp:Response ",
		    "<?xml version=\"1.0\" encoding=\"UTF-8\"?><samlp:Response " } }
	};
	struct attack attack = { 0 };
	enum attack_form form;
	char *text, *at, *name;
	size_t i;

	for (i = 0; i < COUNT(cuts) * 2; i++) {
		form = i % 2 == 0 ? FORM_XML : FORM_BASE64;
		text = attack_text(attacks, &good);
		at = strstr(text, cuts[i / 2].word);
		assert_non_null(at);
		at[cuts[i / 2].more] = '\0';
		name = fixture_text("cut %s%s", cuts[i / 2].name,
		    form == FORM_XML ? "" : ", in base64");
		attack.name = name;
		attack.form = form;
		attack.expected = cuts[i / 2].expected != NULL
		    ? cuts[i / 2].expected
		    : "response_cut";
		attack_write(attacks, &attack, text);
		free(name);
	}
}

/* Where known conversations cut an answer. */
static void
write_conversations(struct attacks *attacks)
{
	static const size_t sizes[] = { 511, 1023, 4095 };
	static const struct attack good = { .sign = SIGN_BOTH };
	struct attack attack = { .expected = "response_cut" };
	char *text, *base64, *name;
	size_t i;

	for (i = 0; i < COUNT(sizes); i++) {
		text = attack_text(attacks, &good);
		base64 = fixture_base64(text, strlen(text));
		assert_true(strlen(base64) > sizes[i]);
		base64[sizes[i]] = '\0';
		name = fixture_text("cut after %zu characters", sizes[i]);
		attack.name = name;
		attack_write(attacks, &attack, base64);
		free(name);
		free(text);
	}
}

void
attack_malformed(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_cuts(attacks);
	write_conversations(attacks);
}
