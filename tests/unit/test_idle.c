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

#include "lib/error.h"
#include "lib/file.h"
#include "session/idle.h"
#include "tests/unit/scratch.h"

#define MINUTE INT64_C(60000)

static struct idle_rules *
empty(enum config_preset preset, int64_t seconds)
{
	struct idle_rules *rules = NULL;
	char why[256] = "";

	assert_int_equal(
	    idle_rules_new(&rules, preset, seconds, 7, why, sizeof(why)), 0);
	return rules;
}

static int
add(struct idle_rules *rules, const char *text, int line)
{
	char why[256] = "";
	int r = idle_rules_add(rules, text, line, why, sizeof(why));

	if (r != 0)
		print_message("%s: %s\n", text, why);
	return r;
}

/* Rules from line 10 on; NULL ends them. */
static struct idle_rules *
rules_of(const char *const *texts)
{
	struct idle_rules *rules = empty(PRESET_NONE, 900);
	int i;

	for (i = 0; texts[i] != NULL; i++)
		assert_int_equal(add(rules, texts[i], 10 + i), 0);
	return rules;
}

static const char *const anna_groups[] = { "staff", "domain users" };
static struct attributes anna_attributes;

static int
setup(void **state)
{
	static const char *const said[][2] = {
		{ "role", "nurse" },
		{ "role", "night" },
		{ "urn:oid:2.5.4.11", "CN=Nurses,OU=Ward 3" },
		{ "empty", "" },
	};
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(said) / sizeof(said[0]); i++) {
		assert_int_equal(
		    attributes_add(&anna_attributes, said[i][0]), 0);
		assert_int_equal(
		    attributes_add_value(&anna_attributes, said[i][1]), 0);
	}
	return scratch_setup(state);
}

static int
teardown(void **state)
{
	attributes_clear(&anna_attributes);
	return scratch_teardown(state);
}

/* For anna of sshd, of the groups and attributes above. */
static struct idle_verdict
decide(const struct idle_rules *rules)
{
	const struct idle_subject anna = { .user = "anna",
		.service = "sshd",
		.groups = anna_groups,
		.group_count = 2,
		.attributes = &anna_attributes };
	struct idle_verdict verdict;

	idle_limit(
	    rules, "anna", "sshd", idle_class_of(rules, &anna), &verdict);
	return verdict;
}

static void
reads_rules(void **state)
{
	static const struct {
		const char *rule;
		int64_t limit; /* -1: it is not hers */
	} cases[] = {
		{ "user:anna = 10m", 10 * MINUTE },
		{ "user:anna=10m", 10 * MINUTE },
		{ "  user: anna\t=\t10m ", 10 * MINUTE },
		{ "user:ann = 10m", -1 },
		{ "user:Anna = 10m", -1 },
		{ "user:sshd = 10m", -1 },
		{ "service:sshd = 30m", 30 * MINUTE },
		{ "service:anna = 30m", -1 },
		{ "group:staff = 1h", 60 * MINUTE },
		{ "group:domain users = 1h", 60 * MINUTE },
		{ "group:users = 1h", -1 },
		{ "attribute:role=nurse = 5m", 5 * MINUTE },
		{ "attribute:role=night = 5m", 5 * MINUTE },
		{ "attribute:role = nurse = 5m", 5 * MINUTE },
		{ "attribute:role=nurs = 5m", -1 },
		{ "attribute:role=* = 5m", 5 * MINUTE },
		{ "attribute:empty=* = 5m", -1 },
		{ "attribute:roles=* = 5m", -1 },
		{ "attribute:urn:oid:2.5.4.11=CN=Nurses,OU=Ward 3 = 5m",
		    5 * MINUTE },
		{ "attribute:urn:oid:2.5.4.11=CN=Nurses = 5m", -1 },
		{ "user:anna = 90s", 90000 },
		{ "user:anna = 1s", 1000 },
		{ "user:anna = 30d", 30 * 24 * 60 * MINUTE },
		{ "user:anna = none", 0 },
		{ "user:anna = 0", 0 },
		{ "user:anna = 0s", 0 },
	};
	struct idle_rules *rules;
	struct idle_verdict verdict;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules = empty(PRESET_NONE, 900);
		assert_int_equal(add(rules, cases[i].rule, 12), 0);
		verdict = decide(rules);
		if (cases[i].limit < 0) {
			assert_int_equal(verdict.limit, 15 * MINUTE);
			assert_int_equal(verdict.line, 7);
			assert_string_equal(verdict.rule, "");
		} else {
			assert_int_equal(verdict.limit, cases[i].limit);
			assert_int_equal(verdict.line, 12);
			assert_non_null(strstr(cases[i].rule, verdict.rule));
		}
		idle_rules_free(&rules);
	}
	idle_rules_free(&rules);
}

