/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * RSASSA-PSS: signed by OpenSSL alone, verified through xmlsec with our
 * transform in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <openssl/core_dispatch.h>

#include "saml/key.h"
#include "saml/verify.h"
#include "tests/unit/signed_response.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define PSS          "http://www.w3.org/2007/05/xmldsig-more#"
#define MORE         "http://www.w3.org/2001/04/xmldsig-more#"
#define ENC          "http://www.w3.org/2001/04/xmlenc#"

#define DIGEST(uri)  "<ds:DigestMethod Algorithm=\"" uri "\"></ds:DigestMethod>"
#define MGF(uri, digest)                                                       \
	"<pss:MaskGenerationFunction Algorithm=\"" uri "\">" digest            \
	"</pss:MaskGenerationFunction>"
#define SALT(size)      "<pss:SaltLength>" size "</pss:SaltLength>"
#define TRAILER(number) "<pss:TrailerField>" number "</pss:TrailerField>"
#define PARAMS(what)                                                           \
	"<pss:RSAPSSParams xmlns:pss=\"" PSS "\">" what "</pss:RSAPSSParams>"
#define ALL(uri, size)                                                         \
	PARAMS(DIGEST(uri) MGF(PSS "MGF1", DIGEST(uri)) SALT(size) TRAILER("1"))

struct pss_case {
	const char *name;
	enum reason expected; /* REASON_NONE: accepted */
	struct idp_method method;
};

#define SHA256 EVP_sha256, EVP_sha256, 32
#define SHA384 EVP_sha384, EVP_sha384, 48
#define SHA512 EVP_sha512, EVP_sha512, 64

