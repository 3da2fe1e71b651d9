/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What OpenSSL does for the first time only after the real gatehouse-saml
 * has shut itself in: decryption, and signatures that xmlsec does not know.
 * Each is the first that a worker of its own is asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/config.h"
#include "lib/error.h"
#include "saml/worker.h"
#include "tests/unit/encrypted.h"
#include "tests/unit/worker_under_test.h"

static EVP_PKEY *ours;
static char no_text[] = "";

static struct saml_worker *
start(const char *pem)
{
	struct saml_settings s = settings();
	struct saml_worker *worker = NULL;
	char why[512];

	s.slo_url = s.user_scope = no_text;
	s.cbc_encryption = CBC_ACCEPT;
	s.keys[0].pem = (char *)pem;
	s.keys[0].size = strlen(pem);
	s.key_count = 1;
	if (saml_worker_new(
		&worker, program, &s, TEN_SECONDS, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	return worker;
}

/* A new worker takes this Response for what it is. */
static void
expect_ada(const char *name, const char *pem, const char *response)
{
	struct saml_worker *worker = start(pem);
	struct saml_request request = {
		.response = response,
		.response_size = strlen(response),
		.now = clock_wall(),
	};
	struct saml_identity *identity = NULL;
	struct refusal refusal;

	memset(&refusal, 0, sizeof(refusal));
	if (saml_worker_verify(
		worker, &request, TEN_SECONDS, &identity, &refusal) != 0)
		fail_msg("%s: %s: %s", name, reason_word(refusal.reason),
		    refusal.detail);
	assert_string_equal(identity->user, "ada");
	saml_identity_free(&identity);
	saml_worker_free(&worker);
}

/* Puts its assertion's encrypted form into a Response. */
static char *
encrypt_response(char *response, const struct encrypt_options *options)
{
	char *start_tag = strstr(response, "<saml:Assertion ");
	char *end = strstr(response, "</samlp:Response>");
	char *assertion, *element, *text;

	assert_non_null(start_tag);
	assert_non_null(end);
	assertion = strndup(start_tag, (size_t)(end - start_tag));
	element = encrypt_element(options, ours, assertion);
	text = idp_text(
	    "%.*s%s%s", (int)(start_tag - response), response, element, end);
	free(assertion);
	free(element);
	free(response);
	return text;
}

static void
decrypts(void **state)
{
	static const struct encrypt_options options[] = {
		{ .cipher = ENCRYPT_AES128_GCM },
		{ .cipher = ENCRYPT_AES192_GCM, .digest = ENCRYPT_SHA256 },
		{ .cipher = ENCRYPT_AES256_GCM,
		    .transport = ENCRYPT_OAEP,
		    .digest = ENCRYPT_SHA512,
		    .mgf = ENCRYPT_MGF_SHA384,
		    .label = "label" },
		{ .cipher = ENCRYPT_AES128_CBC },
		{ .cipher = ENCRYPT_AES192_CBC },
		{ .cipher = ENCRYPT_AES256_CBC },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(options) / sizeof(options[0]); i++) {
		char *pem = encrypt_pem(ours, i % 2 == 1), *response;

		response = encrypt_response(
		    idp_response(key, "ada", NULL, time(NULL)), &options[i]);
		expect_ada(options[i].cipher, pem, response);
		free(response);
		free(pem);
	}
}

static void
verifies_pss(void **state)
{
	static const struct idp_method pss = {
		.algorithm =
		    "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1",
		.params = "",
		.md = EVP_sha256,
		.mgf = EVP_sha256,
		.salt = 32,
	};
	char *pem = encrypt_pem(ours, 0);
	char *response = idp_response_as(&pss, key, "ada", NULL, time(NULL));

	(void)state;
	expect_ada("PSS", pem, response);
	free(response);
	free(pem);
}

/* A key that only signs is no error. */
static void
takes_ec_key(void **state)
{
	EVP_PKEY *ec = EVP_EC_gen("P-256");
	char *pem = encrypt_pem(ec, 0);
	char *response = idp_response(key, "ada", NULL, time(NULL));

	(void)state;
	expect_ada("EC", pem, response);
	free(response);
	free(pem);
	EVP_PKEY_free(ec);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decrypts),
		cmocka_unit_test(verifies_pss),
		cmocka_unit_test(takes_ec_key),
	};
	int r;

	if (under_test_begin(argc, argv) != 0)
		return 1;
	ours = EVP_RSA_gen(2048);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	EVP_PKEY_free(ours);
	under_test_end();
	return r;
}
