/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "web/identity_token.h"

#define NOW 1795334735

/* RFC 7515, A.3.1: a key that others have published. */
#define RFC_X "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU"
#define RFC_Y "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"

static EVP_PKEY *pkey;
static struct identity_key *key;

static size_t
pem_of(EVP_PKEY *of, char *pem, size_t size)
{
	BIO *bio = BIO_new(BIO_s_mem());
	int n;

	assert_int_equal(
	    PEM_write_bio_PrivateKey(bio, of, NULL, NULL, 0, NULL, NULL), 1);
	n = BIO_read(bio, pem, (int)size);
	assert_true(n > 0 && (size_t)n < size);
	BIO_free(bio);
	return (size_t)n;
}

static int
set_up(void **state)
{
	char pem[1024];

	(void)state;
	pkey = EVP_EC_gen("P-256");
	return identity_key_new(&key, pem, pem_of(pkey, pem, sizeof(pem)));
}

static int
tear_down(void **state)
{
	(void)state;
	EVP_PKEY_free(pkey);
	identity_key_free(&key);
	if (key != NULL)
		return -1;
	identity_key_free(&key);
	return 0;
}

/* Base64url without padding, in place. */
static size_t
decode(const char *text, size_t length, uint8_t *bytes)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
	size_t i, used = 0;
	uint32_t bits = 0;
	int held = 0;

	for (i = 0; i < length; i++) {
		assert_non_null(strchr(alphabet, text[i]));
		bits = bits << 6 |
		    (uint32_t)(strchr(alphabet, text[i]) - alphabet);
		held += 6;
		if (held >= 8) {
			held -= 8;
			bytes[used++] = (uint8_t)(bits >> held);
		}
	}
	return used;
}

static json_t *
part(const char *text, size_t length)
{
	uint8_t bytes[IDENTITY_TOKEN_MAX];
	json_t *json =
	    json_loadb((char *)bytes, decode(text, length, bytes), 0, NULL);

	assert_non_null(json);
	return json;
}

/* 1 if the signature is the key's (RFC 7515, 5.2). */
static int
verify(EVP_PKEY *by, const char *token)
{
	const char *last = strrchr(token, '.');
	uint8_t raw[128], *der = NULL;
	ECDSA_SIG *signature = ECDSA_SIG_new();
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	int size, r;

	assert_int_equal(decode(last + 1, strlen(last + 1), raw), 64);
	ECDSA_SIG_set0(
	    signature, BN_bin2bn(raw, 32, NULL), BN_bin2bn(raw + 32, 32, NULL));
	size = i2d_ECDSA_SIG(signature, &der);
	assert_int_equal(
	    EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, by), 1);
	r = EVP_DigestVerify(context, der, (size_t)size, (const uint8_t *)token,
	    (size_t)(last - token));
	OPENSSL_free(der);
	ECDSA_SIG_free(signature);
	EVP_MD_CTX_free(context);
	return r == 1;
}

static const char *const groups[] = { "staff", "a,\"b\\", "\xeb\xb6\x80" };
static struct identity identity = { .user = "alice",
	.session = "s1",
	.method = "sso",
	.groups = groups,
	.group_count = 3 };
static const struct identity_claims usual = {
	.issuer = "https://portal.example",
	.audience = "portal",
	.identity = &identity,
	.now = NOW,
	.lifetime = 60,
};

static const char *
text_in(const json_t *json, const char *name)
{
	return json_string_value(json_object_get(json, name));
}

static void
says_who_is_there(void **state)
{
	struct attributes attributes = { 0 };
	const char *first, *second;
	json_t *head, *body, *list;
	char *token, *again;

	(void)state;
	attributes_add(&attributes, "mail");
	attributes_add_value(&attributes, "a@b.example");
	attributes_add(&attributes, "none");
	attributes_add(&attributes, "mail");
	attributes_add_value(&attributes, "");
	identity.attributes = &attributes;
	assert_int_equal(identity_token_sign(key, &usual, &token), 0);
	assert_int_equal(identity_token_sign(key, &usual, &again), 0);
	assert_true(verify(pkey, token));
	first = strchr(token, '.');
	second = strchr(first + 1, '.');
	assert_null(strchr(second + 1, '.'));
	head = part(token, (size_t)(first - token));
	assert_int_equal(json_object_size(head), 3);
	assert_string_equal(text_in(head, "alg"), "ES256");
	assert_string_equal(text_in(head, "typ"), "JWT");
	assert_string_equal(text_in(head, "kid"), identity_key_name(key));
	body = part(first + 1, (size_t)(second - first - 1));
	assert_int_equal(json_object_size(body), 10);
	assert_string_equal(text_in(body, "iss"), "https://portal.example");
	assert_string_equal(text_in(body, "aud"), "portal");
	assert_string_equal(text_in(body, "sub"), "alice");
	assert_string_equal(text_in(body, "sid"), "s1");
	assert_string_equal(text_in(body, "method"), "sso");
	assert_int_equal(strlen(text_in(body, "jti")), 22);
	assert_int_equal(json_integer_value(json_object_get(body, "iat")), NOW);
	assert_int_equal(
	    json_integer_value(json_object_get(body, "exp")), NOW + 60);
	list = json_object_get(body, "groups");
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(
	    json_string_value(json_array_get(list, 1)), "a,\"b\\");
	list = json_object_get(body, "attributes");
	assert_int_equal(json_object_size(list), 2);
	assert_int_equal(json_array_size(json_object_get(list, "none")), 0);
	assert_int_equal(json_array_size(json_object_get(list, "mail")), 2);
	/* no two are the same */
	assert_memory_not_equal(token, again, strlen(token));
	json_decref(head);
	json_decref(body);
	free(token);
	free(again);
	identity.attributes = NULL;
	attributes_clear(&attributes);
}

