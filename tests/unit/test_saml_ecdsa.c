/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The SignatureValue of ECDSA: r and s, each as long as the curve's order (RFC
 * 9231, 2.3.6; XML Signature 1.1, 6.4.3), and nothing else.
 */
#include "saml_world.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))
#define WIDTH_MAX    48
#define VALUE_MAX    256

static const struct curve {
	const char *signature;
	EVP_PKEY **key;
	size_t width;
} curves[] = {
	{ SIGNATURE(MORE "ecdsa-sha256", ENC "sha256", "_assertion1"),
	    &world.ec256, 32 },
	{ SIGNATURE(MORE "ecdsa-sha384", MORE "sha384", "_assertion1"),
	    &world.ec384, 48 },
};

/* The bytes of a SignatureValue; width is that of r, and of s. */
struct value {
	unsigned char bytes[VALUE_MAX];
	size_t size, width;
	const EVP_PKEY *key;
};

static void
nothing(struct value *v)
{
	(void)v;
}

static void
zero_r(struct value *v)
{
	memset(v->bytes, 0, v->width);
}

static void
zero_s(struct value *v)
{
	memset(v->bytes + v->width, 0, v->width);
}

static void
zero_both(struct value *v)
{
	memset(v->bytes, 0, 2 * v->width);
}

/* The curve's order, which is 0 to whoever reduces it. */
static void
put_order(const struct value *v, unsigned char *at)
{
	BIGNUM *order = NULL;

	assert_int_equal(
	    EVP_PKEY_get_bn_param(v->key, OSSL_PKEY_PARAM_EC_ORDER, &order), 1);
	assert_true(BN_bn2binpad(order, at, (int)v->width) > 0);
	BN_free(order);
}

static void
order_r(struct value *v)
{
	put_order(v, v->bytes);
}

static void
order_s(struct value *v)
{
	put_order(v, v->bytes + v->width);
}

static void
order_both(struct value *v)
{
	order_r(v);
	order_s(v);
}

static void
one_both(struct value *v)
{
	zero_both(v);
	v->bytes[v->width - 1] = v->bytes[2 * v->width - 1] = 1;
}

static void
greatest(struct value *v)
{
	memset(v->bytes, 0xff, 2 * v->width);
}

static void
swapped(struct value *v)
{
	unsigned char r[WIDTH_MAX];

	memcpy(r, v->bytes, v->width);
	memmove(v->bytes, v->bytes + v->width, v->width);
	memcpy(v->bytes + v->width, r, v->width);
}

static void
one_byte_less(struct value *v)
{
	v->size--;
}

static void
two_bytes_less(struct value *v)
{
	v->size -= 2;
}

static void
half(struct value *v)
{
	v->size = v->width;
}

static void
two_bytes(struct value *v)
{
	v->size = 2;
}

static void
one_byte_more(struct value *v)
{
	v->bytes[v->size++] = 0;
}

/* The right numbers, each with a zero before it. */
static void
wider(struct value *v)
{
	memmove(v->bytes + v->width + 2, v->bytes + v->width, v->width);
	memmove(v->bytes + 1, v->bytes, v->width);
	v->bytes[0] = v->bytes[v->width + 1] = 0;
	v->size += 2;
}

static void
twice(struct value *v)
{
	memcpy(v->bytes + v->size, v->bytes, v->size);
	v->size *= 2;
}

/* As OpenSSL, and who does not know better, writes it. */
static void
der(struct value *v)
{
	ECDSA_SIG *sig = ECDSA_SIG_new();
	unsigned char *p = v->bytes;
	BIGNUM *r = BN_bin2bn(v->bytes, (int)v->width, NULL);
	BIGNUM *s = BN_bin2bn(v->bytes + v->width, (int)v->width, NULL);

	assert_int_equal(ECDSA_SIG_set0(sig, r, s), 1);
	v->size = (size_t)i2d_ECDSA_SIG(sig, &p);
	ECDSA_SIG_free(sig);
}

static const struct {
	const char *name;
	void (*change)(struct value *v);
	enum reason expected;
} changes[] = {
	{ "nothing", nothing, REASON_NONE },
	{ "r is 0", zero_r, REASON_SIGNATURE_INVALID },
	{ "s is 0", zero_s, REASON_SIGNATURE_INVALID },
	{ "both are 0", zero_both, REASON_SIGNATURE_INVALID },
	{ "r is the order", order_r, REASON_SIGNATURE_INVALID },
	{ "s is the order", order_s, REASON_SIGNATURE_INVALID },
	{ "both are the order", order_both, REASON_SIGNATURE_INVALID },
	{ "both are 1", one_both, REASON_SIGNATURE_INVALID },
	{ "all bits set", greatest, REASON_SIGNATURE_INVALID },
	{ "s before r", swapped, REASON_SIGNATURE_INVALID },
	{ "one byte less", one_byte_less, REASON_SIGNATURE_INVALID },
	{ "two bytes less", two_bytes_less, REASON_SIGNATURE_INVALID },
	{ "r alone", half, REASON_SIGNATURE_INVALID },
	{ "two bytes", two_bytes, REASON_SIGNATURE_INVALID },
	{ "one byte more", one_byte_more, REASON_SIGNATURE_INVALID },
	{ "wider numbers", wider, REASON_SIGNATURE_INVALID },
	{ "the value twice", twice, REASON_SIGNATURE_INVALID },
	{ "DER", der, REASON_SIGNATURE_INVALID },
};

static char *
value_with(const char *text, const struct curve *curve,
    void (*change)(struct value *v))
{
	struct value v = { .width = curve->width, .key = *curve->key };
	EVP_ENCODE_CTX *ctx = EVP_ENCODE_CTX_new();
	int size = 0, last = 0;

	EVP_DecodeInit(ctx);
	assert_true(EVP_DecodeUpdate(ctx, v.bytes, &size,
			(const unsigned char *)text, (int)strlen(text)) >= 0);
	assert_int_equal(EVP_DecodeFinal(ctx, v.bytes + size, &last), 1);
	EVP_ENCODE_CTX_free(ctx);
	v.size = (size_t)(size + last);
	assert_int_equal(v.size, 2 * curve->width);
	change(&v);
	return fixture_base64(v.bytes, v.size);
}

static void
test_values(void **state)
{
	static const char tag[] = "<ds:SignatureValue>";
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(curves) * COUNT(changes); i++) {
		const struct curve *curve = &curves[i % COUNT(curves)];
		struct message_case c = { .name =
					      changes[i / COUNT(curves)].name,
			.expected = changes[i / COUNT(curves)].expected };
		char *text, *old, *new;

		j = i / COUNT(curves);
		text = fixture_sign(RESPONSE, SIGN_ASSERTION, NULL,
		    curve->signature, *curve->key, NULL, 0);
		old = fixture_cut_out(text, tag, "</ds:SignatureValue>");
		*strrchr(old, '<') = '\0';
		new = value_with(old + strlen(tag), curve, changes[j].change);
		text = fixture_replace(text, old + strlen(tag), new);
		world_expect(&c, text, strlen(text));
		free(text);
		free(old);
		free(new);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
