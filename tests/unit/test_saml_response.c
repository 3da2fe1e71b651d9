/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What is accepted, and the rules that a Response is held against, each from
 * both sides. The assertion's are in test_saml_assertion.c, signatures and
 * their abuse in test_saml_signature.c.
 */
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define NAME_ID_IS(text)                                                       \
	{                                                                      \
		{                                                              \
			">alice</saml:NameID>", ">" text "</saml:NameID>"      \
		}                                                              \
	}

static const struct message_case accepted[] = {
	{ .name = "assertion signed" },
	{ .name = "Response signed", .which = SIGN_RESPONSE },
	{ .name = "both signed", .which = SIGN_RESPONSE | SIGN_ASSERTION },
	{ .name = "no Issuer in an unsigned Response",
	    .after = { { RESPONSE_ISSUER, "" } } },
	{ .name = "no Destination in an unsigned Response",
	    .after = { { " Destination=\"" ACS "\"", "" } } },
	{ .name = "an XML declaration, and blanks after the end",
	    .after = { { "</samlp:Response>", "</samlp:Response>\r\n " } } },
	{ .name = "Issuer with the Format of an entity",
	    .before = { { "<saml:Issuer>",
		"<saml:Issuer Format=\"" SAML "nameid-format:entity\">" } } },
	{ .name = "Extensions",
	    .after = { { "<samlp:Status>",
		"<samlp:Extensions><x xmlns=\"urn:x\"/></samlp:Extensions>"
		"<samlp:Status>" } } },
	{ .name = "Advice",
	    .before = { { "</saml:Conditions>",
		"</saml:Conditions><saml:Advice><saml:AssertionIDRef>_x"
		"</saml:AssertionIDRef></saml:Advice>" } } },
	{ .name = "CDATA in the NameID",
	    .before = NAME_ID_IS("<![CDATA[alice]]>") },
	{ .name = "a NameID beyond ASCII",
	    .before = NAME_ID_IS("\xc3\xa4\xe6\xbc\xa2\xf0\x9f\x99\x82") },
	{ .name = "no Format of the NameID",
	    .before = { { " Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:"
			  "unspecified\"",
		"" } } },
	{ .name = "no NameID where an attribute names the user",
	    .user_from = "attribute:uid",
	    .before = { { "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"
			  "nameid-format:unspecified\">alice</saml:NameID>",
		"" } } },
	{ .name = "user from an attribute", .user_from = "attribute:uid" },
	{ .name = "an AudienceRestriction with several Audiences",
	    .before = { { "<saml:AudienceRestriction>",
		"<saml:AudienceRestriction><saml:Audience>https://x.example"
		"</saml:Audience>" } } },
	{ .name = "several AudienceRestrictions that all hold",
	    .before = { { "</saml:AudienceRestriction>",
		"</saml:AudienceRestriction>" AUDIENCE_RESTRICTION } } },
	{ .name = "OneTimeUse and ProxyRestriction",
	    .before = { { "</saml:Conditions>",
		"<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/>"
		"</saml:Conditions>" } } },
	{ .name = "Conditions without times",
	    .before = { { " NotBefore=\"2026-11-22T03:25:13Z\""
			  " NotOnOrAfter=\"2026-11-22T03:30:43Z\"",
		"" } } },
	{ .name = "fractions of seconds",
	    .before = { { "2026-11-22T03:25:42Z", "2026-11-22T03:25:42.123Z" },
		{ "2026-11-22T03:30:43Z", "2026-11-22T03:30:43.9999999Z" } } },
	{ .name = "another confirmation method first",
	    .before = { { "<saml:SubjectConfirmation ",
		"<saml:SubjectConfirmation Method=\"" SAML
		"cm:sender-vouches\"/><saml:SubjectConfirmation " } } },
	{ .name = "a bearer confirmation for another place first",
	    .before = { { "<saml:SubjectConfirmation ",
		"<saml:SubjectConfirmation Method=\"" SAML "cm:bearer\">"
		"<saml:SubjectConfirmationData Recipient=\"https://x.example\""
		" NotOnOrAfter=\"2026-11-22T03:30:43Z\"/>"
		"</saml:SubjectConfirmation><saml:SubjectConfirmation " } } },
	{ .name = "unsolicited, where it is allowed",
	    .unsolicited = 2,
	    .before = { { " InResponseTo=\"" REQUEST_ID "\"", "" } } },
	{ .name = "two AuthnStatements",
	    .before = { { AUTHN_STATEMENT,
		AUTHN_STATEMENT AUTHN_STATEMENT } } },
	{ .name = "no AuthnContextClassRef, a declaration instead",
	    .before = { { "<saml:AuthnContextClassRef>" SAML
			  "ac:classes:Password</saml:AuthnContextClassRef>",
		"<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>" } } },
	{ .name = "no attributes", .before = { { ATTRIBUTE_STATEMENT, "" } } },
	{ .name = "a statement of no interest",
	    .before = { { ATTRIBUTE_STATEMENT,
		"<saml:AuthzDecisionStatement Decision=\"Permit\""
		" Resource=\"x\"/>" } } },
	{ .name = "attributes with values that cannot be shown",
	    .user_from = "attribute:uid",
	    .before = { { "<saml:AttributeValue>agent</saml:AttributeValue>",
		"<saml:AttributeValue><saml:NameID>x</saml:NameID>"
		"</saml:AttributeValue><saml:AttributeValue xsi:nil=\"true\"/>"
		"<saml:AttributeValue>a&#10;b</saml:AttributeValue>" } } },
	{ .name = "values of any type",
	    .before = { { "<saml:AttributeValue>agent</saml:AttributeValue>",
		"<saml:AttributeValue xsi:type=\"xs:anyType\"><saml:NameID"
		" NameQualifier=\"x\">y</saml:NameID></saml:AttributeValue>"
		"<saml:AttributeValue xsi:type=\"xs:boolean\">true"
		"</saml:AttributeValue><saml:AttributeValue/>" } } },
	{ .name = "what else an Attribute may say of itself",
	    .before = { { "Name=\"role\"",
		"Name=\"role\" FriendlyName=\"r\" NameFormat=\"" SAML
		"attrname-format:basic\" xmlns:x=\"urn:x\" x:y=\"z\"" } } },
	{ .name = "several AttributeStatements",
	    .before = { { ATTRIBUTE_STATEMENT,
		ATTRIBUTE_STATEMENT ATTRIBUTE_STATEMENT } } },
	{ .name = "attributes before the AuthnStatement",
	    .before = { { AUTHN_STATEMENT, "" },
		{ ATTRIBUTE_STATEMENT,
		    ATTRIBUTE_STATEMENT AUTHN_STATEMENT } } },
	{ .name = "AuthenticatingAuthority and SubjectLocality",
	    .before = { { "<saml:AuthnContext>",
			    "<saml:SubjectLocality Address=\"192.0.2.1\""
			    " DNSName=\"x\"/><saml:AuthnContext>" },
		{ "</saml:AuthnContext>",
		    "<saml:AuthenticatingAuthority>https://a.example"
		    "</saml:AuthenticatingAuthority>"
		    "<saml:AuthenticatingAuthority>https://b.example"
		    "</saml:AuthenticatingAuthority></saml:AuthnContext>" } } },
	{ .name = "a Consent, a StatusMessage and a StatusDetail",
	    .after = { { "<samlp:Response ",
			   "<samlp:Response Consent=\"" SAML
			   "consent:unspecified\" " },
		{ "</samlp:Status>",
		    "<samlp:StatusMessage>fine</samlp:StatusMessage>"
		    "<samlp:StatusDetail><x xmlns=\"urn:x\"/>"
		    "</samlp:StatusDetail></samlp:Status>" } } },
	{ .name = "every qualifier of the NameID",
	    .before = { { "<saml:NameID ",
		"<saml:NameID NameQualifier=\"" IDP "\" SPNameQualifier=\"" SP
		"\" SPProvidedID=\"x\" " } } },
	{ .name = "a NameID with nothing in its Format",
	    .before = { { "\"urn:oasis:names:tc:SAML:1.1:nameid-format:"
			  "unspecified\"",
		"\"\"" } } },
	{ .name = "the IdP that was asked", .idp = IDP },
	{ .name = "any request", .any_request = 1, .unsolicited = 1 },
	{ .name = "any request, and none where that is allowed",
	    .any_request = 1,
	    .unsolicited = 2,
	    .before = { { " InResponseTo=\"" REQUEST_ID "\"", "" } } },
	{ .name = "the last second of the confirmation and its skew",
	    .later = 300 + 59 },
	{ .name = "the first second, with the skew", .later = -30 - 31 },
	{ .name = "the last second without a skew",
	    .later = 299,
	    .clock_skew = -1 },
	{ .name = "as valid as max_validity allows", .max_validity = 301 },
};

