/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/config.h"
#include "lib/config_conflict.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"

static void
listen_to(int line, const char *text, void *data)
{
	char *said = data;
	size_t used = strlen(said);

	snprintf(said + used, 2048 - used, "%d: %s\n", line, text);
}

/* What goes before something else is told, and with the line that says so; the
 * file is good nevertheless. */
static void
warns_of_what_has_another_effect(void **state)
{
	static const struct {
		const char *text;
		const char *said; /* the beginning; "": nothing */
	} cases[] = {
		{ "", "" },
		{ "[idle]\nlimit = 2m\nwarn = 1m\n", "" },
		{ "[idle]\nlimit = 2m\nwarn = 61s\n",
		    "3: [idle] warn is more than half of limit" },
		{ "[idle]\nlimit = 90s\n",
		    "0: [idle] warn is more than half of limit" },
		{ "[idle]\nlimit = 0s\nwarn = 10m\n", "" },
		{ "[session]\nmax_age = 12h\n", "" },
		{ "[session]\nmax_age = 4h\n", "" },
		{ "[session]\nmax_age = 4h\n[hold]\nmax = 5h\n",
		    "4: [hold] max is more than [session] max_age" },
		{ "[hold]\nmax = 15m\n[session]\nmax_age = 15m\n",
		    "4: [session] max_age is no more than [idle] limit" },
		{ "[hold]\nmax = 15m\n[session]\nmax_age = 15m\n"
		  "[idle]\nlimit = 0s\n",
		    "" },
		{ "[hold]\nlease = 1m\nmax = 1m\n", "" },
	};
	struct config *config = NULL;
	char said[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(file_replace(scratch_path("conf"), 0644,
				     cases[i].text, strlen(cases[i].text)),
		    0);
		assert_int_equal(
		    config_load(&config, scratch_path("conf"), NULL, NULL), 0);
		said[0] = '\0';
		config_oddities(config, listen_to, said);
		config_free(&config);
		assert_int_equal(
		    strncmp(said, cases[i].said, strlen(cases[i].said)), 0);
		/* one warning, and no other */
		assert_true(cases[i].said[0] != '\0'
			? strchr(said, '\n') == strrchr(said, '\n')
			: said[0] == '\0');
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    warns_of_what_has_another_effect, scratch_setup,
		    scratch_teardown),
	};

	return cmocka_run_group_tests_name(
	    "config_conflict", tests, NULL, NULL);
}
