/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/emergency.h"
#include "session/ticket.h"

#define NOW 1800000000

static const struct emergency_order usual = {
	.user = "alice",
	.reason = "IdP down, patient in ward 3",
	.issued_by = "uid 0 (root)",
	.lifetime = 1800,
};

static int
issue(const struct emergency_order *order, struct store_pass *pass)
{
	char token[EMERGENCY_SIZE];

	return emergency_issue(order, NOW, pass, token);
}

static void
test_issue(void **state)
{
	struct store_pass pass, other;
	char token[EMERGENCY_SIZE], second[EMERGENCY_SIZE];
	uint8_t hash[STORE_HASH_SIZE];

	(void)state;
	assert_int_equal(emergency_issue(&usual, NOW, &pass, token), 0);
	assert_string_equal(pass.user, "alice");
	assert_string_equal(pass.reason, usual.reason);
	assert_string_equal(pass.issued_by, usual.issued_by);
	assert_int_equal(pass.issued, NOW);
	assert_int_equal(pass.expires, NOW + 1800);
	assert_int_equal(pass.used, 0);
	assert_int_equal(strncmp(token, "ge-", 3), 0);
	assert_int_equal(emergency_hash(token, hash), 0);
	assert_memory_equal(hash, pass.hash, sizeof(hash));
	/* the row does not hold the token */
	assert_null(memmem(&pass, sizeof(pass), token + 3, 8));
	assert_int_equal(emergency_issue(&usual, NOW, &other, second), 0);
	assert_string_not_equal(token, second);
}

static void
test_orders_that_are_none(void **state)
{
	static const char *const lines[] = { "", "   ", "two\nlines", "\x1b[2J",
		"del\x7f", "half \xc3" };
	struct emergency_order order;
	struct store_pass pass;
	char longer[STORE_REASON_MAX + 1];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		order = usual;
		order.reason = lines[i];
		assert_int_equal(issue(&order, &pass), GATE_EINVAL);
		order = usual;
		order.user = lines[i];
		assert_int_equal(issue(&order, &pass), GATE_EINVAL);
		order = usual;
		order.issued_by = lines[i];
		assert_int_equal(issue(&order, &pass), GATE_EINVAL);
	}
	order = usual;
	memset(longer, 'x', sizeof(longer));
	longer[STORE_REASON_MAX] = '\0';
	order.reason = longer;
	assert_int_equal(issue(&order, &pass), GATE_ETOOBIG);
	longer[STORE_REASON_MAX - 1] = '\0';
	assert_int_equal(issue(&order, &pass), 0);
	assert_string_equal(pass.reason, longer);
	order.lifetime = EMERGENCY_LIFETIME_MIN - 1;
	assert_int_equal(issue(&order, &pass), GATE_EINVAL);
	order.lifetime = EMERGENCY_LIFETIME_MAX + 1;
	assert_int_equal(issue(&order, &pass), GATE_EINVAL);
	order.lifetime = EMERGENCY_LIFETIME_MAX;
	assert_int_equal(issue(&order, &pass), 0);
}

static void
test_tokens_that_are_none(void **state)
{
	char ticket[TICKET_SIZE];
	uint8_t hash[STORE_HASH_SIZE];

	(void)state;
	assert_int_equal(ticket_mint(ticket, hash), 0);
	assert_int_equal(emergency_hash(ticket, hash), GATE_EINVAL);
	assert_int_equal(emergency_hash("", hash), GATE_EINVAL);
	assert_int_equal(emergency_hash("ge-", hash), GATE_EINVAL);
}

static void
assert_judged(const char *user, int64_t now, int64_t used, enum reason reason)
{
	struct refusal refusal = { REASON_NONE, "" };
	struct store_pass pass;
	int r;

	assert_int_equal(issue(&usual, &pass), 0);
	pass.used = used;
	r = emergency_judge(&pass, user, now, &refusal);
	assert_int_equal(r, reason == REASON_NONE ? 0 : GATE_EREFUSED);
	assert_int_equal(refusal.reason, reason);
}

static void
test_judge(void **state)
{
	(void)state;
	assert_judged("alice", NOW, 0, REASON_NONE);
	assert_judged("alice", NOW + 1799, 0, REASON_NONE);
	assert_judged("alice", NOW + 1800, 0, REASON_EMERGENCY_EXPIRED);
	assert_judged("alice", NOW - 1, 0, REASON_EMERGENCY_EXPIRED);
	assert_judged("alice", NOW + 1, NOW, REASON_EMERGENCY_USED);
	assert_judged("bob", NOW, 0, REASON_EMERGENCY_UNKNOWN);
	assert_judged("alice2", NOW, 0, REASON_EMERGENCY_UNKNOWN);
	assert_judged("", NOW, 0, REASON_EMERGENCY_UNKNOWN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_issue),
		cmocka_unit_test(test_orders_that_are_none),
		cmocka_unit_test(test_tokens_that_are_none),
		cmocka_unit_test(test_judge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
