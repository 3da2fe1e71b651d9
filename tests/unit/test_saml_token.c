/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "saml/token.h"
#include "session/ticket.h"

/* A text of size characters, the pattern over and over. */
static const char *
repeat(const char *pattern, size_t size)
{
	static char text[8192];
	size_t i, n = strlen(pattern);

	assert_true(size < sizeof(text));
	for (i = 0; i < size; i++)
		text[i] = pattern[i % n];
	text[size] = '\0';
	return text;
}

static void
knows_tickets(void **state)
{
	char ticket[TICKET_SIZE];

	(void)state;
	memset(ticket, 'A', sizeof(ticket));
	memcpy(ticket, TICKET_PREFIX, strlen(TICKET_PREFIX));
	ticket[sizeof(ticket) - 1] = '\0';
	assert_int_equal(saml_token_kind(ticket), SAML_TOKEN_TICKET);
	assert_int_equal(saml_token_kind(TICKET_PREFIX), SAML_TOKEN_TICKET);
	assert_int_equal(saml_token_kind("gt"), SAML_TOKEN_NONE);
	assert_int_equal(saml_token_kind("GT-AAAA"), SAML_TOKEN_NONE);
}

static void
knows_responses(void **state)
{
	(void)state;
	assert_int_equal(saml_token_kind(repeat("PHNhbWw+", SAML_RESPONSE_MIN)),
	    SAML_TOKEN_RESPONSE);
	assert_int_equal(saml_token_kind(repeat("PHNhbWw+/09=\r\n", 4095)),
	    SAML_TOKEN_RESPONSE);
	assert_int_equal(saml_token_kind(repeat("<a b=\"\xc3\xa9\">", 600)),
	    SAML_TOKEN_RESPONSE);
	assert_int_equal(
	    saml_token_kind(repeat("\n\n\n<saml?", 600)), SAML_TOKEN_RESPONSE);
}

static void
leaves_passwords_alone(void **state)
{
	(void)state;
	assert_int_equal(saml_token_kind(""), SAML_TOKEN_NONE);
	assert_int_equal(saml_token_kind("<3 my cat"), SAML_TOKEN_NONE);
	assert_int_equal(
	    saml_token_kind(repeat("PHNhbWw+", SAML_RESPONSE_MIN - 1)),
	    SAML_TOKEN_NONE);
	assert_int_equal(
	    saml_token_kind(repeat("correct, horse! ", 600)), SAML_TOKEN_NONE);
	assert_int_equal(
	    saml_token_kind(repeat("AAAA-", 600)), SAML_TOKEN_NONE);
	/* what sshd sends in the place of an invalid user's password */
	assert_int_equal(saml_token_kind(repeat("\b\n\r\177INCORRECT", 600)),
	    SAML_TOKEN_NONE);
}

static void
names_who_cuts(void **state)
{
	(void)state;
	assert_string_equal(saml_token_cut_by(4095), "misc_conv");
	assert_string_equal(saml_token_cut_by(1023), "ssh");
	assert_string_equal(saml_token_cut_by(511), "sudo");
	assert_null(saml_token_cut_by(4096));
	assert_null(saml_token_cut_by(4094));
	assert_null(saml_token_cut_by(0));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_tickets),
		cmocka_unit_test(knows_responses),
		cmocka_unit_test(leaves_passwords_alone),
		cmocka_unit_test(names_who_cuts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
