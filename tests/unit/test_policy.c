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
#include "lib/error.h"
#include "lib/file.h"
#include "password/breached_import.h"
#include "password/policy.h"
#include "password/rules.h"
#include "password/verifier.h"
#include "tests/unit/scratch.h"

static const struct password_policy policy = { .min_length = 15 };

#define SHORT "It has 14 characters, and must have 15 or more."
#define NAME  "It must not hold the user name."

/* What the policy says of a password, in English. */
static int
check(const char *user, const char *password, char *text, size_t size)
{
	const struct password_person person = { .user = user };
	struct password_judgement judgement;
	int r = password_judge(&policy, &person, password, &judgement);

	password_judgement_text(&judgement, NULL, text, size);
	return r;
}

static void
judges_a_password(void **state)
{
	static const struct {
		const char *user, *password, *why; /* NULL: it is good */
	} cases[] = {
		{ "alice", "123456789012345", NULL },
		{ "alice", "12345678901234", SHORT },
		{ "alice", "",
		    "It has 0 characters, and must have 15 or more." },
		/* characters, not bytes: 14 and 15 of two bytes each */
		{ "alice", "ÄÖÜäöüßÄÖÜäöüß", SHORT },
		{ "alice", "ÄÖÜäöüßÄÖÜäöüßÄ", NULL },
		{ "alice", "€𝄞€𝄞€𝄞€𝄞€𝄞€𝄞€𝄞", SHORT },
		/* how many characters it has cannot be said */
		{ "alice",
		    "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"
		    "\x80\x80\x80",
		    "It must be text in UTF-8." },
		{ "alice", "in wonderland alice is", NAME },
		{ "alice", "in wonderland ALICE is", NAME },
		{ "Alice", "in wonderland alice is", NAME },
		{ "alice", "in w0nd3r14nd 41ic3 is", NAME },
		{ "alice", "in wonderland ecila is", NAME },
		{ "alice", "in wonderland alic e is", NULL },
		{ "in wonderland alice is", "wonderland alice is", NULL },
		{ "", "123456789012345", NULL },
		/* all that is wrong, at once */
		{ "alice", "123456789alice", SHORT " " NAME },
	};
	char text[512];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    check(cases[i].user, cases[i].password, text, sizeof(text)),
		    cases[i].why == NULL ? 0 : GATE_EREFUSED);
		assert_string_equal(
		    text, cases[i].why == NULL ? "" : cases[i].why);
	}
}

/* What the policy takes, the verifier must take as well. */
static void
agrees_with_the_verifier_on_the_longest(void **state)
{
	char password[PASSWORD_MAX + 2], text[512], verifier[VERIFIER_SIZE];

	(void)state;
	memset(password, 'p', sizeof(password));
	password[PASSWORD_MAX] = '\0';
	assert_int_equal(check("alice", password, text, sizeof(text)), 0);
	assert_int_equal(verifier_make(password, verifier), 0);
	password[PASSWORD_MAX] = 'p';
	password[PASSWORD_MAX + 1] = '\0';
	assert_int_equal(
	    check("alice", password, text, sizeof(text)), GATE_EREFUSED);
	assert_non_null(strstr(text, "bytes or fewer."));
	assert_int_not_equal(verifier_make(password, verifier), 0);
}

/* The verdict stands however little of the text has room. */
static void
cuts_its_text(void **state)
{
	static const char whole[] = SHORT " " NAME;
	char text[sizeof(whole) + 8];
	size_t size;

	(void)state;
	for (size = 1; size <= sizeof(text); size++) {
		memset(text, 'x', sizeof(text));
		assert_int_equal(check("alice", "123456789alice", text, size),
		    GATE_EREFUSED);
		assert_true(strlen(text) < size);
		assert_memory_equal(text, whole, strlen(text));
		if (size < sizeof(text))
			assert_int_equal(text[size], 'x');
	}
}

static const struct password_fault *
find_fault(
    const struct password_judgement *judgement, enum password_fault_id id)
{
	size_t i;

	for (i = 0; i < judgement->count; i++)
		if (judgement->faults[i].id == id)
			return &judgement->faults[i];
	return NULL;
}

