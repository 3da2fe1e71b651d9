/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <endian.h>
#include <openssl/core_names.h>
#include <openssl/evp.h>

#include "lib/siphash.h"

/* OpenSSL's, whose default is SipHash-2-4. */
static uint64_t
reference(const uint8_t *key, const void *bytes, size_t size)
{
	EVP_MAC *mac = EVP_MAC_fetch(NULL, "SIPHASH", NULL);
	EVP_MAC_CTX *context = EVP_MAC_CTX_new(mac);
	size_t length = 8;
	const OSSL_PARAM params[] = {
		OSSL_PARAM_construct_size_t(OSSL_MAC_PARAM_SIZE, &length),
		OSSL_PARAM_construct_end(),
	};
	uint64_t hash;

	assert_non_null(context);
	assert_int_equal(
	    EVP_MAC_init(context, key, SIPHASH_KEY_SIZE, params), 1);
	assert_int_equal(EVP_MAC_update(context, bytes, size), 1);
	assert_int_equal(EVP_MAC_final(context, (unsigned char *)&hash, &length,
			     sizeof(hash)),
	    1);
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(mac);
	return le64toh(hash);
}

static void
is_what_others_make(void **state)
{
	uint8_t key[SIPHASH_KEY_SIZE], bytes[300];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(key); i++)
		key[i] = (uint8_t)i;
	for (i = 0; i < sizeof(bytes); i++)
		bytes[i] = (uint8_t)i;
	/* the paper's own, appendix A */
	assert_true(siphash(key, bytes, 15) == 0xa129ca6149be45e5);
	for (i = 0; i < sizeof(bytes); i++)
		assert_true(siphash(key, bytes, i) == reference(key, bytes, i));
	key[15] ^= 1;
	assert_true(siphash(key, bytes, 15) == reference(key, bytes, 15));
	assert_true(siphash(key, bytes, 15) != 0xa129ca6149be45e5);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_what_others_make),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
