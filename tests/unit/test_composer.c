/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The messages that gatehouse-compose writes.
 */
#include "composer_under_test.h"

#include <signal.h>

#include "saml/identity.h"

/* A message of any kind on its way, taken apart. */
struct taken {
	xmlDoc *doc;
	char *relay_state; /* NULL: none */
};

static void
taken_clear(struct taken *taken)
{
	xmlFreeDoc(taken->doc);
	free(taken->relay_state);
	memset(taken, 0, sizeof(*taken));
}

/* The end of a query: SigAlg, then the Signature over all before it. */
static void
check_query_signature(
    const char *query, const char *at, const char *end, enum key_kind kind)
{
	char *algorithm, *signature;
	char *changed;

	algorithm = parameter(at, "SigAlg", &end);
	assert_string_equal(algorithm, key_facts[kind].uri);
	free(algorithm);
	assert_int_equal(*end, '&');
	signature = parameter(end + 1, "Signature", &at);
	assert_int_equal(*at, '\0');
	assert_true(
	    is_signature_of(query, (size_t)(end - query), signature, kind));
	changed = strdup(query);
	changed[20] ^= 1;
	assert_false(
	    is_signature_of(changed, (size_t)(end - query), signature, kind));
	free(changed);
	free(signature);
}

/* Takes a redirect to SSO apart, up to its end. */
static void
take_redirect(struct taken *taken, const struct saml_outgoing *outgoing,
    const char *field, enum key_kind kind)
{
	const char *query, *end;
	char *message, *xml;

	assert_int_equal(outgoing->binding, SAML_BINDING_REDIRECT);
	assert_null(outgoing->field);
	assert_null(outgoing->message);
	assert_null(outgoing->relay_state);
	assert_memory_equal(outgoing->url, SSO, strlen(SSO));
	query = outgoing->url + strlen(SSO) + 1;
	message = parameter(query, field, &end);
	xml = inflate_text(message);
	taken->doc = parse(xml);
	free(message);
	free(xml);
	if (strncmp(end, "&RelayState", 11) == 0)
		taken->relay_state = parameter(end + 1, "RelayState", &end);
	if (kind == KEY_NONE)
		assert_int_equal(*end, '\0');
	else
		check_query_signature(query, end + 1, end, kind);
	assert_value(taken->doc, "count(//d:Signature)", "0");
}

static void
take_post(struct taken *taken, const struct saml_outgoing *outgoing,
    const char *field, enum key_kind kind)
{
	unsigned char *xml;

	assert_int_equal(outgoing->binding, SAML_BINDING_POST);
	assert_string_equal(outgoing->url, SSO);
	assert_string_equal(outgoing->field, field);
	unbase64(outgoing->message, &xml);
	taken->doc = parse((const char *)xml);
	free(xml);
	if (outgoing->relay_state != NULL)
		taken->relay_state = strdup(outgoing->relay_state);
	assert_value(
	    taken->doc, "count(//d:Signature)", kind == KEY_NONE ? "0" : "1");
	if (kind == KEY_NONE)
		return;
	assert_valid(taken->doc);
	assert_shape(taken->doc, kind);
	assert_true(is_signed_by(taken->doc, 2, world.keys[kind]));
}

static void
take(struct taken *taken, const struct saml_outgoing *outgoing,
    const char *field, enum key_kind kind)
{
	memset(taken, 0, sizeof(*taken));
	if (outgoing->binding == SAML_BINDING_POST)
		take_post(taken, outgoing, field, kind);
	else
		take_redirect(taken, outgoing, field, kind);
	assert_valid(taken->doc);
	assert_value(taken->doc, "/*/@Version", "2.0");
	assert_value(taken->doc, "/*/@IssueInstant", "2026-11-22T03:25:43Z");
	assert_value(taken->doc, "/*/@Destination", SSO);
	assert_value(taken->doc, "/*/a:Issuer", SP);
}

static const struct saml_authn_request plain_request = {
	.id = "_id-1.2", .destination = SSO, .now = NOW
};

/* Has a request written, which must be done. */
static void
ask(struct saml_composer *composer, const struct saml_authn_request *request,
    enum key_kind kind, struct taken *taken)
{
	struct saml_outgoing outgoing;
	char why[256];