/* One rule alone, a password that just meets it, and one that just does not. */
static void
has_each_rule(void **state)
{
	static const struct {
		struct password_policy policy;
		const char *good, *bad;
		enum password_fault_id fault;
		size_t has, needs;
	} cases[] = {
		{ { .min_length = 3 }, "abc", "ab", FAULT_TOO_SHORT, 2, 3 },
		{ { .max_length = 3 }, "äöü", "äöüß", FAULT_TOO_LONG, 4, 3 },
		{ { .min_letters = 3 }, "1가b2C", "1a2B", FAULT_FEW_LETTERS, 2,
		    3 },
		{ { .min_lower = 2 }, "Aaä", "AaÄ", FAULT_FEW_LOWER, 1, 2 },
		{ { .min_upper = 2 }, "AaÄ", "Aaä", FAULT_FEW_UPPER, 1, 2 },
		{ { .min_digits = 1 }, "a1", "a!", FAULT_FEW_DIGITS, 0, 1 },
		{ { .min_others = 2 }, "a!가", "a!b", FAULT_FEW_OTHERS, 1, 2 },
		{ { .min_kinds = 3 }, "aB3", "aB", FAULT_FEW_KINDS, 2, 3 },
		{ { .max_repeat = 3 }, "xaaax", "xaaaax", FAULT_REPEATS, 4, 3 },
		{ { .max_sequence = 3 }, "xabcx", "xqwerx", FAULT_SEQUENCE, 4,
		    3 },
		{ { .max_kind_run = 4 }, "abcd1", "abcde1", FAULT_KIND_RUN, 5,
		    4 },
		{ { .words = "gatehouse acme" }, "gate house", "a G4teHouse b",
		    FAULT_HOLDS_WORD, 0, 0 },
		{ { .dictionary = 1 }, "correct horse battery staple",
		    "drowssap1", FAULT_DICTIONARY, 0, 0 },
		{ { .dictionary = 1 }, "correct horse battery staple",
		    "abababababababab", FAULT_FEW_DIFFERENT, 0, 0 },
		{ { .dictionary = 1 }, "correct horse battery staple",
		    "123456789012345", FAULT_SYSTEMATIC, 0, 0 },
		{ { .dictionary = 1 }, "correct horse battery staple",
		    "tom4X7x_bb_x7X4mot", FAULT_PALINDROME, 0, 0 },
	};
	const struct password_person nobody = { 0 };
	struct password_judgement judgement;
	const struct password_fault *fault;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s, %s\n", cases[i].good, cases[i].bad);
		assert_int_equal(password_judge(&cases[i].policy, &nobody,
				     cases[i].good, &judgement),
		    0);
		assert_int_equal(judgement.count, 0);
		assert_int_equal(password_judge(&cases[i].policy, &nobody,
				     cases[i].bad, &judgement),
		    GATE_EREFUSED);
		assert_int_equal(judgement.count, 1);
		assert_int_equal(judgement.strength, 0);
		fault = &judgement.faults[0];
		assert_int_equal(fault->id, cases[i].fault);
		assert_int_equal(fault->has, cases[i].has);
		assert_int_equal(fault->needs, cases[i].needs);
	}
}

/* Names of the person and the place; and what the old password says. */
static void
knows_whose_it_is(void **state)
{
	static const struct password_policy rules = { .min_changed = 4 };
	static const struct password_person person = { .user = "alice",
		.real_name = "Alice B. Liddell,,555-0100",
		.host = "www.wonder.example",
		.service = "portal",
		.old = "through the looking-glass" };
	static const struct {
		const char *password;
		int fault; /* FAULT_IDS: none */
		const char *word;
	} cases[] = {
		{ "down the rabbit hole", FAULT_IDS, "" },
		{ "LIDDELL it is", FAULT_HOLDS_NAME, "Liddell" },
		{ "call 555 0100", FAULT_HOLDS_NAME, "555" },
		{ "no W0nd3r at all", FAULT_HOLDS_HOST, "wonder" },
		{ "latrop dnoces", FAULT_HOLDS_SERVICE, "portal" },
		{ "through the looking-glass", FAULT_IS_OLD, "" },
		{ "Through the Looking-Glass 2", FAULT_LIKE_OLD, "" },
		{ "through a looking-glass", FAULT_NEAR_OLD, "" },
	};
	struct password_judgement judgement;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].password);
		assert_int_equal(password_judge(&rules, &person,
				     cases[i].password, &judgement),
		    cases[i].fault == FAULT_IDS ? 0 : GATE_EREFUSED);
		assert_int_equal(judgement.count, cases[i].fault != FAULT_IDS);
		if (judgement.count == 0)
			continue;
		assert_int_equal(judgement.faults[0].id, cases[i].fault);
		assert_string_equal(judgement.faults[0].word, cases[i].word);
	}
}