static const struct pss_case cases[] = {
	{ "SHA-256", REASON_NONE, { PSS "sha256-rsa-MGF1", "", SHA256 } },
	{ "SHA-384", REASON_NONE, { PSS "sha384-rsa-MGF1", "", SHA384 } },
	{ "SHA-512", REASON_NONE, { PSS "sha512-rsa-MGF1", "", SHA512 } },
	{ "no parameters", REASON_NONE, { PSS "rsa-pss", "", SHA256 } },
	{ "empty parameters", REASON_NONE,
	    { PSS "rsa-pss", PARAMS(""), SHA256 } },
	{ "parameters of SHA-256", REASON_NONE,
	    { PSS "rsa-pss", ALL(ENC "sha256", "32"), SHA256 } },
	{ "parameters of SHA-384", REASON_NONE,
	    { PSS "rsa-pss", ALL(MORE "sha384", "48"), SHA384 } },
	{ "parameters of SHA-512", REASON_NONE,
	    { PSS "rsa-pss", ALL(ENC "sha512", "64"), SHA512 } },
	{ "an MGF that does not say its digest", REASON_NONE,
	    { PSS "rsa-pss", PARAMS(MGF(PSS "MGF1", "")), SHA256 } },
	{ "no salt length", REASON_NONE,
	    { PSS "rsa-pss",
		PARAMS(
		    DIGEST(ENC "sha512") MGF(PSS "MGF1", DIGEST(ENC "sha512"))),
		SHA512 } },

	{ "PKCS #1 1.5 as PSS", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", EVP_sha256, NULL, 0 } },
	{ "PSS as PKCS #1 1.5", REASON_SIGNATURE_INVALID,
	    { MORE "rsa-sha256", "", SHA256 } },
	{ "another digest", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", SHA512 } },
	{ "another digest than in the parameters", REASON_SIGNATURE_INVALID,
	    { PSS "rsa-pss", ALL(ENC "sha512", "64"), SHA256 } },
	{ "no salt", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", EVP_sha256, EVP_sha256, 0 } },
	{ "a short salt", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", EVP_sha256, EVP_sha256, 20 } },
	{ "a long salt", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", EVP_sha256, EVP_sha256, 64 } },
	{ "an MGF with SHA-1", REASON_SIGNATURE_INVALID,
	    { PSS "sha256-rsa-MGF1", "", EVP_sha256, EVP_sha1, 32 } },

	{ "SHA-1", REASON_SIGNATURE_ALGORITHM,
	    { PSS "sha1-rsa-MGF1", "", EVP_sha1, EVP_sha1, 20 } },
	{ "SHA-224", REASON_SIGNATURE_ALGORITHM,
	    { PSS "sha224-rsa-MGF1", "", EVP_sha224, EVP_sha224, 28 } },
	{ "SHA3", REASON_SIGNATURE_ALGORITHM,
	    { PSS "sha3-256-rsa-MGF1", "", SHA256 } },
	{ "parameters of SHA-1", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss",
		ALL("http://www.w3.org/2000/09/xmldsig#sha1", "20"), SHA256 } },
	{ "an MGF of another digest", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(DIGEST(ENC "sha512")), SHA512 } },
	{ "an MGF with SHA-1 in the parameters", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss",
		PARAMS(MGF(PSS "MGF1",
		    DIGEST("http://www.w3.org/2000/09/xmldsig#sha1"))),
		SHA256 } },
	{ "another MGF", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(MGF(PSS "MGF2", "")), SHA256 } },
	{ "a salt length that is not the digest's", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(SALT("20")), EVP_sha256, EVP_sha256, 20 } },
	{ "no salt in the parameters", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(SALT("0")), EVP_sha256, EVP_sha256, 0 } },
	{ "a salt length that is no number", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(SALT("32x")), SHA256 } },
	{ "trailer 2", REASON_SIGNATURE_ALGORITHM,
	    { PSS "rsa-pss", PARAMS(TRAILER("2")), SHA256 } },

	{ "parameters where there are none", REASON_SIGNATURE_SHAPE,
	    { PSS "sha256-rsa-MGF1", ALL(ENC "sha256", "32"), SHA256 } },
	{ "parameters twice", REASON_SIGNATURE_SHAPE,
	    { PSS "rsa-pss", PARAMS("") PARAMS(""), SHA256 } },
	{ "parameters of another namespace", REASON_SIGNATURE_SHAPE,
	    { PSS "rsa-pss", "<RSAPSSParams></RSAPSSParams>", SHA256 } },
	{ "an unknown parameter", REASON_SIGNATURE_SHAPE,
	    { PSS "rsa-pss", PARAMS("<x></x>"), SHA256 } },
	{ "two digests", REASON_SIGNATURE_SHAPE,
	    { PSS "rsa-pss", PARAMS(DIGEST(ENC "sha256") DIGEST(ENC "sha512")),
		SHA256 } },
	{ "something in a digest", REASON_SIGNATURE_SHAPE,
	    { PSS "rsa-pss",
		PARAMS("<ds:DigestMethod Algorithm=\"" ENC "sha256\">x"
		       "</ds:DigestMethod>"),
		SHA256 } },
};

/* What a verifier that trusts one key thinks of a Response. */
static int
verify(EVP_PKEY *trusted, const char *response, struct refusal *refusal)
{
	static char entity_id[] = SP_ENTITY_ID, acs_url[] = SP_ACS_URL;
	static char user_from[] = "name_id", none[] = "";
	const struct saml_settings settings = {
		.entity_id = entity_id,
		.acs_url = acs_url,
		.slo_url = none,
		.user_from = user_from,
		.user_scope = none,
		.clock_skew = 60,
		.max_response = 1 << 20,
		.max_validity = 3600,
		.allow_unsolicited = 1,
	};
	struct saml_request request = { .response = response,
		.response_size = strlen(response),
		.now = time(NULL) };
	struct saml_identity *identity = NULL;
	struct saml_idps *idps = NULL;
	char *metadata = idp_metadata(trusted), why[256];
	int r;

	memset(refusal, 0, sizeof(*refusal));
	assert_int_equal(saml_idps_new(&idps), 0);
	assert_int_equal(saml_idps_add(idps, metadata, strlen(metadata), 0, why,
			     sizeof(why)),
	    0);
	r = saml_verify(&settings, idps, NULL, &request, &identity, refusal);
	assert_true((r == 0) == (identity != NULL));
	saml_identity_free(&identity);
	saml_idps_free(&idps);
	free(metadata);
	return r;
}

