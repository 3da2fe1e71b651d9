/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Canonicalization: what does not change the canonical form is no change, what
 * has none is refused, and nothing is taken for the digest of nothing.
 */
#include "tests/attacks/resign.h"

#define VOID_C14N   "CVE-2025-66568"
#define INVALID     "signature_invalid"
#define NAME_ID_END ">alice</saml:NameID>"
#define EXCLUSIVE   "<ds:Transform Algorithm=\"" EXC "\"/>"
#define PREFIXES(list)                                                         \
	{                                                                      \
		EXCLUSIVE,                                                     \
		    "<ds:Transform Algorithm=\"" EXC                           \
		    "\"><e:InclusiveNamespaces xmlns:e=\"" EXC                 \
		    "\" PrefixList=\"" list "\"/></ds:Transform>"              \
	}
#define RESPONSE_WITH(what)                                                    \
	{                                                                      \
		"<samlp:Response ", "<samlp:Response " what " "                \
	}
#define ASSERTION_AS(what)                                                     \
	{                                                                      \
		"<saml:Assertion ", "<saml:Assertion " what " "                \
	}
#define XS " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\""

static const struct attack cases[] = {
	{ .name = "a relative namespace",
	    .cve = VOID_C14N,
	    .expected = INVALID,
	    .after = { ASSERTION_AS("xmlns:x=\"relative\"") } },
	{ .name = "a relative namespace that is in use",
	    .cve = VOID_C14N,
	    .expected = INVALID,
	    .after = { { "<saml:Subject>",
		"<saml:Subject xmlns:x=\"relative\" x:y=\"z\">" } } },
	{ .name = "a relative namespace around",
	    .cve = VOID_C14N,
	    .expected = INVALID,
	    .after = { RESPONSE_WITH("xmlns:x=\"../relative\"") },
	    .sign = SIGN_RESPONSE },
	{ .name = "a relative namespace in SignedInfo",
	    .cve = VOID_C14N,
	    .expected = INVALID,
	    .after = { { "<ds:SignedInfo>",
		"<ds:SignedInfo xmlns:x=\"relative\">" } } },
	{ .name = "a namespace that is no URI",
	    .expected = "signature_invalid bad_xml",
	    .after = { ASSERTION_AS("xmlns:x=\"http://[\"") } },
	{ .name = "a default namespace around, put there afterwards",
	    .after = { RESPONSE_WITH("xmlns=\"urn:x\"") } },
	{ .name = "an unused prefix around, put there afterwards",
	    .after = { RESPONSE_WITH("xmlns:x=\"urn:x\"") } },
	{ .name = "a language around, put there afterwards",
	    .after = { RESPONSE_WITH("xml:lang=\"en\" xml:space=\"preserve\" "
				     "xml:base=\"http://127.0.0.1:9/\"") } },
	{ .name = "a language of the assertion, put there afterwards",
	    .expected = INVALID,
	    .after = { ASSERTION_AS("xml:lang=\"en\"") } },
	{ .name = "a language of the assertion, signed",
	    .before = { ASSERTION_AS("xml:lang=\"en\"") } },
	{ .name = "another prefix for the same namespace, signed",
	    .before = { { "saml:", "saml2:" },
		{ "xmlns:saml=", "xmlns:saml2=" } } },
	{ .name = "another prefix for the same namespace, afterwards",
	    .expected = INVALID,
	    .after = { { "saml:", "saml2:" },
		{ "xmlns:saml=", "xmlns:saml2=" } } },
	{ .name = "the prefix of XML Schema, bound to something else",
	    .expected = INVALID,
	    .before = { PREFIXES("xs") },
	    .after = { { XS, " xmlns:xs=\"urn:x\"" } } },
	{ .name = "a listed prefix declared around, bound to something else",
	    .expected = INVALID,
	    .before = { PREFIXES("xs"), { XS, "" },
		{ "<samlp:Response ", "<samlp:Response" XS " " } },
	    .after = { { XS, " xmlns:xs=\"urn:x\"" } } },
	{ .name = "a listed prefix that nobody declares",
	    .before = { PREFIXES("xs nobody") } },
	{ .name = "a list of the default namespace",
	    .before = { PREFIXES("#default xs") } },
	{ .name = "an empty list", .before = { PREFIXES("") } },
	{ .name = "a list of 16 prefixes",
	    .before = { PREFIXES("a b c d e f g h i j k l m n o p") } },
	{ .name = "a list of 17 prefixes",
	    .expected = "signature_shape",
	    .before = { PREFIXES("a b c d e f g h i j k l m n o p q") } },
	{ .name = "a prefix undeclared, as in Namespaces 1.1",
	    .expected = "bad_xml",
	    .after = { { "<saml:Subject>", "<saml:Subject xmlns:xs=\"\">" } } },
	{ .name = "a prefix that nobody declared",
	    .expected = "bad_xml",
	    .after = { { NAME_ID_END, "><x:y/></saml:NameID>" } } },
	{ .name = "an attribute's prefix that nobody declared",
	    .expected = "bad_xml",
	    .after = { { "<saml:Subject>", "<saml:Subject x:y=\"z\">" } } },
	{ .name = "the prefix xml for something else",
	    .expected = "bad_xml",
	    .after = { ASSERTION_AS("xmlns:xml=\"urn:x\"") } },
	{ .name = "another prefix for the namespace of xml",
	    .expected = "bad_xml",
	    .after = { ASSERTION_AS(
		"xmlns:x=\"http://www.w3.org/XML/1998/namespace\"") } },
	{ .name = "the prefix xmlns, declared",
	    .expected = "bad_xml",
	    .after = { ASSERTION_AS("xmlns:xmlns=\"urn:x\"") } },
	{ .name = "the namespace of xmlns, declared",
	    .expected = "bad_xml",
	    .after = { ASSERTION_AS(
		"xmlns:x=\"http://www.w3.org/2000/xmlns/\"") } },
	{ .name = "two colons in a name",
	    .expected = "bad_xml",
	    .after = { { NAME_ID_END, "><saml:x:y/></saml:NameID>" } } },
	{ .name = "an attribute twice",
	    .cve = "CVE-2025-66567",
	    .expected = "bad_xml",
	    .after = { { "<saml:Assertion ",
		"<saml:Assertion Version=\"2.0\" " } } },
	{ .name = "an ID twice in a tag",
	    .cve = "CVE-2025-66567",
	    .expected = "bad_xml",
	    .after = { { "<saml:Assertion ", "<saml:Assertion ID=\"_x\" " } } },
	{ .name = "a namespace declared twice",
	    .expected = "bad_xml",
	    .after = { ASSERTION_AS("xmlns:saml=\"urn:x\"") } },
	{ .name = "an attribute twice, by two prefixes",
	    .expected = "bad_xml",
	    .after = { { "<saml:Subject>",
		"<saml:Subject xmlns:a=\"urn:x\" xmlns:b=\"urn:x\" "
		"a:c=\"1\" b:c=\"2\">" } } },
	{ .name = "other quotes around attributes",
	    .after = { { "\"_assertion1\"", "'_assertion1'" },
		{ "\"#_assertion1\"", "'#_assertion1'" } } },
	{ .name = "blanks and line breaks within tags",
	    .after = { { " Version=\"2.0\"", "\n\t Version = \"2.0\" " },
		{ "</saml:Subject>", "</saml:Subject\n >" } } },
	{ .name = "line breaks of Windows in the text",
	    .before = { { "<saml:Subject>", "\n<saml:Subject>" } },
	    .after = { { "\n<saml:Subject>", "\r\n<saml:Subject>" } } },
	{ .name = "a carriage return by reference, signed",
	    .before = { { "agent</saml:Attr", "age&#13;nt</saml:Attr" } } },
	{ .name = "a carriage return by reference, afterwards",
	    .expected = INVALID,
	    .before = { { "agent</saml:Attr", "age\nnt</saml:Attr" } },
	    .after = { { "age\nnt", "age&#13;\nnt" } } },
	{ .name = "tabs and line breaks in an attribute, signed",
	    .before = { { "Name=\"role\"",
		"Name=\"role\" FriendlyName=\"a&#9;b&#10;c &lt; &amp;\"" } } },
	{ .name = "a character by reference in an attribute",
	    .after = { { "Name=\"role\"", "Name=\"r&#111;le\"" } } },
	{ .name = "letters beyond ASCII by reference",
	    .before = { { ">agent<", ">ag\xc3\xa9nt<" } },
	    .after = { { "ag&#xE9;nt", "ag\xc3\xa9nt" } } },
	{ .name = "the same letters, not composed",
	    .expected = INVALID,
	    .before = { { ">agent<", ">ag\xc3\xa9nt<" } },
	    .after = { { "ag&#xE9;nt", "age\xcc\x81nt" } } },
	{ .name = "empty elements in two tags",
	    .before = { { "</saml:AttributeStatement>",
		"<saml:Attribute Name=\"x\"/></saml:AttributeStatement>" } },
	    .after = { { "<saml:Attribute Name=\"x\"/>",
		"<saml:Attribute Name=\"x\"></saml:Attribute>" } } },
};

/* The digest of no bytes at all, in a SignedInfo that the IdP did sign. */
static void
write_void(struct attacks *attacks)
{
	static const char nothing[] =
	    "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
	static const struct resign_key how = { KEY_RSA, "SHA256", 0, 0, NULL };
	struct attack attack = { .cve = VOID_C14N, .expected = INVALID };
	char *text, *before, *after;
	int i;

	for (i = 0; i < 2; i++) {
		text = attack_text(attacks, &attack);
		before = fixture_cut_out(
		    text, "<ds:DigestValue>", "</ds:DigestValue>");
		after = fixture_text(
		    "<ds:DigestValue>%s</ds:DigestValue>", nothing);
		text = resign(attacks, fixture_replace(text, before, after),
		    resign_by_key, &how);
		attack.name = "the digest of nothing";
		if (i == 1) {
			attack.name = "the digest of nothing, and what has "
				      "no canonical form";
			text = fixture_replace(text, "<saml:Assertion ",
			    "<saml:Assertion xmlns:x=\"relative\" ");
		}
		attack_write(attacks, &attack, text);
		free(before);
		free(after);
	}
}

void
attack_canonical(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_void(attacks);
}
