/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logout messages: the rules of the message, each from both sides; signatures
 * inside it; the way of what it says over the wire.
 */
#include "encrypted.h"
#include "logout_world.h"

/* One by post. */
struct post_case {
	const char *name;
	enum reason expected;
	int is_response;
	struct edit before[4]; /* the signature */
	struct edit after[4];
	EVP_PKEY **key;       /* NULL: the IdP's RSA key */
	const char *template; /* NULL: RSA_SHA256 over the root */
	int unsigned_message;
};

/* The rules of the message, the same whichever way it came. */
static void
message_rules(void **state)
{
	const struct redirect_case cases[] = {
		{ .name = "another message",
		    .expected = REASON_NOT_LOGOUT,
		    .xml = { { "samlp:LogoutRequest",
			"samlp:AuthnRequest" } } },
		{ .name = "another namespace",
		    .expected = REASON_NOT_LOGOUT,
		    .xml = { { "xmlns:samlp=\"" SAML "protocol\"",
			"xmlns:samlp=\"urn:x\"" } } },
		{ .name = "Version 1.1",
		    .expected = REASON_NOT_LOGOUT,
		    .xml = { { "Version=\"2.0\"", "Version=\"1.1\"" } } },
		{ .name = "no Version",
		    .expected = REASON_NOT_LOGOUT,
		    .xml = { { " Version=\"2.0\"", "" } } },
		{ .name = "no ID",
		    .expected = REASON_BAD_ID,
		    .xml = { { " ID=\"_logout1\"", "" } } },
		{ .name = "an ID that is no name",
		    .expected = REASON_BAD_ID,
		    .xml = { { "_logout1", "1" } } },
		{ .name = "no Issuer",
		    .expected = REASON_ISSUER_MISSING,
		    .xml = { { "<saml:Issuer xmlns:saml=\"" SAML
			       "assertion\">" IDP "</saml:Issuer>",
			"" } } },
		{ .name = "an empty one",
		    .expected = REASON_ISSUER_MISSING,
		    .xml = { { IDP "</", "</" } } },
		{ .name = "an unknown one",
		    .expected = REASON_ISSUER_UNKNOWN,
		    .xml = { { IDP "</", "https://x.example</" } } },
		{ .name = "one without a key",
		    .expected = REASON_IDP_NO_KEY,
		    .xml = { { IDP "</", "https://keyless.example</" } } },
		{ .name = "old metadata",
		    .expected = REASON_IDP_EXPIRED,
		    .xml = { { IDP "</", "https://old.example</" } } },
		{ .name = "Format of the Issuer",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { "<saml:Issuer ",
			"<saml:Issuer Format=\"urn:x\" " } } },
		{ .name = "no Destination",
		    .expected = REASON_DESTINATION,
		    .xml = { { " Destination=\"" SLO "\"", "" } } },
		{ .name = "another",
		    .expected = REASON_DESTINATION,
		    .xml = { { SLO, ACS } } },
		{ .name = "nearly the same",
		    .expected = REASON_DESTINATION,
		    .xml = { { SLO "\"", SLO "/\"" } } },
		{ .name = "an empty one",
		    .expected = REASON_DESTINATION,
		    .xml = { { SLO "\"", "\"" } } },
		{ .name = "no IssueInstant",
		    .expected = REASON_BAD_TIME,
		    .xml = { { " IssueInstant=\"2026-11-22T03:25:41Z\"",
			"" } } },
		{ .name = "not UTC",
		    .expected = REASON_BAD_TIME,
		    .xml = { { "03:30:43Z", "03:30:43+01:00" } } },
		{ .name = "issued ahead",
		    .expected = REASON_ISSUE_INSTANT,
		    .later = -63 },
		{ .name = "too old",
		    .expected = REASON_ISSUE_INSTANT,
		    .max_validity = 60,
		    .later = 118 },
		{ .name = "over",
		    .expected = REASON_LOGOUT_EXPIRED,
		    .later = 360 },
		{ .name = "over without a skew",
		    .expected = REASON_LOGOUT_EXPIRED,
		    .later = 300,
		    .clock_skew = -1 },
		{ .name = "no NameID",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { "saml:NameID", "saml:Name" } } },
		{ .name = "a BaseID",
		    .expected = REASON_NAME_ID,
		    .xml = { { "saml:NameID", "saml:BaseID" } } },
		{ .name = "an empty name",
		    .expected = REASON_NAME_ID,
		    .xml = { { ">alice<", "><" } } },
		{ .name = "blanks around it",
		    .expected = REASON_NAME_ID,
		    .xml = { { ">alice<", "> alice<" } } },
		{ .name = "a line break in it",
		    .expected = REASON_NAME_ID,
		    .xml = { { ">alice<", ">al&#10;ice<" } } },
		{ .name = "an element in it",
		    .expected = REASON_NAME_ID,
		    .xml = { { ">alice<", "><b>alice</b><" } } },
		{ .name = "a comment in it",
		    .expected = REASON_XML_FORBIDDEN,
		    .xml = { { ">alice<", ">alice<!-- -->.evil<" } } },
		{ .name = "the index first",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { INDEX, "" },
			{ "</saml:Issuer>", "</saml:Issuer>" INDEX } } },
		{ .name = "an empty index",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { "_session1", "" } } },
		{ .name = "elements in one",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { "_session1", "<x/>" } } },
		{ .name = "something more",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { INDEX, INDEX "<samlp:X/>" } } },
		{ .name = "an assertion inside",
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { "</saml:Issuer>",
			"</saml:Issuer><samlp:Extensions><a:Assertion"
			" xmlns:a=\"" SAML "assertion\"/>"
			"</samlp:Extensions>" } } },
		{ .name = "a Signature inside",
		    .expected = REASON_SIGNATURE_SHAPE,
		    .xml = { { "</saml:Issuer>",
			"</saml:Issuer><ds:Signature xmlns:ds=\"" DSIG
			"\"/>" } } },
		{ .name = "encrypted",
		    .expected = REASON_ENCRYPTED,
		    .xml = { { "saml:NameID", "saml:EncryptedID" } } },
		{ .name = "no InResponseTo",
		    .is_response = 1,
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { " InResponseTo=\"" REQUEST_ID "\"", "" } } },
		{ .name = "no Status",
		    .is_response = 1,
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { STATUS, "" } } },
		{ .name = "no Value",
		    .is_response = 1,
		    .expected = REASON_BAD_STRUCTURE,
		    .xml = { { " Value=\"" SAML "status:Success\"", "" } } },
		{ .name = "a DTD",
		    .expected = REASON_XML_FORBIDDEN,
		    .xml = { { "<samlp:LogoutRequest",
			"<!DOCTYPE x><samlp:LogoutRequest" } } },
	};

	(void)state;
	run_redirect(cases, COUNT(cases));
}