static void
takes_the_shortest(void **state)
{
	static const struct {
		const char *rules[4];
		int64_t limit;
		int line;
	} cases[] = {
		{ { NULL }, 15 * MINUTE, 7 },
		{ { "user:anna = 20m", "group:staff = 30m" }, 20 * MINUTE, 10 },
		{ { "user:anna = 30m", "group:staff = 20m" }, 20 * MINUTE, 11 },
		{ { "user:anna = 30m", "group:staff = 30m",
		      "service:sshd = 30m" },
		    30 * MINUTE, 10 },
		{ { "service:sshd = 30m", "attribute:role=nurse = 30m",
		      "user:anna = 30m" },
		    30 * MINUTE, 10 },
		{ { "user:anna = none", "group:staff = 30m" }, 30 * MINUTE,
		    11 },
		{ { "group:staff = 30m", "user:anna = none" }, 30 * MINUTE,
		    10 },
		{ { "user:anna = none", "service:sshd = none" }, 0, 10 },
		{ { "attribute:role=nurse = 40m", "user:bob = 5m",
		      "attribute:role=night = 35m" },
		    35 * MINUTE, 12 },
	};
	struct idle_rules *rules;
	struct idle_verdict verdict;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules = rules_of(cases[i].rules);
		verdict = decide(rules);
		assert_int_equal(verdict.limit, cases[i].limit);
		assert_int_equal(verdict.line, cases[i].line);
		idle_rules_free(&rules);
	}
}

/* Nothing is known of who has no groups and no attributes. */
static void
meets_nothing_that_is_not_known(void **state)
{
	static const char *const texts[] = { "group:staff = 1m",
		"attribute:role=* = 1m", NULL };
	const struct idle_subject nobody = { .user = "anna",
		.service = "sshd" };
	struct idle_rules *rules = rules_of(texts);

	(void)state;
	assert_true(idle_class_of(rules, &nobody) == 0);
	idle_rules_free(&rules);
}

static void
take_complaint(const char *file, int line, const char *text, void *data)
{
	char *said = data;

	(void)snprintf(said + strlen(said), 2048 - strlen(said), "%s:%d: %s\n",
	    file, line, text);
}

/* The limit of anna on sshd, by a file. */
static int
load(const char *text, struct idle_verdict *verdict, char said[2048])
{
	struct config *config = NULL;
	struct idle_rules *rules = NULL;
	int r;

	assert_int_equal(
	    file_replace(scratch_path("conf"), 0644, text, strlen(text)), 0);
	assert_int_equal(
	    config_load(&config, scratch_path("conf"), NULL, NULL), 0);
	said[0] = '\0';
	r = idle_rules_load(&rules, config, "FILE", take_complaint, said);
	config_free(&config);
	assert_int_equal(rules != NULL, r == 0);
	if (r == 0) {
		*verdict = decide(rules);
		verdict->rule = NULL; /* theirs */
	}
	idle_rules_free(&rules);
	return r;
}