static void
test_accepted(void **state)
{
	(void)state;
	world_run(accepted, COUNT(accepted));
}

static const struct message_case structure[] = {
	{ .name = "the root is an Assertion",
	    .expected = REASON_NOT_RESPONSE,
	    .after = { { "<samlp:Response ", "<samlp:ArtifactResponse " },
		{ "</samlp:Response>", "</samlp:ArtifactResponse>" } } },
	{ .name = "a Response of another namespace",
	    .expected = REASON_NOT_RESPONSE,
	    .after = { { "xmlns:samlp=\"" SAML "protocol\"",
		"xmlns:samlp=\"urn:oasis:names:tc:SAML:1.0:protocol\"" } } },
	{ .name = "Version 1.1 of the Response",
	    .expected = REASON_NOT_RESPONSE,
	    .after = { { "ID=\"_response1\" Version=\"2.0\"",
		"ID=\"_response1\" Version=\"1.1\"" } } },
	{ .name = "no Version of the Response",
	    .expected = REASON_NOT_RESPONSE,
	    .after = { { "ID=\"_response1\" Version=\"2.0\"",
		"ID=\"_response1\"" } } },
	{ .name = "Version 2.1 of the assertion",
	    .expected = REASON_BAD_STRUCTURE,
	    .before = { { "ID=\"_assertion1\" Version=\"2.0\"",
		"ID=\"_assertion1\" Version=\"2.1\"" } } },
	{ .name = "no ID of the Response",
	    .expected = REASON_BAD_ID,
	    .after = { { " ID=\"_response1\"", "" } } },
	{ .name = "an ID of the Response in a namespace",
	    .expected = REASON_BAD_ID,
	    .after = { { " ID=\"_response1\"",
		" xmlns:e=\"urn:e\" e:ID=\"_response1\"" } } },
	{ .name = "no ID of the assertion",
	    .expected = REASON_BAD_ID,
	    .unsigned_message = 1,
	    .before = { { " ID=\"_assertion1\"", "" } } },
	{ .name = "the same ID twice",
	    .expected = REASON_BAD_ID,
	    .after = { { "\"_response1\"", "\"_assertion1\"" } } },
	{ .name = "the same ID twice, once as Id",
	    .expected = REASON_BAD_ID,
	    .after = { { "<ds:Signature ",
		"<ds:Signature Id=\"_assertion1\" " } } },
	{ .name = "an ID that is no NCName",
	    .expected = REASON_BAD_ID,
	    .after = { { "\"_response1\"", "\"1response\"" } } },
	{ .name = "an ID with a colon",
	    .expected = REASON_BAD_ID,
	    .after = { { "\"_response1\"", "\"a:b\"" } } },
	{ .name = "an empty ID",
	    .expected = REASON_BAD_ID,
	    .after = { { "\"_response1\"", "\"\"" } } },
	/* an error of libxml2's own in the middle of a tag: what follows it
	 * must not be read any more (a sanitizer sees it) */
	{ .name = "the same xml:id twice, attributes after it",
	    .expected = REASON_BAD_XML,
	    .after = { { "<samlp:Status>",
		"<samlp:Status xml:id=\"x\"><samlp:StatusCode xml:id=\"x\""
		" Value=\"0123456789012345678901234567890123456789\"/>" } } },
	{ .name = "xml:id",
	    .expected = REASON_BAD_ID,
	    .after = { { "<samlp:Status>", "<samlp:Status xml:id=\"x\">" } } },
	{ .name = "no Status",
	    .expected = REASON_BAD_STRUCTURE,
	    .after = { { STATUS, "" } } },
	{ .name = "two Statuses",
	    .expected = REASON_BAD_STRUCTURE,
	    .after = { { STATUS, STATUS STATUS } } },
	{ .name = "an unknown element in the Response",
	    .expected = REASON_BAD_STRUCTURE,
	    .after = { { STATUS, STATUS "<samlp:Else/>" } } },
	{ .name = "text in the Response",
	    .expected = REASON_BAD_STRUCTURE,
	    .after = { { STATUS, STATUS "text" } } },
	{ .name = "the Issuer after the Status",
	    .expected = REASON_BAD_STRUCTURE,
	    .after = { { RESPONSE_ISSUER, "" },
		{ STATUS, STATUS RESPONSE_ISSUER } } },
	{ .name = "an unknown element in the assertion",
	    .expected = REASON_BAD_STRUCTURE,
	    .before = { { AUTHN_STATEMENT, "<saml:Else/>" AUTHN_STATEMENT } } },
	{ .name = "two Subjects",
	    .expected = REASON_BAD_STRUCTURE,
	    .before = { { SUBJECT, SUBJECT SUBJECT } } },
	{ .name = "a Subject after the Conditions",
	    .expected = REASON_BAD_STRUCTURE,
	    .before = { { SUBJECT, "" }, { CONDITIONS, CONDITIONS SUBJECT } } },
	{ .name = "no assertion",
	    .expected = REASON_ASSERTION_COUNT,
	    .unsigned_message = 1,
	    .before = { { ASSERTION_WITH(""), "" } } },
	{ .name = "an encrypted assertion without a key of ours",
	    .expected = REASON_ENCRYPTED,
	    .unsigned_message = 1,
	    .no_key = 1,
	    .before = { { ASSERTION_WITH(""),
		"<saml:EncryptedAssertion xmlns:saml=\"" SAML
		"assertion\"/>" } } },
	{ .name = "one assertion and one encrypted",
	    .expected = REASON_ASSERTION_COUNT,
	    .after = { { "</saml:Assertion>",
		"</saml:Assertion><saml:EncryptedAssertion xmlns:saml=\"" SAML
		"assertion\"/>" } } },
	{ .name = "an encrypted NameID without a key of ours",
	    .expected = REASON_ENCRYPTED,
	    .no_key = 1,
	    .before = { { "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"
			  "nameid-format:unspecified\">alice</saml:NameID>",
		"<saml:EncryptedID/>" } } },
	{ .name = "an assertion inside an encrypted one",
	    .expected = REASON_ASSERTION_COUNT,
	    .unsigned_message = 1,
	    .before = { { "<saml:Assertion ",
			    "<saml:EncryptedAssertion xmlns:saml=\"" SAML
			    "assertion\"><saml:Assertion " },
		{ "</saml:Assertion>",
		    "</saml:Assertion></saml:EncryptedAssertion>" } } },
	{ .name = "an encrypted attribute",
	    .expected = REASON_ENCRYPTED,
	    .before = { { "<saml:AttributeStatement>",
		"<saml:AttributeStatement><saml:EncryptedAttribute/>" } } },
};

