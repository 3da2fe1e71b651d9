/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What the real gatehouse-saml (GATEHOUSE_SAML, or the first argument) warns of
 * when it is given its settings.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <openssl/ec.h>

#include "saml/worker.h"
#include "tests/unit/encrypted.h"
#include "tests/unit/worker_under_test.h"

#define OTHER_ENTITY_ID "https://other.example/metadata"

/* Our IdP, and a second one. */
static struct saml_document documents[2];

static struct saml_settings
two_idps(void)
{
	static char other_name[] = "/etc/gatehouse/other.xml";
	struct saml_settings s = settings();
	const char *rest = strstr(metadata, IDP_ENTITY_ID);

	assert_non_null(rest);
	documents[0] = document;
	documents[1].name = other_name;
	free(documents[1].text);
	documents[1].text = idp_text("%.*s" OTHER_ENTITY_ID "%s",
	    (int)(rest - metadata), metadata, rest + strlen(IDP_ENTITY_ID));
	documents[1].size = strlen(documents[1].text);
	s.documents = documents;
	s.document_count = 2;
	return s;
}

/* Each of these settings' warnings on a line. */
static const char *
warnings_of(const struct saml_settings *s)
{
	static char text[32768];
	struct saml_worker *worker = NULL;
	char why[512];
	const char *warning;
	size_t i = 0, used = 0;

	text[0] = '\0';
	if (saml_worker_new(
		&worker, program, s, TEN_SECONDS, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	while ((warning = saml_worker_warning(worker, i++)) != NULL)
		used += (size_t)snprintf(
		    text + used, sizeof(text) - used, "%s\n", warning);
	saml_worker_free(&worker);
	return text;
}

static struct saml_idp_rule
rule_for(const char *idp, const char *scope)
{
	return (struct saml_idp_rule){
		.entity_id = (char *)(uintptr_t)idp,
		.user_scope = (char *)(uintptr_t)scope,
	};
}

static void
says_nothing_of_one_idp(void **state)
{
	struct saml_settings s = settings();

	(void)state;
	assert_string_equal(warnings_of(&s), "");
}

static void
says_whose_users_nothing_bounds(void **state)
{
	static char scope[] = "@example.org";
	struct saml_settings s = two_idps();
	struct saml_idp_rule rules[] = {
		rule_for(IDP_ENTITY_ID, "@idp.example"),
		rule_for(OTHER_ENTITY_ID, "metadata"),
	};

	(void)state;
	assert_string_equal(warnings_of(&s),
	    "[saml] user_scope: there are several IdPs, and without it each "
	    "can name any user, another's too: \"" IDP_ENTITY_ID
	    "\" has none (2 of 2 IdPs)\n");
	s.rules = rules;
	s.rule_count = 1;
	assert_non_null(strstr(
	    warnings_of(&s), "\"" OTHER_ENTITY_ID "\" has none (1 of 2 IdPs)"));
	s.rule_count = 2;
	assert_string_equal(warnings_of(&s), "");
	/* a section that is there, and does not bound it */
	rules[1] = rule_for(OTHER_ENTITY_ID, "");
	assert_non_null(strstr(
	    warnings_of(&s), "\"" OTHER_ENTITY_ID "\" has none (1 of 2 IdPs)"));
	s.user_scope = scope;
	assert_string_equal(warnings_of(&s), "");
}

static void
says_which_section_has_no_idp(void **state)
{
	struct saml_settings s = settings();
	struct saml_idp_rule rules[] = {
		rule_for("https://ipd.example/metadata", "@idp.example"),
		rule_for("https://nobody.example", ""),
	};

	(void)state;
	s.rules = rules;
	s.rule_count = 2;
	assert_string_equal(warnings_of(&s),
	    "[idp NAME] entity_id = https://ipd.example/metadata: no metadata "
	    "has it, so the section is of no IdP; did you mean " IDP_ENTITY_ID
	    "?\n"
	    "[idp NAME] entity_id = https://nobody.example: no metadata has "
	    "it, so the section is of no IdP\n");
	rules[0] = rule_for(IDP_ENTITY_ID, "@idp.example");
	s.rule_count = 1;
	assert_string_equal(warnings_of(&s), "");
}

/* However many there are, what else there is to say is said. */
static void
says_no_more_than_is_read(void **state)
{
	struct saml_idp_rule rules[100];
	struct saml_settings s = two_idps();
	const char *text;
	size_t i, lines = 0;

	(void)state;
	for (i = 0; i < 100; i++)
		rules[i] = rule_for("https://nobody.example", "");
	s.rules = rules;
	s.rule_count = 100;
	text = warnings_of(&s);
	assert_non_null(strstr(text, "[saml] user_scope: "));
	for (; *text != '\0'; text++)
		lines += *text == '\n';
	assert_in_range(lines, 10, SAML_WARNINGS_MAX);
}

static void
says_that_a_key_cannot_decrypt(void **state)
{
	struct saml_settings s = settings();
	EVP_PKEY *ec = EVP_EC_gen("P-256"), *rsa = EVP_RSA_gen(2048);
	char *ec_pem = encrypt_pem(ec, 0), *rsa_pem = encrypt_pem(rsa, 0);
	const struct saml_private_key ec_key = { ec_pem, strlen(ec_pem) };
	const struct saml_private_key rsa_key = { rsa_pem, strlen(rsa_pem) };

	(void)state;
	s.keys[0] = rsa_key;
	s.keys[1] = ec_key;
	s.key_count = 2;
	assert_string_equal(warnings_of(&s),
	    "[saml] rollover_key: it is no RSA key, and can decrypt "
	    "nothing\n");
	/* one that signs need not decrypt */
	s.keys[0] = ec_key;
	s.key_count = 1;
	assert_string_equal(warnings_of(&s), "");
	s.key_count = 2;
	s.keys[1] = rsa_key;
	assert_string_equal(warnings_of(&s), "");
	free(ec_pem);
	free(rsa_pem);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_nothing_of_one_idp),
		cmocka_unit_test(says_whose_users_nothing_bounds),
		cmocka_unit_test(says_which_section_has_no_idp),
		cmocka_unit_test(says_no_more_than_is_read),
		cmocka_unit_test(says_that_a_key_cannot_decrypt),
	};
	int r;

	if (under_test_begin(argc, argv) != 0)
		return 1;
	r = cmocka_run_group_tests(tests, NULL, NULL);
	free(documents[1].text);
	under_test_end();
	return r;
}
