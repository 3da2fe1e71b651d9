/* SPDX-License-Identifier: GPL-3.0-or-later */
/* IDs: what a Reference leads to must be one element, and the right one. */
#include "tests/attacks/attack.h"

#define ASSERTION_ID "ID=\"_assertion1\""
#define RESPONSE_ID  "ID=\"_response1\""
#define DETAIL(what)                                                           \
	"<samlp:StatusDetail>" what "</samlp:StatusDetail></samlp:Status>"
#define STATUS_END "</samlp:Status>"

static const struct attack cases[] = {
	{ .name = "the ID of the Response is that of the assertion",
	    .cve = "CVE-2016-5697",
	    .expected = "bad_id",
	    .after = { { "_response1", "_assertion1" } } },
	{ .name = "the ID given twice, in a StatusDetail",
	    .expected = "bad_id",
	    .after = { { STATUS_END, DETAIL("<x ID=\"_assertion1\"/>") } } },
	{ .name = "the ID given twice, as Id",
	    .expected = "bad_id",
	    .after = { { STATUS_END, DETAIL("<x Id=\"_assertion1\"/>") } } },
	{ .name = "the ID given twice, as Id of the Signature",
	    .expected = "bad_id",
	    .after = { { "<ds:Signature ",
		"<ds:Signature Id=\"_assertion1\" " } } },
	{ .name = "the ID given twice, within KeyInfo",
	    .expected = "bad_id",
	    .after = { { "</ds:SignatureValue>",
		"</ds:SignatureValue><ds:KeyInfo Id=\"_assertion1\">"
		"<ds:KeyName>x</ds:KeyName></ds:KeyInfo>" } } },
	{ .name = "an xml:id of the same name",
	    .expected = "bad_id",
	    .after = { { STATUS_END,
		DETAIL("<x xml:id=\"_assertion1\"/>") } } },
	{ .name = "an xml:id given twice, with attributes after it",
	    .expected = "bad_xml",
	    .after = { { STATUS_END,
		DETAIL("<x xml:id=\"_x\"/><x xml:id=\"_x\" y=\"0123456789"
		       "0123456789012345678901234567890123456789\"/>") } } },
	{ .name = "an xml:id of another name",
	    .expected = "bad_id",
	    .after = { { STATUS_END, DETAIL("<x xml:id=\"_x\"/>") } } },
	{ .name = "an xml:id of the assertion, in place of its ID",
	    .expected = "bad_id",
	    .before = { { ASSERTION_ID, "xml:id=\"_assertion1\"" } },
	    .sign = SIGN_NOTHING },
	{ .name = "an xml:id of the assertion, beside its ID",
	    .expected = "bad_id",
	    .before = { { ASSERTION_ID, ASSERTION_ID " xml:id=\"_other\"" } } },
	{ .name = "an ID in a namespace, in place of the assertion's",
	    .expected = "bad_id",
	    .after = { { "<saml:Assertion ",
			   "<saml:Assertion xmlns:e=\"urn:e\" " },
		{ ASSERTION_ID, "e:ID=\"_assertion1\"" } } },
	{ .name = "an ID in SAML's namespace, in place of the assertion's",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "saml:ID=\"_assertion1\"" } } },
	{ .name = "an ID in a namespace before the assertion's",
	    .expected = "signature_invalid",
	    .after = { { ASSERTION_ID, "saml:ID=\"_evil1\" " ASSERTION_ID } } },
	{ .name = "the Reference is to an ID in a namespace",
	    .expected = "signature_shape",
	    .after = { { "<saml:Assertion ",
			   "<saml:Assertion saml:ID=\"_assertion1\" " },
		{ " " ASSERTION_ID, " ID=\"_evil1\"" } } },
	{ .name = "no ID of the assertion",
	    .expected = "bad_id",
	    .after = { { " " ASSERTION_ID, "" } } },
	{ .name = "no ID of the Response",
	    .expected = "bad_id",
	    .after = { { " " RESPONSE_ID, "" } } },
	{ .name = "an empty ID",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "ID=\"\"" },
		{ "\"#_assertion1\"", "\"#\"" } } },
	{ .name = "an ID that begins with a digit",
	    .expected = "bad_id",
	    .after = { { "_assertion1", "1assertion" } } },
	{ .name = "an ID with a colon",
	    .expected = "bad_id",
	    .after = { { "_assertion1", "a:ssertion" } } },
	{ .name = "an ID with a blank",
	    .expected = "bad_id",
	    .after = { { "_assertion1", "_asser tion" } } },
	{ .name = "an ID with a blank at its end",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "ID=\"_assertion1 \"" } } },
	{ .name = "an ID with a line break at its end",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "ID=\"_assertion1&#10;\"" } } },
	{ .name = "an ID that is an XPointer",
	    .expected = "bad_id",
	    .after = { { "_assertion1", "xpointer(/)" } } },
	{ .name = "an ID with a quote",
	    .expected = "bad_id",
	    .after = { { "_assertion1", "_a'] | //*['" } } },
	{ .name = "an ID of the Response that is no name",
	    .expected = "bad_id",
	    .after = { { RESPONSE_ID, "ID=\"-response\"" } } },
	{ .name = "id in small letters, in place of the assertion's ID",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "id=\"_assertion1\"" } } },
	{ .name = "Id in place of the assertion's ID",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "Id=\"_assertion1\"" } } },
	{ .name = "AssertionID as in SAML 1.1, in place of ID",
	    .expected = "bad_id",
	    .after = { { ASSERTION_ID, "AssertionID=\"_assertion1\"" } } },
	{ .name = "the ID in capitals, the Reference not",
	    .expected = "signature_shape",
	    .after = { { ASSERTION_ID, "ID=\"_ASSERTION1\"" } } },
	{ .name = "an ID with letters of all the world",
	    .before = { { "_assertion1", "_аsserti\xc3\xb6n" } } },
	{ .name = "an ID with dots, hyphens and digits",
	    .before = { { "_assertion1", "a-0.9_7c2b" } } },
	{ .name = "an ID of a foreign element, in lower case, is none",
	    .before = { { STATUS_END, DETAIL("<x id=\"_assertion1\"/>") } } },
	{ .name = "other IDs elsewhere",
	    .before = { { STATUS_END,
		DETAIL("<x ID=\"_x1\"/><x Id=\"_x2\"/>") } } },
};

/* As long as the longest that is accepted, and one longer. */
static void
write_long(struct attacks *attacks)
{
	char *id = attack_repeat("a", 1025);
	struct attack attack = { .name = "an ID of 1,025 characters",
		.expected = "bad_id",
		.before = { { "_assertion1", id } } };

	attack_table(attacks, &attack, 1);
	id[1024] = '\0';
	attack.name = "an ID of 1,024 characters";
	attack.expected = NULL;
	attack_table(attacks, &attack, 1);
	free(id);
}

void
attack_ids(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_long(attacks);
}
