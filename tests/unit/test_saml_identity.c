/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/identity.h"

static struct wire_msg *
new_msg(void)
{
	struct wire_msg *msg = NULL;

	assert_int_equal(wire_msg_new(&msg, WIRE_BODY_LOGIN), 0);
	wire_begin(msg, VERB_RESULT);
	return msg;
}

/* The least that an identity must have. */
static struct saml_identity *
least(void)
{
	struct saml_identity *identity = NULL;

	assert_int_equal(saml_identity_new(&identity), 0);
	identity->user = strdup("ada");
	identity->issuer = strdup("https://idp.example/metadata");
	identity->assertion_id = strdup("_a1");
	return identity;
}

/* What get makes of a message, freed again. */
static int
get(const struct wire_msg *msg)
{
	struct saml_identity *identity = NULL;
	int r = saml_identity_get(&identity, msg);

	assert_true((r == 0) == (identity != NULL));
	saml_identity_free(&identity);
	return r;
}

static void
goes_there_and_back(void **state)
{
	struct saml_identity *identity = least(), *back = NULL;
	struct wire_msg *msg = new_msg();

	(void)state;
	identity->in_response_to = strdup("_r1");
	identity->name_id = strdup("ada@example.org");
	identity->name_id_format = strdup("urn:format");
	identity->name_qualifier = strdup("by");
	identity->sp_name_qualifier = strdup("for");
	identity->session_index = strdup("");
	identity->authn_context = strdup("urn:password");
	identity->authn_instant = 11;
	identity->not_on_or_after = 12;
	identity->session_not_on_or_after = 13;
	identity->replay_until = INT64_MAX;
	assert_int_equal(attributes_add(&identity->attributes, "mail"), 0);
	assert_int_equal(attributes_add_value(&identity->attributes, "one"), 0);
	assert_int_equal(attributes_add_value(&identity->attributes, ""), 0);
	assert_int_equal(
	    attributes_add_value(&identity->attributes, "three"), 0);
	assert_int_equal(attributes_add(&identity->attributes, "empty"), 0);

	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	saml_identity_put(identity, msg);
	assert_int_equal(saml_identity_get(&back, msg), 0);
	assert_string_equal(back->user, "ada");
	assert_string_equal(back->issuer, "https://idp.example/metadata");
	assert_string_equal(back->assertion_id, "_a1");
	assert_string_equal(back->in_response_to, "_r1");
	assert_string_equal(back->name_id, "ada@example.org");
	assert_string_equal(back->name_id_format, "urn:format");
	assert_string_equal(back->name_qualifier, "by");
	assert_string_equal(back->sp_name_qualifier, "for");
	assert_string_equal(back->session_index, "");
	assert_string_equal(back->authn_context, "urn:password");
	assert_int_equal(back->authn_instant, 11);
	assert_int_equal(back->not_on_or_after, 12);
	assert_int_equal(back->session_not_on_or_after, 13);
	assert_true(back->replay_until == INT64_MAX);
	assert_int_equal(back->attributes.count, 2);
	assert_string_equal(back->attributes.items[0].name, "mail");
	assert_int_equal(back->attributes.items[0].value_count, 3);
	assert_string_equal(back->attributes.items[0].values[0], "one");
	assert_string_equal(back->attributes.items[0].values[1], "");
	assert_string_equal(back->attributes.items[0].values[2], "three");
	assert_string_equal(back->attributes.items[1].name, "empty");
	assert_int_equal(back->attributes.items[1].value_count, 0);

	saml_identity_free(&back);
	saml_identity_free(&identity);
	wire_msg_free(&msg);
}

static void
keeps_what_is_absent_absent(void **state)
{
	struct saml_identity *identity = least(), *back = NULL;
	struct wire_msg *msg = new_msg();

	(void)state;
	saml_identity_put(identity, msg);
	assert_int_equal(saml_identity_get(&back, msg), 0);
	assert_null(back->in_response_to);
	assert_null(back->name_id);
	assert_null(back->session_index);
	assert_int_equal(back->replay_until, 0);
	assert_int_equal(back->attributes.count, 0);
	saml_identity_free(&back);
	saml_identity_free(&identity);
	wire_msg_free(&msg);
}

static void
holds_many_attributes(void **state)
{
	struct saml_identity *identity = least(), *back = NULL;
	struct wire_msg *msg = new_msg();
	char name[16];
	int i, j;

	(void)state;
	for (i = 0; i < 1000; i++) {
		snprintf(name, sizeof(name), "a%d", i);
		assert_int_equal(
		    attributes_add(&identity->attributes, name), 0);
		for (j = 0; j < i % 9; j++)
			assert_int_equal(
			    attributes_add_value(&identity->attributes, name),
			    0);
	}
	saml_identity_put(identity, msg);
	assert_int_equal(saml_identity_get(&back, msg), 0);
	assert_int_equal(back->attributes.count, 1000);
	assert_string_equal(back->attributes.items[999].name, "a999");
	assert_int_equal(back->attributes.items[998].value_count, 998 % 9);
	saml_identity_free(&back);
	saml_identity_free(&identity);
	wire_msg_free(&msg);
}

