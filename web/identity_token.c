/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/identity_token.h"

#include <jansson.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "lib/utf8.h"

#define CURVE           "prime256v1" /* OpenSSL's name of P-256 */
#define COORDINATE      32
#define SIGNATURE_SIZE  (2 * COORDINATE)
#define JTI_BYTES       16

#define COORDINATE_TEXT SECRET_TEXT_SIZE(COORDINATE)

struct identity_key {
	EVP_PKEY *pkey;
	char x[COORDINATE_TEXT], y[COORDINATE_TEXT];
	char name[SECRET_TEXT_SIZE(SHA256_DIGEST_LENGTH)];
};

static int
coordinate(const EVP_PKEY *pkey, const char *which, char text[COORDINATE_TEXT])
{
	uint8_t bytes[COORDINATE];
	BIGNUM *number = NULL;
	int r = GATE_ECRYPTO;

	if (EVP_PKEY_get_bn_param(pkey, which, &number) == 1 &&
	    BN_bn2binpad(number, bytes, COORDINATE) == COORDINATE) {
		secret_text(bytes, sizeof(bytes), text);
		r = 0;
	}
	BN_free(number);
	return r;
}

/* RFC 7638, 3.2: these members, in this order, and no blank. */
static void
name_key(struct identity_key *key)
{
	uint8_t hash[SHA256_DIGEST_LENGTH];
	char text[64 + 2 * COORDINATE_TEXT];

	snprintf(text, sizeof(text),
	    "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}",
	    key->x, key->y);
	SHA256((const uint8_t *)text, strlen(text), hash);
	secret_text(hash, sizeof(hash), key->name);
}

/* Never asks a terminal for a passphrase. */
static int
no_passphrase(char *text, int size, int writing, void *data)
{
	(void)text;
	(void)size;
	(void)writing;
	(void)data;
	return -1;
}

static EVP_PKEY *
read_pem(const char *pem, size_t size)
{
	EVP_PKEY *pkey = NULL;
	BIO *bio;

	if (size > INT32_MAX || (bio = BIO_new_mem_buf(pem, (int)size)) == NULL)
		return NULL;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, no_passphrase, NULL);
	BIO_free(bio);
	return pkey;
}

static int
is_p256(const EVP_PKEY *pkey)
{
	char group[32];

	return EVP_PKEY_get_group_name(pkey, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, CURVE) == 0;
}

int
identity_key_new(struct identity_key **key, const char *pem, size_t size)
{
	struct identity_key *new = calloc(1, sizeof(*new));
	int r = GATE_EINVAL;

	if (new == NULL)
		return GATE_ENOMEM;
	if ((new->pkey = read_pem(pem, size)) == NULL || !is_p256(new->pkey))
		goto out;
	if ((r = coordinate(new->pkey, OSSL_PKEY_PARAM_EC_PUB_X, new->x)) !=
		0 ||
	    (r = coordinate(new->pkey, OSSL_PKEY_PARAM_EC_PUB_Y, new->y)) != 0)
		goto out;
	name_key(new);
	*key = new;
	new = NULL;
out:
	identity_key_free(&new);
	return r;
}

void
identity_key_free(struct identity_key **key)
{
	if (*key == NULL)
		return;
	EVP_PKEY_free((*key)->pkey);
	free(*key);
	*key = NULL;
}

const char *
identity_key_name(const struct identity_key *key)
{
	return key->name;
}

int
identity_keys_text(struct identity_key *const *keys, size_t count, char **text)
{
	json_t *list = json_array(), *set = NULL;
	size_t i;

	*text = NULL;
	for (i = 0; i < count; i++)
		if (json_array_append_new(list,
			json_pack("{ss ss ss ss ss ss ss}", "kty", "EC", "crv",
			    "P-256", "use", "sig", "alg", "ES256", "kid",
			    keys[i]->name, "x", keys[i]->x, "y", keys[i]->y)) !=
		    0) {
			json_decref(list);
			return GATE_ENOMEM;
		}
	set = json_pack("{so}", "keys", list);
	if (set != NULL)
		*text = json_dumps(set, JSON_COMPACT);
	json_decref(set);
	return *text != NULL ? 0 : GATE_ENOMEM;
}

/* Appends; a list of which anything is missing is none. */
static json_t *
add_texts(json_t *list, const char *const *texts, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (json_array_append_new(list, json_string(texts[i])) != 0) {
			json_decref(list);
			return NULL;
		}
	return list;
}

/* Adds what an attribute has to those of its name that came before. */
static int
add_attribute(json_t *object, const struct attribute *item)
{
	json_t *list = json_incref(json_object_get(object, item->name));

	if (list == NULL)
		list = json_array();
	list = add_texts(
	    list, (const char *const *)item->values, item->value_count);
	return json_object_set_new(object, item->name, list);
}

/* {"NAME": [VALUE, ...]} */
static json_t *
attributes_json(const struct attributes *attributes)
{
	json_t *object = json_object();
	size_t i;

	for (i = 0; attributes != NULL && i < attributes->count; i++)
		if (add_attribute(object, &attributes->items[i]) != 0) {
			json_decref(object);
			return NULL;
		}
	return object;
}

static int
is_text(const char *text)
{
	return text != NULL && text[0] != '\0' &&
	    utf8_check(text, strlen(text)) == 0;
}

