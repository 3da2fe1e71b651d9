/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Transforms: a signature over what is left of a message covers nothing that
 * was taken away before. There is one list of them that SAML core 5.4.4 allows.
 */
#include "tests/attacks/attack.h"

#define TR             "http://www.w3.org/TR/"
#define C14N           TR "2001/REC-xml-c14n-20010315"
#define C14N11         "http://www.w3.org/2006/12/xml-c14n11"
#define XSLT           TR "1999/REC-xslt-19991116"
#define XPATH          TR "1999/REC-xpath-19991116"
#define XPATH2         "http://www.w3.org/2002/06/xmldsig-filter2"

#define ALGORITHM(uri) "<ds:Transform Algorithm=\"" uri "\"/>"
#define ENVELOPED      ALGORITHM(DSIG "enveloped-signature")
#define EXCLUSIVE      ALGORITHM(EXC)
#define WITH(uri, what)                                                        \
	"<ds:Transform Algorithm=\"" uri "\">" what "</ds:Transform>"
#define XPATH_OF(what) WITH(XPATH, "<ds:XPath>" what "</ds:XPath>")
#define XPATH2_OF(filter, what)                                                \
	WITH(XPATH2,                                                           \
	    "<f:XPath xmlns:f=\"" XPATH2 "\" Filter=\"" filter "\">" what      \
	    "</f:XPath>")
#define STYLESHEET(what)                                                       \
	WITH(XSLT,                                                             \
	    "<xsl:stylesheet version=\"1.0\" "                                 \
	    "xmlns:xsl=\"http://www.w3.org/1999/XSL/Transform\">"              \
	    "<xsl:template match=\"/\">" what "</xsl:template>"                \
	    "</xsl:stylesheet>")

/* These transforms in place of the two, before it is signed. */
#define SIGNED_WITH(what)                                                      \
	{                                                                      \
		{                                                              \
			ENVELOPED EXCLUSIVE, what                              \
		}                                                              \
	}
/* The same after it was signed, as xmlsec1 writes them. */
#define CHANGED_TO(what)                                                       \
	{                                                                      \
		{                                                              \
			ENVELOPED EXCLUSIVE, what                              \
		}                                                              \
	}

#define SHAPE "signature_shape signature_algorithm"

