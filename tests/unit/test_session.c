/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/session.h"

#define NOW   1700000000
#define GRACE 300

static struct store_session
signed_in(void)
{
	struct store_session session;

	assert_int_equal(session_begin(&session, NOW), 0);
	strcpy(session.user, "alice");
	strcpy(session.service, "sshd");
	return session;
}

static void
begins_empty_with_a_fresh_id(void **state)
{
	struct store_session one, two, empty = { 0 };
	int i;

	(void)state;
	for (i = 0; i < 2000; i++) {
		memset(&one, 'x', sizeof(one));
		assert_int_equal(session_begin(&one, NOW), 0);
		assert_int_equal(session_begin(&two, NOW), 0);
		assert_string_not_equal(one.id, two.id);
		/* it is typed, and given to commands: 120 bits */
		assert_int_equal(strspn(one.id, "0123456789abcdef"), 30);
		assert_int_equal(one.id[30], '\0');
	}
	assert_int_equal(one.state, SESSION_SIGNED_IN);
	assert_int_equal(one.signed_in, NOW);
	memset(one.id, 0, sizeof(one.id));
	one.signed_in = 0;
	assert_memory_equal(&one, &empty, sizeof(one));
}

static void
belongs_to_one_user_and_service(void **state)
{
	static const struct {
		const char *user, *service;
	} others[] = { { "bob", "sshd" }, { "alice", "login" }, { "", "" },
		{ "Alice", "sshd" }, { "alice ", "sshd" }, { "alic", "sshd" },
		{ "alice", "ssh" }, { "sshd", "alice" } };
	struct store_session session = signed_in();
	struct refusal refusal;
	size_t i;

	(void)state;
	assert_int_equal(session_is_of(&session, "alice", "sshd", &refusal), 0);
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		assert_int_equal(session_is_of(&session, others[i].user,
				     others[i].service, &refusal),
		    GATE_EREFUSED);
		assert_int_equal(refusal.reason, REASON_LOGIN_MISMATCH);
	}
	assert_non_null(strstr(refusal.detail, session.id));
}

static void
is_claimed_within_the_grace(void **state)
{
	static const int64_t times[] = { NOW, NOW + 1, NOW + GRACE };
	static const int64_t too_late[] = { NOW + GRACE + 1, NOW - 1, 0,
		NOW + 1000000 };
	struct store_session session = signed_in();
	struct refusal refusal;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(times) / sizeof(times[0]); i++)
		assert_int_equal(
		    session_claim(&session, times[i], GRACE, &refusal), 0);
	for (i = 0; i < sizeof(too_late) / sizeof(too_late[0]); i++) {
		assert_int_equal(
		    session_claim(&session, too_late[i], GRACE, &refusal),
		    GATE_EREFUSED);
		assert_int_equal(refusal.reason, REASON_LOGIN_STALE);
	}
}

static void
is_claimed_while_it_is_open(void **state)
{
	struct store_session session = signed_in();
	struct refusal refusal;

	(void)state;
	session_opened(&session, "pts/3", 4711, NOW + 5);
	assert_int_equal(session.state, SESSION_OPEN);
	assert_int_equal(session.opened, NOW + 5);
	assert_int_equal(session.signed_in, NOW);
	assert_int_equal(session.ended, 0);
	assert_int_equal(session.pid, 4711);
	assert_string_equal(session.tty, "pts/3");
	/* the grace is the sign-in's */
	assert_int_equal(
	    session_claim(&session, NOW + 1000000, GRACE, &refusal), 0);
}

static void
is_never_claimed_once_ended(void **state)
{
	struct store_session session = signed_in();
	struct refusal refusal;

	(void)state;
	session_ended(&session, "closed", NOW + 9);
	assert_int_equal(session.state, SESSION_ENDED);
	assert_int_equal(session.ended, NOW + 9);
	assert_string_equal(session.end_reason, "closed");
	assert_int_equal(
	    session_claim(&session, NOW, GRACE, &refusal), GATE_EREFUSED);
	assert_int_equal(refusal.reason, REASON_NO_SESSION);
	session = signed_in();
	session_opened(&session, "", 0, NOW);
	session_ended(&session, "administrator", NOW);
	assert_int_equal(
	    session_claim(&session, NOW, GRACE, &refusal), GATE_EREFUSED);
	assert_string_equal(session.end_reason, "administrator");
}

static void
has_a_word_for_each_state(void **state)
{
	(void)state;
	assert_string_equal(session_state_word(SESSION_SIGNED_IN), "signed_in");
	assert_string_equal(session_state_word(SESSION_OPEN), "open");
	assert_string_equal(session_state_word(SESSION_ENDED), "ended");
	/* a number from a damaged store */
	assert_string_equal(
	    session_state_word((enum store_session_state)3), "unknown");
	assert_string_equal(
	    session_state_word((enum store_session_state) - 1), "unknown");
}

static void
adds_up_methods(void **state)
{
	struct store_session session = signed_in();
	int i;

	(void)state;
	assert_string_equal(session.method, "");
	session_add_method(&session, "password");
	assert_string_equal(session.method, "password");
	session_add_method(&session, "otp");
	assert_string_equal(session.method, "password+otp");
	for (i = 0; i < 10; i++)
		session_add_method(&session, "another");
	assert_int_equal(strlen(session.method), sizeof(session.method) - 1);
	assert_string_equal(session.issuer, ""); /* what follows it */
}

/* Texts that are longer than the record are cut, not run on. */
static void
keeps_texts_in_their_place(void **state)
{
	struct store_session session = signed_in();
	char text[1024];

	(void)state;
	memset(text, 'x', sizeof(text));
	text[sizeof(text) - 1] = '\0';
	session_opened(&session, text, 0, NOW);
	assert_int_equal(strlen(session.tty), sizeof(session.tty) - 1);
	assert_string_equal(session.method, "");
	session_ended(&session, text, NOW);
	assert_int_equal(
	    strlen(session.end_reason), sizeof(session.end_reason) - 1);
}

static void
takes_over_what_was_claimed(void **state)
{
	struct store_session session = signed_in();
	const struct store_ticket claims = {
		.user = "mallory",
		.issuer = "https://idp.example.org/",
		.name_id = "n",
		.name_id_format = "urn:format",
		.name_qualifier = "urn:q",
		.sp_name_qualifier = "urn:spq",
		.session_index = "_i",
		.authn_context = "urn:c",
		.authn_instant = 5,
		.session_not_on_or_after = 6,
	};

	(void)state;
	session_claims(&session, &claims);
	assert_string_equal(session.issuer, claims.issuer);
	assert_string_equal(session.name_id, "n");
	assert_string_equal(session.name_id_format, "urn:format");
	assert_string_equal(session.name_qualifier, "urn:q");
	assert_string_equal(session.sp_name_qualifier, "urn:spq");
	assert_string_equal(session.session_index, "_i");
	assert_string_equal(session.authn_context, "urn:c");
	assert_int_equal(session.authn_instant, 5);
	assert_int_equal(session.not_after, 6);
	/* whose it is was decided elsewhere */
	assert_string_equal(session.user, "alice");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_empty_with_a_fresh_id),
		cmocka_unit_test(belongs_to_one_user_and_service),
		cmocka_unit_test(is_claimed_within_the_grace),
		cmocka_unit_test(is_claimed_while_it_is_open),
		cmocka_unit_test(is_never_claimed_once_ended),
		cmocka_unit_test(has_a_word_for_each_state),
		cmocka_unit_test(adds_up_methods),
		cmocka_unit_test(keeps_texts_in_their_place),
		cmocka_unit_test(takes_over_what_was_claimed),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
