/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps that a message passed, as an administrator is told: all of them
 * for one that is accepted, those up to it for a refusal.
 */
#include "encrypted.h"
#include "lib/protocol.h"
#include "saml/trace.h"
#include "saml_world.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static int
setup(void **state)
{
	(void)state;
	return saml_trace_new(&world.trace);
}

static int
teardown(void **state)
{
	(void)state;
	saml_trace_free(&world.trace);
	return 0;
}

/* That the steps begin with these words, in this order, and are no others. */
static void
expect_steps(const char *const *words, size_t count)
{
	size_t i;

	for (i = 0; i < count && i < saml_trace_count(world.trace); i++) {
		if (strstr(saml_trace_line(world.trace, i), words[i]) == NULL)
			fail_msg("no \"%s\" in step %zu: %s", words[i], i,
			    saml_trace_line(world.trace, i));
	}
	assert_int_equal(saml_trace_count(world.trace), count);
}

static void
show(const struct message_case *c)
{
	char *text = world_message(c);

	world_expect(c, text, strlen(text));
	free(text);
}

static void
test_accepted(void **state)
{
	static const struct message_case c = { .name = "accepted",
		.which = SIGN_RESPONSE | SIGN_ASSERTION };
	static const char *const steps[] = {
		"encoding: XML, ",
		"structure: a Response with one assertion, in the clear",
		"issuer: the Assertion names the IdP " IDP
		", which has 4 signing keys",
		"signature: that of the Response is valid, rsa-sha256 with key "
		"1 of 4",
		"signature: that of the Assertion is valid, rsa-sha256 ",
		"response: success, sent to " ACS ", in answer to " REQUEST_ID,
		"conditions: from 2026-11-22T03:25:13Z until "
		"2026-11-22T03:30:43Z, for the audience " SP,
		"confirmation: bearer, the first of 1 that holds, for " ACS
		" until 2026-11-22T03:30:43Z",
		"subject: the NameID alice, Format ",
		"authentication: at 2026-11-22T03:25:40Z, context " SAML
		"ac:classes:Password, SessionIndex _session1",
		"attributes: 2: uid, role",
		"user: alice, from name_id, scope any",
	};

	(void)state;
	show(&c);
	expect_steps(steps, COUNT(steps));
}

static void
test_refused(void **state)
{
	static const struct message_case c = { .name = "refused",
		.expected = REASON_AUDIENCE,
		.before = {
		    { "Audience>" SP, "Audience>https://x.example" } } };
	static const char *const steps[] = { "encoding: ", "structure: ",
		"issuer: ", "signature: ", "response: " };

	(void)state;
	show(&c);
	expect_steps(steps, COUNT(steps));
}

/* Who has no request to answer, and sends what would forge a line. */
static void
test_plain_text(void **state)
{
	static const struct message_case c = { .name = "plain text",
		.unsolicited = 2,
		.before = { { " InResponseTo=\"" REQUEST_ID "\"", "" },
		    { "Name=\"uid\"", "Name=\"\xc3\xa4\"" } } };
	size_t i, j;

	(void)state;
	show(&c);
	assert_true(saml_trace_count(world.trace) > 10);
	for (i = 0; i < saml_trace_count(world.trace); i++) {
		const char *line = saml_trace_line(world.trace, i);

		for (j = 0; line[j] != '\0'; j++)
			assert_in_range(line[j], 0x20, 0x7e);
	}
	assert_non_null(strstr(saml_trace_line(world.trace, 4), "no request"));
}

static void
test_encrypted(void **state)
{
	const struct encrypt_options options = { .element = "EncryptedID" };
	char *id = encrypt_element(&options, world.ours,
	    "<saml:NameID xmlns:saml=\"" SAML "assertion\">bob</saml:NameID>");
	const struct message_case c = { .name = "encrypted",
		.user = "bob",
		.before = {
		    { "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:"
		      "nameid-format:unspecified\">alice</saml:NameID>",
			id } } };

	(void)state;
	show(&c);
	assert_string_equal(saml_trace_line(world.trace, 7),
	    "encryption: the EncryptedID is decrypted, aes256-gcm with a key "
	    "under rsa-oaep-mgf1p");
	free(id);
}

/* Whatever is told, there is an end to it. */
static void
test_limits(void **state)
{
	char long_text[1000];
	size_t i;

	(void)state;
	memset(long_text, 'x', sizeof(long_text) - 1);
	long_text[sizeof(long_text) - 1] = '\0';
	for (i = 0; i < 1000; i++)
		saml_trace_add(world.trace, "%s", long_text);
	assert_in_range(saml_trace_count(world.trace), 1, 64);
	assert_in_range(strlen(saml_trace_line(world.trace, 0)), 1, 400);
	saml_trace_add(NULL, "%s", "nobody wants to know");
	assert_int_equal(saml_trace_count(NULL), 0);
}

static void
test_wire(void **state)
{
	struct saml_trace *back = NULL;
	struct wire_msg *msg = NULL;

	(void)state;
	saml_trace_add(world.trace, "one");
	saml_trace_add(world.trace, "two %s", "%s");
	assert_int_equal(wire_msg_new(&msg, 4096), 0);
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_DENIED);
	saml_trace_put(world.trace, msg);
	wire_put_str(msg, TAG_TRACE, "three\n");
	assert_int_equal(saml_trace_new(&back), 0);
	saml_trace_get(back, msg);
	saml_trace_get(NULL, msg);
	assert_int_equal(saml_trace_count(back), 3);
	assert_string_equal(saml_trace_line(back, 0), "one");
	assert_string_equal(saml_trace_line(back, 1), "two %s");
	assert_string_equal(saml_trace_line(back, 2), "three?");
	saml_trace_free(&back);
	wire_msg_free(&msg);
}

#define TRACED(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TRACED(test_accepted),
		TRACED(test_refused),
		TRACED(test_plain_text),
		TRACED(test_encrypted),
		TRACED(test_limits),
		TRACED(test_wire),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
