/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Private keys of ours, as they stand in files. */
#include "encryption_case.h"

static void
expect_key(const char *pem, int expected, size_t count)
{
	struct saml_decryption_keys *keys = NULL;
	char why[128] = "";
	int r;

	assert_int_equal(saml_decryption_keys_new(&keys), 0);
	r = saml_decryption_keys_add(keys, pem, strlen(pem), why, sizeof(why));
	assert_int_equal(r, expected);
	assert_true((why[0] != '\0') == (expected != 0));
	assert_int_equal(saml_decryption_keys_count(keys), count);
	saml_decryption_keys_free(&keys);
	assert_null(keys);
	saml_decryption_keys_free(&keys);
}

static void
expect_generated(EVP_PKEY *key, int traditional, int expected, size_t count)
{
	char *pem = encrypt_pem(key, traditional);

	expect_key(pem, expected, count);
	free(pem);
	EVP_PKEY_free(key);
}

static void
test_keys(void **state)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *locked, *bytes, why[128];
	long size;

	(void)state;
	expect_generated(EVP_RSA_gen(2048), 0, 0, 1);
	expect_generated(EVP_RSA_gen(2048), 1, 0, 1);
	expect_generated(EVP_RSA_gen(1024), 0, GATE_ECONFIG, 0);
	expect_generated(EVP_EC_gen("P-256"), 0, 0, 0);
	expect_key("", GATE_ECONFIG, 0);
	expect_key("-----BEGIN PRIVATE KEY-----\nAAAA\n"
		   "-----END PRIVATE KEY-----\n",
	    GATE_ECONFIG, 0);

	/* nobody is asked for a passphrase */
	assert_int_equal(PEM_write_bio_PKCS8PrivateKey(
			     bio, ours, EVP_aes_128_cbc(), "x", 1, NULL, NULL),
	    1);
	size = BIO_get_mem_data(bio, &bytes);
	locked = strndup(bytes, (size_t)size);
	expect_key(locked, GATE_ECONFIG, 0);
	free(locked);
	BIO_free(bio);

	locked = encrypt_pem(stranger, 0);
	assert_int_equal(saml_decryption_keys_add(
			     both, locked, strlen(locked), why, sizeof(why)),
	    GATE_ECONFIG);
	assert_int_equal(saml_decryption_keys_count(both), 2);
	free(locked);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keys),
	};

	return cmocka_run_group_tests(
	    tests, encryption_setup, encryption_teardown);
}
