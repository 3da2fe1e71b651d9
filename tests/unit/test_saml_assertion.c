/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rules that an assertion is held against, each from both sides, and what
 * is read from one that passes.
 */
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define NAME_ID_IS(text)                                                       \
	{                                                                      \
		{                                                              \
			">alice</saml:NameID>", ">" text "</saml:NameID>"      \
		}                                                              \
	}

/* Attributes and their edits, short. */
#define UID_IS(text)                                                           \
	{                                                                      \
		{                                                              \
			">alice</saml:AttributeValue>", text                   \
		}                                                              \
	}

static const struct message_case conditions[] = {
	{ .name = "no Conditions",
	    .expected = REASON_CONDITIONS,
	    .before = { { CONDITIONS, "" } } },
	{ .name = "an unknown condition",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>",
		"<saml:Condition/></saml:Conditions>" } } },
	{ .name = "a condition of another namespace",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>",
		"<OneTimeUse xmlns=\"urn:x\"/></saml:Conditions>" } } },
	{ .name = "OneTimeUse twice",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>",
		"<saml:OneTimeUse/><saml:OneTimeUse/></saml:Conditions>" } } },
	{ .name = "Conditions that end before they begin",
	    .expected = REASON_CONDITIONS,
	    .before = { { "NotBefore=\"2026-11-22T03:25:13Z\""
			  " NotOnOrAfter=\"2026-11-22T03:30:43Z\"",
		"NotBefore=\"2026-11-22T03:26:13Z\""
		" NotOnOrAfter=\"2026-11-22T03:25:13Z\"" } } },
	{ .name = "an empty AudienceRestriction",
	    .expected = REASON_CONDITIONS,
	    .before = { { AUDIENCE_RESTRICTION,
		"<saml:AudienceRestriction/>" } } },
	{ .name = "text in the Conditions",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>", "x</saml:Conditions>" } } },
	{ .name = "something in OneTimeUse",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>",
		"<saml:OneTimeUse><x/></saml:OneTimeUse>"
		"</saml:Conditions>" } } },
	{ .name = "something else than Audiences in ProxyRestriction",
	    .expected = REASON_CONDITIONS,
	    .before = { { "</saml:Conditions>",
		"<saml:ProxyRestriction><x/></saml:ProxyRestriction>"
		"</saml:Conditions>" } } },
	{ .name = "no AudienceRestriction",
	    .expected = REASON_AUDIENCE,
	    .before = { { AUDIENCE_RESTRICTION, "" } } },
	{ .name = "another Audience",
	    .expected = REASON_AUDIENCE,
	    .before = { { "Audience>" SP, "Audience>https://x.example" } } },
	{ .name = "an Audience in other letters",
	    .expected = REASON_AUDIENCE,
	    .before = { { "Audience>" SP,
		"Audience>https://SP.example/metadata" } } },
	{ .name = "one of two AudienceRestrictions does not hold",
	    .expected = REASON_AUDIENCE,
	    .before = { { AUDIENCE_RESTRICTION,
		AUDIENCE_RESTRICTION "<saml:AudienceRestriction><saml:Audience>"
				     "https://x.example</saml:Audience>"
				     "</saml:AudienceRestriction>" } } },
	{ .name = "expired, to the second",
	    .expected = REASON_EXPIRED,
	    .later = 300 + 60 },
	{ .name = "expired, without a skew",
	    .expected = REASON_EXPIRED,
	    .later = 300,
	    .clock_skew = -1 },
	{ .name = "expired long ago",
	    .expected = REASON_EXPIRED,
	    .later = 86400 },
	{ .name = "Conditions alone are over",
	    .expected = REASON_EXPIRED,
	    .before = { { " NotOnOrAfter=\"2026-11-22T03:30:43Z\">",
			    " NotOnOrAfter=\"2026-11-22T03:24:43Z\">" },
		{ "NotBefore=\"2026-11-22T03:25:13Z\"",
		    "NotBefore=\"1970-01-01T00:00:00Z\"" } } },
	{ .name = "an end in 1970",
	    .expected = REASON_EXPIRED,
	    .before = { { "NotOnOrAfter=\"2026-11-22T03:30:43Z\"",
		"NotOnOrAfter=\"1970-01-01T00:00:00Z\"" } } },
	{ .name = "not valid yet, by a second",
	    .expected = REASON_NOT_YET_VALID,
	    .before = { { "NotBefore=\"2026-11-22T03:25:13Z\"",
		"NotBefore=\"2026-11-22T03:26:44Z\"" } } },
	{ .name = "valid from this second, with the skew",
	    .before = { { "NotBefore=\"2026-11-22T03:25:13Z\"",
		"NotBefore=\"2026-11-22T03:26:43Z\"" } } },
	{ .name = "valid for a second too long",
	    .expected = REASON_VALIDITY_TOO_LONG,
	    .max_validity = 300 },
	{ .name = "another confirmation that holds for too long",
	    .expected = REASON_VALIDITY_TOO_LONG,
	    .before = { { "</saml:SubjectConfirmation>",
			    "</saml:SubjectConfirmation><saml:SubjectConfirmation "
			    "Method=\"" SAML
			    "cm:bearer\"><saml:SubjectConfirmationData"
			    " Recipient=\"" ACS
			    "\" NotOnOrAfter=\"2027-11-22T03:30:43Z\"/>"
			    "</saml:SubjectConfirmation>" },
		{ " NotOnOrAfter=\"2026-11-22T03:30:43Z\">", ">" } } },
	{ .name = "a NotOnOrAfter that is no time",
	    .expected = REASON_BAD_TIME,
	    .before = { { "NotOnOrAfter=\"2026-11-22T03:30:43Z\">",
		"NotOnOrAfter=\"never\">" } } },
	{ .name = "a NotBefore that is no time",
	    .expected = REASON_BAD_TIME,
	    .before = { { "NotBefore=\"2026-11-22T03:25:13Z\"",
		"NotBefore=\"\"" } } },
};