static void
many_indexes(void **state)
{
	char indexes[sizeof(INDEX) * (SAML_SESSION_INDEXES_MAX + 2)] = "";
	struct redirect_case c = { .name = "64 indexes",
		.xml = { { INDEX, indexes } } };
	int i;

	(void)state;
	for (i = 0; i < SAML_SESSION_INDEXES_MAX; i++)
		strcat(indexes, INDEX);
	run_redirect(&c, 1);
	strcat(indexes, INDEX);
	c.name = "65 indexes";
	c.expected = REASON_XML_LIMIT;
	run_redirect(&c, 1);
}

static char *
make_post(const struct post_case *c)
{
	const char *template =
	    c->template != NULL ? c->template : RSA_SHA256("_logout1");
	char *text = strdup(c->is_response ? LOGOUT_RESPONSE : LOGOUT_REQUEST);
	xmlChar *out;
	xmlSecKey *key;
	xmlDoc *doc;
	int size;

	text = fixture_replace(
	    text, HOLE_RESPONSE, c->unsigned_message ? "" : template);
	text = fixture_edit(text, c->before, COUNT(c->before));
	if (!c->unsigned_message) {
		key = fixture_wrap(c->key != NULL ? *c->key : world.rsa);
		doc = xmlReadMemory(text, (int)strlen(text), NULL, NULL, 0);
		assert_non_null(doc);
		fixture_add_ids(doc, doc->children);
		fixture_sign_element(
		    doc, (const char *)xmlDocGetRootElement(doc)->name, key);
		xmlDocDumpMemory(doc, &out, &size);
		free(text);
		text = strdup((const char *)out);
		xmlFree(out);
		xmlFreeDoc(doc);
		xmlSecKeyDestroy(key);
	}
	return fixture_edit(text, c->after, COUNT(c->after));
}