static void
cannot_be_changed(void **state)
{
	EVP_PKEY *other = EVP_EC_gen("P-256");
	char *token, kept;
	size_t i, end;

	(void)state;
	assert_int_equal(identity_token_sign(key, &usual, &token), 0);
	assert_false(verify(other, token));
	/* the last character has bits that stand for nothing */
	end = (size_t)(strrchr(token, '.') - token);
	for (i = 0; i < strlen(token) - 1; i += i < end ? 7 : 1) {
		if (i == end)
			continue;
		kept = token[i];
		token[i] = kept == 'A' ? 'B' : 'A';
		assert_false(verify(pkey, token));
		token[i] = kept;
	}
	assert_true(verify(pkey, token));
	free(token);
	EVP_PKEY_free(other);
}

/* r or s is shorter than 32 bytes in one of 128: each has its length always. */
static void
has_signatures_of_one_length(void **state)
{
	char *token;
	int i;

	(void)state;
	for (i = 0; i < 400; i++) {
		assert_int_equal(identity_token_sign(key, &usual, &token), 0);
		assert_int_equal(strlen(strrchr(token, '.') + 1), 86);
		assert_true(verify(pkey, token));
		free(token);
	}
}

static void
refuses(const struct identity_claims *claims, int error)
{
	char *token = (void *)1;

	assert_int_equal(identity_token_sign(key, claims, &token), error);
	assert_null(token);
}

static void
leaves_nothing_out(void **state)
{
	static const char *const bad_groups[] = { "a", "\xff" };
	static const char *const empty_groups[] = { "" };
	static char huge[IDENTITY_TOKEN_MAX];
	struct attributes attributes = { 0 };
	struct identity_claims claims = usual;
	struct identity changed = identity;

	(void)state;
	claims.identity = &changed;
#define REFUSES(place, value)                                                  \
	do {                                                                   \
		__typeof__(place) kept = (place);                              \
		(place) = (value);                                             \
		refuses(&claims, GATE_EINVAL);                                 \
		(place) = kept;                                                \
	} while (0)
	REFUSES(claims.issuer, NULL);
	REFUSES(claims.issuer, "");
	REFUSES(claims.issuer, "\xff");
	REFUSES(claims.audience, NULL);
	REFUSES(claims.audience, "");
	REFUSES(claims.audience, "\xff");
	REFUSES(claims.lifetime, 0);
	REFUSES(claims.lifetime, -1);
	REFUSES(claims.lifetime, IDENTITY_TOKEN_LIFETIME_MAX + 1);
	REFUSES(changed.user, NULL);
	REFUSES(changed.user, "");
	REFUSES(changed.user, "\xff");
	REFUSES(changed.session, NULL);
	REFUSES(changed.session, "");
	REFUSES(changed.session, "\xff");
	REFUSES(changed.method, "\xff");
	changed.group_count = 2;
	REFUSES(changed.groups, bad_groups);
	changed.group_count = 1;
	REFUSES(changed.groups, empty_groups);
	attributes_add(&attributes, "a");
	attributes_add_value(&attributes, "\xff");
	REFUSES(changed.attributes, &attributes);
	attributes_clear(&attributes);
	attributes_add(&attributes, "\xff");
	REFUSES(changed.attributes, &attributes);
	attributes_clear(&attributes);
	memset(huge, 'a', sizeof(huge) - 1);
	changed.user = huge;
	refuses(&claims, GATE_ETOOBIG);
	huge[IDENTITY_TOKEN_MAX * 3 / 4] = '\0';
	refuses(&claims, GATE_ETOOBIG);
}

static int
key_of(EVP_PKEY *of)
{
	struct identity_key *new = NULL;
	char pem[4096];
	size_t size = pem_of(of, pem, sizeof(pem));
	int r = identity_key_new(&new, pem, size);

	assert_int_equal(new != NULL, r == 0);
	identity_key_free(&new);
	EVP_PKEY_free(of);
	return r;
}