static void
test_conditions(void **state)
{
	(void)state;
	world_run(conditions, COUNT(conditions));
}

static const struct message_case subject[] = {
	{ .name = "no Subject",
	    .expected = REASON_SUBJECT,
	    .before = { { SUBJECT, "" } } },
	{ .name = "text in the Subject",
	    .expected = REASON_SUBJECT,
	    .before = { { "<saml:Subject>", "<saml:Subject>text" } } },
	{ .name = "no confirmation",
	    .expected = REASON_CONFIRMATION,
	    .before = { { BEARER_CONFIRMATION, "" } } },
	{ .name = "no bearer confirmation",
	    .expected = REASON_CONFIRMATION,
	    .before = { { "cm:bearer", "cm:holder-of-key" } } },
	{ .name = "no confirmation data",
	    .expected = REASON_CONFIRMATION,
	    .before = { { BEARER_CONFIRMATION,
		"<saml:SubjectConfirmation Method=\"" SAML
		"cm:bearer\"/>" } } },
	{ .name = "a bearer confirmation with NotBefore",
	    .expected = REASON_CONFIRMATION,
	    .before = { { "<saml:SubjectConfirmationData ",
		"<saml:SubjectConfirmationData"
		" NotBefore=\"2026-11-22T03:25:13Z\" " } } },
	{ .name = "a bearer confirmation without NotOnOrAfter",
	    .expected = REASON_CONFIRMATION,
	    .before = { { " NotOnOrAfter=\"2026-11-22T03:30:43Z\" Recipient",
		" Recipient" } } },
	{ .name = "somebody else is to confirm",
	    .expected = REASON_CONFIRMATION,
	    .before = { { "<saml:SubjectConfirmationData",
		"<saml:NameID>bob</saml:NameID><saml:SubjectConfirmationData" } } },
	{ .name = "another Recipient",
	    .expected = REASON_RECIPIENT,
	    .before = { { "Recipient=\"" ACS "\"",
		"Recipient=\"" ACS "?x\"" } } },
	{ .name = "no Recipient",
	    .expected = REASON_RECIPIENT,
	    .before = { { " Recipient=\"" ACS "\"", "" } } },
	{ .name = "confirmed for another request",
	    .expected = REASON_IN_RESPONSE_TO,
	    .before = { { "Data InResponseTo=\"" REQUEST_ID "\"",
		"Data InResponseTo=\"_other\"" } } },
	{ .name = "confirmed for no request",
	    .expected = REASON_UNSOLICITED,
	    .before = { { "Data InResponseTo=\"" REQUEST_ID "\"", "Data" } } },
	{ .name = "the confirmation alone is over",
	    .expected = REASON_EXPIRED,
	    .before = { { "NotOnOrAfter=\"2026-11-22T03:30:43Z\" ",
		"NotOnOrAfter=\"2026-11-22T03:24:43Z\" " } } },
	{ .name = "two confirmations, each half right",
	    .expected = REASON_EXPIRED,
	    .before = { { "NotOnOrAfter=\"2026-11-22T03:30:43Z\" ",
			    "NotOnOrAfter=\"2026-11-22T03:24:43Z\" " },
		{ "</saml:SubjectConfirmation>",
		    "</saml:SubjectConfirmation><saml:SubjectConfirmation "
		    "Method=\"" SAML "cm:bearer\"><saml:SubjectConfirmationData"
		    " Recipient=\"https://x.example\""
		    " NotOnOrAfter=\"2026-11-22T03:30:43Z\"/>"
		    "</saml:SubjectConfirmation>" } } },
	{ .name = "no NameID where it names the user",
	    .expected = REASON_NAME_ID,
	    .before = { { "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"
			  "nameid-format:unspecified\">alice</saml:NameID>",
		"" } } },
	{ .name = "a BaseID",
	    .expected = REASON_NAME_ID,
	    .before = { { "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"
			  "nameid-format:unspecified\">alice</saml:NameID>",
		"<saml:BaseID/>" } } },
	{ .name = "an empty NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("") },
	{ .name = "elements in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("ali<b/>ce") },
	{ .name = "a line break in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice&#10;root") },
	{ .name = "a C1 control in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice\xc2\x85") },
	{ .name = "a bidirectional override in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice\xe2\x80\xae") },
	{ .name = "a line separator in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("ali\xe2\x80\xa8"
				 "ce") },
	{ .name = "a filler that is not seen in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice\xe3\x85\xa4") },
	{ .name = "a variation selector in the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice\xef\xb8\x8f") },
	{ .name = "a blank before the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS(" alice") },
	{ .name = "a no-break space after the NameID",
	    .expected = REASON_NAME_ID,
	    .before = NAME_ID_IS("alice\xc2\xa0") },
};

