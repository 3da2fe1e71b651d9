/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Attributes. The one that names the user is held to everything that a NameID
 * is; of the others only the structure counts, as IdPs send all sorts of
 * things.
 */
#include "tests/attacks/attack.h"

#define VALUE(what) "<saml:AttributeValue>" what "</saml:AttributeValue>"
#define NAMED(name, what)                                                      \
	"<saml:Attribute Name=\"" name "\">" what "</saml:Attribute>"
#define UID(what) NAMED("uid", what)
#define STATEMENT(what)                                                        \
	"<saml:AttributeStatement>" what "</saml:AttributeStatement>"
#define INSTEAD(what)                                                          \
	{                                                                      \
		ATTRIBUTE_STATEMENT, what                                      \
	}
#define WITH(what)   INSTEAD(STATEMENT(what))
#define BESIDE(what) WITH(UID(VALUE("alice")) what)
#define NAME_FORMAT  SAML "attrname-format:"
#define BY_ATTRIBUTE .config = "attribute"

static const struct attack cases[] = {
	{ .name = "the user by an attribute", BY_ATTRIBUTE },
	{ .name = "the user by an attribute, not by the NameID",
	    .user = "bob",
	    .before = { WITH(UID(VALUE("bob"))) },
	    BY_ATTRIBUTE },
	{ .name = "the user by an attribute, beside a NameID with a line break",
	    .expected = "name_id",
	    .before = { { ">alice</saml:NameID>", ">a&#10;b</saml:NameID>" } },
	    BY_ATTRIBUTE },
	{ .name = "the user by an attribute, beside a NameID with elements",
	    .expected = "name_id",
	    .before = { { ">alice</saml:NameID>", ">a<b/></saml:NameID>" } },
	    BY_ATTRIBUTE },
	{ .name = "the user by an attribute, beside a BaseID",
	    .expected = "name_id",
	    .before = { { "<saml:NameID ", "<saml:BaseID " },
		{ "</saml:NameID>", "</saml:BaseID>" } },
	    BY_ATTRIBUTE },
	{ .name = "no attribute of that name",
	    .expected = "no_user",
	    .before = { WITH(NAMED("mail", VALUE("alice"))) },
	    BY_ATTRIBUTE },
	{ .name = "no AttributeStatement",
	    .expected = "no_user",
	    .before = { INSTEAD("") },
	    BY_ATTRIBUTE },
	{ .name = "two values",
	    .expected = "no_user",
	    .before = { WITH(UID(VALUE("alice") VALUE("bob"))) },
	    BY_ATTRIBUTE },
	{ .name = "the same value twice",
	    .expected = "no_user",
	    .before = { WITH(UID(VALUE("alice") VALUE("alice"))) },
	    BY_ATTRIBUTE },
	{ .name = "two attributes of that name",
	    .expected = "no_user",
	    .before = { WITH(UID(VALUE("alice")) UID(VALUE("bob"))) },
	    BY_ATTRIBUTE },
	{ .name = "two attributes of that name, in two statements",
	    .expected = "no_user",
	    .before = { INSTEAD(
		STATEMENT(UID(VALUE("alice"))) STATEMENT(UID(VALUE("bob")))) },
	    BY_ATTRIBUTE },
	{ .name = "no value",
	    .expected = "no_user",
	    .before = { WITH(UID("")) },
	    BY_ATTRIBUTE },
	{ .name = "an empty value",
	    .expected = "attribute",
	    .before = { WITH(UID("<saml:AttributeValue/>")) },
	    BY_ATTRIBUTE },
	{ .name = "a value that is nil",
	    .expected = "attribute",
	    .before = { WITH(UID("<saml:AttributeValue xsi:nil=\"true\"/>")) },
	    BY_ATTRIBUTE },
	{ .name = "a value with elements",
	    .expected = "attribute",
	    .before = { WITH(UID(VALUE("al<b xmlns=\"urn:x\">ic</b>e"))) },
	    BY_ATTRIBUTE },
	{ .name = "a NameID as the value",
	    .expected = "attribute",
	    .before = { WITH(UID(VALUE("<saml:NameID>alice</saml:NameID>"))) },
	    BY_ATTRIBUTE },
	{ .name = "a value with a line break",
	    .expected = "attribute",
	    .before = { WITH(UID(VALUE("alice\nroot"))) },
	    BY_ATTRIBUTE },
	{ .name = "a value among blanks",
	    .expected = "attribute",
	    .before = { WITH(UID(VALUE("\n  alice\n  "))) },
	    BY_ATTRIBUTE },
	{ .name = "a value with a bidirectional mark",
	    .expected = "attribute",
	    .before = { WITH(UID(VALUE("ali&#x202e;ce"))) },
	    BY_ATTRIBUTE },
	{ .name = "a name in capitals",
	    .expected = "no_user",
	    .before = { WITH(NAMED("UID", VALUE("alice"))) },
	    BY_ATTRIBUTE },
	{ .name = "a name with a blank",
	    .expected = "no_user",
	    .before = { WITH(NAMED("uid ", VALUE("alice"))) },
	    BY_ATTRIBUTE },
	{ .name = "a friendly name only",
	    .expected = "no_user",
	    .before = { WITH(
		"<saml:Attribute Name=\"urn:oid:1\" "
		"FriendlyName=\"uid\">" VALUE("alice") "</saml:Attribute>") },
	    BY_ATTRIBUTE },
	{ .name = "a name in a namespace",
	    .expected = "attribute",
	    .before = { WITH("<saml:Attribute saml:Name=\"uid\">" VALUE(
		"alice") "</saml:Attribute>") },
	    BY_ATTRIBUTE },
	{ .name = "an attribute without a name",
	    .expected = "attribute",
	    .before = { BESIDE(
		"<saml:Attribute>" VALUE("x") "</saml:Attribute>") } },
	{ .name = "an empty AttributeStatement, as AWS sends it",
	    .before = { WITH("") } },
	{ .name = "something else in an AttributeStatement",
	    .expected = "attribute",
	    .before = { BESIDE("<saml:x/>") } },
	{ .name = "something else in an Attribute",
	    .expected = "attribute",
	    .before = { BESIDE(NAMED("x", VALUE("y") "<saml:z/>")) } },
	{ .name = "a value of another namespace",
	    .expected = "attribute",
	    .before = { WITH(UID("<x:AttributeValue xmlns:x=\"urn:x\">alice"
				 "</x:AttributeValue>")) },
	    BY_ATTRIBUTE },
	{ .name = "text in an Attribute",
	    .expected = "attribute",
	    .before = { WITH(UID("alice")) },
	    BY_ATTRIBUTE },
	{ .name = "an EncryptedAttribute",
	    .expected = "encrypted",
	    .before = { BESIDE("<saml:EncryptedAttribute/>") } },
	{ .name = "several statements",
	    .before = { INSTEAD(STATEMENT(NAMED("mail", VALUE("a@x")))
		    STATEMENT(UID(VALUE("alice")))) },
	    BY_ATTRIBUTE },
	{ .name = "a name format of URIs",
	    .before = { WITH(
		"<saml:Attribute Name=\"uid\" NameFormat=\"" NAME_FORMAT
		"uri\" FriendlyName=\"x\">" VALUE(
		    "alice") "</saml:Attribute>") },
	    BY_ATTRIBUTE },
	{ .name = "a value of type anyType",
	    .before = { WITH(UID("<saml:AttributeValue xsi:type=\"xs:anyType\""
				 ">alice</saml:AttributeValue>")) },
	    BY_ATTRIBUTE },
	{ .name = "XML attributes of others",
	    .before = { BESIDE(
		"<saml:Attribute xmlns:x500=\"" SAML
		"profiles:attribute:X500\" x500:Encoding=\"LDAP\" "
		"Name=\"urn:oid:2.5.4.4\">" VALUE("x") "</saml:Attribute>") } },
	{ .name = "an attribute without values",
	    .before = { BESIDE("<saml:Attribute Name=\"x\"/>") } },
	{ .name = "a NameID in another attribute",
	    .before = { BESIDE(NAMED("urn:oid:1.3.6.1.4.1.5923.1.1.1.10",
		VALUE("<saml:NameID Format=\"" SAML "nameid-format:persistent"
		      "\">x</saml:NameID>"))) } },
	{ .name = "elements and line breaks in another attribute",
	    .before = { BESIDE(
		NAMED("address", VALUE("<a xmlns=\"urn:x\">1\n2</a>\n"))) } },
	{ .name = "another attribute that is nil",
	    .before = { BESIDE(
		NAMED("x", "<saml:AttributeValue xsi:nil=\"true\"/>")) } },
	{ .name = "another attribute with a bidirectional mark",
	    .before = { BESIDE(NAMED("x", VALUE("ali&#x202e;ce"))) } },
	{ .name = "another attribute given twice",
	    .before = { BESIDE(
		NAMED("x", VALUE("1")) NAMED("x", VALUE("2"))) } },
	{ .name = "an attribute called like a member of objects",
	    .before = { BESIDE(NAMED("__proto__", VALUE("x"))) } },
};

/* A photograph is nothing that breaks a login. */
static void
write_large(struct attacks *attacks)
{
	char *photo = attack_repeat("/9j/4AAQSkZJRgABAQAAAQABAAD", 4000);
	char *values = attack_repeat(VALUE("member of a group"), 2000);
	char *big = fixture_text(
	    STATEMENT(UID(VALUE("alice")) NAMED("jpegPhoto", VALUE("%s"))),
	    photo);
	char *many = fixture_text(
	    STATEMENT(UID(VALUE("alice")) NAMED("groups", "%s")), values);
	const struct attack large[] = {
		{ .name = "a photograph of 108 kB",
		    .before = { INSTEAD(big) } },
		{ .name = "2,000 groups", .before = { INSTEAD(many) } },
	};

	attack_table(attacks, large, COUNT(large));
	free(photo);
	free(values);
	free(big);
	free(many);
}

void
attack_attributes(struct attacks *attacks)
{
	attack_table(attacks, cases, COUNT(cases));
	write_large(attacks);
}
