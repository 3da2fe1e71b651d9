/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "saml/token.h"
#include "session/ticket.h"

#define BASE64URL                                                              \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

static void
mints_tickets_of_one_form(void **state)
{
	char ticket[TICKET_SIZE], other[TICKET_SIZE];
	uint8_t hash[TICKET_HASH_SIZE], again[TICKET_HASH_SIZE];
	int i;

	(void)state;
	assert_int_equal(ticket_mint(other, again), 0);
	for (i = 0; i < 1000; i++) {
		assert_int_equal(ticket_mint(ticket, hash), 0);
		assert_int_equal(strlen(ticket), TICKET_SIZE - 1);
		assert_memory_equal(ticket, TICKET_PREFIX, 3);
		assert_int_equal(strspn(ticket + 3, BASE64URL), 43);
		assert_string_not_equal(ticket, other);
		assert_memory_not_equal(hash, again, TICKET_HASH_SIZE);
		assert_int_equal(ticket_hash(ticket, again), 0);
		assert_memory_equal(hash, again, TICKET_HASH_SIZE);
		assert_int_equal(saml_token_kind(ticket), SAML_TOKEN_TICKET);
		memcpy(other, ticket, sizeof(other));
	}
}

/* SHA-256 of the whole text: what the store holds must match for ever. */
static void
hashes_with_sha256(void **state)
{
	static const uint8_t right[TICKET_HASH_SIZE] = { 0x11, 0xd1, 0xc6, 0xa7,
		0xb3, 0x66, 0x6d, 0xa9, 0xed, 0x49, 0x1c, 0xc9, 0x24, 0x6d,
		0x95, 0x68, 0x79, 0x18, 0x01, 0xb4, 0x50, 0x39, 0xff, 0xe8,
		0x51, 0x39, 0x2c, 0x5c, 0x7c, 0xc7, 0x58, 0x7f };
	uint8_t hash[TICKET_HASH_SIZE];

	(void)state;
	assert_int_equal(
	    ticket_hash("gt-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG", hash),
	    0);
	assert_memory_equal(hash, right, sizeof(right));
}

static void
takes_nothing_that_is_no_ticket(void **state)
{
	static const char *const others[] = { "", "gt-", "gt",
		/* one too short, one too long, another prefix */
		"gt-0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
		"gt-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGH",
		"GT-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
		"gt_0123456789abcdefghijklmnopqrstuvwxyzABCDEFG",
		" gt-0123456789abcdefghijklmnopqrstuvwxyzABCDEF",
		"gt-0123456789abcdefghijklmnopqrstuvwxyzABCDEFG\n" };
	uint8_t hash[TICKET_HASH_SIZE];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		assert_int_equal(ticket_hash(others[i], hash), GATE_EINVAL);
}

/* Every character counts. */
static void
tells_tickets_apart(void **state)
{
	char ticket[TICKET_SIZE];
	uint8_t hash[TICKET_HASH_SIZE], other[TICKET_HASH_SIZE];
	size_t i;

	(void)state;
	assert_int_equal(ticket_mint(ticket, hash), 0);
	for (i = strlen(TICKET_PREFIX); i < TICKET_SIZE - 1; i++) {
		char kept = ticket[i];

		ticket[i] = kept == 'A' ? 'B' : 'A';
		assert_int_equal(ticket_hash(ticket, other), 0);
		assert_memory_not_equal(hash, other, TICKET_HASH_SIZE);
		ticket[i] = kept;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mints_tickets_of_one_form),
		cmocka_unit_test(hashes_with_sha256),
		cmocka_unit_test(takes_nothing_that_is_no_ticket),
		cmocka_unit_test(tells_tickets_apart),
	};

	return cmocka_run_group_tests_name("ticket", tests, NULL, NULL);
}
