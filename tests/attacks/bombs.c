/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Messages that are to cost time or memory out of proportion to their size. On
 * this or that side of a limit, none may (see costs.c).
 */
#include "tests/attacks/attack.h"

#define LIMIT       "xml_limit"
#define NAME_ID_END ">alice</saml:NameID>"
#define STATUS_END  "</samlp:Status>"
#define DETAIL      "<samlp:StatusDetail>"
#define DETAIL_END  "</samlp:StatusDetail></samlp:Status>"
#define VALUES_END                                                             \
	"</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>"

/* Many of a piece at one place, before the message is signed or after. */
static const struct bomb {
	const char *name, *expected;
	const char *at; /* which is replaced by: */
	const char *head, *piece;
	size_t count;
	const char *tail;
	int is_signed; /* it stands there before it is signed */
} bombs[] = {
	{ "19,000 elements, signed", NULL, VALUES_END, "</saml:AttributeValue>",
	    "<saml:AttributeValue>x</saml:AttributeValue>", 19000,
	    "</saml:Attribute></saml:AttributeStatement>", 1 },
	{ "10,000 levels that do not end", "xml_limit response_cut",
	    "<saml:Assertion ", "", "<x>", 10000, "<saml:Assertion ", 0 },
	{ "200,000 end tags", "bad_xml", "</samlp:Response>",
	    "</samlp:Response>", "</x>", 200000, "", 0 },
	{ "41 attributes in a tag", LIMIT, "<samlp:Status>", "<samlp:Status ",
	    "a=\"\" ", 41, ">", 0 },
	{ "40,000 attributes in a tag", LIMIT, "<samlp:Status>",
	    "<samlp:Status ", "abcdefgh=\"\" ", 40000, ">", 0 },
	{ "the same attribute twice", "bad_xml", "<samlp:Status>",
	    "<samlp:Status ", "a=\"\" ", 2, ">", 0 },
	{ "10,000 namespaces in a tag", LIMIT, "<samlp:Status>",
	    "<samlp:Status ", "xmlns:abc=\"urn:x\" ", 10000, ">", 0 },
	{ "3,700 elements with 16 namespaces", NULL, STATUS_END, DETAIL,
	    "<x xmlns:a=\"urn:a\" xmlns:b=\"urn:b\" xmlns:c=\"urn:c\""
	    " xmlns:d=\"urn:d\" xmlns:e=\"urn:e\" xmlns:f=\"urn:f\""
	    " xmlns:g=\"urn:g\" xmlns:h=\"urn:h\" xmlns:i=\"urn:i\""
	    " xmlns:j=\"urn:j\" xmlns:k=\"urn:k\" xmlns:l=\"urn:l\""
	    " xmlns:m=\"urn:m\" xmlns:n=\"urn:n\" xmlns:o=\"urn:o\""
	    " xmlns:p=\"urn:p\"/>",
	    3700, DETAIL_END, 0 },
	{ "70,000 attributes", LIMIT, STATUS_END, DETAIL,
	    "<x a=\"\" b=\"\" c=\"\" d=\"\" e=\"\" f=\"\" g=\"\"/>", 10000,
	    DETAIL_END, 0 },
	{ "a name of 300,000 characters", "bad_xml bad_structure",
	    "<saml:Assertion ", "<", "abcdefghij", 30000, "/><saml:Assertion ",
	    0 },
	{ "an attribute of 900,000 characters", NULL, STATUS_END,
	    DETAIL "<x y=\"", "abcdefghi", 100000, "\"/>" DETAIL_END, 0 },
	{ "an attribute of 100,000 references", NULL, STATUS_END,
	    DETAIL "<x y=\"", "&#x41;", 100000, "\"/>" DETAIL_END, 0 },
	{ "a namespace of 900,000 characters", NULL, STATUS_END,
	    DETAIL "<x xmlns:y=\"urn:", "abcdefghi", 100000, "\"/>" DETAIL_END,
	    0 },
	{ "a text of 900,000 characters", NULL, STATUS_END, DETAIL, "abcdefghi",
	    100000, DETAIL_END, 0 },
	{ "a text of 150,000 references", NULL, STATUS_END, DETAIL, "&amp;",
	    150000, DETAIL_END, 0 },
	{ "a name of 150,000 references", "name_id", NAME_ID_END, ">", "&amp;",
	    150000, "</saml:NameID>", 1 },
	{ "a name of 50,000 CDATA", "name_id", NAME_ID_END, ">",
	    "<![CDATA[a]]>", 50000, "</saml:NameID>", 1 },
	{ "a text of 70,000 empty CDATA", NULL, NAME_ID_END, ">",
	    "<![CDATA[]]>", 70000, "alice</saml:NameID>", 0 },
	{ "900,000 blanks between elements", NULL, STATUS_END, "", "         ",
	    100000, STATUS_END, 0 },
	{ "900,000 blanks in a tag", NULL, "<samlp:Status>", "<samlp:Status",
	    "         ", 100000, ">", 0 },
	{ "300,000 angle brackets", "bad_xml", NAME_ID_END, ">", "<<<", 100000,
	    "</saml:NameID>", 0 },
	{ "300,000 ampersands", "bad_xml", NAME_ID_END, ">", "&&&", 100000,
	    "</saml:NameID>", 0 },
	{ "100,000 quotes", "bad_xml", "<samlp:Status>", "<samlp:Status ", "\"",
	    100000, ">", 0 },
	{ "50,000 comments", "xml_forbidden", STATUS_END, "", "<!-- -->", 50000,
	    STATUS_END, 0 },
	{ "1,000 Signatures", "signature_shape", STATUS_END, DETAIL,
	    "<ds:Signature xmlns:ds=\"" DSIG "\"/>", 1000, DETAIL_END, 0 },
	{ "5,000 assertions", "assertion_count bad_id", STATUS_END, DETAIL,
	    "<saml:Assertion xmlns:saml=\"" SAML "assertion\"/>", 5000,
	    DETAIL_END, 0 },
	{ "2,000 References", "signature_shape", "</ds:Reference>",
	    "</ds:Reference>", "<ds:Reference URI=\"#_assertion1\"/>", 2000, "",
	    0 },
	{ "15,000 prefixes in a PrefixList", "signature_shape",
	    "<ds:Transform Algorithm=\"" EXC "\"/>",
	    "<ds:Transform Algorithm=\"" EXC
	    "\"><e:InclusiveNamespaces xmlns:e=\"" EXC "\" PrefixList=\"",
	    "abcd ", 15000, "\"/></ds:Transform>", 0 },
	{ "15,000 prefixes in a PrefixList that has a namespace",
	    "signature_shape", "<ds:Transform Algorithm=\"" EXC "\"/>",
	    "<ds:Transform Algorithm=\"" EXC
	    "\"><e:InclusiveNamespaces xmlns:e=\"" EXC "\" e:PrefixList=\"",
	    "abcd ", 15000, "\"/></ds:Transform>", 0 },
	{ "a SignatureValue of 900,000 characters", "signature_shape",
	    "<ds:SignatureValue>", "<ds:SignatureValue>", "AAAA", 225000, "",
	    0 },
	{ "a DigestValue of 900,000 characters", "signature_shape",
	    "<ds:DigestValue>", "<ds:DigestValue>", "AAAA", 225000, "", 0 },
	{ "a certificate of 900,000 characters", NULL, "</ds:SignatureValue>",
	    "</ds:SignatureValue><ds:KeyInfo><ds:X509Data>"
	    "<ds:X509Certificate>",
	    "AAAA", 225000, "</ds:X509Certificate></ds:X509Data></ds:KeyInfo>",
	    0 },
	{ "9,000 certificates", NULL, "</ds:SignatureValue>",
	    "</ds:SignatureValue><ds:KeyInfo>",
	    "<ds:X509Data><ds:X509Certificate>AAAA</ds:X509Certificate>"
	    "</ds:X509Data>",
	    9000, "</ds:KeyInfo>", 0 },
	{ "5,000 Audiences", NULL, "<saml:Audience>", "",
	    "<saml:Audience>urn:x</saml:Audience>", 5000, "<saml:Audience>",
	    1 },
	{ "5,000 AudienceRestrictions", NULL, AUDIENCE_RESTRICTION, "",
	    AUDIENCE_RESTRICTION, 5000, "", 1 },
	{ "3,000 confirmations that do not hold", NULL, BEARER_CONFIRMATION, "",
	    "<saml:SubjectConfirmation Method=\"" SAML "cm:bearer\">"
	    "<saml:SubjectConfirmationData InResponseTo=\"_x\""
	    " NotOnOrAfter=\"2026-11-22T03:30:43Z\" Recipient=\"" ACS
	    "\"/></saml:SubjectConfirmation>",
	    3000, BEARER_CONFIRMATION, 1 },
	{ "3,000 confirmations and none that holds", "in_response_to",
	    BEARER_CONFIRMATION, "",
	    "<saml:SubjectConfirmation Method=\"" SAML "cm:bearer\">"
	    "<saml:SubjectConfirmationData InResponseTo=\"_x\""
	    " NotOnOrAfter=\"2026-11-22T03:30:43Z\" Recipient=\"" ACS
	    "\"/></saml:SubjectConfirmation>",
	    3000, "", 1 },
	{ "2,000 AuthnStatements", NULL, AUTHN_STATEMENT, "", AUTHN_STATEMENT,
	    2000, "", 1 },
	{ "6,000 attributes of a name", NULL, "</saml:AttributeStatement>", "",
	    "<saml:Attribute Name=\"x\"/>", 6000, "</saml:AttributeStatement>",
	    1 },
	{ "6,000 AttributeStatements", NULL, ATTRIBUTE_STATEMENT,
	    ATTRIBUTE_STATEMENT,
	    "<saml:AttributeStatement><saml:Attribute Name=\"x\"/>"
	    "</saml:AttributeStatement>",
	    6000, "", 1 },
	{ "an ID of 500,000 characters", "bad_id", "ID=\"_response1\"", "ID=\"",
	    "abcde", 100000, "\"", 0 },
	{ "an Issuer of 250,000 characters",
	    "issuer_unknown issuer_mismatch issuer_missing",
	    ">" IDP "</saml:Issuer>", ">", "abcde", 50000, "</saml:Issuer>",
	    0 },
	{ "a Destination of 500,000 characters", "destination",
	    "Destination=\"" ACS, "Destination=\"" ACS, "abcde", 100000, "",
	    0 },
	{ "a time of 500,000 digits", NULL, "03:25:42Z", "03:25:42.", "12345",
	    100000, "Z", 1 },
	{ "100,000 control characters in a status", "status_not_success",
	    "status:Success", "status:", "&#10;", 100000, "", 0 },
};