/* The default, the preset's where the file has none, and rules with lines. */
static void
reads_a_configuration(void **state)
{
	static const struct {
		const char *text;
		int64_t limit;
		int line;
	} cases[] = {
		{ "", 900000, 0 },
		{ "[password]\npreset = stig\n", 600000, 0 },
		{ "[password]\npreset = hipaa\n", 900000, 0 },
		{ "[idle]\nlimit = 7m\n[password]\npreset = stig\n", 420000,
		    2 },
		{ "[idle]\nlimit = 0s\n", 0, 2 },
		{ "[idle]\n# all\nservice:sshd = 2m ; short\nlimit = 20m\n",
		    120000, 3 },
		{ "[idle]\nuser:bob = 2m\n limit : 20m\n", 1200000, 3 },
	};
	struct idle_verdict verdict;
	char said[2048];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].text);
		assert_int_equal(load(cases[i].text, &verdict, said), 0);
		assert_string_equal(said, "");
		assert_int_equal(verdict.limit, cases[i].limit);
		assert_int_equal(verdict.line, cases[i].line);
	}
	/* one fault, of either kind, is enough */
	assert_int_equal(load("[password]\npreset = stig\n[idle]\n"
			      "limit = 11m\nuser:anna = 9m\n",
			     &verdict, said),
	    GATE_ECONFIG);
	assert_non_null(strstr(said, "FILE:4: [idle] limit: "));
	assert_int_equal(
	    load("[idle]\nuser:anna = 31d\n", &verdict, said), GATE_ECONFIG);
	assert_non_null(strstr(said, "FILE:2: [idle] an idle limit of "));
	/* all that is wrong, not the first of it only */
	assert_int_equal(
	    load("[password]\npreset = hipaa\n[idle]\nlimit = 2m\n"
		 "user:anna = 10m\nuser:anna = 11m\nusr:bob = 10m\n"
		 "group:x = none\nservice:SSHD = 10m\n",
		&verdict, said),
	    GATE_ECONFIG);
	assert_string_equal(said,
	    "FILE:4: [idle] limit: an idle limit of 120 s is against preset "
	    "hipaa, which has 5m or more (45 CFR 164.312(a)(2)(iii), automatic "
	    "logoff)\n"
	    "FILE:6: [idle] user:anna is given twice, first in line 5\n"
	    "FILE:7: [idle] a rule begins with group:, user:, service: or "
	    "attribute:\n"
	    "FILE:8: [idle] no idle limit is against preset hipaa, which has "
	    "1h or less, and not 0 (45 CFR 164.312(a)(2)(iii), automatic "
	    "logoff)\n"
	    "FILE:9: [idle] service:SSHD is of no service: PAM knows them in "
	    "lower case\n");
}

static void
refuses_what_would_mean_nothing(void **state)
{
	static const struct {
		const char *rule, *why;
	} cases[] = {
		{ "user:anna", "WHO = LIMIT" },
		{ "anna = 5m", "begins with group:" },
		{ "groups:x = 5m", "begins with group:" },
		{ "user: = 5m", "name is missing" },
		{ "group:  = 5m", "name is missing" },
		{ "attribute:=x = 5m", "name is missing" },
		{ "attribute:role = 5m", "value is missing" },
		{ "attribute:role= = 5m", "value is missing" },
		{ "attribute:a b=x = 5m", "without blanks" },
		{ "attribute:*=x = 5m", "without blanks and *" },
		{ "attribute:role=n* = 5m", "no patterns" },
		{ "user:* = 5m", "no patterns" },
		{ "group:a* = 5m", "no patterns" },
		{ "user:\"anna\" = 5m", "without quotes" },
		{ "attribute:role='x' = 5m", "without quotes" },
		{ "user:anna = ", "behind the last =" },
		{ "user:anna = 5", "behind the last =" },
		{ "user:anna = 5 m", "behind the last =" },
		{ "user:anna = -5m", "behind the last =" },
		{ "user:anna = 5m 30s", "behind the last =" },
		{ "user:anna = never", "behind the last =" },
		{ "user:anna = 9223372036854775807d", "behind the last =" },
		{ "user:anna = 31d", "too long" },
		{ "service:Login = 5m", "in lower case" },
		{ "user:bob = 6m", "twice, first in line 3" },
		{ " user:bob=6m", "twice, first in line 3" },
		{ "attribute:role = x = 6m", "twice, first in line 4" },
	};
	struct idle_rules *rules = empty(PRESET_NONE, 900);
	char why[256];
	size_t i;

	(void)state;
	assert_int_equal(add(rules, "user:bob = 5m", 3), 0);
	assert_int_equal(add(rules, "attribute:role=x = 5m", 4), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		why[0] = '\0';
		assert_int_equal(
		    idle_rules_add(rules, cases[i].rule, 9, why, sizeof(why)),
		    GATE_ECONFIG);
		if (strstr(why, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].rule, why);
	}
	/* none of them was kept */
	assert_string_equal(idle_rules_asks(rules), "attribute:role=x");
	idle_rules_free(&rules);
}

