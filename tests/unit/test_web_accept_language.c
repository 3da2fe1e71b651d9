/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/languages.h"
#include "web/accept_language.h"

static void
chooses(void **state)
{
	static const struct {
		const char *header, *language;
	} cases[] = {
		{ NULL, "en" },
		{ "", "en" },
		{ "de", "de" },
		{ "DE", "de" },
		{ "de-AT", "de" },
		{ "ko-Kore-KR", "ko" },
		{ "de,en;q=0.8", "de" },
		{ "en;q=0.8, de", "de" },
		{ "en-US,en;q=0.9,de;q=0.8", "en" },
		{ "fr, ko;q=0.2, de;q=0.3", "de" },
		{ "ko, de", "ko" },
		{ "de;q=0.5, ko;q=0.5", "de" },
		{ "ko;q=0.5, de;q=0.5", "ko" },
		{ "fr", "en" },
		{ "fr, *", "en" },
		{ "fr, *;q=0.1, ko;q=0.2", "ko" },
		{ "*", "en" },
		{ "en;q=0, *", "de" },
		{ "en;q=0.1, *;q=0.5", "de" },
		{ "ko, *;q=0.5", "ko" },
		{ "*, ko", "en" },
		{ "de;q=0", "en" },
		{ "de;q=0.0, en;q=0", "en" },
		{ "de;q=0.001", "de" },
		{ "de;q=0.001, ko;q=0.002", "ko" },
		{ "de ; q=0.2 , ko\t;\tq=0.3", "ko" },
		{ "de;Q=0.2,ko;q=0.1", "de" },
		{ "de;q=1.000,ko", "de" },
		{ "de-AT;q=0.2, de;q=0.9, ko;q=0.5", "de" },
		/* none of ours, whatever they begin with */
		{ "d", "en" },
		{ "deu", "en" },
		{ "den, kok", "en" },
		{ "de_AT", "en" },
		/* ranges that are none: the others count */
		{ "de;q=2, ko", "ko" },
		{ "de;q=1.1, ko;q=0.1", "ko" },
		{ "de;q=-1, ko;q=0.1", "ko" },
		{ "de;q=, ko;q=0.1", "ko" },
		{ "de;q=0.1234, ko;q=0.1", "ko" },
		{ "de;q=.5, ko;q=0.1", "ko" },
		{ "de;q=0x1, ko;q=0.1", "ko" },
		{ "de;q=nan, ko;q=0.1", "ko" },
		{ "de;q=0.9;a=b, ko;q=0.1", "ko" },
		{ "de;a=b, ko;q=0.1", "ko" },
		{ "de-, ko;q=0.1", "ko" },
		{ "-de, ko;q=0.1", "ko" },
		{ "de-123456789, ko;q=0.1", "ko" },
		{ "de ko, ko;q=0.1", "ko" },
		{ "\"de\", ko;q=0.1", "ko" },
		{ "d\xc3\xa9, \x01, ko;q=0.1", "ko" },
		{ ",,, ;q=1,, ko;q=0.1,", "ko" },
		{ "../../de", "en" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message(
		    "%s\n", cases[i].header != NULL ? cases[i].header : "-");
		assert_string_equal(
		    accept_language(cases[i].header, language_words),
		    cases[i].language);
	}
}

static void
looks_at_so_many(void **state)
{
	char header[8 * (ACCEPT_LANGUAGE_MAX + 1)] = "";
	int i;

	(void)state;
	for (i = 0; i < ACCEPT_LANGUAGE_MAX - 1; i++)
		strcat(header, "fr,");
	strcat(header, "de");
	assert_string_equal(accept_language(header, language_words), "de");
	memmove(header + 3, header, strlen(header) + 1);
	assert_string_equal(accept_language(header, language_words), "en");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(chooses),
		cmocka_unit_test(looks_at_so_many),
	};

	return cmocka_run_group_tests_name(
	    "web_accept_language", tests, NULL, NULL);
}