static void
expect(const struct pss_case *c, EVP_PKEY *signer, EVP_PKEY *trusted)
{
	char *response =
	    idp_response_as(&c->method, signer, "ada", NULL, time(NULL));
	struct refusal refusal;
	int r = verify(trusted, response, &refusal);

	if (r != (c->expected == REASON_NONE ? 0 : GATE_EREFUSED) ||
	    refusal.reason != c->expected)
		fail_msg("%s: %d, %s instead of %s: %s", c->name, r,
		    reason_word(refusal.reason), reason_word(c->expected),
		    refusal.detail);
	free(response);
}

static void
test_cases(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048);
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++)
		expect(&cases[i], key, key);
	EVP_PKEY_free(key);
}

static void
test_changes(void **state)
{
	EVP_PKEY *key = EVP_RSA_gen(2048), *stranger = EVP_RSA_gen(2048);
	struct pss_case c = cases[0];
	struct refusal refusal;
	char *response, *name;

	(void)state;
	c.expected = REASON_SIGNATURE_INVALID;
	expect(&c, stranger, key);
	response = idp_response_as(&c.method, key, "ada", NULL, time(NULL));
	name = strstr(response, ">ada<");
	name[1] = 'b';
	assert_int_equal(verify(key, response, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_SIGNATURE_INVALID);
	free(response);
	EVP_PKEY_free(key);
	EVP_PKEY_free(stranger);
}

/* A key for PSS alone; restricted to a digest, or to none. */
static EVP_PKEY *
pss_key(const EVP_MD *md)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA-PSS", NULL);
	EVP_PKEY *key = NULL;

	assert_int_equal(EVP_PKEY_keygen_init(ctx), 1);
	assert_int_equal(EVP_PKEY_CTX_set_rsa_keygen_bits(ctx, 2048), 1);
	if (md != NULL) {
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_pss_keygen_md(ctx, md), 1);
		assert_int_equal(
		    EVP_PKEY_CTX_set_rsa_pss_keygen_mgf1_md(ctx, md), 1);
		assert_int_equal(EVP_PKEY_CTX_set_rsa_pss_keygen_saltlen(
				     ctx, EVP_MD_get_size(md)),
		    1);
	}
	assert_int_equal(EVP_PKEY_generate(ctx, &key), 1);
	EVP_PKEY_CTX_free(ctx);
	return key;
}

/* The same private key, free to sign as it likes. */
static EVP_PKEY *
unbound(EVP_PKEY *key)
{
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "RSA", NULL);
	OSSL_PARAM *params = NULL;
	EVP_PKEY *copy = NULL;

	assert_int_equal(EVP_PKEY_fromdata_init(ctx), 1);
	assert_int_equal(
	    EVP_PKEY_todata(key, OSSL_KEYMGMT_SELECT_KEYPAIR, &params), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(ctx, &copy, EVP_PKEY_KEYPAIR, params), 1);
	OSSL_PARAM_free(params);
	EVP_PKEY_CTX_free(ctx);
	return copy;
}

static void
test_certified_for_pss(void **state)
{
	static const struct pss_case plain = { "PKCS #1 1.5 with a PSS key",
		REASON_SIGNATURE_INVALID,
		{ MORE "rsa-sha256", "", EVP_sha256, NULL, 0 } };
	EVP_PKEY *keys[] = { pss_key(NULL), pss_key(EVP_sha256()) };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(keys); i++) {
		EVP_PKEY *copy = unbound(keys[i]);
		struct pss_case accepted = plain;

		expect(&cases[0], keys[i], keys[i]);
		expect(&plain, copy, keys[i]);
		/* which a plain certificate would let pass */
		accepted.expected = REASON_NONE;
		expect(&accepted, copy, copy);
		EVP_PKEY_free(copy);
		EVP_PKEY_free(keys[i]);
	}
}

static int
setup(void **state)
{
	(void)state;
	return saml_verify_init();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_cases),
		cmocka_unit_test(test_changes),
		cmocka_unit_test(test_certified_for_pss),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