/* All that is wrong is found at once, each once. */
static void
finds_all_faults(void **state)
{
	static const struct password_policy strict = { .min_length = 20,
		.min_upper = 2,
		.min_digits = 5,
		.min_others = 1,
		.min_kinds = 4,
		.max_repeat = 2,
		.max_sequence = 3,
		.max_kind_run = 4,
		.min_changed = 8,
		.dictionary = 1,
		.words = "acme" };
	static const struct password_person person = {
		.user = "bob", .real_name = "Bob Acme", .old = "bobacme1111abcd"
	};
	static const enum password_fault_id faults[] = { FAULT_TOO_SHORT,
		FAULT_FEW_UPPER, FAULT_FEW_DIGITS, FAULT_FEW_OTHERS,
		FAULT_FEW_KINDS, FAULT_REPEATS, FAULT_SEQUENCE, FAULT_KIND_RUN,
		FAULT_HOLDS_USER, FAULT_HOLDS_NAME, FAULT_HOLDS_WORD,
		FAULT_SYSTEMATIC, FAULT_LIKE_OLD };
	struct password_judgement judgement;
	char text[2048];
	size_t i;

	(void)state;
	assert_int_equal(
	    password_judge(&strict, &person, "bobacme1112abcd", &judgement),
	    GATE_EREFUSED);
	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++)
		assert_non_null(find_fault(&judgement, faults[i]));
	assert_int_equal(judgement.count, i);
	password_fault_add(&judgement, FAULT_USED_BEFORE, 0, 24, NULL);
	password_fault_add(&judgement, FAULT_USED_BEFORE, 0, 25, NULL);
	assert_int_equal(judgement.count, i + 1);
	password_judgement_text(&judgement, NULL, text, sizeof(text));
	assert_non_null(strstr(text, "the last 24 may not come again."));
	/* no sentence has any of the password */
	assert_null(strstr(text, "1112"));
}

static void
tells_the_strength(void **state)
{
	static const struct password_policy none = { 0 };
	static const struct password_person nobody = { 0 };
	static const char *const passwords[] = { "aaaaaaaa", "correcthorse",
		"Correct horse 4 battery!" };
	struct password_judgement judgement;
	int before = -1;
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(passwords) / sizeof(passwords[0]); i++) {
		assert_int_equal(
		    password_judge(&none, &nobody, passwords[i], &judgement),
		    0);
		print_message("%d: %s\n", judgement.strength, passwords[i]);
		assert_true(judgement.strength > before);
		assert_true(judgement.strength <= 100);
		before = judgement.strength;
	}
	password_strength_text(&judgement, NULL, text, sizeof(text));
	assert_string_equal(text, "Strength: 100 of 100.");
}

/*
 * Whatever bytes come, a verdict comes: with every rule on, and for passwords
 * of all lengths, it is refused for what it lacks, or meets every rule.
 */
static void
judges_anything(void **state)
{
	static const struct password_policy strict = { .min_length = 12,
		.max_length = 100,
		.min_digits = 1,
		.max_repeat = 3,
		.max_sequence = 5,
		.min_changed = 4,
		.dictionary = 1,
		.words = "xyz" };
	static const struct password_person person = { .user = "alice",
		.real_name = "A \xff B\xc3",
		.host = "....",
		.service = "",
		.old = "\x80 old" };
	struct password_judgement judgement;
	char password[2 * PASSWORD_MAX], text[4096];
	size_t round, i, length;
	int r;

	(void)state;
	srand(3);
	for (round = 0; round < 3000; round++) {
		length =
		    (size_t)rand() % (round % 10 == 0 ? sizeof(password) : 40);
		for (i = 0; i < length; i++)
			password[i] =
			    (char)(round % 2 == 0 ? rand() % 255 + 1
						  : ' ' + rand() % 95);
		password[length] = '\0';
		r = password_judge(&strict, &person, password, &judgement);
		assert_true(r == 0 || r == GATE_EREFUSED);
		assert_int_equal(r == 0, judgement.count == 0);
		if (length > PASSWORD_MAX)
			assert_non_null(
			    find_fault(&judgement, FAULT_TOO_MANY_BYTES));
		else if (round % 2 == 1)
			assert_int_equal(
			    find_fault(&judgement, FAULT_TOO_SHORT) != NULL,
			    length < 12);
		password_judgement_text(&judgement, NULL, text, sizeof(text));
	}
}

