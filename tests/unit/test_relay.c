/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/relay.h"
#include "session/ticket.h"

/* SHA-256 of "gatehouse request gr-AAA...", by sha256sum. */
#define HANDLE   "gr-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
#define KNOWN_ID "_a8d54158940ab3964d056b05b48a0b047cc40913"

static void
test_the_id_is_derived(void **state)
{
	char id[RELAY_ID_SIZE];

	(void)state;
	memset(id, 'x', sizeof(id));
	assert_int_equal(relay_id(HANDLE, id), 0);
	assert_string_equal(id, KNOWN_ID);
}

static void
test_each_is_fresh(void **state)
{
	char handle[2][RELAY_SIZE], id[2][RELAY_ID_SIZE], again[RELAY_ID_SIZE];

	(void)state;
	assert_int_equal(relay_mint(handle[0], id[0]), 0);
	assert_int_equal(relay_mint(handle[1], id[1]), 0);
	assert_string_not_equal(handle[0], handle[1]);
	assert_string_not_equal(id[0], id[1]);
	assert_int_equal(strlen(handle[0]), RELAY_SIZE - 1);
	assert_int_equal(strncmp(handle[0], "gr-", 3), 0);
	assert_int_equal(strspn(handle[0] + 3,
			     "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789-_"),
	    43);
	assert_int_equal(relay_id(handle[0], again), 0);
	assert_string_equal(again, id[0]);
}

static void
test_an_id_can_stand_in_a_message(void **state)
{
	char handle[RELAY_SIZE], id[RELAY_ID_SIZE];

	(void)state;
	assert_int_equal(relay_mint(handle, id), 0);
	/* bindings 3.4.3: RelayState has at most 80 bytes */
	assert_true(strlen(handle) <= 80);
	/* an NCName, and nothing of the handle in it */
	assert_int_equal(id[0], '_');
	assert_int_equal(strspn(id + 1, "0123456789abcdef"), 40);
	assert_int_equal(id[41], '\0');
}

static void
test_what_is_none_of_ours(void **state)
{
	static const char *const bad[] = { "", "gr-", "/portal",
		"https://portal.example/", HANDLE "A",
		"gt-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" };
	char id[RELAY_ID_SIZE], cut[RELAY_SIZE] = HANDLE;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(relay_id(bad[i], id), GATE_EINVAL);
	cut[RELAY_SIZE - 2] = '\0';
	assert_int_equal(relay_id(cut, id), GATE_EINVAL);
}

static void
test_a_relay_state_is_no_ticket(void **state)
{
	char handle[RELAY_SIZE], id[RELAY_ID_SIZE];
	uint8_t hash[TICKET_HASH_SIZE];

	(void)state;
	assert_int_equal(relay_mint(handle, id), 0);
	assert_int_equal(ticket_hash(handle, hash), GATE_EINVAL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_id_is_derived),
		cmocka_unit_test(test_each_is_fresh),
		cmocka_unit_test(test_an_id_can_stand_in_a_message),
		cmocka_unit_test(test_what_is_none_of_ours),
		cmocka_unit_test(test_a_relay_state_is_no_ticket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