static void
test_structure(void **state)
{
	(void)state;
	world_run(structure, COUNT(structure));
}

static const struct message_case issuer[] = {
	{ .name = "no Issuer of the assertion",
	    .expected = REASON_ISSUER_MISSING,
	    .before = { { "<saml:Issuer>" IDP "</saml:Issuer>", "" } } },
	{ .name = "an empty Issuer",
	    .expected = REASON_ISSUER_MISSING,
	    .before = { { "<saml:Issuer>" IDP "</saml:Issuer>",
		"<saml:Issuer/>" } } },
	{ .name = "an Issuer with an element in it",
	    .expected = REASON_ISSUER_MISSING,
	    .before = { { "<saml:Issuer>" IDP, "<saml:Issuer><b/>" IDP } } },
	{ .name = "no Issuer of a signed Response",
	    .expected = REASON_ISSUER_MISSING,
	    .which = SIGN_RESPONSE,
	    .before = { { RESPONSE_ISSUER, "" } } },
	{ .name = "an unknown IdP",
	    .expected = REASON_ISSUER_UNKNOWN,
	    .before = { { IDP, "https://unknown.example" } } },
	{ .name = "an IdP named with a blank after it",
	    .expected = REASON_ISSUER_UNKNOWN,
	    .before = { { IDP, IDP " " } } },
	{ .name = "another IdP issues the Response",
	    .expected = REASON_ISSUER_MISMATCH,
	    .after = { { "assertion\">" IDP, "assertion\">" OTHER_IDP } } },
	{ .name = "another IdP's name on this one's signature",
	    .expected = REASON_SIGNATURE_INVALID,
	    .before = { { IDP, OTHER_IDP } } },
	{ .name = "another IdP than the one that was asked",
	    .expected = REASON_ISSUER_MISMATCH,
	    .idp = OTHER_IDP },
	{ .name = "an unknown IdP in place of the one that was asked",
	    .expected = REASON_ISSUER_MISMATCH,
	    .idp = IDP,
	    .before = { { IDP, "https://unknown.example" } } },
	{ .name = "an IdP without keys",
	    .expected = REASON_IDP_NO_KEY,
	    .before = { { IDP, "https://keyless.example" } } },
	{ .name = "an IdP whose metadata ended this second",
	    .expected = REASON_IDP_EXPIRED,
	    .before = { { IDP, "https://old.example" } } },
	{ .name = "an IdP whose metadata ends in a second",
	    .later = -1,
	    .before = { { IDP, "https://old.example" } } },
	{ .name = "an Issuer of another Format",
	    .expected = REASON_BAD_STRUCTURE,
	    .before = { { "<saml:Issuer>",
		"<saml:Issuer Format=\"urn:x\">" } } },
};