static void
test_subject(void **state)
{
	(void)state;
	world_run(subject, COUNT(subject));
}

#define CONFIRMED_AT(address)                                                  \
	{                                                                      \
		{                                                              \
			"<saml:SubjectConfirmationData ",                      \
			    "<saml:SubjectConfirmationData Address=\"" address \
			    "\" "                                              \
		}                                                              \
	}

static const struct message_case addresses[] = {
	{ .name = "no Address", .check_address = 1 },
	{ .name = "the client's Address",
	    .check_address = 1,
	    .address = "192.0.2.1",
	    .before = CONFIRMED_AT("192.0.2.1") },
	{ .name = "the client's Address, mapped",
	    .check_address = 1,
	    .address = "::ffff:192.0.2.1",
	    .before = CONFIRMED_AT("192.0.2.1") },
	{ .name = "the client's Address, spelled otherwise",
	    .check_address = 1,
	    .address = "2001:db8::1",
	    .before = CONFIRMED_AT("2001:DB8:0:0::0001") },
	{ .name = "another Address that nobody looks at",
	    .address = "192.0.2.1",
	    .before = CONFIRMED_AT("192.0.2.2") },
	{ .name = "another Address",
	    .expected = REASON_CONFIRMATION_ADDRESS,
	    .check_address = 1,
	    .address = "192.0.2.1",
	    .before = CONFIRMED_AT("192.0.2.2") },
	{ .name = "an Address for a client whose own is unknown",
	    .expected = REASON_CONFIRMATION_ADDRESS,
	    .check_address = 1,
	    .before = CONFIRMED_AT("192.0.2.1") },
	{ .name = "a name in place of an Address",
	    .expected = REASON_CONFIRMATION_ADDRESS,
	    .check_address = 1,
	    .address = "192.0.2.1",
	    .before = CONFIRMED_AT("client.example") },
	{ .name = "a confirmation for another Address, then one for any",
	    .check_address = 1,
	    .address = "192.0.2.1",
	    .before = { { "<saml:SubjectConfirmation ",
		"<saml:SubjectConfirmation Method=\"" SAML "cm:bearer\">"
		"<saml:SubjectConfirmationData Recipient=\"" ACS "\""
		" Address=\"192.0.2.2\" InResponseTo=\"" REQUEST_ID "\""
		" NotOnOrAfter=\"2026-11-22T03:30:43Z\"/>"
		"</saml:SubjectConfirmation><saml:SubjectConfirmation " } } },
};

