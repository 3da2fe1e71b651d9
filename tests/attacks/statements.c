/* SPDX-License-Identifier: GPL-3.0-or-later */
/* AuthnStatements: that, when and how somebody signed in at the IdP. */
#include "tests/attacks/attack.h"

#define INSTANT "AuthnInstant=\"2026-11-22T03:25:40Z\""
#define CLASS                                                                  \
	"<saml:AuthnContextClassRef>" SAML                                     \
	"ac:classes:Password</saml:AuthnContextClassRef>"
#define CONTEXT(what) "<saml:AuthnContext>" what "</saml:AuthnContext>"
#define STATEMENT(what)                                                        \
	"<saml:AuthnStatement " INSTANT ">" what "</saml:AuthnStatement>"
#define INSTEAD(what)                                                          \
	{                                                                      \
		AUTHN_STATEMENT, what                                          \
	}
#define WITH(what) INSTEAD(STATEMENT(what))
#define AUTHORITY(who)                                                         \
	"<saml:AuthenticatingAuthority>" who "</saml:AuthenticatingAuthority>"
#define DECLARED "<saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef>"
#define INDEX(value)                                                           \
	{                                                                      \
		"SessionIndex=\"_session1\"", "SessionIndex=\"" value "\""     \
	}
#define AUTHN "authn_statement"

static const struct attack cases[] = {
	{ .name = "no AuthnStatement",
	    .expected = AUTHN,
	    .before = { INSTEAD("") } },
	{ .name = "no statement at all",
	    .expected = AUTHN,
	    .before = { { AUTHN_STATEMENT ATTRIBUTE_STATEMENT, "" } } },
	{ .name = "an AuthenticationStatement of SAML 1.1",
	    .expected = "bad_structure",
	    .before = { INSTEAD("<saml:AuthenticationStatement/>") } },
	{ .name = "an AuthnStatement of another namespace",
	    .expected = "bad_structure",
	    .before = { INSTEAD(
		"<x:AuthnStatement xmlns:x=\"urn:x\" " INSTANT "/>") } },
	{ .name = "a Statement of a type of its own",
	    .expected = "bad_structure",
	    .before = { INSTEAD("<saml:Statement "
				"xsi:type=\"saml:AuthnStatementType\"/>") } },
	{ .name = "no AuthnInstant",
	    .expected = AUTHN,
	    .before = { INSTEAD("<saml:AuthnStatement>" CONTEXT(
		CLASS) "</saml:AuthnStatement>") } },
	{ .name = "an AuthnInstant in a namespace",
	    .expected = AUTHN,
	    .before = { { INSTANT, "saml:" INSTANT } } },
	{ .name = "no AuthnContext",
	    .expected = AUTHN,
	    .before = { WITH("") } },
	{ .name = "two AuthnContexts",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(CLASS) CONTEXT(CLASS)) } },
	{ .name = "two classes",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(CLASS CLASS)) } },
	{ .name = "a class after the declaration",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(DECLARED CLASS)) } },
	{ .name = "a class that holds elements",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT("<saml:AuthnContextClassRef>urn:x<y/>"
				     "</saml:AuthnContextClassRef>")) } },
	{ .name = "a class with a control character",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT("<saml:AuthnContextClassRef>urn:x&#10;y"
				     "</saml:AuthnContextClassRef>")) } },
	{ .name = "an unknown element in the AuthnStatement",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(CLASS) "<x xmlns=\"urn:x\"/>") } },
	{ .name = "an unknown element in the AuthnContext",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(CLASS "<x xmlns=\"urn:x\"/>")) } },
	{ .name = "text in the AuthnStatement",
	    .expected = AUTHN,
	    .before = { WITH("x" CONTEXT(CLASS)) } },
	{ .name = "a SubjectLocality after the AuthnContext",
	    .expected = AUTHN,
	    .before = { WITH(CONTEXT(CLASS) "<saml:SubjectLocality/>") } },
	{ .name = "a second AuthnStatement without a context",
	    .expected = AUTHN,
	    .before = { INSTEAD(AUTHN_STATEMENT STATEMENT("")) } },
	{ .name = "a second AuthnStatement whose session is over",
	    .expected = "session_expired",
	    .before = { INSTEAD(AUTHN_STATEMENT
		"<saml:AuthnStatement " INSTANT
		" SessionNotOnOrAfter=\"2026-11-22T03:25:43Z\">" CONTEXT(
		    CLASS) "</saml:AuthnStatement>") } },
	{ .name = "a second AuthnStatement of tomorrow",
	    .expected = AUTHN,
	    .before = { INSTEAD(AUTHN_STATEMENT
		"<saml:AuthnStatement AuthnInstant=\"2026-11-23T03:25:40Z\">" CONTEXT(
		    CLASS) "</saml:AuthnStatement>") } },
	{ .name = "statements before the Conditions",
	    .expected = "bad_structure",
	    .before = { { CONDITIONS AUTHN_STATEMENT,
		AUTHN_STATEMENT CONDITIONS } } },
	{ .name = "a SessionIndex with a line break",
	    .expected = AUTHN,
	    .before = { INDEX("a&#10;b") } },
	{ .name = "a SessionIndex with a tab",
	    .expected = AUTHN,
	    .before = { INDEX("a&#9;b") } },
	{ .name = "a SessionIndex with a bidirectional mark",
	    .expected = AUTHN,
	    .before = { INDEX("a&#x202e;b") } },
	{ .name = "no SessionIndex",
	    .before = { { " SessionIndex=\"_session1\"", "" } } },
	{ .name = "two AuthnStatements",
	    .before = { INSTEAD(AUTHN_STATEMENT AUTHN_STATEMENT) } },
	{ .name = "a declaration in place of a class",
	    .before = { WITH(CONTEXT(DECLARED)) } },
	{ .name = "a class and a declaration",
	    .before = { WITH(CONTEXT(CLASS DECLARED)) } },
	{ .name = "a class and a declaration in place",
	    .before = { WITH(CONTEXT(
		CLASS "<saml:AuthnContextDecl><x:y "
		      "xmlns:x=\"urn:x\"/></saml:AuthnContextDecl>")) } },
	{ .name = "an AuthenticatingAuthority",
	    .before = { WITH(CONTEXT(CLASS AUTHORITY("https://x.example"))) } },
	{ .name = "two AuthenticatingAuthorities",
	    .before = { WITH(
		CONTEXT(CLASS AUTHORITY("urn:a") AUTHORITY("urn:b"))) } },
	{ .name = "a SubjectLocality",
	    .before = { WITH("<saml:SubjectLocality Address=\"192.0.2.77\" "
			     "DNSName=\"x\"/>" CONTEXT(CLASS)) } },
	{ .name = "an AuthzDecisionStatement beside",
	    .before = { INSTEAD(AUTHN_STATEMENT
		"<saml:AuthzDecisionStatement Resource=\"urn:x\" "
		"Decision=\"Permit\"><saml:Action Namespace=\"urn:x\">y"
		"</saml:Action></saml:AuthzDecisionStatement>") } },
	{ .name = "an AttributeStatement first",
	    .before = { { AUTHN_STATEMENT ATTRIBUTE_STATEMENT,
		ATTRIBUTE_STATEMENT AUTHN_STATEMENT } } },
	{ .name = "no AttributeStatement",
	    .before = { { ATTRIBUTE_STATEMENT, "" } } },
};

void
attack_statements(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
}
