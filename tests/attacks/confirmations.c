/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The Subject and its confirmations: one bearer confirmation that holds in
 * every respect is enough, several that hold in part are none.
 */
#include "tests/attacks/attack.h"

#define NAME_ID                                                                \
	"<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"                   \
	"nameid-format:unspecified\">alice</saml:NameID>"

#define RECIPIENT   " Recipient=\"" ACS "\""
#define REPLY       " InResponseTo=\"" REQUEST_ID "\""
#define UNTIL(time) " NotOnOrAfter=\"2026-11-22T" time "Z\""
#define LATER       UNTIL("03:30:43")
#define BEARER      SAML "cm:bearer"
#define HOLDER      SAML "cm:holder-of-key"
#define VOUCHES     SAML "cm:sender-vouches"

#define CONFIRMATION(method, what)                                             \
	"<saml:SubjectConfirmation Method=\"" method "\">" what                \
	"</saml:SubjectConfirmation>"
#define DATA(attributes) "<saml:SubjectConfirmationData" attributes "/>"
#define GOOD             DATA(REPLY LATER RECIPIENT)
#define INSTEAD(of)                                                            \
	{                                                                      \
		BEARER_CONFIRMATION, of                                        \
	}
#define WITH(data) INSTEAD(CONFIRMATION(BEARER, data))
#define FOR(who)   WITH(DATA(REPLY LATER " Recipient=\"" who "\""))
#define FROM(who)  WITH(DATA(REPLY LATER RECIPIENT " Address=\"" who "\""))

#define ELSEWHERE                                                              \
	CONFIRMATION(BEARER, DATA(REPLY LATER " Recipient=\"https://x/\""))
#define OVER    CONFIRMATION(BEARER, DATA(REPLY UNTIL("03:20:43") RECIPIENT))
#define UNASKED CONFIRMATION(BEARER, DATA(LATER RECIPIENT))
#define FOREIGN                                                                \
	CONFIRMATION(BEARER, DATA(" InResponseTo=\"_other\"" LATER RECIPIENT))