static void
takes_keys_on_p256_alone(void **state)
{
	struct identity_key *new = NULL;
	char pem[1024];
	size_t size = pem_of(pkey, pem, sizeof(pem));

	(void)state;
	assert_int_equal(key_of(EVP_EC_gen("P-256")), 0);
	assert_int_equal(key_of(EVP_EC_gen("P-384")), GATE_EINVAL);
	assert_int_equal(key_of(EVP_EC_gen("secp256k1")), GATE_EINVAL);
	assert_int_equal(key_of(EVP_RSA_gen(2048)), GATE_EINVAL);
	assert_int_equal(
	    key_of(EVP_PKEY_Q_keygen(NULL, NULL, "ED25519")), GATE_EINVAL);
	assert_int_equal(identity_key_new(&new, "", 0), GATE_EINVAL);
	assert_int_equal(identity_key_new(&new, pem, size / 2), GATE_EINVAL);
	assert_int_equal(identity_key_new(&new, "x", 1), GATE_EINVAL);
	assert_null(new);
}

/* The key of RFC 7515, A.3, of which the thumbprint is known to others. */
static EVP_PKEY *
rfc_key(void)
{
	static const char d[] = "jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI";
	uint8_t number[32], point[65] = { 4 };
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);
	BIGNUM *private;
	EVP_PKEY *made = NULL;
	OSSL_PARAM params[4];
	char group[] = "prime256v1";

	decode(d, strlen(d), number);
	decode(RFC_X, strlen(RFC_X), point + 1);
	decode(RFC_Y, strlen(RFC_Y), point + 33);
	private = BN_lebin2bn(number, 0, NULL);
	BN_bin2bn(number, 32, private);
	/* parameters have numbers in the order of the machine */
	assert_int_equal(BN_bn2nativepad(private, number, 32), 32);
	params[0] = OSSL_PARAM_construct_utf8_string(
	    OSSL_PKEY_PARAM_GROUP_NAME, group, 0);
	params[1] = OSSL_PARAM_construct_BN(
	    OSSL_PKEY_PARAM_PRIV_KEY, number, sizeof(number));
	params[2] = OSSL_PARAM_construct_octet_string(
	    OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point));
	params[3] = OSSL_PARAM_construct_end();
	assert_int_equal(EVP_PKEY_fromdata_init(context), 1);
	assert_int_equal(
	    EVP_PKEY_fromdata(context, &made, EVP_PKEY_KEYPAIR, params), 1);
	EVP_PKEY_CTX_free(context);
	BN_free(private);
	return made;
}

static void
publishes_its_keys(void **state)
{
	/* echo -n '{"crv":"P-256","kty":"EC","x":"...","y":"..."}' |
	 * openssl dgst -sha256 -binary | basenc --base64url */
	static const char thumbprint[] =
	    "oKIywvGUpTVTyxMQ3bwIIeQUudfr_CkLMjCE19ECD-U";
	struct identity_key *keys[2];
	EVP_PKEY *rfc = rfc_key();
	char pem[1024], *text;
	json_t *set, *one;

	(void)state;
	keys[0] = key;
	assert_int_equal(
	    identity_key_new(&keys[1], pem, pem_of(rfc, pem, sizeof(pem))), 0);
	assert_string_equal(identity_key_name(keys[1]), thumbprint);
	assert_int_equal(identity_keys_text(keys, 2, &text), 0);
	set = json_loads(text, 0, NULL);
	one = json_array_get(json_object_get(set, "keys"), 1);
	assert_int_equal(json_object_size(one), 7);
	assert_string_equal(text_in(one, "kty"), "EC");
	assert_string_equal(text_in(one, "crv"), "P-256");
	assert_string_equal(text_in(one, "use"), "sig");
	assert_string_equal(text_in(one, "alg"), "ES256");
	assert_string_equal(text_in(one, "x"), RFC_X);
	assert_string_equal(text_in(one, "y"), RFC_Y);
	assert_string_equal(text_in(one, "kid"), thumbprint);
	one = json_array_get(json_object_get(set, "keys"), 0);
	assert_string_equal(text_in(one, "kid"), identity_key_name(key));
	json_decref(set);
	free(text);
	identity_key_free(&keys[1]);
	EVP_PKEY_free(rfc);
	assert_int_equal(identity_keys_text(NULL, 0, &text), 0);
	assert_string_equal(text, "{\"keys\":[]}");
	free(text);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_who_is_there),
		cmocka_unit_test(cannot_be_changed),
		cmocka_unit_test(has_signatures_of_one_length),
		cmocka_unit_test(leaves_nothing_out),
		cmocka_unit_test(takes_keys_on_p256_alone),
		cmocka_unit_test(publishes_its_keys),
	};

	return cmocka_run_group_tests_name(
	    "web_identity_token", tests, set_up, tear_down);
}