static void
run_post(const struct post_case *cases, size_t count)
{
	const struct redirect_case usual = { 0 };
	size_t i;

	for (i = 0; i < count; i++) {
		char *xml = make_post(&cases[i]);
		char *text = fixture_base64(xml, strlen(xml));
		struct saml_logout_input input = { .binding = SAML_BINDING_POST,
			.text = text,
			.size = strlen(text),
			.now = NOW };
		struct saml_logout logout;
		struct refusal refusal;
		int r = look(&input, &usual, &logout, &refusal);

		expect(cases[i].name, cases[i].expected, r, &refusal);
		saml_logout_clear(&logout);
		free(text);
		free(xml);
	}
}

#define EVIL "<saml:NameID xmlns:saml=\"" SAML "assertion\">bob</saml:NameID>"

static void
post(void **state)
{
	const struct post_case cases[] = {
		{ .name = "a request" },
		{ .name = "a response", .is_response = 1 },
		{ .name = "P-256",
		    .key = &world.ec256,
		    .template = SIGNATURE(
			MORE "ecdsa-sha256", ENC "sha256", "_logout1") },
		{ .name = "not signed",
		    .unsigned_message = 1,
		    .expected = REASON_SIGNATURE_MISSING },
		{ .name = "a response not signed",
		    .unsigned_message = 1,
		    .is_response = 1,
		    .expected = REASON_SIGNATURE_MISSING },
		{ .name = "changed",
		    .expected = REASON_SIGNATURE_INVALID,
		    .after = { { ">alice<", ">bob<" } } },
		{ .name = "an index changed",
		    .expected = REASON_SIGNATURE_INVALID,
		    .after = { { "_session1", "_session2" } } },
		{ .name = "an index taken out",
		    .expected = REASON_SIGNATURE_INVALID,
		    .after = { { INDEX, "" } } },
		{ .name = "the status changed",
		    .is_response = 1,
		    .expected = REASON_SIGNATURE_INVALID,
		    .after = { { "status:Success", "status:Responder" } } },
		{ .name = "a stranger's key",
		    .key = &world.stranger,
		    .expected = REASON_SIGNATURE_INVALID },
		{ .name = "another IdP's name",
		    .expected = REASON_SIGNATURE_INVALID,
		    .before = { { IDP "</", OTHER_IDP "</" } } },
		{ .name = "SHA-1",
		    .expected = REASON_SIGNATURE_ALGORITHM,
		    .template =
			SIGNATURE(DSIG "rsa-sha1", ENC "sha256", "_logout1") },
		{ .name = "the Signature last",
		    .expected = REASON_BAD_STRUCTURE,
		    .before = { { RSA_SHA256("_logout1"), "" },
			{ "</samlp:LogoutRequest>",
			    RSA_SHA256(
				"_logout1") "</samlp:LogoutRequest>" } } },
		{ .name = "wrapped into Extensions of another",
		    .expected = REASON_SIGNATURE_SHAPE,
		    .after = { { "<samlp:LogoutRequest ",
				   "<samlp:LogoutRequest xmlns:samlp=\"" SAML
				   "protocol\" ID=\"_evil\" Version=\"2.0\""
				   " IssueInstant=\"2026-11-22T03:25:41Z\""
				   " Destination=\"" SLO "\"><saml:Issuer"
				   " xmlns:saml=\"" SAML "assertion\">" IDP
				   "</saml:Issuer><samlp:Extensions>"
				   "<samlp:LogoutRequest " },
			{ "</samlp:LogoutRequest>",
			    "</samlp:LogoutRequest></samlp:Extensions>" EVIL
			    "</samlp:LogoutRequest>" } } },
		{ .name = "another Signature in its Extensions",
		    .expected = REASON_SIGNATURE_SHAPE,
		    .before = { { "</ds:Signature>",
			"</ds:Signature><samlp:Extensions><ds:Signature"
			" xmlns:ds=\"" DSIG "\"/></samlp:Extensions>" } } },
		{ .name = "a name beside the one that is signed",
		    .expected = REASON_BAD_STRUCTURE,
		    .after = { { INDEX, EVIL INDEX } } },
	};

	(void)state;
	run_post(cases, COUNT(cases));
}

