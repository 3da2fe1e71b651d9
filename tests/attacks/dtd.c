/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Document types and entities, of which a SAML message has none. */
#include "tests/attacks/attack.h"

#define XXE         "CVE-2024-52806"
#define NAME_ID_END ">alice</saml:NameID>"

/* A DTD before the root, after it was signed. */
#define DTD(what)                                                              \
	{                                                                      \
		{                                                              \
			"<samlp:Response ", what "<samlp:Response "            \
		}                                                              \
	}
#define DTD_AND_NAME(what, name)                                               \
	{                                                                      \
		{ "<samlp:Response ", what "<samlp:Response " },               \
		{                                                              \
			NAME_ID_END, ">" name "</saml:NameID>"                 \
		}                                                              \
	}

static const struct attack cases[] = {
	{ .name = "an empty document type",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE samlp:Response>") },
	{ .name = "an empty internal subset",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x []>") },
	{ .name = "an internal entity as the name",
	    .expected = "xml_forbidden",
	    .after =
		DTD_AND_NAME("<!DOCTYPE x [<!ENTITY n \"alice\">]>", "&n;") },
	{ .name = "an entity within the name",
	    .cve = "CVE-2018-0489",
	    .expected = "xml_forbidden",
	    .after =
		DTD_AND_NAME("<!DOCTYPE x [<!ENTITY n \"\">]>", "ali&n;ce") },
	{ .name = "an external entity: a file",
	    .cve = XXE,
	    .expected = "xml_forbidden",
	    .after = DTD_AND_NAME("<!DOCTYPE x [<!ENTITY n SYSTEM "
				  "\"file:///etc/passwd\">]>",
		"&n;") },
	{ .name = "an external entity: a URL",
	    .cve = XXE,
	    .expected = "xml_forbidden",
	    .after = DTD_AND_NAME("<!DOCTYPE x [<!ENTITY n SYSTEM "
				  "\"http://127.0.0.1:9/\">]>",
		"&n;") },
	{ .name = "an external entity: a public identifier",
	    .expected = "xml_forbidden",
	    .after = DTD_AND_NAME("<!DOCTYPE x [<!ENTITY n PUBLIC \"-//X//Y\" "
				  "\"/dev/stdin\">]>",
		"&n;") },
	{ .name = "an external subset: a file",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x SYSTEM \"file:///dev/zero\">") },
	{ .name = "an external subset: a URL",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x SYSTEM \"http://127.0.0.1:9/x.dtd\">") },
	{ .name = "an external subset: a public identifier",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x PUBLIC \"-//W3C//DTD HTML 4.01//EN\" "
			 "\"http://127.0.0.1:9/x.dtd\">") },
	{ .name = "a parameter entity",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ENTITY % p SYSTEM "
			 "\"http://127.0.0.1:9/x\">%p;]>") },
	{ .name = "a parameter entity that declares another",
	    .expected = "xml_forbidden",
	    .after =
		DTD("<!DOCTYPE x [<!ENTITY % p \"<!ENTITY n 'x'>\">%p;]>") },
	{ .name = "a parameter entity that takes a file elsewhere",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ENTITY % f SYSTEM \"file:///etc/"
			 "hostname\"><!ENTITY % e \"<!ENTITY &#37; s SYSTEM "
			 "'http://127.0.0.1:9/?%f;'>\">%e;%s;]>") },
	{ .name = "an entity that stands for itself",
	    .expected = "xml_forbidden",
	    .after = DTD_AND_NAME(
		"<!DOCTYPE x [<!ENTITY a \"&b;\"><!ENTITY b \"&a;\">]>",
		"&a;") },
	{ .name = "a billion laughs",
	    .expected = "xml_forbidden",
	    .after =
		DTD_AND_NAME("<!DOCTYPE x [<!ENTITY a \"haha\">"
			     "<!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;\">"
			     "<!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;\">"
			     "<!ENTITY d \"&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;\">"
			     "<!ENTITY e \"&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;\">"
			     "<!ENTITY f \"&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;\">"
			     "<!ENTITY g \"&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;\">"
			     "<!ENTITY h \"&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;\">]>",
		    "&h;") },
	{ .name = "a default attribute that is an ID",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ATTLIST samlp:Status ID ID "
			 "\"_assertion1\">]>") },
	{ .name = "an attribute that is declared an ID",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ATTLIST saml:Assertion Version ID "
			 "#IMPLIED>]>") },
	{ .name = "a default namespace declaration",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ATTLIST samlp:Response xmlns:saml "
			 "CDATA \"urn:x\">]>") },
	{ .name = "an attribute whose blanks are to be dropped",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ATTLIST saml:SubjectConfirmationData "
			 "Recipient NMTOKEN #IMPLIED>]>") },
	{ .name = "a notation and an unparsed entity",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!NOTATION n SYSTEM \"n\"><!ENTITY e "
			 "SYSTEM \"e\" NDATA n>]>") },
	{ .name = "an element declaration",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!ELEMENT x ANY>]>") },
	{ .name = "a conditional section",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<![INCLUDE[<!ENTITY n \"x\">]]>]>") },
	{ .name = "a comment in the document type",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x [<!-- <!ENTITY n \"x\"> -->]>") },
	{ .name = "a second root in an entity, for a second parser",
	    .cve = "CVE-2025-25291",
	    .expected = "xml_forbidden",
	    .after =
		DTD("<!DOCTYPE x [<!ENTITY e \"'>\"><samlp:Response/>]>") },
	{ .name = "a quote in the document type, for a second parser",
	    .cve = "CVE-2025-25292",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x SYSTEM \"'\" [<!ENTITY y '\"'>]>") },
	{ .name = "doctype in small letters",
	    .expected = "xml_forbidden bad_xml",
	    .after = DTD("<!doctype x>") },
	{ .name = "a document type that does not end",
	    .expected = "xml_forbidden bad_xml response_cut",
	    .after = DTD("<!DOCTYPE x [") },
	{ .name = "a document type after the root",
	    .expected = "xml_forbidden",
	    .after = { { "</samlp:Response>",
		"</samlp:Response><!DOCTYPE x>" } } },
	{ .name = "a document type within the root",
	    .expected = "xml_forbidden",
	    .after = { { "<saml:Assertion ",
		"<!DOCTYPE x><saml:Assertion " } } },
	{ .name = "an entity declaration within the root",
	    .expected = "xml_forbidden",
	    .after = { { "<saml:Assertion ",
		"<!ENTITY n \"x\"><saml:Assertion " } } },
	{ .name = "a document type in deflated base64",
	    .expected = "xml_forbidden",
	    .after = DTD("<!DOCTYPE x>"),
	    .form = FORM_DEFLATE },
	{ .name = "an include",
	    .expected = "signature_invalid name_id",
	    .after = { { NAME_ID_END,
		"><xi:include xmlns:xi=\"http://www.w3.org/2001/XInclude\" "
		"href=\"/etc/hostname\" parse=\"text\"/></saml:NameID>" } } },
	{ .name = "a schema's location, which is not looked at",
	    .before = { { "<samlp:Response ",
		"<samlp:Response xmlns:xsi=\"http://www.w3.org/2001/"
		"XMLSchema-instance\" xsi:schemaLocation=\"urn:x "
		"http://127.0.0.1:9/x.xsd\" " } } },
};

void
attack_dtd(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
}