static char *
fill(const struct bomb *bomb)
{
	char *many = attack_repeat(bomb->piece, bomb->count), *text;

	text = fixture_text("%s%s%s", bomb->head, many, bomb->tail);
	free(many);
	return text;
}

static void
write_bomb(struct attacks *attacks, const struct bomb *bomb)
{
	struct attack attack = { .name = bomb->name,
		.expected = bomb->expected };
	char *filling = fill(bomb), *text;

	if (bomb->is_signed) {
		attack.before[0] = (struct edit){ bomb->at, filling };
		text = attack_text(attacks, &attack);
	} else {
		text = attack_text(attacks, &attack);
		text = attack_replace_first(text, bomb->at, filling);
	}
	attack_write(attacks, &attack, text);
	free(filling);
}

/* So many levels of elements, of which a StatusDetail is the third. */
static void
write_depth(struct attacks *attacks, const char *name, const char *expected,
    size_t depth)
{
	struct attack attack = { .name = name, .expected = expected };
	char *begins = attack_repeat("<x>", depth - 3);
	char *ends = attack_repeat("</x>", depth - 3), *to;

	to = fixture_text(DETAIL "%s%s" DETAIL_END, begins, ends);
	attack.after[0] = (struct edit){ STATUS_END, to };
	attack_table(attacks, &attack, 1);
	free(to);
	free(begins);
	free(ends);
}