static const struct attack cases[] = {
	{ .name = "no Subject",
	    .expected = "subject",
	    .before = { { SUBJECT, "" } } },
	{ .name = "two Subjects",
	    .expected = "bad_structure",
	    .before = { { SUBJECT, SUBJECT SUBJECT } } },
	{ .name = "a Subject after the Conditions",
	    .expected = "bad_structure",
	    .before = { { SUBJECT CONDITIONS, CONDITIONS SUBJECT } } },
	{ .name = "an empty Subject",
	    .expected = "subject_confirmation subject",
	    .before = { { SUBJECT, "<saml:Subject/>" } } },
	{ .name = "no NameID",
	    .expected = "name_id",
	    .before = { { NAME_ID, "" } } },
	{ .name = "no NameID, while an attribute names the user",
	    .before = { { NAME_ID, "" } },
	    .config = "attribute" },
	{ .name = "two NameIDs",
	    .expected = "subject",
	    .before = { { NAME_ID, NAME_ID NAME_ID } } },
	{ .name = "a NameID after the confirmation",
	    .expected = "subject",
	    .before = { { NAME_ID BEARER_CONFIRMATION,
		BEARER_CONFIRMATION NAME_ID } } },
	{ .name = "a BaseID in place of the NameID",
	    .expected = "name_id",
	    .before = { { NAME_ID,
		"<saml:BaseID xmlns:x=\"urn:x\" xsi:type=\"x:y\"/>" } } },
	{ .name = "a NameIdentifier of SAML 1.1",
	    .expected = "subject",
	    .before = { { NAME_ID,
		"<saml:NameIdentifier>alice</saml:NameIdentifier>" } } },
	{ .name = "a NameID of another namespace",
	    .expected = "subject",
	    .before = { { NAME_ID,
		"<x:NameID xmlns:x=\"urn:x\">alice</x:NameID>" } } },
	{ .name = "text in the Subject",
	    .expected = "subject",
	    .before = { { "<saml:Subject>", "<saml:Subject>x" } } },
	{ .name = "no confirmation",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD("") } },
	{ .name = "a holder-of-key confirmation only",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD(CONFIRMATION(HOLDER, GOOD)) } },
	{ .name = "a sender-vouches confirmation only",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD(CONFIRMATION(VOUCHES, GOOD)) } },
	{ .name = "a confirmation without a method",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD("<saml:SubjectConfirmation>" GOOD
				"</saml:SubjectConfirmation>") } },
	{ .name = "a bearer of SAML 1.0",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD(CONFIRMATION(
		"urn:oasis:names:tc:SAML:1.0:cm:bearer", GOOD)) } },
	{ .name = "a bearer in capitals",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD(CONFIRMATION(SAML "cm:Bearer", GOOD)) } },
	{ .name = "a bearer with a blank",
	    .expected = "subject_confirmation",
	    .before = { INSTEAD(CONFIRMATION(BEARER " ", GOOD)) } },
	{ .name = "a confirmation of another namespace",
	    .expected = "subject",
	    .before = { INSTEAD(
		"<x:SubjectConfirmation xmlns:x=\"urn:x\" Method=\"" BEARER
		"\">" GOOD "</x:SubjectConfirmation>") } },
	{ .name = "no data",
	    .expected = "subject_confirmation",
	    .before = { WITH("") } },
	{ .name = "data twice",
	    .expected = "subject_confirmation",
	    .before = { WITH(GOOD GOOD) } },
	{ .name = "data of another namespace",
	    .expected = "subject_confirmation",
	    .before = { WITH(
		"<x:SubjectConfirmationData xmlns:x=\"urn:x\"" REPLY LATER
		    RECIPIENT "/>") } },
	{ .name = "a NameID beside the data",
	    .expected = "subject_confirmation",
	    .before = { WITH("<saml:NameID>mallory</saml:NameID>" GOOD) } },
	{ .name = "no NotOnOrAfter",
	    .expected = "subject_confirmation",
	    .before = { WITH(DATA(REPLY RECIPIENT)) } },
	{ .name = "a NotBefore, long past",
	    .expected = "subject_confirmation",
	    .before = { WITH(DATA(REPLY LATER RECIPIENT
		" NotBefore=\"2026-11-22T03:00:00Z\"")) } },
	{ .name = "no Recipient",
	    .expected = "recipient",
	    .before = { WITH(DATA(REPLY LATER)) } },
	{ .name = "an empty Recipient",
	    .expected = "recipient",
	    .before = { FOR("") } },
	{ .name = "another SP's Recipient",
	    .expected = "recipient",
	    .before = { FOR("https://other-sp.example/acs") } },
	{ .name = "the Recipient with a slash more",
	    .expected = "recipient",
	    .before = { FOR(ACS "/") } },
	{ .name = "the Recipient with a query",
	    .expected = "recipient",
	    .before = { FOR(ACS "?x") } },
	{ .name = "the Recipient with the port",
	    .expected = "recipient",
	    .before = { FOR("https://sp.example:443/acs") } },
	{ .name = "the Recipient by http",
	    .expected = "recipient",
	    .before = { FOR("http://sp.example/acs") } },
	{ .name = "the Recipient in capitals",
	    .expected = "recipient",
	    .before = { FOR("https://SP.example/acs") } },
	{ .name = "the Recipient, cut",
	    .expected = "recipient",
	    .before = { FOR("https://sp.example/") } },
	{ .name = "the entityID as Recipient",
	    .expected = "recipient",
	    .before = { FOR(SP) } },
	{ .name = "the Recipient in a namespace",
	    .expected = "recipient",
	    .before = { WITH(
		DATA(REPLY LATER " saml:Recipient=\"" ACS "\"")) } },
	{ .name = "no InResponseTo",
	    .expected = "unsolicited in_response_to",
	    .before = { INSTEAD(UNASKED) } },
	{ .name = "another request",
	    .expected = "in_response_to",
	    .before = { INSTEAD(FOREIGN) } },
	{ .name = "an empty InResponseTo",
	    .expected = "in_response_to unsolicited",
	    .before = { WITH(DATA(" InResponseTo=\"\"" LATER RECIPIENT)) } },
	{ .name = "two that hold",
	    .before = { INSTEAD(BEARER_CONFIRMATION BEARER_CONFIRMATION) } },
	{ .name = "one that is over, one that holds",
	    .before = { INSTEAD(OVER BEARER_CONFIRMATION) } },
	{ .name = "one that holds, one for elsewhere",
	    .before = { INSTEAD(BEARER_CONFIRMATION ELSEWHERE) } },
	{ .name = "one for elsewhere, one that holds",
	    .before = { INSTEAD(ELSEWHERE BEARER_CONFIRMATION) } },
	{ .name = "holder-of-key beside a bearer",
	    .before = { INSTEAD(
		CONFIRMATION(HOLDER, GOOD) BEARER_CONFIRMATION) } },
	{ .name = "sender-vouches after a bearer",
	    .before = { INSTEAD(BEARER_CONFIRMATION CONFIRMATION(
		VOUCHES, "<saml:NameID>x</saml:NameID>")) } },
	{ .name = "one that is over, and one for elsewhere",
	    .expected = "expired",
	    .before = { INSTEAD(OVER ELSEWHERE) } },
	{ .name = "one for elsewhere, and one that is over",
	    .expected = "recipient",
	    .before = { INSTEAD(ELSEWHERE OVER) } },
	{ .name = "a bearer that is over, and a holder-of-key that is not",
	    .expected = "expired",
	    .before = { INSTEAD(OVER CONFIRMATION(HOLDER, GOOD)) } },
	{ .name = "one to another request, and one unasked",
	    .expected = "in_response_to",
	    .before = { INSTEAD(FOREIGN UNASKED) } },
	{ .name = "one of every failing",
	    .expected = "expired",
	    .before = { INSTEAD(OVER ELSEWHERE FOREIGN UNASKED) } },
	{ .name = "an Address that nobody looks at",
	    .before = { FROM("192.0.2.9") },
	    .options = "--address 192.0.2.1" },
	{ .name = "the client's Address",
	    .before = { FROM("192.0.2.1") },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "another Address",
	    .expected = "confirmation_address",
	    .before = { FROM("192.0.2.9") },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "an Address, while the client's is unknown",
	    .expected = "confirmation_address",
	    .before = { FROM("192.0.2.1") },
	    .config = "address" },
	{ .name = "no Address",
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "an Address of IPv6, in another form",
	    .before = { FROM("2001:db8:0:0:0:0:0:1") },
	    .config = "address",
	    .options = "--address 2001:DB8::1" },
	{ .name = "another Address of IPv6",
	    .expected = "confirmation_address",
	    .before = { FROM("2001:db8::2") },
	    .config = "address",
	    .options = "--address 2001:db8::1" },
	{ .name = "an Address of IPv4, mapped",
	    .before = { FROM("192.0.2.1") },
	    .config = "address",
	    .options = "--address ::ffff:192.0.2.1" },
	{ .name = "an Address that is a name",
	    .expected = "confirmation_address",
	    .before = { FROM("localhost") },
	    .config = "address",
	    .options = "--address 127.0.0.1" },
	{ .name = "an Address that is empty",
	    .expected = "confirmation_address",
	    .before = { FROM("") },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "an Address with a prefix's length",
	    .expected = "confirmation_address",
	    .before = { FROM("192.0.2.1/24") },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "an Address with a leading zero",
	    .expected = "confirmation_address",
	    .before = { FROM("192.0.2.01") },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
	{ .name = "the client's Address in the second confirmation",
	    .before = { INSTEAD(CONFIRMATION(BEARER,
		DATA(REPLY LATER RECIPIENT
		    " Address=\"192.0.2.9\"")) CONFIRMATION(BEARER,
		DATA(REPLY LATER RECIPIENT " Address=\"192.0.2.1\""))) },
	    .config = "address",
	    .options = "--address 192.0.2.1" },
};

void
attack_confirmations(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
}
