/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "gatehoused/logind.h"
#include "lib/error.h"

#define SINCE "IdleSinceHintMonotonic="

static void
reads_what_loginctl_prints(void **state)
{
	static const struct {
		const char *text;
		int is_idle;
		int64_t since;
	} cases[] = {
		{ "IdleHint=no\n" SINCE "0\n", 0, 0 },
		{ "IdleHint=yes\n" SINCE "4207318211\n", 1, 4207318 },
		{ SINCE "4207318999\nIdleHint=no\n", 0, 4207318 },
		{ "Id=c2\nIdleHint=yes\nIdleSinceHint=1700000000000000\n" SINCE
		  "999\n\n",
		    1, 0 },
		{ "IdleHint=yes\n" SINCE "9223372036854775807", 1,
		    INT64_MAX / 1000 },
	};
	struct activity_hint hint;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		hint = (struct activity_hint){ -1, -1, 7, 8 };
		assert_int_equal(logind_read_hint(cases[i].text, &hint), 0);
		assert_int_equal(hint.is_idle, cases[i].is_idle);
		assert_int_equal(hint.since, cases[i].since);
		/* what is the caller's */
		assert_int_equal(hint.mono, 7);
		assert_int_equal(hint.at, 8);
	}
}

static void
takes_nothing_else_for_it(void **state)
{
	static const char *const texts[] = {
		"",
		"\n",
		"no such session",
		"IdleHint=no\n",
		"IdleHint=\n" SINCE "1\n",
		SINCE "1\n",
		"IdleHint=no\n" SINCE "\n",
		"IdleHint=no\n" SINCE,
		"IdleHint=No\n" SINCE "1\n",
		"IdleHint=not\n" SINCE "1\n",
		"IdleHint=n\n" SINCE "1\n",
		"IdleHint=true\n" SINCE "1\n",
		"IdleHint= no\n" SINCE "1\n",
		"xIdleHint=no\n" SINCE "1\n",
		"IdleHint=no " SINCE "1\n",
		"IdleHint=no\nx" SINCE "1\n",
		"IdleHint=no\n" SINCE "-1\n",
		"IdleHint=no\n" SINCE "+1\n",
		"IdleHint=no\n" SINCE " 1\n",
		"IdleHint=no\n" SINCE "1 \n",
		"IdleHint=no\n" SINCE "1h 2min\n",
		"IdleHint=no\n" SINCE "0x1\n",
		"IdleHint=no\n" SINCE "9223372036854775808\n",
		"IdleHint=no\n" SINCE "18446744073709551615\n",
		/* of two sessions */
		"IdleHint=no\n" SINCE "1\n\nIdleHint=no\n" SINCE "1\n",
		"IdleHint=yes\nIdleHint=no\n" SINCE "1\n",
		"IdleHint=no\n" SINCE "1\n" SINCE "1\n",
	};
	struct activity_hint hint;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		hint = (struct activity_hint){ -1, -1, 0, 0 };
		if (logind_read_hint(texts[i], &hint) != GATE_EINVAL)
			fail_msg("was read: %s", texts[i]);
		assert_int_equal(hint.is_idle, -1);
		assert_int_equal(hint.since, -1);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_loginctl_prints),
		cmocka_unit_test(takes_nothing_else_for_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
