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
#include "lib/config_preset.h"
#include "lib/config_rules.h"
#include "lib/config_value.h"
#include "lib/error.h"
#include "lib/file.h"
#include "tests/unit/scratch.h"

static struct config *
load(const char *text)
{
	struct config *config = NULL;

	assert_int_equal(
	    file_replace(scratch_path("conf"), 0644, text, strlen(text)), 0);
	assert_int_equal(
	    config_load(&config, scratch_path("conf"), NULL, NULL), 0);
	return config;
}

static void
has(const struct config *config, const char *section, const char *name,
    const char *value, int origin)
{
	const struct config_key *key = config_find_key(section, name);
	char text[CONFIG_VALUE_SIZE];

	assert_int_equal(config_value(config, key, text, sizeof(text)), 0);
	assert_string_equal(text, value);
	assert_int_equal(config_origin(config, key, 0), origin);
}

/* Nonzero if two say the same of one key; or another value of it. */
static int
are_at_odds(
    const struct config_preset_value *a, const struct config_preset_value *b)
{
	return (a->presets & b->presets) != 0 &&
	    strcmp(a->name, b->name) == 0 &&
	    strcmp(a->section, b->section) == 0 &&
	    (a->bound == b->bound || strcmp(a->value, b->value) != 0);
}

/* Each value is one that the file could have, for a key there is, once for each
 * bound. */
static void
has_sound_values(void **state)
{
	const struct config_preset_value *values;
	const struct config_key *key;
	size_t i, j, count;
	char why[256], text[CONFIG_VALUE_SIZE];
	struct config *config = NULL;

	(void)state;
	assert_int_equal(config_new(&config), 0);
	values = config_preset_values(&count);
	for (i = 0; i < count; i++) {
		print_message("[%s] %s\n", values[i].section, values[i].name);
		key = config_find_key(values[i].section, values[i].name);
		assert_non_null(key);
		assert_int_equal(key->kind, SECTION_ONE);
		assert_int_equal(config_value_set(config, key, values[i].value,
				     why, sizeof(why)),
		    0);
		assert_null(config_rule_broken(key, values[i].value));
		/* spelled as it will be shown */
		assert_int_equal(
		    config_value(config, key, text, sizeof(text)), 0);
		assert_string_equal(text, values[i].value);
		if (values[i].limit != NULL)
			assert_int_equal(config_value_set(config, key,
					     values[i].limit, why, sizeof(why)),
			    0);
		assert_true(values[i].presets != 0);
		assert_true(strlen(values[i].source) > 10);
		for (j = 0; j < i; j++)
			assert_false(are_at_odds(&values[i], &values[j]));
	}
	config_free(&config);
}

/* The table of the published numbers, held against what is in force. */
static void
gives_the_published_numbers(void **state)
{
	static const struct {
		const char *preset, *section, *name, *value;
	} cases[] = {
		{ "nist-800-63b-4", "password", "min_length", "15" },
		{ "nist-800-63b-4", "password", "min_length_mfa", "8" },
		{ "nist-800-63b-4", "password", "min_kinds", "0" },
		{ "nist-800-63b-4", "password", "max_age", "0s" },
		{ "nist-800-63b-4", "password", "dictionary", "yes" },
		{ "hipaa", "password", "min_length", "15" },
		{ "hipaa", "password", "max_age", "0s" },
		{ "pci-dss-4", "password", "min_length", "12" },
		{ "pci-dss-4", "password", "min_letters", "1" },
		{ "pci-dss-4", "password", "min_digits", "1" },
		{ "pci-dss-4", "password", "history", "4" },
		{ "pci-dss-4", "password", "max_age", "90d" },
		{ "pci-dss-4", "password", "max_age_for", "single_factor" },
		{ "pci-dss-4", "lockout", "tries", "10" },
		{ "pci-dss-4", "lockout", "duration", "30m" },
		{ "cis", "password", "min_length", "14" },
		{ "cis", "password", "history", "24" },
		{ "cis", "password", "max_age", "365d" },
		{ "cis", "password", "min_kinds", "4" },
		{ "cis", "lockout", "tries", "5" },
		{ "cis", "lockout", "duration", "15m" },
		{ "stig", "password", "min_length", "15" },
		{ "stig", "password", "min_others", "1" },
		{ "stig", "password", "min_changed", "8" },
		{ "stig", "password", "max_age", "60d" },
		{ "stig", "lockout", "tries", "3" },
		{ "stig", "lockout", "window", "15m" },
		{ "stig", "lockout", "duration", "0s" },
		{ "stig", "gate", "fail_delay", "4000" },
		{ "nist-800-63b-4", "idle", "limit", "15m" },
		{ "pci-dss-4", "idle", "limit", "15m" },
		{ "cis", "idle", "limit", "15m" },
		{ "stig", "idle", "limit", "10m" },
		{ "hipaa", "idle", "limit", "15m" },
	};
	struct config *config;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s: %s\n", cases[i].preset, cases[i].name);
		snprintf(text, sizeof(text), "[password]\npreset = %s\n",
		    cases[i].preset);
		config = load(text);
		assert_string_equal(
		    config_preset_word(config), cases[i].preset);
		has(config, cases[i].section, cases[i].name, cases[i].value,
		    CONFIG_FROM_PRESET);
		config_free(&config);
	}
}

