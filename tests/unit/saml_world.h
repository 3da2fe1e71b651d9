/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_SAML_WORLD_H
#define TEST_SAML_WORLD_H

/*
 * An SP that trusts an IdP of the fixture, and what comes of showing it a
 * message: the tests of the verifier are tables of edits and reasons.
 */
#include <openssl/pem.h>

#include "lib/config.h"
#include "saml/verify.h"
#include "saml_fixture.h"

static struct world {
	EVP_PKEY *rsa, *rsa2, *ec256, *ec384, *stranger, *ours;
	struct saml_idps *idps;
	struct saml_decryption_keys *keys; /* ours */
	struct saml_settings settings;
	struct saml_trace *trace; /* for requests to come; NULL: none */
	int reached[REASON_COUNT];
} world;

/* One message: from the fixture's, edited, signed and edited again. */
#define EDITS 6
struct message_case {
	const char *name;
	enum reason expected;      /* REASON_NONE: accepted */
	int which;                 /* SIGN_...; 0: the assertion */
	struct edit before[EDITS]; /* the signature */
	struct edit after[EDITS];
	const char *user_from;
	int unsigned_message;
	int unsolicited;      /* 1: no request waits; 2: and it is allowed */
	int64_t later;        /* seconds after NOW */
	int64_t max_validity; /* 0: an hour */
	int64_t clock_skew;   /* 0: 60; -1: none */
	const char *idp;      /* that was asked; NULL: any */
	int any_request;
	const char *address; /* the client's */
	int64_t check_address;
	int64_t authn_after, max_authn_age;
	const char *user_scope;
	const struct saml_idp_rule *rule; /* for IDP */
	const char *user;                 /* to be made of it; NULL: any */
	int64_t cbc;                      /* enum config_cbc */
	int no_key;                       /* of ours, to decrypt with */
};