static const struct attack cases[] = {
	{ .name = "none at all, as an empty list",
	    .expected = SHAPE,
	    .after = CHANGED_TO("") },
	{ .name = "no list",
	    .expected = SHAPE,
	    .after = { { "<ds:Transforms>" ENVELOPED EXCLUSIVE
			 "</ds:Transforms>",
		"" } } },
	{ .name = "enveloped-signature alone",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED) },
	{ .name = "exclusive canonicalization alone",
	    .expected = SHAPE,
	    .after = CHANGED_TO(EXCLUSIVE) },
	{ .name = "the wrong order",
	    .expected = SHAPE,
	    .after = CHANGED_TO(EXCLUSIVE ENVELOPED) },
	{ .name = "enveloped-signature twice",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ENVELOPED EXCLUSIVE) },
	{ .name = "exclusive canonicalization twice",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED EXCLUSIVE EXCLUSIVE) },
	{ .name = "exclusive canonicalization with comments",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED ALGORITHM(EXC "WithComments")) },
	{ .name = "inclusive canonicalization",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED ALGORITHM(C14N)) },
	{ .name = "inclusive canonicalization with comments",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED ALGORITHM(C14N "#WithComments")) },
	{ .name = "inclusive canonicalization 1.1",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED ALGORITHM(C14N11)) },
	{ .name = "inclusive before exclusive canonicalization",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM(C14N) EXCLUSIVE) },
	{ .name = "XSLT that writes what was signed",
	    .cve = "CVE-2022-47966",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED STYLESHEET("<x/>") EXCLUSIVE) },
	{ .name = "XSLT in the first place",
	    .cve = "CVE-2022-47966",
	    .expected = SHAPE,
	    .after = CHANGED_TO(STYLESHEET("<x/>") EXCLUSIVE) },
	{ .name = "XSLT that reads a file",
	    .expected = SHAPE,
	    .after = CHANGED_TO(STYLESHEET("<xsl:copy-of select=\""
					   "document('/etc/hostname')\"/>")) },
	{ .name = "XSLT that never ends",
	    .expected = SHAPE,
	    .after = CHANGED_TO(
		ENVELOPED STYLESHEET("<xsl:call-template name=\"x\"/>")) },
	{ .name = "XPath that takes all away",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED XPATH_OF("false()") EXCLUSIVE) },
	{ .name = "XPath that keeps the first name only",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(
		ENVELOPED XPATH_OF("not(ancestor-or-self::*[local-name()"
				   "='AttributeStatement'])") EXCLUSIVE) },
	{ .name = "XPath in place of enveloped-signature",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(
		XPATH_OF("not(ancestor-or-self::ds:Signature)") EXCLUSIVE) },
	{ .name = "XPath filter 2 that subtracts the attributes",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED XPATH2_OF("subtract",
		"//*[local-name()='AttributeStatement']") EXCLUSIVE) },
	{ .name = "XPath filter 2 that intersects with one element",
	    .expected = SHAPE,
	    .before = SIGNED_WITH(ENVELOPED XPATH2_OF(
		"intersect", "//*[local-name()='Issuer']") EXCLUSIVE) },
	{ .name = "XPath filter 2 that adds another element",
	    .expected = SHAPE,
	    .after =
		CHANGED_TO(ENVELOPED XPATH2_OF("union", "//*") EXCLUSIVE) },
	{ .name = "base64",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM(DSIG "base64")) },
	{ .name = "the decryption transform",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM(
		"http://www.w3.org/2002/07/decrypt#XML") EXCLUSIVE) },
	{ .name = "WS-Security's STR transform",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ALGORITHM(
		"http://docs.oasis-open.org/wss/2004/01/"
		"oasis-200401-wss-soap-message-security-1.0#STR-Transform")
		    EXCLUSIVE) },
	{ .name = "a digest as a transform",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED EXCLUSIVE ALGORITHM(ENC "sha256")) },
	{ .name = "an algorithm that nobody knows",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM("urn:x")) },
	{ .name = "an empty algorithm",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM("")) },
	{ .name = "no algorithm",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED "<ds:Transform/>") },
	{ .name = "an algorithm in a namespace",
	    .expected = SHAPE,
	    .after = CHANGED_TO(
		ENVELOPED "<ds:Transform ds:Algorithm=\"" EXC "\"/>") },
	{ .name = "an algorithm with a blank at its end",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM(EXC " ")) },
	{ .name = "an algorithm in other letters",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED ALGORITHM(
		"HTTP://www.w3.org/2001/10/xml-exc-c14n#")) },
	{ .name = "an XPath within exclusive canonicalization",
	    .expected = SHAPE,
	    .after = CHANGED_TO(
		ENVELOPED WITH(EXC, "<ds:XPath>false()</ds:XPath>")) },
	{ .name = "an XPath within enveloped-signature",
	    .expected = SHAPE,
	    .after = CHANGED_TO(WITH(DSIG "enveloped-signature",
		"<ds:XPath>x</ds:XPath>") EXCLUSIVE) },
	{ .name = "text within exclusive canonicalization",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED WITH(EXC, "x")) },
	{ .name = "two InclusiveNamespaces",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED WITH(EXC,
		"<e:InclusiveNamespaces xmlns:e=\"" EXC
		"\" PrefixList=\"xs\"/><e:InclusiveNamespaces xmlns:e=\"" EXC
		"\" PrefixList=\"xsi\"/>")) },
	{ .name = "a transform in a strange namespace",
	    .expected = SHAPE,
	    .after = CHANGED_TO(ENVELOPED "<x:Transform xmlns:x=\"urn:x\" "
					  "Algorithm=\"" EXC "\"/>") },
	{ .name = "inclusive canonicalization of SignedInfo",
	    .expected = SHAPE,
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"",
		"<ds:CanonicalizationMethod Algorithm=\"" C14N "\"" } } },
	{ .name = "canonicalization 1.1 of SignedInfo",
	    .expected = SHAPE,
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"",
		"<ds:CanonicalizationMethod Algorithm=\"" C14N11 "\"" } } },
	{ .name = "canonicalization of SignedInfo with comments",
	    .expected = SHAPE,
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"",
		"<ds:CanonicalizationMethod Algorithm=\"" EXC
		"WithComments\"" } } },
	{ .name = "XSLT as the canonicalization of SignedInfo",
	    .cve = "CVE-2022-47966",
	    .expected = SHAPE,
	    .after = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"/>",
		"<ds:CanonicalizationMethod Algorithm=\"" XSLT "\">"
		"<xsl:stylesheet version=\"1.0\" xmlns:xsl=\"http://"
		"www.w3.org/1999/XSL/Transform\"/>"
		"</ds:CanonicalizationMethod>" } } },
	{ .name = "no canonicalization of SignedInfo",
	    .expected = SHAPE,
	    .after = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"/>",
		"" } } },
	{ .name = "an InclusiveNamespaces of two prefixes",
	    .before = SIGNED_WITH(ENVELOPED WITH(EXC,
		"<e:InclusiveNamespaces xmlns:e=\"" EXC
		"\" PrefixList=\"xs xsi\"/>")) },
	{ .name = "an InclusiveNamespaces of SignedInfo",
	    .before = { { "<ds:CanonicalizationMethod Algorithm=\"" EXC "\"/>",
		"<ds:CanonicalizationMethod Algorithm=\"" EXC "\">"
		"<e:InclusiveNamespaces xmlns:e=\"" EXC
		"\" PrefixList=\"ds saml\"/></ds:CanonicalizationMethod>" } } },
	{ .name = "blanks and line breaks among the transforms",
	    .before = SIGNED_WITH("\n  " ENVELOPED "\n  " EXCLUSIVE "\n") },
	{ .name = "transforms that are written with end tags",
	    .after = CHANGED_TO(
		WITH(DSIG "enveloped-signature", "") WITH(EXC, "")) },
};

/* So many that their digests would take a worker's memory. */
static void
write_many(struct attacks *attacks)
{
	static const struct {
		size_t count;
		const char *name, *what;
	} crowds[] = {
		{ 3000, "3,000 canonicalizations", EXCLUSIVE },
		{ 1000, "1,000 base64 transforms", ALGORITHM(DSIG "base64") },
		{ 500, "500 XPaths", XPATH_OF("count(//*//*//*) > 0") },
	};
	struct attack attack = { .expected = SHAPE };
	char *many;
	size_t i;

	for (i = 0; i < COUNT(crowds); i++) {
		many = attack_repeat(crowds[i].what, crowds[i].count);
		attack.name = crowds[i].name;
		attack.after[0] = (struct edit){ EXCLUSIVE, many };
		attack_table(attacks, &attack, 1);
		free(many);
	}
}

void
attack_transforms(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_many(attacks);
}
