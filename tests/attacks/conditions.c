/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Conditions other than times: audiences, and what nobody understands. */
#include "tests/attacks/attack.h"

#define OTHER_SP     "https://other-sp.example/metadata"
#define AUDIENCE(of) "<saml:Audience>" of "</saml:Audience>"
#define RESTRICTION(of)                                                        \
	"<saml:AudienceRestriction>" of "</saml:AudienceRestriction>"
#define ADD(what)                                                              \
	{                                                                      \
		AUDIENCE_RESTRICTION, AUDIENCE_RESTRICTION what                \
	}
#define INSTEAD(what)                                                          \
	{                                                                      \
		AUDIENCE_RESTRICTION, what                                     \
	}
#define FOR(who) INSTEAD(RESTRICTION(AUDIENCE(who)))
#define PROXY    "<saml:ProxyRestriction Count=\"0\"/>"

static const struct attack cases[] = {
	{ .name = "no Conditions",
	    .expected = "conditions",
	    .before = { { CONDITIONS, "" } } },
	{ .name = "empty Conditions",
	    .expected = "audience",
	    .before = { INSTEAD("") } },
	{ .name = "Conditions twice",
	    .expected = "bad_structure",
	    .before = { { CONDITIONS, CONDITIONS CONDITIONS } } },
	{ .name = "Conditions before the Subject",
	    .expected = "bad_structure",
	    .before = { { SUBJECT CONDITIONS, CONDITIONS SUBJECT } } },
	{ .name = "Conditions after the statements",
	    .expected = "bad_structure",
	    .before = { { CONDITIONS AUTHN_STATEMENT,
		AUTHN_STATEMENT CONDITIONS } } },
	{ .name = "another SP",
	    .expected = "audience",
	    .before = { FOR(OTHER_SP) } },
	{ .name = "this SP with a slash more",
	    .expected = "audience",
	    .before = { FOR(SP "/") } },
	{ .name = "this SP in capitals",
	    .expected = "audience",
	    .before = { FOR("HTTPS://SP.EXAMPLE/METADATA") } },
	{ .name = "this SP, cut",
	    .expected = "audience",
	    .before = { FOR("https://sp.example") } },
	{ .name = "the ACS in place of the entityID",
	    .expected = "audience",
	    .before = { FOR(ACS) } },
	{ .name = "an empty Audience",
	    .expected = "audience",
	    .before = { FOR("") } },
	{ .name = "an asterisk",
	    .expected = "audience",
	    .before = { FOR("*") } },
	{ .name = "two SPs in one Audience",
	    .expected = "audience",
	    .before = { FOR(OTHER_SP " " SP) } },
	{ .name = "an AudienceRestriction without Audience",
	    .expected = "conditions audience",
	    .before = { INSTEAD(RESTRICTION("")) } },
	{ .name = "several Audiences, this SP the last",
	    .before = { INSTEAD(RESTRICTION(
		AUDIENCE(OTHER_SP) AUDIENCE("urn:x") AUDIENCE(SP))) } },
	{ .name = "several Audiences, this SP the first",
	    .before = { INSTEAD(
		RESTRICTION(AUDIENCE(SP) AUDIENCE(OTHER_SP))) } },
	{ .name = "several Audiences, none this SP",
	    .expected = "audience",
	    .before = { INSTEAD(
		RESTRICTION(AUDIENCE(OTHER_SP) AUDIENCE("urn:x"))) } },
	{ .name = "two AudienceRestrictions that both hold",
	    .before = { ADD(RESTRICTION(AUDIENCE("urn:x") AUDIENCE(SP))) } },
	{ .name = "two AudienceRestrictions, the second does not hold",
	    .expected = "audience",
	    .before = { ADD(RESTRICTION(AUDIENCE(OTHER_SP))) } },
	{ .name = "two AudienceRestrictions, the first does not hold",
	    .expected = "audience",
	    .before = { INSTEAD(
		RESTRICTION(AUDIENCE(OTHER_SP)) AUDIENCE_RESTRICTION) } },
	{ .name = "an Audience of another namespace",
	    .expected = "conditions audience",
	    .before = { INSTEAD(RESTRICTION(
		"<x:Audience xmlns:x=\"urn:x\">" SP "</x:Audience>")) } },
	{ .name = "an AudienceRestriction of SAML 1.1",
	    .expected = "conditions",
	    .before = { INSTEAD("<saml:AudienceRestrictionCondition>" AUDIENCE(
		SP) "</saml:AudienceRestrictionCondition>") } },
	{ .name = "an AudienceRestriction in a condition that is unknown",
	    .expected = "conditions",
	    .before = { INSTEAD("<saml:Condition>" AUDIENCE_RESTRICTION
				"</saml:Condition>") } },
	{ .name = "something else in an AudienceRestriction",
	    .expected = "conditions audience",
	    .before = { INSTEAD(RESTRICTION(AUDIENCE(SP) "<saml:x/>")) } },
	{ .name = "a Condition of an unknown type",
	    .expected = "conditions",
	    .before = { ADD("<saml:Condition xmlns:x=\"urn:x\" "
			    "xsi:type=\"x:Unknown\"/>") } },
	{ .name = "a condition of an unknown namespace",
	    .expected = "conditions",
	    .before = { ADD("<x:OneTimeUse xmlns:x=\"urn:x\"/>") } },
	{ .name = "a condition of the delegation extension",
	    .expected = "conditions",
	    .before = { ADD(
		"<saml:Condition xmlns:d=\"" SAML "conditions:delegation\" "
		"xsi:type=\"d:DelegationRestrictionType\"/>") } },
	{ .name = "DoNotCacheCondition of SAML 1.1",
	    .expected = "conditions",
	    .before = { ADD("<saml:DoNotCacheCondition/>") } },
	{ .name = "text in the Conditions",
	    .expected = "conditions bad_structure",
	    .before = { ADD("x") } },
	{ .name = "an OneTimeUse", .before = { ADD("<saml:OneTimeUse/>") } },
	{ .name = "two OneTimeUse",
	    .expected = "conditions",
	    .before = { ADD("<saml:OneTimeUse/><saml:OneTimeUse/>") } },
	{ .name = "a ProxyRestriction", .before = { ADD(PROXY) } },
	{ .name = "a ProxyRestriction without a count",
	    .before = { ADD("<saml:ProxyRestriction/>") } },
	{ .name = "a ProxyRestriction with an Audience of others",
	    .before = { ADD("<saml:ProxyRestriction Count=\"1\">" AUDIENCE(
		OTHER_SP) "</saml:ProxyRestriction>") } },
	{ .name = "two ProxyRestrictions",
	    .expected = "conditions",
	    .before = { ADD(PROXY PROXY) } },
	{ .name = "all that is known",
	    .before = { INSTEAD(
		"<saml:OneTimeUse/>" AUDIENCE_RESTRICTION PROXY) } },
	{ .name = "Audiences among blanks and line breaks",
	    .before = { INSTEAD(RESTRICTION(
		"\n  " AUDIENCE(OTHER_SP) "\n  " AUDIENCE(SP) "\n")) } },
};

void
attack_conditions(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
}