/* Attributes or namespaces, all of different names, in the Status's tag. */
static void
write_crowded_tag(struct attacks *attacks, const char *name,
    const char *expected, const char *format, int count)
{
	struct attack attack = { .name = name, .expected = expected };
	char *tag = strdup("<samlp:Status"), *longer;
	int i;

	for (i = 0; i < count; i++) {
		longer = fixture_text("%s %s%d=\"urn:x\"", tag, format, i);
		free(tag);
		tag = longer;
	}
	longer = fixture_text("%s>", tag);
	attack.after[0] = (struct edit){ "<samlp:Status>", longer };
	attack_table(attacks, &attack, 1);
	free(tag);
	free(longer);
}

/* A message of exactly so many bytes, by blanks after its end. */
static void
write_sized(struct attacks *attacks, const char *name, const char *expected,
    size_t size, const char *config, enum attack_form form)
{
	struct attack attack = { .name = name,
		.expected = expected,
		.config = config,
		.form = form };
	char *text = attack_text(attacks, &attack), *sized;

	assert_true(strlen(text) < size);
	sized = fixture_text("%s%*s", text, (int)(size - strlen(text)), "");
	free(text);
	attack_write(attacks, &attack, sized);
}

/* So many elements in all; those that a good message has are counted. */
static void
write_elements(struct attacks *attacks, const char *name, const char *expected,
    size_t count)
{
	struct attack attack = { .name = name, .expected = expected };
	char *text = attack_text(attacks, &attack), *more, *to;
	size_t own = 1; /* the StatusDetail */
	const char *p;

	for (p = text; (p = strchr(p, '<')) != NULL; p++)
		own += p[1] != '/' && p[1] != '?';
	free(text);
	more = attack_repeat("<x/>", count - own);
	to = fixture_text(DETAIL "%s" DETAIL_END, more);
	attack.after[0] = (struct edit){ STATUS_END, to };
	attack_table(attacks, &attack, 1);
	free(to);
	free(more);
}