static void
test_addresses(void **state)
{
	(void)state;
	world_run(addresses, COUNT(addresses));
}

/* Signed in at the IdP 3 s before NOW, and a skew of 60 s unless said. */
static const struct message_case ages[] = {
	{ .name = "just fresh enough", .max_authn_age = 3, .clock_skew = -1 },
	{ .name = "a second too old",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .max_authn_age = 2,
	    .clock_skew = -1 },
	{ .name = "as old as the skew allows",
	    .max_authn_age = 60,
	    .later = 117 },
	{ .name = "a second older than that",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .max_authn_age = 60,
	    .later = 118 },
	{ .name = "signed in just after the request",
	    .authn_after = NOW - 3,
	    .clock_skew = -1 },
	{ .name = "signed in before the request",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .authn_after = NOW - 2,
	    .clock_skew = -1 },
	{ .name = "before the request, within the skew",
	    .authn_after = NOW + 57 },
	{ .name = "the stricter of the two counts, one way",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .authn_after = NOW - 100,
	    .max_authn_age = 2,
	    .clock_skew = -1 },
	{ .name = "the stricter of the two counts, the other way",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .authn_after = NOW - 2,
	    .max_authn_age = 100,
	    .clock_skew = -1 },
	{ .name = "the second of two statements is too old",
	    .expected = REASON_AUTHN_TOO_OLD,
	    .max_authn_age = 100,
	    .before = { { ATTRIBUTE_STATEMENT,
		"<saml:AuthnStatement AuthnInstant=\"2026-11-22T02:25:40Z\">"
		"<saml:AuthnContext/></saml:AuthnStatement>" } } },
};

static void
test_ages(void **state)
{
	(void)state;
	world_run(ages, COUNT(ages));
}

