/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TEST_ENCRYPTION_CASE_H
#define TEST_ENCRYPTION_CASE_H

/*
 * What comes of encrypting something in some way, editing the result, and
 * having it decrypted: the tests of decryption are tables of that.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "encrypted.h"
#include "saml/element.h"
#include "saml/encryption.h"
#include "saml/parse.h"
#include "saml/scan.h"
#include "saml_fixture.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

#define START        "<saml:Assertion xmlns:saml=\"" NS_ASSERTION "\">"
#define END          "</saml:Assertion>"
#define PLAIN        START "a secret" END

/* Where the encrypted element goes. */
#define HERE "@HERE@"

static EVP_PKEY *ours, *second, *larger, *stranger;
static struct saml_decryption_keys *one, *both;

#define EDITS 3
struct encryption_case {
	const char *name;
	enum reason expected; /* REASON_NONE: it decrypts */
	struct encrypt_options options;
	const char *plaintext;    /* NULL: PLAIN */
	const char *surroundings; /* with HERE; NULL: none */
	EVP_PKEY **recipient;     /* NULL: ours */
	EVP_PKEY **other;         /* another one, before it */
	struct edit edits[EDITS]; /* of what was encrypted */
};

static inline void
add_key(struct saml_decryption_keys *keys, EVP_PKEY *key)
{
	char *pem = encrypt_pem(key, 0), why[128];

	assert_int_equal(
	    saml_decryption_keys_add(keys, pem, strlen(pem), why, sizeof(why)),
	    0);
	free(pem);
}

static inline int
encryption_setup(void **state)
{
	(void)state;
	ours = EVP_RSA_gen(2048);
	second = EVP_RSA_gen(2048);
	larger = EVP_RSA_gen(3072);
	stranger = EVP_RSA_gen(2048);
	assert_int_equal(saml_decryption_keys_new(&one), 0);
	assert_int_equal(saml_decryption_keys_new(&both), 0);
	add_key(one, ours);
	add_key(both, second);
	add_key(both, ours);
	return 0;
}

static inline int
encryption_teardown(void **state)
{
	(void)state;
	saml_decryption_keys_free(&one);
	saml_decryption_keys_free(&both);
	EVP_PKEY_free(ours);
	EVP_PKEY_free(second);
	EVP_PKEY_free(larger);
	EVP_PKEY_free(stranger);
	return 0;
}

static inline xmlNode *
find_encrypted(xmlNode *node)
{
	xmlNode *found;

	for (; node != NULL; node = node->next) {
		if (element_is(node, NS_ASSERTION, "EncryptedAssertion") ||
		    element_is(node, NS_ASSERTION, "EncryptedID"))
			return node;
		if ((found = find_encrypted(node->children)) != NULL)
			return found;
	}
	return NULL;
}

/* Opens the encrypted element somewhere in a text, as a worker would. */
static inline int
open_text(const char *text, const struct saml_decryption_keys *keys,
    const char *name, xmlDoc **doc, struct saml_census *census,
    struct refusal *refusal)
{
	struct saml_encryption encryption;
	struct saml_census outer;
	xmlDoc *message;
	int r;

	*doc = NULL;
	memset(refusal, 0, sizeof(*refusal));
	assert_int_equal(saml_scan(text, strlen(text), refusal), 0);
	if (saml_parse(text, strlen(text), &message, &outer, refusal) != 0)
		fail_msg("%s\n%s", refusal->detail, text);
	r = saml_encryption_read(
	    &encryption, find_encrypted(message->children), refusal);
	if (r == 0)
		r = saml_decrypt(&encryption, keys, NS_ASSERTION, name, doc,
		    census, refusal);
	xmlFreeDoc(message);
	assert_true((r == 0) == (*doc != NULL));
	return r;
}

static inline char *
encrypted_case(const struct encryption_case *c)
{
	struct encrypt_options options = c->options;
	char *element, *text;

	if (c->other != NULL)
		options.other = *c->other;
	element = encrypt_element(&options,
	    c->recipient != NULL ? *c->recipient : ours,
	    c->plaintext != NULL ? c->plaintext : PLAIN);
	element = fixture_edit(element, c->edits, EDITS);
	if (c->surroundings == NULL)
		return element;
	text = fixture_replace(strdup(c->surroundings), HERE, element);
	free(element);
	return text;
}

/* Refusals of what cannot be decrypted are the same to the last byte. */
static inline void
check_refusal(const struct encryption_case *c, const struct refusal *refusal)
{
	if (refusal->reason != c->expected)
		fail_msg("%s: %s instead of %s: %s", c->name,
		    reason_word(refusal->reason), reason_word(c->expected),
		    refusal->detail);
	if (c->expected == REASON_DECRYPTION_FAILED)
		assert_string_equal(
		    refusal->detail, reason_help(REASON_DECRYPTION_FAILED));
	assert_true(refusal->detail[0] != '\0');
}

static inline void
run(const struct encryption_case *cases, size_t count,
    const struct saml_decryption_keys *keys)
{
	const struct encryption_case *c;
	struct saml_census census;
	struct refusal refusal;
	xmlDoc *doc;
	char *text;
	int r;

	for (c = cases; c < cases + count; c++) {
		text = encrypted_case(c);
		r = open_text(text, keys, "Assertion", &doc, &census, &refusal);
		if (c->expected == REASON_NONE && r != 0)
			fail_msg("%s: %s: %s", c->name,
			    reason_word(refusal.reason), refusal.detail);
		if (c->expected != REASON_NONE) {
			if (r != GATE_EREFUSED)
				fail_msg("%s: %d", c->name, r);
			check_refusal(c, &refusal);
		}
		if (doc != NULL)
			xmlFreeDoc(doc);
		free(text);
	}
}

#endif