static int
attributes_are_text(const struct attributes *attributes)
{
	const struct attribute *item;
	size_t i, j;

	for (i = 0; attributes != NULL && i < attributes->count; i++) {
		item = &attributes->items[i];
		if (!is_text(item->name))
			return 0;
		for (j = 0; j < item->value_count; j++)
			if (item->values[j][0] != '\0' &&
			    !is_text(item->values[j]))
				return 0;
	}
	return 1;
}

/* Jansson leaves out what is not UTF-8: a claim must not go missing. */
static int
check_claims(const struct identity_claims *claims)
{
	const struct identity *identity = claims->identity;
	size_t i;

	if (!is_text(claims->issuer) || !is_text(claims->audience) ||
	    !is_text(identity->user) || !is_text(identity->session) ||
	    (identity->method != NULL && !is_text(identity->method)) ||
	    !attributes_are_text(identity->attributes))
		return GATE_EINVAL;
	for (i = 0; i < identity->group_count; i++)
		if (!is_text(identity->groups[i]))
			return GATE_EINVAL;
	return claims->lifetime > 0 &&
		claims->lifetime <= IDENTITY_TOKEN_LIFETIME_MAX
	    ? 0
	    : GATE_EINVAL;
}

/* The payload, as text: freed by the caller. */
static int
payload(const struct identity_claims *claims, char **text)
{
	const struct identity *identity = claims->identity;
	char jti[SECRET_TEXT_SIZE(JTI_BYTES)];
	uint8_t bytes[JTI_BYTES];
	json_t *json;

	if (secret_random(bytes, sizeof(bytes)) != 0)
		return GATE_EIO;
	secret_text(bytes, sizeof(bytes), jti);
	json = json_pack("{ss ss ss ss ss sI sI ss so so}", "iss",
	    claims->issuer, "aud", claims->audience, "sub", identity->user,
	    "sid", identity->session, "method",
	    identity->method != NULL ? identity->method : "", "iat",
	    (json_int_t)claims->now, "exp",
	    (json_int_t)(claims->now + claims->lifetime), "jti", jti, "groups",
	    add_texts(json_array(), identity->groups, identity->group_count),
	    "attributes", attributes_json(identity->attributes));
	*text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;
	json_decref(json);
	return *text != NULL ? 0 : GATE_ENOMEM;
}

/* r and s, of a fixed length each (RFC 7518, 3.4), of the DER signature. */
static int
raw_signature(
    const uint8_t *der, size_t size, uint8_t signature[SIGNATURE_SIZE])
{
	ECDSA_SIG *parts = d2i_ECDSA_SIG(NULL, &der, (long)size);
	int r = GATE_ECRYPTO;

	if (parts != NULL &&
	    BN_bn2binpad(ECDSA_SIG_get0_r(parts), signature, COORDINATE) ==
		COORDINATE &&
	    BN_bn2binpad(ECDSA_SIG_get0_s(parts), signature + COORDINATE,
		COORDINATE) == COORDINATE)
		r = 0;
	ECDSA_SIG_free(parts);
	return r;
}

static int
sign(EVP_PKEY *pkey, const char *text, size_t size,
    uint8_t signature[SIGNATURE_SIZE])
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t der[SIGNATURE_SIZE + 16];
	size_t der_size = sizeof(der);
	int r = GATE_ECRYPTO;

	if (context != NULL &&
	    EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, pkey) == 1 &&
	    EVP_DigestSign(
		context, der, &der_size, (const uint8_t *)text, size) == 1)
		r = raw_signature(der, der_size, signature);
	EVP_MD_CTX_free(context);
	return r;
}

/* HEADER.PAYLOAD.SIGNATURE (RFC 7515, 7.1). */
static int
compose(const struct identity_key *key, const char *body, char **token)
{
	uint8_t signature[SIGNATURE_SIZE];
	char head[128], *text, *at;
	size_t body_size = strlen(body);
	int r;

	snprintf(head, sizeof(head),
	    "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}", key->name);
	text = malloc(SECRET_TEXT_SIZE(strlen(head)) +
	    SECRET_TEXT_SIZE(body_size) + SECRET_TEXT_SIZE(SIGNATURE_SIZE));
	if (text == NULL)
		return GATE_ENOMEM;
	secret_text(head, strlen(head), text);
	at = text + strlen(text);
	*at++ = '.';
	secret_text(body, body_size, at);
	at += strlen(at);
	r = sign(key->pkey, text, (size_t)(at - text), signature);
	if (r == 0) {
		*at++ = '.';
		secret_text(signature, sizeof(signature), at);
		if (strlen(text) > IDENTITY_TOKEN_MAX)
			r = GATE_ETOOBIG;
	}
	if (r == 0)
		*token = text;
	else
		free(text);
	return r;
}

int
identity_token_sign(const struct identity_key *key,
    const struct identity_claims *claims, char **token)
{
	char *body = NULL;
	int r;

	*token = NULL;
	if ((r = check_claims(claims)) != 0 ||
	    (r = payload(claims, &body)) != 0)
		goto out;
	r = strlen(body) <= IDENTITY_TOKEN_MAX ? compose(key, body, token)
					       : GATE_ETOOBIG;
out:
	free(body);
	return r;
}