/* Each text that must be there, missing and then empty. */
static void
refuses_the_incomplete(void **state)
{
	struct saml_identity *identity;
	struct wire_msg *msg = new_msg();
	char **texts[3], *kept;
	size_t i;

	(void)state;
	identity = least();
	texts[0] = &identity->user;
	texts[1] = &identity->issuer;
	texts[2] = &identity->assertion_id;
	for (i = 0; i < 3; i++) {
		kept = *texts[i];
		*texts[i] = NULL;
		wire_begin(msg, VERB_RESULT);
		saml_identity_put(identity, msg);
		assert_int_equal(get(msg), GATE_EPROTO);
		*texts[i] = strdup("");
		wire_begin(msg, VERB_RESULT);
		saml_identity_put(identity, msg);
		assert_int_equal(get(msg), GATE_EPROTO);
		free(*texts[i]);
		*texts[i] = kept;
	}
	saml_identity_free(&identity);
	wire_begin(msg, VERB_RESULT);
	assert_int_equal(get(msg), GATE_EPROTO);
	wire_msg_free(&msg);
}

static void
holds_the_caps(void **state)
{
	struct saml_identity *identity = least();
	struct wire_msg *msg = new_msg();

	(void)state;
	free(identity->user);
	identity->user = calloc(1, SAML_IDENTITY_TEXT_MAX + 2);
	memset(identity->user, 'u', SAML_IDENTITY_TEXT_MAX);
	saml_identity_put(identity, msg);
	assert_int_equal(get(msg), 0);
	identity->user[SAML_IDENTITY_TEXT_MAX] = 'u';
	wire_begin(msg, VERB_RESULT);
	saml_identity_put(identity, msg);
	assert_int_equal(get(msg), GATE_EPROTO);
	saml_identity_free(&identity);
	wire_msg_free(&msg);
}

/* One field more than a good identity has. */
static int
get_with(uint16_t tag, const void *bytes, size_t size)
{
	struct saml_identity *identity = least();
	struct wire_msg *msg = new_msg();
	int r;

	saml_identity_put(identity, msg);
	wire_put_bytes(msg, tag, bytes, size);
	r = get(msg);
	saml_identity_free(&identity);
	wire_msg_free(&msg);
	return r;
}

static void
refuses_what_is_not_an_identity(void **state)
{
	static const int64_t minus = -1;

	(void)state;
	assert_int_equal(get_with(TAG_NAME_ID, "ada", 3), 0);
	assert_int_equal(get_with(TAG_ATTRIBUTE, "mail", 4), 0);
	assert_int_equal(get_with(TAG_TRACE, "a step", 6), 0);

	assert_int_equal(get_with(TAG_USER, "eve", 3), GATE_EPROTO);
	assert_int_equal(get_with(TAG_NAME_ID, "a\0b", 3), GATE_EPROTO);
	assert_int_equal(get_with(TAG_VALUE, "stray", 5), GATE_EPROTO);
	assert_int_equal(get_with(TAG_ATTRIBUTE, "", 0), GATE_EPROTO);
	assert_int_equal(get_with(TAG_ATTRIBUTE, "a\0b", 3), GATE_EPROTO);
	assert_int_equal(get_with(TAG_REASON, "expired", 7), GATE_EPROTO);
	assert_int_equal(
	    get_with(TAG_REPLAY_UNTIL, &minus, sizeof(minus)), GATE_EPROTO);
}

/* An identity whose last time is what is given, if it is. */
static int
get_with_last_time(const int64_t *last)
{
	struct wire_msg *msg = new_msg();
	int r;

	wire_put_str(msg, TAG_USER, "ada");
	wire_put_str(msg, TAG_ISSUER, "i");
	wire_put_str(msg, TAG_ASSERTION_ID, "a");
	wire_put_num(msg, TAG_AUTHN_INSTANT, 1);
	wire_put_num(msg, TAG_NOT_ON_OR_AFTER, 1);
	wire_put_num(msg, TAG_SESSION_NOT_ON_OR_AFTER, 1);
	if (last != NULL)
		wire_put_num(msg, TAG_REPLAY_UNTIL, *last);
	r = get(msg);
	wire_msg_free(&msg);
	return r;
}

static void
refuses_bad_times(void **state)
{
	static const int64_t good = 1, bad = -1;

	(void)state;
	assert_int_equal(get_with_last_time(&good), 0);
	assert_int_equal(get_with_last_time(&bad), GATE_EPROTO);
	assert_int_equal(get_with_last_time(NULL), GATE_EPROTO);
}

static void
frees_nothing_twice(void **state)
{
	struct saml_identity *identity = NULL;

	(void)state;
	saml_identity_free(&identity);
	assert_int_equal(saml_identity_new(&identity), 0);
	saml_identity_free(&identity);
	assert_null(identity);
	saml_identity_free(&identity);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(goes_there_and_back),
		cmocka_unit_test(keeps_what_is_absent_absent),
		cmocka_unit_test(holds_many_attributes),
		cmocka_unit_test(refuses_the_incomplete),
		cmocka_unit_test(holds_the_caps),
		cmocka_unit_test(refuses_what_is_not_an_identity),
		cmocka_unit_test(refuses_bad_times),
		cmocka_unit_test(frees_nothing_twice),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