static void
test_issuer(void **state)
{
	(void)state;
	world_run(issuer, COUNT(issuer));
}

static const struct message_case response_rules[] = {
	{ .name = "the IdP reports a failure, without an assertion",
	    .expected = REASON_STATUS,
	    .unsigned_message = 1,
	    .before = { { ASSERTION_WITH(""), "" },
		{ "status:Success", "status:Responder" } } },
	{ .name = "a failure with an assertion",
	    .expected = REASON_STATUS,
	    .before = { { "status:Success", "status:Responder" } } },
	{ .name = "a Success that is not the first code",
	    .expected = REASON_STATUS,
	    .which = SIGN_RESPONSE,
	    .before = { { "<samlp:StatusCode Value=\"" SAML
			  "status:Success\"/>",
		"<samlp:StatusCode Value=\"" SAML
		"status:Requester\"><samlp:StatusCode Value=\"" SAML
		"status:Success\"/></samlp:StatusCode>" } } },
	{ .name = "another Destination",
	    .expected = REASON_DESTINATION,
	    .which = SIGN_RESPONSE,
	    .before = { { " Destination=\"" ACS,
		" Destination=\"https://x.example/acs" } } },
	{ .name = "a Destination that ours is the beginning of",
	    .expected = REASON_DESTINATION,
	    .after = { { " Destination=\"" ACS, " Destination=\"" ACS "/" } } },
	{ .name = "an empty Destination",
	    .expected = REASON_DESTINATION,
	    .after = { { " Destination=\"" ACS, " Destination=\"" } } },
	{ .name = "no Destination in a signed Response",
	    .expected = REASON_DESTINATION,
	    .which = SIGN_RESPONSE,
	    .before = { { " Destination=\"" ACS "\"", "" } } },
	{ .name = "an answer to another request",
	    .expected = REASON_IN_RESPONSE_TO,
	    .after = { { "InResponseTo=\"" REQUEST_ID "\">",
		"InResponseTo=\"_other\">" } } },
	{ .name = "no InResponseTo, while a request waits",
	    .expected = REASON_UNSOLICITED,
	    .after = { { " InResponseTo=\"" REQUEST_ID "\">", ">" } } },
	{ .name = "an answer to nothing",
	    .expected = REASON_IN_RESPONSE_TO,
	    .unsolicited = 2 },
	{ .name = "the confirmation alone answers something",
	    .expected = REASON_IN_RESPONSE_TO,
	    .unsolicited = 2,
	    .after = { { " InResponseTo=\"" REQUEST_ID "\">", ">" } } },
	{ .name = "unsolicited, where it is not allowed",
	    .expected = REASON_UNSOLICITED,
	    .unsolicited = 1,
	    .before = { { " InResponseTo=\"" REQUEST_ID "\"", "" } } },
	{ .name = "any request, but two of them",
	    .expected = REASON_IN_RESPONSE_TO,
	    .any_request = 1,
	    .unsolicited = 2,
	    .after = { { "InResponseTo=\"" REQUEST_ID "\">",
		"InResponseTo=\"_other\">" } } },
	{ .name = "any request, but the Response has none",
	    .expected = REASON_IN_RESPONSE_TO,
	    .any_request = 1,
	    .unsolicited = 2,
	    .after = { { " InResponseTo=\"" REQUEST_ID "\">", ">" } } },
	{ .name = "any request, but the confirmation has none",
	    .expected = REASON_UNSOLICITED,
	    .any_request = 1,
	    .unsolicited = 2,
	    .before = { { "Data InResponseTo=\"" REQUEST_ID "\"", "Data" } } },
	{ .name = "any request, and none where that is not allowed",
	    .expected = REASON_UNSOLICITED,
	    .any_request = 1,
	    .unsolicited = 1,
	    .before = { { " InResponseTo=\"" REQUEST_ID "\"", "" } } },
	{ .name = "any request, but that is no ID",
	    .expected = REASON_IN_RESPONSE_TO,
	    .any_request = 1,
	    .unsolicited = 2,
	    .before = { { " InResponseTo=\"" REQUEST_ID "\"",
		" InResponseTo=\"\"" } } },
	{ .name = "the Response alone is issued in the future",
	    .expected = REASON_ISSUE_INSTANT,
	    .after = { { "2026-11-22T03:25:41Z", "2026-11-22T03:26:44Z" } } },
	{ .name = "the Response is issued as far ahead as the skew allows",
	    .after = { { "2026-11-22T03:25:41Z", "2026-11-22T03:26:43Z" } } },
	{ .name = "the assertion is issued in the future",
	    .expected = REASON_ISSUE_INSTANT,
	    .before = { { "2026-11-22T03:25:42Z", "2026-11-22T03:26:44Z" } } },
	{ .name = "the Response is old, though the assertion is not",
	    .expected = REASON_ISSUE_INSTANT,
	    .after = { { "2026-11-22T03:25:41Z", "2026-11-22T02:24:43Z" } } },
	{ .name = "the Response is nearly too old",
	    .after = { { "2026-11-22T03:25:41Z", "2026-11-22T02:24:44Z" } } },
	{ .name = "no IssueInstant of the Response",
	    .expected = REASON_BAD_TIME,
	    .after = { { " IssueInstant=\"2026-11-22T03:25:41Z\"", "" } } },
	{ .name = "no IssueInstant of the assertion",
	    .expected = REASON_BAD_TIME,
	    .before = { { " IssueInstant=\"2026-11-22T03:25:42Z\"", "" } } },
	{ .name = "a time with another zone",
	    .expected = REASON_BAD_TIME,
	    .before = { { "2026-11-22T03:25:42Z",
		"2026-11-22T03:25:42+00:00" } } },
};

static void
test_response(void **state)
{
	(void)state;
	world_run(response_rules, COUNT(response_rules));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepted),
		cmocka_unit_test(test_structure),
		cmocka_unit_test(test_issuer),
		cmocka_unit_test(test_response),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