static inline void
world_add_idp(const char *entity_id, const char *more, EVP_PKEY *const *keys,
    size_t count)
{
	char *descriptors = strdup(""), *entity, why[256];
	size_t i;

	for (i = 0; i < count; i++) {
		char *one = fixture_key_descriptor(keys[i], " use=\"signing\"");
		char *both = fixture_text("%s%s", descriptors, one);

		free(one);
		free(descriptors);
		descriptors = both;
	}
	entity = fixture_entity(entity_id, more, descriptors);
	if (saml_idps_add(
		world.idps, entity, strlen(entity), 0, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	free(descriptors);
	free(entity);
}

static inline void
world_add_key(EVP_PKEY *key)
{
	BIO *bio = BIO_new(BIO_s_mem());
	char *pem, why[256];
	long size;

	PEM_write_bio_PrivateKey(bio, key, NULL, NULL, 0, NULL, NULL);
	size = BIO_get_mem_data(bio, &pem);
	if (saml_decryption_keys_add(
		world.keys, pem, (size_t)size, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	BIO_free(bio);
}

static inline int
world_setup(void **state)
{
	EVP_PKEY *keys[4];

	(void)state;
	assert_int_equal(saml_verify_init(), 0);
	world.rsa = keys[0] = EVP_RSA_gen(2048);
	world.rsa2 = keys[1] = EVP_RSA_gen(2048);
	world.ec256 = keys[2] = EVP_EC_gen("P-256");
	world.ec384 = keys[3] = EVP_EC_gen("P-384");
	world.stranger = EVP_RSA_gen(2048);
	world.ours = EVP_RSA_gen(2048);
	assert_int_equal(saml_decryption_keys_new(&world.keys), 0);
	world_add_key(world.ours);
	assert_int_equal(saml_idps_new(&world.idps), 0);
	world_add_idp(IDP, "", keys, 4);
	world_add_idp(OTHER_IDP, "", &world.stranger, 1);
	world_add_idp("https://keyless.example", "", NULL, 0);
	world_add_idp("https://old.example",
	    " validUntil=\"2026-11-22T03:25:43Z\"", keys, 1);
	world.settings.entity_id = (char *)SP;
	world.settings.acs_url = (char *)ACS;
	world.settings.max_response = 1 << 20;
	return 0;
}

static inline int
world_teardown(void **state)
{
	(void)state;
	saml_idps_free(&world.idps);
	saml_decryption_keys_free(&world.keys);
	EVP_PKEY_free(world.rsa);
	EVP_PKEY_free(world.rsa2);
	EVP_PKEY_free(world.ec256);
	EVP_PKEY_free(world.ec384);
	EVP_PKEY_free(world.stranger);
	EVP_PKEY_free(world.ours);
	return 0;
}

static inline struct saml_settings *
world_settings(const struct message_case *c)
{
	struct saml_settings *s = &world.settings;

	s->user_from =
	    (char *)(c->user_from != NULL ? c->user_from : "name_id");
	s->clock_skew = c->clock_skew == 0 ? 60
	    : c->clock_skew < 0            ? 0
					   : c->clock_skew;
	s->max_validity = c->max_validity != 0 ? c->max_validity : 3600;
	s->allow_unsolicited = c->unsolicited == 2;
	s->check_address = c->check_address;
	s->max_authn_age = c->max_authn_age;
	s->cbc_encryption = c->cbc;
	s->user_scope = (char *)(c->user_scope != NULL ? c->user_scope : "");
	s->rules = (struct saml_idp_rule *)(uintptr_t)c->rule;
	s->rule_count = c->rule != NULL;
	return s;
}

/* Shows the verifier these bytes under the conditions of a case. */
static inline int
world_verify(const struct message_case *c, const char *bytes, size_t size,
    struct saml_identity **identity, struct refusal *refusal)
{
	struct saml_request request = { .response = bytes,
		.response_size = size,
		.in_response_to = c->unsolicited != 0 ? NULL : REQUEST_ID,
		.any_request = c->any_request,
		.idp = c->idp,
		.address = c->address,
		.authn_after = c->authn_after,
		.now = NOW + c->later,
		.trace = world.trace };
	int r;

	memset(refusal, 0, sizeof(*refusal));
	r = saml_verify(world_settings(c), world.idps,
	    c->no_key ? NULL : world.keys, &request, identity, refusal);
	if (r == GATE_EREFUSED)
		world.reached[refusal->reason]++;
	assert_true((r == 0) == (*identity != NULL));
	return r;
}

/* What the verifier must think of these bytes. */
static inline void
world_expect(const struct message_case *c, const char *bytes, size_t size)
{
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	int r = world_verify(c, bytes, size, &identity, &refusal);

	if (c->expected == REASON_NONE && r != 0)
		fail_msg("%s: refused: %s: %s", c->name,
		    reason_word(refusal.reason), refusal.detail);
	if (c->expected != REASON_NONE && r != GATE_EREFUSED)
		fail_msg("%s: accepted (%d)", c->name, r);
	if (c->expected != REASON_NONE && refusal.reason != c->expected)
		fail_msg("%s: %s instead of %s: %s", c->name,
		    reason_word(refusal.reason), reason_word(c->expected),
		    refusal.detail);
	if (c->expected != REASON_NONE)
		assert_true(refusal.detail[0] != '\0');
	if (c->user != NULL && strcmp(identity->user, c->user) != 0)
		fail_msg("%s: the user is %s", c->name, identity->user);
	saml_identity_free(&identity);
}

#define RSA_SHA256(id) SIGNATURE(MORE "rsa-sha256", ENC "sha256", id)

static inline char *
world_message(const struct message_case *c)
{
	int which = c->which != 0 ? c->which : SIGN_ASSERTION;
	char *text;

	text = fixture_sign(RESPONSE, c->unsigned_message ? 0 : which,
	    RSA_SHA256("_response1"), RSA_SHA256("_assertion1"), world.rsa,
	    c->before, EDITS);
	return fixture_edit(text, c->after, EDITS);
}

static inline void
world_run(const struct message_case *cases, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		char *text = world_message(&cases[i]);

		world_expect(&cases[i], text, strlen(text));
		free(text);
	}
}

#endif