static const struct message_case statements[] = {
	{ .name = "no AuthnStatement",
	    .expected = REASON_AUTHN_STATEMENT,
	    .before = { { AUTHN_STATEMENT, "" } } },
	{ .name = "no AuthnContext",
	    .expected = REASON_AUTHN_STATEMENT,
	    .before = { { "<saml:AuthnContext><saml:AuthnContextClassRef>" SAML
			  "ac:classes:Password</saml:AuthnContextClassRef>"
			  "</saml:AuthnContext>",
		"" } } },
	{ .name = "no AuthnInstant",
	    .expected = REASON_AUTHN_STATEMENT,
	    .before = { { " AuthnInstant=\"2026-11-22T03:25:40Z\"", "" } } },
	{ .name = "an AuthnInstant in the future",
	    .expected = REASON_AUTHN_STATEMENT,
	    .before = { { "AuthnInstant=\"2026-11-22T03:25:40Z\"",
		"AuthnInstant=\"2026-11-22T03:26:44Z\"" } } },
	{ .name = "an AuthnInstant as far ahead as the skew allows",
	    .before = { { "AuthnInstant=\"2026-11-22T03:25:40Z\"",
		"AuthnInstant=\"2026-11-22T03:26:43Z\"" } } },
	{ .name = "an AuthnInstant that is no time",
	    .expected = REASON_BAD_TIME,
	    .before = { { "AuthnInstant=\"2026-11-22T03:25:40Z\"",
		"AuthnInstant=\"1795317940\"" } } },
	{ .name = "an empty SessionIndex is none",
	    .before = { { "SessionIndex=\"_session1\"",
		"SessionIndex=\"\"" } } },
	{ .name = "a line break in the SessionIndex",
	    .expected = REASON_AUTHN_STATEMENT,
	    .before = { { "_session1", "_session&#10;1" } } },
	{ .name = "a session that ends this second",
	    .expected = REASON_SESSION_EXPIRED,
	    .before = { { "2026-11-22T11:25:40Z", "2026-11-22T03:25:43Z" } } },
	{ .name = "a session that ends in a second",
	    .before = { { "2026-11-22T11:25:40Z", "2026-11-22T03:25:44Z" } } },
	{ .name = "the second of two sessions is over",
	    .expected = REASON_SESSION_EXPIRED,
	    .before = { { ATTRIBUTE_STATEMENT,
		"<saml:AuthnStatement AuthnInstant=\"2026-11-22T03:25:40Z\""
		" SessionNotOnOrAfter=\"2026-11-22T03:25:40Z\">"
		"<saml:AuthnContext/></saml:AuthnStatement>" } } },
	{ .name = "an attribute without a Name",
	    .expected = REASON_ATTRIBUTE,
	    .before = { { " Name=\"role\"", "" } } },
	{ .name = "something else in an attribute",
	    .expected = REASON_ATTRIBUTE,
	    .before = { { "<saml:AttributeValue>agent",
		"x"
		"<saml:AttributeValue>agent" } } },
	{ .name = "an attribute statement without attributes",
	    .before = { { ATTRIBUTE_STATEMENT,
		"<saml:AttributeStatement/>" } } },
	{ .name = "no attribute that names the user",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:login" },
	{ .name = "the Name in other letters",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:UID" },
	{ .name = "two values for the user",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:role" },
	{ .name = "two values for the user, one of which is left out",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:role",
	    .before = { { ">agent<", "><b/><" } } },
	{ .name = "two attributes for the user",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:uid",
	    .before = { { "\"role\"", "\"uid\"" },
		{ "<saml:AttributeValue>admin</saml:AttributeValue>", "" } } },
	{ .name = "a user_from that is neither",
	    .expected = REASON_NO_USER,
	    .user_from = "uid" },
	{ .name = "elements in the user's attribute",
	    .expected = REASON_ATTRIBUTE,
	    .user_from = "attribute:uid",
	    .before = UID_IS("><saml:NameID>alice</saml:NameID>"
			     "</saml:AttributeValue>") },
	{ .name = "a user's attribute that is nil",
	    .expected = REASON_ATTRIBUTE,
	    .user_from = "attribute:uid",
	    .before = UID_IS(" xsi:nil=\"true\"></saml:AttributeValue>") },
	{ .name = "a control in the user's attribute",
	    .expected = REASON_ATTRIBUTE,
	    .user_from = "attribute:uid",
	    .before = UID_IS(">alice&#9;x</saml:AttributeValue>") },
};

static void
test_statements(void **state)
{
	(void)state;
	world_run(statements, COUNT(statements));
}

/* Verifies a good message and gives what was read from it. */
static struct saml_identity *
identity_of(const struct message_case *c)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	char *text = world_message(c);

	if (world_verify(c, text, strlen(text), &identity, &refusal) != 0)
		fail_msg("%s: %s", c->name, refusal.detail);
	free(text);
	return identity;
}

static void
test_identity(void **state)
{
	static const struct message_case ways[] = {
		{ .name = "assertion", .which = SIGN_ASSERTION },
		{ .name = "Response", .which = SIGN_RESPONSE },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ways); i++) {
		struct saml_identity *id = identity_of(&ways[i]);

		assert_string_equal(id->user, "alice");
		assert_string_equal(id->issuer, IDP);
		assert_string_equal(id->assertion_id, "_assertion1");
		assert_string_equal(id->in_response_to, REQUEST_ID);
		assert_string_equal(id->name_id, "alice");
		assert_string_equal(id->name_id_format,
		    "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified");
		assert_string_equal(id->session_index, "_session1");
		assert_string_equal(
		    id->authn_context, SAML "ac:classes:Password");
		assert_int_equal(id->authn_instant, NOW - 3);
		assert_int_equal(id->not_on_or_after, NOW + 300);
		assert_int_equal(id->session_not_on_or_after, NOW + 28797);
		assert_int_equal(id->replay_until, NOW + 300 + 60);
		assert_int_equal(id->attributes.count, 2);
		assert_string_equal(id->attributes.items[1].name, "role");
		assert_int_equal(id->attributes.items[1].value_count, 2);
		assert_string_equal(id->attributes.items[1].values[1], "admin");
		saml_identity_free(&id);
	}
}

static void
test_qualifiers(void **state)
{
	static const struct message_case c = {
		.name = "qualifiers",
		.any_request = 1,
		.unsolicited = 1,
		.before = { { "<saml:NameID ",
		    "<saml:NameID NameQualifier=\"a\" SPNameQualifier=\"b\" " } }
	};
	struct saml_identity *id = identity_of(&c);

	(void)state;
	assert_string_equal(id->name_qualifier, "a");
	assert_string_equal(id->sp_name_qualifier, "b");
	assert_string_equal(id->in_response_to, REQUEST_ID);
	saml_identity_free(&id);
}

/* A text is one text, however it was written. */
static void
test_joined_text(void **state)
{
	static const struct message_case c = { .name = "CDATA",
		.user_from = "attribute:uid",
		.before = { { ">alice</saml:NameID>",
				">a<![CDATA[&]]>l&#105;ce</saml:NameID>" },
		    { ">alice</saml:AttributeValue>",
			"><![CDATA[al]]><![CDATA[ice]]>"
			"</saml:AttributeValue>" } } };
	struct saml_identity *id = identity_of(&c);

	(void)state;
	assert_string_equal(id->name_id, "a&lice");
	assert_string_equal(id->user, "alice");
	saml_identity_free(&id);
}

static void
test_skipped_values(void **state)
{
	static const struct message_case c = { .name = "values",
		.before = { { "<saml:AttributeValue>agent",
				"<saml:AttributeValue/><saml:AttributeValue>"
				"<b/></saml:AttributeValue>"
				"<saml:AttributeValue>agent" },
		    { "Name=\"uid\"", "Name=\"&#10;\"" } } };
	struct saml_identity *id = identity_of(&c);

	(void)state;
	assert_int_equal(id->attributes.count, 1);
	assert_int_equal(id->attributes.items[0].value_count, 2);
	assert_string_equal(id->attributes.items[0].values[0], "agent");
	saml_identity_free(&id);
}

static void
test_long_name_id(void **state)
{
	struct message_case c = { .name = "a long NameID" };
	char name[300] = ">&lt;"; /* one byte, once read */
	size_t size = strlen(name);

	(void)state;
	memset(name + size, 'a', 255);
	strcpy(name + size + 255, "</saml:NameID>");
	c.before[0] = (struct edit){ ">alice</saml:NameID>", name };
	world_run(&c, 1);
	memmove(name + 1, name, strlen(name) + 1);
	name[size + 1 + 254] = 'a';
	memcpy(name, ">a&lt;", 6);
	c.expected = REASON_NAME_ID;
	world_run(&c, 1);
}

#define LATER_CONFIRMATION                                                     \
	"<saml:SubjectConfirmation Method=\"" SAML                             \
	"cm:bearer\"><saml:SubjectConfirmationData"                            \
	" InResponseTo=\"_later\" Recipient=\"" ACS                            \
	"\" NotOnOrAfter=\"2026-11-22T03:40:43Z\"/>"                           \
	"</saml:SubjectConfirmation>"

/* As long as any of its confirmations may yet hold, a replay must be known. */
static void
test_replay_until(void **state)
{
	static const struct message_case cases[] = {
		{ .name = "a later confirmation after",
		    .before = { { BEARER_CONFIRMATION,
			BEARER_CONFIRMATION LATER_CONFIRMATION } } },
		{ .name = "a later confirmation before",
		    .before = { { BEARER_CONFIRMATION,
			LATER_CONFIRMATION BEARER_CONFIRMATION } } },
	};
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		struct message_case c = cases[i];
		struct saml_identity *id;

		/* the Conditions end all the same */
		id = identity_of(&c);
		assert_int_equal(id->not_on_or_after, NOW + 300);
		assert_int_equal(id->replay_until, NOW + 300 + 60);
		saml_identity_free(&id);
		c.before[1] =
		    (struct edit){ " NotOnOrAfter=\"2026-11-22T03:30:43Z\">",
			    " NotOnOrAfter=\"2026-11-22T03:50:43Z\">" };
		id = identity_of(&c);
		assert_int_equal(id->not_on_or_after, NOW + 300);
		assert_int_equal(id->replay_until, NOW + 900 + 60);
		saml_identity_free(&id);
	}
}