/* Both the default and a rule have to be what the preset allows. */
static void
keeps_to_the_preset(void **state)
{
	static const struct {
		enum config_preset preset;
		int64_t least, most; /* seconds */
	} cases[] = {
		{ PRESET_NONE, 1, 30 * 24 * 3600 },
		{ PRESET_HIPAA, 300, 3600 },
		{ PRESET_NIST, 1, 3600 },
		{ PRESET_PCI, 1, 900 },
		{ PRESET_CIS, 1, 900 },
		{ PRESET_STIG, 1, 600 },
	};
	struct idle_rules *rules;
	char text[64], why[256];
	size_t i, j;
	int good;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const int64_t limits[] = { 0, cases[i].least - 1,
			cases[i].least, cases[i].most, cases[i].most + 1 };

		for (j = 0; j < sizeof(limits) / sizeof(limits[0]); j++) {
			good = limits[j] >= cases[i].least &&
			    limits[j] <= cases[i].most;
			if (limits[j] == 0)
				good = cases[i].preset == PRESET_NONE;
			assert_int_equal(idle_rules_new(&rules, cases[i].preset,
					     limits[j], 0, why, sizeof(why)),
			    good ? 0 : GATE_ECONFIG);
			assert_int_equal(rules != NULL, good);
			idle_rules_free(&rules);
			rules = empty(cases[i].preset, 600);
			snprintf(text, sizeof(text), "user:anna = %llds",
			    (long long)limits[j]);
			assert_int_equal(
			    idle_rules_add(rules, text, 9, why, sizeof(why)),
			    good ? 0 : GATE_ECONFIG);
			idle_rules_free(&rules);
		}
	}
	rules = empty(PRESET_HIPAA, 900);
	assert_int_equal(
	    idle_rules_add(rules, "user:anna = none", 9, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_string_equal(why,
	    "no idle limit is against preset hipaa, which has 1h or less, and "
	    "not 0 (45 CFR 164.312(a)(2)(iii), automatic logoff)");
	assert_int_equal(
	    idle_rules_add(rules, "user:anna = 4m", 9, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_string_equal(why,
	    "an idle limit of 240 s is against preset hipaa, which has 5m or "
	    "more (45 CFR 164.312(a)(2)(iii), automatic logoff)");
	idle_rules_free(&rules);
}

/* What is known at sign-in is carried over to other rules. */
static void
carries_classes(void **state)
{
	static const char *const old_texts[] = { "group:staff = 10m",
		"user:anna = 30m", "attribute:role=nurse = 20m", "group:x = 5m",
		NULL };
	static const char *const new_texts[] = { "attribute:role=nurse = 7m",
		"service:sshd = 9m", "group:staff = 8m", NULL };
	static const char *const more_texts[] = { "group:staff = 8m",
		"group:agents = 6m", NULL };
	const struct idle_subject anna = { .user = "anna",
		.service = "sshd",
		.groups = anna_groups,
		.group_count = 2,
		.attributes = &anna_attributes };
	struct idle_rules *old = rules_of(old_texts);
	struct idle_rules *new = rules_of(new_texts);
	struct idle_rules *more = rules_of(more_texts);
	struct idle_carry carry;
	idle_class class = idle_class_of(old, &anna);

	(void)state;
	assert_string_equal(
	    idle_rules_asks(old), "group:staff\nattribute:role=nurse\ngroup:x");
	assert_true(class == 3);
	assert_int_equal(idle_carry_make(&carry, idle_rules_asks(old), new), 0);
	assert_true(idle_carry(&carry, class) == idle_class_of(new, &anna));
	assert_true(idle_carry(&carry, 4) == 0);
	assert_true(idle_carry(&carry, 1) == 2);
	assert_true(idle_carry(&carry, 2) == 1);
	assert_int_equal(idle_carry_make(&carry, idle_rules_asks(old), more),
	    GATE_ENOTFOUND);
	assert_true(idle_carry(&carry, class) == 1);
	assert_int_equal(idle_carry_make(&carry, "", more), GATE_ENOTFOUND);
	assert_true(idle_carry(&carry, class) == 0);
	idle_rules_free(&old);
	idle_rules_free(&new);
	idle_rules_free(&more);
}

static void
has_room_for_classes(void **state)
{
	struct idle_rules *rules = empty(PRESET_NONE, 900), *other;
	const char *groups[IDLE_CLASS_MAX];
	struct idle_subject all = { .user = "anna",
		.service = "sshd",
		.groups = groups,
		.group_count = IDLE_CLASS_MAX };
	char names[IDLE_CLASS_MAX][16], text[64], why[256];
	struct idle_carry carry;
	struct idle_verdict verdict;
	int i;

	(void)state;
	for (i = 0; i < IDLE_CLASS_MAX; i++) {
		snprintf(names[i], sizeof(names[i]), "g%d", i);
		groups[i] = names[i];
		snprintf(text, sizeof(text), "group:g%d = %ds", i, 1000 - i);
		assert_int_equal(add(rules, text, 10 + i), 0);
		/* of users there may be any number */
		snprintf(text, sizeof(text), "user:u%d = %ds", i, 5 + i);
		assert_int_equal(add(rules, text, 100 + i), 0);
	}
	assert_int_equal(
	    idle_rules_add(rules, "attribute:a=b = 5m", 99, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_non_null(strstr(why, "64 rules"));
	assert_string_equal(idle_rules_names(rules), "");
	assert_int_equal(add(rules, "user:more = 5m", 99), 0);
	assert_true(idle_class_of(rules, &all) == UINT64_MAX);
	idle_limit(rules, "anna", "sshd", UINT64_MAX, &verdict);
	assert_int_equal(verdict.limit, 1000 * (1000 - 63));
	for (i = 0; i < IDLE_CLASS_MAX; i++) {
		idle_limit(rules, "anna", "sshd", (idle_class)1 << i, &verdict);
		assert_int_equal(verdict.line, 10 + i);
		snprintf(text, sizeof(text), "u%d", i);
		idle_limit(rules, text, "sshd", 0, &verdict);
		assert_int_equal(verdict.line, 100 + i);
	}
	/* the last bit is carried as the first one */
	other = empty(PRESET_NONE, 900);
	assert_int_equal(add(other, "group:g63 = 5m", 1), 0);
	assert_int_equal(
	    idle_carry_make(&carry, idle_rules_asks(rules), other), 0);
	assert_true(idle_carry(&carry, (idle_class)1 << 63) == 1);
	assert_true(idle_carry(&carry, UINT64_MAX >> 1) == 0);
	idle_rules_free(&rules);
	idle_rules_free(&other);
}

static void
names_what_is_to_be_kept(void **state)
{
	static const char *const texts[] = { "attribute:role=nurse = 7m",
		"group:staff = 8m", "attribute:role=night = 7m",
		"attribute:ward=3 = 7m", NULL };
	struct idle_rules *rules = rules_of(texts);

	(void)state;
	assert_string_equal(idle_rules_names(rules), "role ward");
	idle_rules_free(&rules);
}

static void
ends_at_a_moment_that_nothing_moves(void **state)
{
	(void)state;
	assert_true(idle_absolute_end(100, 0, 0) == IDLE_NEVER);
	assert_true(idle_absolute_end(100, 50, 0) == 150);
	assert_true(idle_absolute_end(100, 50, 149) == 149);
	assert_true(idle_absolute_end(100, 50, 151) == 150);
	assert_true(idle_absolute_end(100, 0, 120) == 120);
	assert_true(idle_absolute_end(100, INT64_MAX, 0) == IDLE_NEVER);
	assert_true(idle_absolute_end(100, INT64_MAX, 5) == 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_rules),
		TEST(takes_the_shortest),
		TEST(meets_nothing_that_is_not_known),
		TEST(reads_a_configuration),
		TEST(refuses_what_would_mean_nothing),
		TEST(keeps_to_the_preset),
		TEST(carries_classes),
		TEST(has_room_for_classes),
		TEST(names_what_is_to_be_kept),
		TEST(ends_at_a_moment_that_nothing_moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