/* What a request says arrives, over the wire too. */
static void
contents(void **state)
{
	const struct redirect_case c = {
		.xml = { { INDEX,
		    INDEX "<samlp:SessionIndex>b</samlp:SessionIndex>" } }
	};
	char *query = make_query(&c);
	struct saml_logout_input input = { .binding = SAML_BINDING_REDIRECT,
		.text = query,
		.size = strlen(query),
		.now = NOW };
	struct wire_msg *msg = NULL;
	struct saml_logout logout, got;
	struct refusal refusal;

	(void)state;
	assert_int_equal(look(&input, &c, &logout, &refusal), 0);
	assert_int_equal(wire_msg_new(&msg, 65536), 0);
	wire_begin(msg, VERB_RESULT);
	wire_put_num(msg, TAG_OUTCOME, OUTCOME_GRANTED);
	saml_logout_put(&logout, msg);
	assert_int_equal(saml_logout_get(&got, msg), 0);
	saml_logout_clear(&logout);
	assert_string_equal(got.issuer, IDP);
	assert_string_equal(got.name_id, "alice");
	assert_string_equal(
	    got.name_id_format, SAML "nameid-format:persistent");
	assert_string_equal(got.name_qualifier, IDP);
	assert_string_equal(got.sp_name_qualifier, SP);
	assert_string_equal(got.relay_state, "state&more=1");
	assert_int_equal(got.session_index_count, 2);
	assert_string_equal(got.session_indexes[0], "_session1");
	assert_string_equal(got.session_indexes[1], "b");
	assert_null(got.status);
	assert_int_equal(got.issued, NOW - 2);
	/* the largest max_validity that there may come to be, clock_skew */
	assert_int_equal(got.replay_until, NOW - 2 + 24 * 3600 + 60);
	saml_logout_clear(&got);
	assert_null(got.name_id);
	wire_msg_free(&msg);
	free(query);
}

static void
contents_of_response(void **state)
{
	const struct redirect_case c = { .is_response = 1,
		.xml = { { "status:Success\"/>",
		    "status:Responder\"><samlp:StatusCode Value=\"" SAML
		    "status:PartialLogout\"/></samlp:StatusCode>" } } };
	char *query = make_query(&c);
	struct saml_logout_input input = { .binding = SAML_BINDING_REDIRECT,
		.text = query,
		.size = strlen(query),
		.now = NOW };
	struct saml_logout logout;
	struct refusal refusal;

	(void)state;
	assert_int_equal(look(&input, &c, &logout, &refusal), 0);
	assert_int_equal(logout.is_response, 1);
	assert_string_equal(logout.in_response_to, REQUEST_ID);
	assert_string_equal(logout.status, SAML "status:Responder");
	assert_string_equal(logout.status_second, SAML "status:PartialLogout");
	assert_null(logout.name_id);
	saml_logout_clear(&logout);
	free(query);
}

/*
 * A name that is encrypted: every signature of these messages covers it, so
 * that CBC is safe, but where the administrator will have none of it.
 */
