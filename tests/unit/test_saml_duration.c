/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "lib/error.h"
#include "saml/duration.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
test_good(void **state)
{
	static const struct {
		const char *text;
		int64_t seconds;
	} cases[] = {
		{ "PT0S", 0 },
		{ "PT1S", 1 },
		{ "PT90S", 90 },
		{ "PT1.9S", 1 },
		{ "PT1M", 60 },
		{ "PT6H", 21600 },
		{ "P1D", 86400 },
		{ "P1DT1H1M1S", 90061 },
		{ "P1M", 30 * 86400 },
		{ "P1Y", 365 * 86400 },
		{ "P1Y2M3DT4H5M6S",
		    (365 + 60 + 3) * 86400 + 4 * 3600 + 5 * 60 + 6 },
		{ "P3650D", SAML_DURATION_MAX },
		{ "P3651D", SAML_DURATION_MAX },
		{ "P99999999999999999999Y", SAML_DURATION_MAX },
		{ "PT99999999999999999999S", SAML_DURATION_MAX },
		{ "P9Y99999999M99999999DT99999999H", SAML_DURATION_MAX },
	};
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (saml_duration_parse(cases[i].text, &seconds) != 0)
			fail_msg("%s: refused", cases[i].text);
		if (seconds != cases[i].seconds)
			fail_msg("%s: %jd", cases[i].text, (intmax_t)seconds);
	}
}

static void
test_bad(void **state)
{
	static const char *const cases[] = { "", "P", "PT", "P1DT", "1D",
		"-P1D", "+P1D", "P1", "P1H", "PT1D", "P1D1Y", "P1D1D", "PT1S1M",
		"P-1D", "P1.5D", "PT1.S", "PT.5S", "PT1.5M", " P1D", "P1D ",
		"p1d", "P1W", "PT1M1M", "P1DT1H ", "PTT1H" };
	int64_t seconds;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		if (saml_duration_parse(cases[i], &seconds) != GATE_EINVAL)
			fail_msg("\"%s\": accepted", cases[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_good),
		cmocka_unit_test(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