/* What the file says goes before, wherever it stands. */
static void
knows_where_values_come_from(void **state)
{
	struct config *config;

	(void)state;
	config = load("[lockout]\ntries = 7\n[password]\nmin_length = 20\n"
		      "preset = stig\nmax_age = 30d\n"
		      "[idp a]\nentity_id = a\n"
		      "[idp b]\nuser_from = name_id\nentity_id = b\n");
	has(config, "lockout", "tries", "7", 2);
	has(config, "password", "min_length", "20", 4);
	has(config, "password", "preset", "stig", 5);
	has(config, "password", "max_age", "30d", 6);
	has(config, "password", "min_changed", "8", CONFIG_FROM_PRESET);
	has(config, "password", "history", "24", CONFIG_FROM_DEFAULT);
	assert_int_equal(
	    config_origin(config, config_find_key("idp", "entity_id"), 0), 8);
	assert_int_equal(
	    config_origin(config, config_find_key("idp", "entity_id"), 1), 11);
	assert_int_equal(
	    config_origin(config, config_find_key("idp", "user_from"), 0),
	    CONFIG_FROM_DEFAULT);
	assert_int_equal(
	    config_origin(config, config_find_key("idp", "user_from"), 1), 10);
	config_free(&config);

	config = load("");
	assert_string_equal(config_preset_word(config), "none");
	has(config, "password", "min_length", "15", CONFIG_FROM_DEFAULT);
	config_free(&config);
}

struct said {
	int line;
	int count;
	char text[1024];
};

static void
listen_to(int line, const char *text, void *data)
{
	struct said *said = data;

	said->line = line;
	said->count++;
	snprintf(said->text, sizeof(said->text), "%s", text);
}