static void
encrypted_name(void **state)
{
	static const struct {
		const char *name, *cipher, *plaintext;
		enum config_cbc cbc;
		int for_stranger;
		enum reason expected;
	} cases[] = {
		{ "GCM", ENCRYPT_AES128_GCM, PLAIN_NAME, CBC_REFUSE, 0,
		    REASON_NONE },
		{ "CBC", ENCRYPT_AES256_CBC, PLAIN_NAME, CBC_SIGNED_RESPONSE, 0,
		    REASON_NONE },
		{ "CBC refused", ENCRYPT_AES256_CBC, PLAIN_NAME, CBC_REFUSE, 0,
		    REASON_CBC_REFUSED },
		{ "3DES", ENCRYPT_3DES_CBC, PLAIN_NAME, CBC_ACCEPT, 0,
		    REASON_ENCRYPTION_ALGORITHM },
		{ "for somebody else", ENCRYPT_AES128_GCM, PLAIN_NAME,
		    CBC_REFUSE, 1, REASON_DECRYPTION_FAILED },
		{ "no name", ENCRYPT_AES128_GCM,
		    "<saml:Issuer xmlns:saml=\"" SAML "assertion\">x"
		    "</saml:Issuer>",
		    CBC_REFUSE, 0, REASON_DECRYPTION_FAILED },
	};
	struct saml_decryption_keys *keys = NULL;
	char *pem = encrypt_pem(world.rsa2, 0), why[128];
	size_t i;

	(void)state;
	assert_int_equal(saml_decryption_keys_new(&keys), 0);
	assert_int_equal(
	    saml_decryption_keys_add(keys, pem, strlen(pem), why, sizeof(why)),
	    0);
	logout_keys = keys;
	for (i = 0; i < COUNT(cases); i++) {
		struct encrypt_options options = { .element = "EncryptedID",
			.cipher = cases[i].cipher };
		char *element = encrypt_element(&options,
		    cases[i].for_stranger ? world.stranger : world.rsa2,
		    cases[i].plaintext);
		struct redirect_case c = { .name = cases[i].name,
			.expected = cases[i].expected,
			.xml = { { PLAIN_NAME, element } } };
		struct post_case p = { .name = cases[i].name,
			.expected = cases[i].expected,
			.before = { { PLAIN_NAME, element } } };

		logout_cbc = cases[i].cbc;
		run_redirect(&c, 1);
		run_post(&p, 1);
		free(element);
	}
	logout_keys = NULL;
	saml_decryption_keys_free(&keys);
	free(pem);
}

/* An answer that no honest worker gives is none. */
static void
lies(void **state)
{
	static const struct {
		const char *name;
		uint16_t tag; /* put in addition */
		const char *text;
		int is_response;
	} cases[] = {
		{ "a status in a request", TAG_STATUS, "x", 0 },
		{ "an answer in a request", TAG_IN_RESPONSE_TO, "x", 0 },
		{ "a name in a response", TAG_NAME_ID, "x", 1 },
		{ "an index in a response", TAG_SESSION_INDEX, "x", 1 },
		{ "an empty index", TAG_SESSION_INDEX, "", 0 },
		{ "an issuer twice", TAG_ISSUER, "x", 0 },
		{ "something else", TAG_PASSIVE, "x", 0 },
	};
	struct saml_logout request = { .issuer = (char *)"i",
		.id = (char *)"_1",
		.name_id = (char *)"n" };
	struct saml_logout response = { .is_response = 1,
		.issuer = (char *)"i",
		.id = (char *)"_1",
		.in_response_to = (char *)"_2",
		.status = (char *)"s" };
	struct wire_msg *msg = NULL;
	struct saml_logout got;
	size_t i;

	(void)state;
	assert_int_equal(wire_msg_new(&msg, 65536), 0);
	for (i = 0; i < COUNT(cases); i++) {
		wire_begin(msg, VERB_RESULT);
		saml_logout_put(
		    cases[i].is_response ? &response : &request, msg);
		assert_int_equal(saml_logout_get(&got, msg), 0);
		saml_logout_clear(&got);
		wire_put_str(msg, cases[i].tag, cases[i].text);
		if (saml_logout_get(&got, msg) != GATE_EPROTO)
			fail_msg("%s: believed", cases[i].name);
		assert_null(got.issuer);
	}
	request.name_id = NULL;
	wire_begin(msg, VERB_RESULT);
	saml_logout_put(&request, msg);
	assert_int_equal(saml_logout_get(&got, msg), GATE_EPROTO);
	wire_msg_free(&msg);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(message_rules),
		cmocka_unit_test(many_indexes),
		cmocka_unit_test(post),
		cmocka_unit_test(encrypted_name),
		cmocka_unit_test(contents),
		cmocka_unit_test(contents_of_response),
		cmocka_unit_test(lies),
	};

	return cmocka_run_group_tests(tests, world_setup, world_teardown);
}
