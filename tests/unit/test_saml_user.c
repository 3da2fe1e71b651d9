/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Who it is that signs in: where each IdP's users are named, and that none can
 * name another's.
 */
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define SCOPED_IDP   "https://scoped.example/metadata"

#define NAMED(text)                                                            \
	{                                                                      \
		{                                                              \
			">alice</saml:NameID>", ">" text "</saml:NameID>"      \
		}                                                              \
	}

/* The same, by an IdP whose metadata has scopes. */
#define SCOPED(text)                                                           \
	{                                                                      \
		{ ">alice</saml:NameID>", ">" text "</saml:NameID>" },         \
		{                                                              \
			IDP, SCOPED_IDP                                        \
		}                                                              \
	}

/* [idp NAME] of the IdP that the messages are from. */
#define RULE(from, scope, strip)                                               \
	&(const struct saml_idp_rule)                                          \
	{                                                                      \
		(char[]){ IDP }, (char[]){ from }, (char[]){ scope }, strip    \
	}

static const struct message_case names[] = {
	{ .name = "the NameID", .user = "alice" },
	{ .name = "an attribute",
	    .user_from = "attribute:uid",
	    .user = "alice" },
	{ .name = "an attribute for this IdP only",
	    .before = NAMED("0815"),
	    .rule = RULE("attribute:uid", "", 0),
	    .user = "alice" },
	{ .name = "the NameID for this IdP only",
	    .user_from = "attribute:role",
	    .rule = RULE("name_id", "", 0),
	    .user = "alice" },
	{ .name = "a rule for another IdP",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:role",
	    .rule = &(const struct saml_idp_rule){ (char[]){ OTHER_IDP },
		(char[]){ "name_id" }, (char[]){ "" }, 0 } },
	{ .name = "a rule that has nothing to say", .rule = RULE("", "", 0) },
	{ .name = "two values in two statements",
	    .expected = REASON_NO_USER,
	    .user_from = "attribute:uid",
	    .before = { { ATTRIBUTE_STATEMENT,
		ATTRIBUTE_STATEMENT ATTRIBUTE_STATEMENT } } },
};

static void
test_names(void **state)
{
	(void)state;
	world_run(names, COUNT(names));
}

static const struct message_case scopes[] = {
	{ .name = "in scope",
	    .user_scope = "@example.org",
	    .before = NAMED("alice@example.org"),
	    .user = "alice@example.org" },
	{ .name = "in scope, in other letters",
	    .user_scope = "@example.org",
	    .before = NAMED("alice@Example.ORG") },
	{ .name = "in scope for this IdP",
	    .user_scope = "@x.example",
	    .before = NAMED("alice@example.org"),
	    .rule = RULE("", "@example.org", 0),
	    .user = "alice@example.org" },
	{ .name = "in scope, by an attribute",
	    .user_scope = "@example.org",
	    .user_from = "attribute:uid",
	    .before = { { ">alice</saml:AttributeValue>",
		">alice@example.org</saml:AttributeValue>" } } },
	{ .name = "stripped",
	    .before = NAMED("alice@example.org"),
	    .rule = RULE("", "@example.org", 1),
	    .user = "alice" },
	{ .name = "stripped of the scope in general",
	    .user_scope = "@example.org",
	    .before = NAMED("alice@example.org"),
	    .rule = RULE("", "", 1),
	    .user = "alice" },
	{ .name = "no scope to strip",
	    .before = NAMED("alice@example.org"),
	    .rule = RULE("", "", 1),
	    .user = "alice@example.org" },
	{ .name = "without a scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org" },
	{ .name = "of another scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@x.example") },
	{ .name = "of another scope for this IdP",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@example.org"),
	    .rule = RULE("", "@x.example", 0) },
	{ .name = "of a scope that ends like it",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@not-example.org") },
	{ .name = "of a scope below it",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@sub.example.org") },
	{ .name = "of a scope that it begins",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@example.org.evil") },
	{ .name = "with the scope in its middle",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("alice@example.org@x.example") },
	{ .name = "nothing but the scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "@example.org",
	    .before = NAMED("@example.org") },
	{ .name = "stripped to another scope's user",
	    .expected = REASON_USER_SCOPE,
	    .before = NAMED("bob@x.example@example.org"),
	    .rule = RULE("", "@example.org", 1) },
	{ .name = "stripped to a blank at the end",
	    .expected = REASON_USER_SCOPE,
	    .before = NAMED("alice @example.org"),
	    .rule = RULE("", "@example.org", 1) },
	{ .name = "a scope that is none",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "example.org",
	    .before = NAMED("alice@example.org") },
	{ .name = "a scope of the metadata",
	    .user_scope = "metadata",
	    .before = SCOPED("alice@one.example"),
	    .user = "alice@one.example" },
	{ .name = "another scope of the metadata, in other letters",
	    .user_scope = "metadata",
	    .before = SCOPED("alice@TWO.example") },
	{ .name = "no scope of the metadata",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "metadata",
	    .before = SCOPED("alice@three.example") },
	{ .name = "a regular expression of the metadata is no scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "metadata",
	    .before = SCOPED("alice@.*") },
	{ .name = "the word itself is no scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "metadata",
	    .before = SCOPED("alice@metadata") },
	{ .name = "metadata without any scope",
	    .expected = REASON_USER_SCOPE,
	    .user_scope = "metadata",
	    .before = NAMED("alice@one.example") },
};

static void
test_scopes(void **state)
{
	(void)state;
	world_run(scopes, COUNT(scopes));
}

/* An IdP with the key of the other, and two scopes and a half. */
static void
add_scoped_idp(void)
{
	char *key = fixture_key_descriptor(world.rsa, " use=\"signing\"");
	char *parts = fixture_text(
	    "<md:Extensions><shibmd:Scope regexp=\"false\" xmlns:shibmd=\""
	    "urn:mace:shibboleth:metadata:1.0\">one.example</shibmd:Scope>"
	    "<shibmd:Scope xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\">"
	    "two.example</shibmd:Scope><shibmd:Scope regexp=\"true\""
	    " xmlns:shibmd=\"urn:mace:shibboleth:metadata:1.0\">.*"
	    "</shibmd:Scope></md:Extensions>%s",
	    key);
	char *entity = fixture_entity(SCOPED_IDP, "", parts), why[256];

	if (saml_idps_add(
		world.idps, entity, strlen(entity), 0, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	free(entity);
	free(parts);
	free(key);
}

static int
setup(void **state)
{
	int r = world_setup(state);

	add_scoped_idp();
	return r;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_scopes),
	};

	return cmocka_run_group_tests(tests, setup, world_teardown);
}