#define MIB (1 << 20)

void
attack_bombs(struct attacks *attacks)
{
	size_t i;

	for (i = 0; i < COUNT(bombs); i++)
		write_bomb(attacks, &bombs[i]);
	write_elements(attacks, "20,000 elements", NULL, 20000);
	write_elements(attacks, "20,001 elements", LIMIT, 20001);
	write_depth(attacks, "32 levels", NULL, 32);
	write_depth(attacks, "33 levels", LIMIT, 33);
	write_depth(attacks, "3,000 levels", LIMIT, 3000);
	write_depth(attacks, "100,000 levels", LIMIT, 100000);
	write_crowded_tag(attacks, "40 attributes in a tag", NULL, "a", 40);
	write_crowded_tag(
	    attacks, "16 namespaces in a tag", NULL, "xmlns:a", 16);
	write_crowded_tag(
	    attacks, "17 namespaces in a tag", LIMIT, "xmlns:a", 17);
	write_sized(attacks, "1 MiB", NULL, MIB, NULL, FORM_XML);
	write_sized(attacks, "1 MiB and a byte", "response_too_large", MIB + 1,
	    NULL, FORM_XML);
	write_sized(attacks, "1 MiB in base64", NULL, MIB, NULL, FORM_BASE64);
	write_sized(attacks, "1 MiB and a byte in base64", "response_too_large",
	    MIB + 1, NULL, FORM_BASE64);
	write_sized(attacks, "1 MiB, deflated", NULL, MIB, NULL, FORM_DEFLATE);
	write_sized(attacks, "1 MiB and a byte, deflated", "response_too_large",
	    MIB + 1, NULL, FORM_DEFLATE);
	write_sized(attacks, "100 MB, deflated", "response_too_large",
	    100000000, NULL, FORM_DEFLATE);
	write_sized(attacks, "2 MiB in base64", "response_too_large", 2 * MIB,
	    NULL, FORM_BASE64);
	write_sized(attacks, "16 KiB, which is configured", NULL, 16384,
	    "small", FORM_XML);
	write_sized(attacks, "16 KiB and a byte", "response_too_large", 16385,
	    "small", FORM_XML);
	write_sized(attacks, "16 KiB and a byte, deflated",
	    "response_too_large", 16385, "small", FORM_DEFLATE);
}