/* A configuration of one section, loaded into rules. */
static int
load_rules(struct password_rules **rules, const char *section, char *why,
    size_t why_size)
{
	struct config *config = NULL;
	char text[1024];
	int r;

	snprintf(text, sizeof(text), "[password]\n%s\n", section);
	assert_int_equal(
	    file_replace(scratch_path("conf"), 0644, text, strlen(text)), 0);
	assert_int_equal(
	    config_load(&config, scratch_path("conf"), NULL, NULL), 0);
	r = password_rules_load(rules, config, why, why_size);
	config_free(&config);
	return r;
}

static void
takes_its_rules_from_the_configuration(void **state)
{
	static const char line[] = "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8";
	static const struct password_person nobody = { 0 };
	struct password_judgement judgement;
	struct breached_import *import = NULL;
	struct password_rules *rules = NULL;
	char section[1024], why[600];
	uint64_t count;

	(void)state;
	assert_int_equal(load_rules(&rules, "", why, sizeof(why)), 0);
	assert_int_equal(rules->policy.min_length, 15);
	assert_int_equal(rules->policy_mfa.min_length, 15);
	assert_int_equal(rules->history, 24);
	assert_int_equal(rules->cost, VERIFIER_COST);
	assert_int_equal(rules->age.max, 0);
	password_rules_free(&rules);

	assert_int_equal(
	    load_rules(&rules, "preset = pci-dss-4", why, sizeof(why)), 0);
	assert_int_equal(rules->policy.min_length, 12);
	assert_int_equal(rules->age.max, 90 * 86400);
	assert_int_equal(rules->age_mfa.max, 0);
	password_rules_free(&rules);
	assert_int_equal(
	    load_rules(&rules, "preset = nist-800-63b-4", why, sizeof(why)), 0);
	assert_int_equal(rules->policy.min_length, 15);
	assert_int_equal(rules->policy_mfa.min_length, 8);
	password_rules_free(&rules);

	snprintf(section, sizeof(section),
	    "breached = %s\nblocklist = %s\nmin_length = 8\ndictionary = no",
	    scratch_path("breached"), scratch_path("blocklist"));
	assert_int_equal(
	    file_replace(scratch_path("blocklist"), 0644, "open sesame\n", 12),
	    0);
	assert_int_equal(
	    load_rules(&rules, section, why, sizeof(why)), GATE_EIO);
	assert_non_null(strstr(why, "[password] breached: "));
	assert_int_equal(
	    breached_import_new(&import, scratch_path("breached"), 8), 0);
	assert_int_equal(
	    breached_import_line(import, NULL, line, strlen(line)), 0);
	/* the path has to outlive it */
	assert_int_equal(breached_import_finish(import, &count), 0);
	breached_import_free(&import);
	assert_int_equal(load_rules(&rules, section, why, sizeof(why)), 0);
	assert_int_equal(
	    password_judge(&rules->policy, &nobody, "password", &judgement),
	    GATE_EREFUSED);
	assert_non_null(find_fault(&judgement, FAULT_BREACHED));
	assert_int_equal(
	    password_judge(&rules->policy, &nobody, "Open S3same", &judgement),
	    GATE_EREFUSED);
	assert_non_null(find_fault(&judgement, FAULT_BLOCKED));
	assert_int_equal(password_judge(&rules->policy, &nobody,
			     "neither of them", &judgement),
	    0);
	password_rules_free(&rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(judges_a_password),
		cmocka_unit_test(agrees_with_the_verifier_on_the_longest),
		cmocka_unit_test(cuts_its_text),
		cmocka_unit_test(has_each_rule),
		cmocka_unit_test(knows_whose_it_is),
		cmocka_unit_test(finds_all_faults),
		cmocka_unit_test(tells_the_strength),
		cmocka_unit_test(judges_anything),
		cmocka_unit_test_setup_teardown(
		    takes_its_rules_from_the_configuration, scratch_setup,
		    scratch_teardown),
	};

	return cmocka_run_group_tests_name("policy", tests, NULL, NULL);
}