/* What a person sees in the log, for the refusals that come up most. */
static void
test_details(void **state)
{
	static const struct {
		struct message_case c;
		const char *words[3];
	} details[] = {
		{ { .name = "audience",
		      .before = { { "Audience>" SP, "Audience>https://x" } } },
		    { "https://x", SP, "entity_id" } },
		{ { .name = "expired", .later = 3600 },
		    { "2026-11-22T03:30:43Z", "2026-11-22T04:25:43Z", "60" } },
		{ { .name = "status",
		      .before = { { "status:Success", "status:Requester" } } },
		    { "status:Requester", "IdP", "" } },
		{ { .name = "another IdP was asked", .idp = OTHER_IDP },
		    { "sent to \"" OTHER_IDP "\"", "\"" IDP "\" answers",
			"" } },
		{ { .name = "control characters",
		      .after = { { "Destination=\"",
			  "Destination=\"a&#10;b" } } },
		    { "a?b", "acs_url", ACS } },
	};
	struct saml_identity *id;
	struct refusal refusal;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(details); i++) {
		char *text = world_message(&details[i].c);

		assert_int_equal(world_verify(&details[i].c, text, strlen(text),
				     &id, &refusal),
		    GATE_EREFUSED);
		for (j = 0; j < 3; j++) {
			if (strstr(refusal.detail, details[i].words[j]) == NULL)
				fail_msg("%s: no \"%s\" in: %s",
				    details[i].c.name, details[i].words[j],
				    refusal.detail);
		}
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_subject),
		cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_ages),
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_identity),
		cmocka_unit_test(test_qualifiers),
		cmocka_unit_test(test_joined_text),
		cmocka_unit_test(test_skipped_values),
		cmocka_unit_test(test_long_name_id),
		cmocka_unit_test(test_replay_until),
		cmocka_unit_test(test_details),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