static void
tells_what_contradicts_it(void **state)
{
	static const struct {
		const char *preset, *line;
		const char *text; /* NULL: nothing */
	} cases[] = {
		{ "stig", "min_length = 15", NULL },
		{ "stig", "min_length = 16", NULL },
		{ "stig", "min_length = 14", "which has 15 or more" },
		{ "stig", "max_age = 59d", NULL },
		{ "stig", "max_age = 61d", "which has 60d or less" },
		{ "stig", "max_age = 0s", "and not 0" },
		{ "stig", "max_repeat = 0", "which has 3 or less" },
		{ "stig", "dictionary = no", "which has yes (" },
		{ "stig", "history = 0", NULL },
		{ "nist-800-63b-4", "max_age = 90d", "which has 0s (" },
		{ "nist-800-63b-4", "min_kinds = 3", "3.1.1.2" },
		{ "nist-800-63b-4", "max_length = 64", NULL },
		{ "nist-800-63b-4", "min_length_mfa = 0", NULL },
		{ "hipaa", "min_length = 8", "contradicts preset hipaa" },
		{ "pci-dss-4", "max_age_for = all", NULL },
		{ "cis", "max_sequence = 4", "which has 3 or less" },
		{ "none", "min_length = 8", NULL },
		{ "stig", "[lockout]\ntries = 4", "which has 3 or less" },
		{ "stig", "[lockout]\ntries = 0", "and not 0" },
		{ "stig", "[lockout]\nduration = 1d", "which has 0s (" },
		{ "stig", "[lockout]\naddress_tries = 50", NULL },
		{ "pci-dss-4", "[lockout]\nduration = 0s", NULL },
		{ "pci-dss-4", "[lockout]\nduration = 29m", "30m or more" },
		{ "nist-800-63b-4", "[lockout]\ntries = 100", NULL },
		{ "nist-800-63b-4", "[lockout]\ntries = 0", "which has 100" },
		/* firm: refused, by who reads it */
		{ "hipaa", "[idle]\nlimit = 2m", NULL },
		{ "stig", "[idle]\nlimit = 0s", NULL },
	};
	struct config *config;
	struct said said;
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s: %s\n", cases[i].preset, cases[i].line);
		snprintf(text, sizeof(text), "[password]\npreset = %s\n%s\n",
		    cases[i].preset, cases[i].line);
		config = load(text);
		said = (struct said){ 0 };
		config_preset_contradictions(config, listen_to, &said);
		assert_int_equal(said.count, cases[i].text != NULL);
		if (cases[i].text != NULL) {
			print_message("  %s\n", said.text);
			assert_non_null(strstr(said.text, cases[i].text));
			assert_int_equal(
			    said.line, cases[i].line[0] == '[' ? 4 : 3);
		}
		config_free(&config);
	}
}

/* What has a firm bound is refused wherever it stands, by that alone. */
static void
refuses_what_is_firm(void **state)
{
	static const struct {
		enum config_preset preset;
		int64_t limit;
		const char *why; /* NULL: it is good */
	} cases[] = {
		{ PRESET_NONE, 0, NULL },
		{ PRESET_NONE, 86400, NULL },
		{ PRESET_STIG, 600, NULL },
		{ PRESET_STIG, 601, "preset stig, which has 10m or less" },
		{ PRESET_STIG, 0, "and not 0" },
		{ PRESET_HIPAA, 299, "preset hipaa, which has 5m or more" },
		{ PRESET_HIPAA, 300, NULL },
		{ PRESET_HIPAA, 3600, NULL },
		{ PRESET_HIPAA, 3601, "which has 1h or less" },
		{ PRESET_HIPAA, 0, "which has 1h or less, and not 0" },
		{ PRESET_NIST, 1, NULL },
		{ PRESET_NIST, 3601, "AAL2" },
		{ PRESET_PCI, 901, "8.2.8" },
		{ PRESET_CIS, 901, "TMOUT" },
	};
	const struct config_key *limit = config_find_key("idle", "limit");
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		assert_int_equal(config_preset_refuses(cases[i].preset, limit,
				     cases[i].limit, why, sizeof(why)),
		    cases[i].why != NULL ? GATE_ECONFIG : 0);
		if (cases[i].why == NULL)
			assert_string_equal(why, "");
		else if (strstr(why, cases[i].why) == NULL)
			fail_msg("%zu: %s", i, why);
	}
	/* one that is not firm is not refused */
	assert_int_equal(
	    config_preset_refuses(PRESET_STIG,
		config_find_key("password", "min_length"), 1, why, sizeof(why)),
	    0);
}

#define TEST(f)                                                                \
	cmocka_unit_test_setup_teardown(f, scratch_setup, scratch_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_sound_values),
		TEST(gives_the_published_numbers),
		TEST(knows_where_values_come_from),
		TEST(tells_what_contradicts_it),
		cmocka_unit_test(refuses_what_is_firm),
	};

	return cmocka_run_group_tests_name("config_preset", tests, NULL, NULL);
}