	if (saml_compose_authn_request(composer, request, TEN_SECONDS,
		&outgoing, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	take(taken, &outgoing, "SAMLRequest", kind);
	saml_outgoing_clear(&outgoing);
}

static void
asks_for_the_least(void **state)
{
	struct saml_composer *composer = composer_with(KEY_NONE);
	struct taken taken;

	(void)state;
	ask(composer, &plain_request, KEY_NONE, &taken);
	assert_null(taken.relay_state);
	assert_value(taken.doc, "/p:AuthnRequest/@ID", "_id-1.2");
	assert_value(taken.doc, "/*/@ForceAuthn = 'true'", "false");
	assert_value(taken.doc, "/*/@IsPassive = 'true'", "false");
	assert_value(taken.doc, "/*/@AssertionConsumerServiceURL", ACS);
	assert_value(
	    taken.doc, "/*/@ProtocolBinding", SAML "bindings:HTTP-POST");
	assert_value(taken.doc, "/*/p:NameIDPolicy/@AllowCreate", "true");
	assert_value(taken.doc, "count(/*/p:NameIDPolicy/@*)", "1");
	assert_value(taken.doc, "count(/*/*)", "2");
	assert_value(taken.doc, "count(/*/@ProviderName)", "0");
	taken_clear(&taken);
	saml_composer_free(&composer);
}

static void
asks_for_all(void **state)
{
	struct saml_speaker *speaker = speaker_new(KEY_NONE);
	struct saml_authn_request request = plain_request;
	struct saml_composer *composer;
	struct taken taken;

	(void)state;
	set_text(&speaker->display_name, "The \"Größe\" <&> portal");
	composer = composer_start(speaker);
	saml_speaker_free(&speaker);
	request.relay_state = "handle";
	request.force_authn = request.is_passive = 1;
	request.name_id_format = SAML "nameid-format:persistent";
	request.authn_contexts = " urn:b  urn:a ";
	ask(composer, &request, KEY_NONE, &taken);
	assert_string_equal(taken.relay_state, "handle");
	assert_value(taken.doc, "/*/@ForceAuthn", "true");
	assert_value(taken.doc, "/*/@IsPassive", "true");
	assert_value(taken.doc, "/*/@ProviderName", "The \"Größe\" <&> portal");
	assert_value(taken.doc, "/*/p:NameIDPolicy/@Format",
	    SAML "nameid-format:persistent");
	assert_value(
	    taken.doc, "/*/p:RequestedAuthnContext/@Comparison", "exact");
	assert_value(taken.doc, "/*/p:RequestedAuthnContext/*[1]", "urn:b");
	assert_value(taken.doc, "/*/p:RequestedAuthnContext/*[2]", "urn:a");
	assert_value(taken.doc, "count(/*/p:RequestedAuthnContext/*)", "2");
	assert_value(taken.doc, "count(/*/p:Scoping)", "0");
	taken_clear(&taken);
	request.minimum = 1;
	ask(composer, &request, KEY_NONE, &taken);
	assert_value(
	    taken.doc, "/*/p:RequestedAuthnContext/@Comparison", "minimum");
	taken_clear(&taken);
	saml_composer_free(&composer);
}

static void
adds_to_a_query(void **state)
{
	struct saml_composer *composer = composer_with(KEY_NONE);
	struct saml_authn_request request = plain_request;
	struct saml_outgoing outgoing;
	char why[256];

	(void)state;
	request.destination = SSO "?tenant=a%26b&x=";
	assert_int_equal(saml_compose_authn_request(composer, &request,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    0);
	assert_memory_equal(outgoing.url, SSO "?tenant=a%26b&x=&SAMLRequest=",
	    strlen(SSO "?tenant=a%26b&x=&SAMLRequest="));
	saml_outgoing_clear(&outgoing);
	saml_composer_free(&composer);
}

static void
signs_with_each_kind_of_key(void **state)
{
	struct saml_authn_request request = plain_request;
	struct saml_composer *composer;
	struct taken taken;
	int kind;

	(void)state;
	for (kind = KEY_RSA; kind < KEY_KINDS; kind++) {
		composer = composer_with(kind);
		for (request.binding = SAML_BINDING_REDIRECT;
		     request.binding <= SAML_BINDING_POST; request.binding++) {
			request.relay_state = NULL;
			ask(composer, &request, kind, &taken);
			assert_null(taken.relay_state);
			taken_clear(&taken);
			request.relay_state = "a b&c=d%+\xc3\xa4\n\"'<";
			ask(composer, &request, kind, &taken);
			assert_string_equal(
			    taken.relay_state, request.relay_state);
			taken_clear(&taken);
		}
		saml_composer_free(&composer);
	}
}

/* Of the numbers of P-521, every other one is a byte short. */
static void
keeps_the_length_of_a_signature(void **state)
{
	struct saml_composer *composer = composer_with(KEY_P521);
	struct taken taken;
	int i;

	(void)state;
	for (i = 0; i < 40; i++) {
		ask(composer, &plain_request, KEY_P521, &taken);
		taken_clear(&taken);
	}
	saml_composer_free(&composer);
}

static void
shows_a_changed_message(void **state)
{
	struct saml_composer *composer = composer_with(KEY_RSA);
	struct saml_authn_request request = plain_request;
	struct taken taken;

	(void)state;
	request.binding = SAML_BINDING_POST;
	ask(composer, &request, KEY_RSA, &taken);
	assert_false(is_signed_by(taken.doc, 2, world.other));
	xmlSetProp(xmlDocGetRootElement(taken.doc), BAD_CAST "Destination",
	    BAD_CAST "https://evil.example/");
	assert_false(is_signed_by(taken.doc, 2, world.keys[KEY_RSA]));
	taken_clear(&taken);
	saml_composer_free(&composer);
}

static void
asks_to_log_out(void **state)
{
	static const char name[] = "a\"b'<>&]]>\xc3\xa9\xe2\x82\xac "
				   "\xf0\x9f\x94\x91";
	struct saml_logout_request request = {
		.id = "_out", .destination = SSO, .now = NOW, .name_id = name
	};
	struct saml_composer *composer = composer_with(KEY_P256);
	struct saml_outgoing outgoing;
	struct taken taken;
	char why[256];

	(void)state;
	assert_int_equal(saml_compose_logout_request(composer, &request,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    0);
	take(&taken, &outgoing, "SAMLRequest", KEY_P256);
	saml_outgoing_clear(&outgoing);
	assert_value(taken.doc, "/p:LogoutRequest/a:NameID", name);
	assert_value(taken.doc, "/*/@ID", "_out");
	assert_value(taken.doc, "/*/@NotOnOrAfter", "2026-11-22T03:30:43Z");
	assert_value(taken.doc, "count(/*/@Reason)", "0");
	assert_value(taken.doc, "count(/*/a:NameID/@*)", "0");
	assert_value(taken.doc, "count(/*/p:SessionIndex)", "0");
	taken_clear(&taken);
	request.binding = SAML_BINDING_POST;
	request.name_id_format = SAML "nameid-format:persistent";
	request.name_qualifier = "https://idp.example/?a&b";
	request.sp_name_qualifier = SP;
	request.session_index = "_<s&1>";
	request.reason = SAML "logout:user";
	request.relay_state = "r";
	assert_int_equal(saml_compose_logout_request(composer, &request,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    0);
	take(&taken, &outgoing, "SAMLRequest", KEY_P256);
	saml_outgoing_clear(&outgoing);
	assert_string_equal(taken.relay_state, "r");
	assert_value(taken.doc, "/*/@Reason", SAML "logout:user");
	assert_value(taken.doc, "/*/a:NameID", name);
	assert_value(
	    taken.doc, "/*/a:NameID/@Format", SAML "nameid-format:persistent");
	assert_value(taken.doc, "/*/a:NameID/@NameQualifier",
	    "https://idp.example/?a&b");
	assert_value(taken.doc, "/*/a:NameID/@SPNameQualifier", SP);
	assert_value(taken.doc, "/*/p:SessionIndex", "_<s&1>");
	taken_clear(&taken);
	saml_composer_free(&composer);
}

static void
answers_a_logout(void **state)
{
	struct saml_logout_response response = { .id = "_answer",
		.destination = SSO,
		.now = NOW,
		.in_response_to = "_asked",
		.status = SAML "status:Success" };
	struct saml_composer *composer = composer_with(KEY_RSA);
	struct saml_outgoing outgoing;
	struct taken taken;
	char why[256];

	(void)state;
	assert_int_equal(saml_compose_logout_response(composer, &response,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    0);
	take(&taken, &outgoing, "SAMLResponse", KEY_RSA);
	saml_outgoing_clear(&outgoing);
	assert_value(taken.doc, "/p:LogoutResponse/@InResponseTo", "_asked");
	assert_value(taken.doc, "/*/@ID", "_answer");
	assert_value(taken.doc, "/*/p:Status/p:StatusCode/@Value",
	    SAML "status:Success");
	assert_value(taken.doc, "count(//p:Status//*)", "1");
	taken_clear(&taken);
	response.binding = SAML_BINDING_POST;
	response.status = SAML "status:Responder";
	response.status_second = SAML "status:PartialLogout";
	response.status_message = "2 < 3 & so on";
	assert_int_equal(saml_compose_logout_response(composer, &response,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    0);
	take(&taken, &outgoing, "SAMLResponse", KEY_RSA);
	saml_outgoing_clear(&outgoing);
	assert_value(taken.doc, "/*/p:Status/p:StatusCode/@Value",
	    SAML "status:Responder");
	assert_value(taken.doc, "/*/p:Status/p:StatusCode/p:StatusCode/@Value",
	    SAML "status:PartialLogout");
	assert_value(taken.doc, "/*/p:Status/p:StatusMessage", "2 < 3 & so on");
	taken_clear(&taken);
	saml_composer_free(&composer);
}

/* Without a key they could not be believed. */
static void
signs_every_logout(void **state)
{
	const struct saml_logout_request request = {
		.id = "_1", .destination = SSO, .now = NOW, .name_id = "alice"
	};
	const struct saml_logout_response response = { .id = "_1",
		.destination = SSO,
		.now = NOW,
		.status = SAML "status:Success" };
	struct saml_composer *composer = composer_with(KEY_NONE);
	struct saml_outgoing outgoing;
	struct taken taken;
	char why[256];

	(void)state;
	assert_int_equal(saml_compose_logout_request(composer, &request,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_non_null(strstr(why, "[saml] key"));
	assert_null(outgoing.url);
	assert_int_equal(saml_compose_logout_response(composer, &response,
			     TEN_SECONDS, &outgoing, why, sizeof(why)),
	    GATE_ECONFIG);
	ask(composer, &plain_request, KEY_NONE, &taken);
	taken_clear(&taken);
	saml_composer_free(&composer);
}

static char long_text[SAML_URI_MAX + 1], too_long[8192];

/* One text of a request, and what is said of it; NULL: it is written. */
#define TEXT(member, text, why)                                                \
	{                                                                      \
		offsetof(struct saml_authn_request, member), text, why         \
	}

static const struct {
	size_t member;
	const char *text, *why;
} text_rows[] = {
	TEXT(id, NULL, "the ID is missing"),
	TEXT(id, "", "the ID is missing"),
	TEXT(id, "1", "the ID is no NCName"),
	TEXT(id, "a:b", "the ID is no NCName"),
	TEXT(id, "a b", "the ID is no NCName"),
	TEXT(id, long_text, NULL),
	TEXT(id, too_long, "the ID is too long"),
	TEXT(destination, NULL, "the destination is missing"),
	TEXT(destination, "/sso", "the destination is no URL"),
	TEXT(destination, "https://", "is no URL"),
	TEXT(destination, "https:///x", "is no URL"),
	TEXT(destination, "javascript:alert(1)", "is no URL"),
	TEXT(destination, SSO "#a", "has a fragment"),
	TEXT(destination, SSO "\r\nX: y", "no URL may"),
	TEXT(destination, SSO "?a=\"b", "no URL may"),
	TEXT(destination, SSO "?a=<b", "no URL may"),
	TEXT(destination, SSO "?a= b", "no URL may"),
	TEXT(destination, SSO "/\xc3\xa4", "no URL may"),
	TEXT(destination, "HTTP://idp.example:8080/a?b=c'&d", NULL),
	TEXT(name_id_format, "\x01", "control character"),
	TEXT(name_id_format, "a\nb", "control character"),
	TEXT(name_id_format, "\x7f", "control character"),
	TEXT(name_id_format, "\xff", "not UTF-8"),
	TEXT(name_id_format, "\xef\xbf\xbf", "no character"),
	TEXT(name_id_format, "\xed\xa0\x80", "not UTF-8"),
	TEXT(name_id_format, too_long, "too long"),
	TEXT(name_id_format, long_text, NULL),
	TEXT(relay_state, "\xff", "RelayState is not UTF-8"),
	TEXT(relay_state, "\x01\n\x7f", NULL),
	TEXT(authn_contexts, "a\tb", "control character"),
	TEXT(authn_contexts, " ", NULL),
};

#define NUMBER(member, number, why)                                            \
	{                                                                      \
		offsetof(struct saml_authn_request, member), number, why       \
	}

static const struct {
	size_t member;
	int64_t number;
	const char *why;
} number_rows[] = {
	NUMBER(now, -1, "the time is out of range"),
	NUMBER(now, INT64_MAX, "the time is out of range"),
	NUMBER(now, INT64_C(253402300799), NULL),
	NUMBER(binding, 2, "the binding is out of range"),
	NUMBER(force_authn, -1, "a number is out of range"),
	NUMBER(is_passive, 2, NULL),
};

static void
try_request(struct saml_composer *composer,
    const struct saml_authn_request *request, const char *expected)
{
	struct saml_outgoing outgoing;
	char why[256];
	int r = saml_compose_authn_request(
	    composer, request, TEN_SECONDS, &outgoing, why, sizeof(why));

	if (expected == NULL ? r != 0
			     : r != GATE_EINVAL ||
		    strstr(why, expected) == NULL || outgoing.url != NULL)
		fail_msg("\"%s\" expected: %d, \"%s\"",
		    expected != NULL ? expected : "", r, why);
	saml_outgoing_clear(&outgoing);
	assert_true(saml_composer_ready(composer));
}

/* What no message can be made of, and what can be, on one composer. */
static void
refuses_what_it_cannot_write(void **state)
{
	struct saml_composer *composer = composer_with(KEY_P256);
	struct saml_authn_request request;
	size_t i;

	(void)state;
	memset(long_text, 'a', sizeof(long_text) - 1);
	memset(too_long, 'a', sizeof(too_long) - 1);
	for (i = 0; i < sizeof(text_rows) / sizeof(text_rows[0]); i++) {
		request = plain_request;
		*(const char **)((char *)&request + text_rows[i].member) =
		    text_rows[i].text;
		try_request(composer, &request, text_rows[i].why);
	}
	for (i = 0; i < sizeof(number_rows) / sizeof(number_rows[0]); i++) {
		request = plain_request;
		*(int64_t *)((char *)&request + number_rows[i].member) =
		    number_rows[i].number;
		try_request(composer, &request, number_rows[i].why);
	}
	saml_composer_free(&composer);
}

static void
tells_what_became_of_a_composer(void **state)
{
	struct saml_composer *composer = composer_with(KEY_NONE);
	struct saml_outgoing outgoing;
	char why[256];
	pid_t pid = saml_composer_pid(composer);

	(void)state;
	assert_true(pid > 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_not_equal(
	    saml_compose_authn_request(composer, &plain_request, TEN_SECONDS,
		&outgoing, why, sizeof(why)),
	    0);
	assert_non_null(strstr(why, "the SAML composer "));
	assert_null(outgoing.url);
	assert_int_equal(saml_composer_pid(composer), -1);
	saml_composer_free(&composer);
	assert_null(composer);
	saml_composer_free(&composer);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_for_the_least),
		cmocka_unit_test(asks_for_all),
		cmocka_unit_test(adds_to_a_query),
		cmocka_unit_test(signs_with_each_kind_of_key),
		cmocka_unit_test(keeps_the_length_of_a_signature),
		cmocka_unit_test(shows_a_changed_message),
		cmocka_unit_test(asks_to_log_out),
		cmocka_unit_test(answers_a_logout),
		cmocka_unit_test(signs_every_logout),
		cmocka_unit_test(refuses_what_it_cannot_write),
		cmocka_unit_test(tells_what_became_of_a_composer),
	};
	int failed;

	if (under_test_begin(argc, argv,
		SCHEMAS "opensaml/saml-schema-protocol-2.0.xsd") != 0)
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	under_test_end();
	return failed;
}
