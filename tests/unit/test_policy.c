/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "password/policy.h"
#include "password/verifier.h"

static const struct password_policy policy = { .min_length = 15 };

#define SHORT "It has 14 characters, and must have 15 or more."
#define NAME  "It must not hold the user name."

static void
judges_a_password(void **state)
{
	static const struct {
		const char *user, *password, *why; /* NULL: it is good */
	} cases[] = {
		{ "alice", "123456789012345", NULL },
		{ "alice", "12345678901234", SHORT },
		{ "alice", "",
		    "It has 0 characters, and must have 15 or more." },
		/* characters, not bytes: 14 and 15 of two bytes each */
		{ "alice", "ÄÖÜäöüßÄÖÜäöüß", SHORT },
		{ "alice", "ÄÖÜäöüßÄÖÜäöüßÄ", NULL },
		{ "alice", "€𝄞€𝄞€𝄞€𝄞€𝄞€𝄞€𝄞", SHORT },
		/* bytes that only continue another are no characters */
		{ "alice",
		    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		    "\x80\x80\x80",
		    "It has 0 characters, and must have 15 or more." },
		{ "alice", "in wonderland alice is", NAME },
		{ "alice", "in wonderland ALICE is", NAME },
		{ "Alice", "in wonderland alice is", NAME },
		{ "alice", "in wonderland alic e is", NULL },
		{ "in wonderland alice is", "wonderland alice is", NULL },
		{ "", "123456789012345", NULL },
		/* all that is wrong, at once */
		{ "alice", "123456789alice", SHORT " " NAME },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(password_policy_check(&policy, cases[i].user,
				     cases[i].password, text, sizeof(text)),
		    cases[i].why == NULL ? 0 : GATE_EREFUSED);
		assert_string_equal(
		    text, cases[i].why == NULL ? "" : cases[i].why);
	}
}

/* What the policy takes, the verifier must take as well. */
static void
agrees_with_the_verifier_on_the_longest(void **state)
{
	char password[PASSWORD_MAX + 2], text[512], verifier[VERIFIER_SIZE];

	(void)state;
	memset(password, 'p', sizeof(password));
	password[PASSWORD_MAX] = '\0';
	assert_int_equal(password_policy_check(
			     &policy, "alice", password, text, sizeof(text)),
	    0);
	assert_int_equal(verifier_make(password, verifier), 0);
	password[PASSWORD_MAX] = 'p';
	password[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(password_policy_check(
			     &policy, "alice", password, text, sizeof(text)),
	    GATE_EREFUSED);
	assert_non_null(strstr(text, "bytes or fewer."));
	assert_int_not_equal(verifier_make(password, verifier), 0);
}

/* The verdict stands however little of the text has room. */
static void
cuts_its_text(void **state)
{
	static const char whole[] = SHORT " " NAME;
	char text[sizeof(whole) + 8];
	size_t size;

	(void)state;
	for (size = 1; size <= sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		assert_int_equal(password_policy_check(&policy, "alice",
				     "123456789alice", text, size),
		    GATE_EREFUSED);
		assert_true(strlen(text) < size);
		assert_memory_equal(text, whole, strlen(text));
		if (size < sizeof(text))
			assert_int_equal(text[size], 'x');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_a_password),
		cmocka_unit_test(agrees_with_the_verifier_on_the_longest),
		cmocka_unit_test(cuts_its_text),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
