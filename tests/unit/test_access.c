/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "access/rules.h"
#include "lib/config_section.h"
#include "lib/error.h"

/* Rules, each "SERVICE: RULE" or "RULE", in lines 1, 2, ... */
static struct access_rules *
make(const char *const *lines)
{
	struct access_rules *rules = NULL;
	const char *text, *colon;
	char service[32], why[256] = "";
	int line;

	assert_int_equal(access_rules_new(&rules), 0);
	for (line = 0; lines[line] != NULL; line++) {
		text = lines[line];
		service[0] = '\0';
		if ((colon = strstr(text, ": ")) != NULL) {
			snprintf(service, sizeof(service), "%.*s",
			    (int)(colon - text), text);
			text = colon + 2;
		}
		if (access_rules_add(
			rules, service, text, line + 1, why, sizeof(why)) != 0)
			fail_msg("%s: %s", text, why);
	}
	return rules;
}

/* What these rules make of the subject: +LINE let in, -LINE refused; 1000 for
 * the default that stands nowhere. */
static int
decide(const char *const *lines, const struct access_subject *subject)
{
	struct access_rules *rules = make(lines);
	struct access_verdict verdict;
	int line;

	access_decide(rules, subject, &verdict);
	assert_non_null(verdict.rule);
	assert_non_null(verdict.service);
	line = verdict.line > 0 ? verdict.line : 1000;
	access_rules_free(&rules);
	assert_null(rules);
	return verdict.allowed ? line : -line;
}

#define RULES(...) ((const char *const[]){ __VA_ARGS__, NULL })

static struct attributes alice_attributes;
static const struct access_subject alice = {
	.service = "sshd",
	.user = "alice",
	.method = "sso",
	.issuer = "https://idp.example",
	.authn_context = "https://refeds.org/profile/mfa",
	.attributes = &alice_attributes,
};
/* By password and second factor: nothing is said of bob. */
static const struct access_subject bob = {
	.service = "sshd",
	.user = "bob",
	.method = "password+otp",
};

/* What the IdP says of alice: "=" begins a value. */
static int
setup(void **state)
{
	static const char *const words[] = { "role", "=agent", "=two words",
		"=a=b:c", "=", "urn:oid:1.3.6", "=agent", "hollow", "=",
		"none" };
	size_t i;
	int r = 0;

	(void)state;
	for (i = 0; i < sizeof(words) / sizeof(words[0]) && r == 0; i++)
		r = words[i][0] == '='
		    ? attributes_add_value(&alice_attributes, words[i] + 1)
		    : attributes_add(&alice_attributes, words[i]);
	return r;
}

static int
teardown(void **state)
{
	(void)state;
	attributes_clear(&alice_attributes);
	return 0;
}

static void
test_no_rules(void **state)
{
	(void)state;
	assert_int_equal(decide((const char *const[]){ NULL }, &alice), 1000);
	assert_int_equal(decide((const char *const[]){ NULL }, &bob), 1000);
	assert_int_equal(decide((const char *const[]){ NULL },
			     &(struct access_subject){ 0 }),
	    1000);
}

static void
test_verbs(void **state)
{
	(void)state;
	assert_int_equal(decide(RULES("allow user = alice"), &alice), 1);
	assert_int_equal(decide(RULES("allow user = alice"), &bob), -1000);
	assert_int_equal(decide(RULES("deny user = alice"), &alice), -1);
	assert_int_equal(decide(RULES("deny user = alice"), &bob), 1000);
	assert_int_equal(decide(RULES("require user = alice"), &alice), 1000);
	assert_int_equal(decide(RULES("require user = alice"), &bob), -1);
}

static void
test_first_decides(void **state)
{
	(void)state;
	assert_int_equal(
	    decide(RULES("deny user = alice", "allow user = alice"), &alice),
	    -1);
	assert_int_equal(
	    decide(RULES("allow user = alice", "deny user = alice"), &alice),
	    1);
	assert_int_equal(
	    decide(RULES("allow user = alice", "require method = otp"), &alice),
	    1);
	assert_int_equal(
	    decide(RULES("require method = sso", "deny user = bob",
		       "require attribute:role = agent", "allow user = alice"),
		&alice),
	    4);
	assert_int_equal(
	    decide(RULES("deny user = eve", "require method = sso"), &bob), -2);
}

static void
test_defaults(void **state)
{
	(void)state;
	assert_int_equal(decide(RULES("default = deny"), &bob), -1);
	assert_int_equal(decide(RULES("default=allow"), &bob), 1);
	/* Where it stands does not matter. */
	assert_int_equal(
	    decide(RULES("default = deny", "require user = bob"), &bob), -1);
	assert_int_equal(
	    decide(RULES("deny user = eve", "default\t=\tdeny"), &bob), -2);
	assert_int_equal(
	    decide(RULES("allow user = eve", "default = allow"), &bob), 2);
	assert_int_equal(
	    decide(RULES("default = deny", "allow user = bob"), &bob), 2);
}

static void
test_services(void **state)
{
	const char *const *rules = RULES("deny user = bob",
	    "su-l: allow user = bob", "login: default = deny");
	struct access_subject subject = bob;

	(void)state;
	assert_int_equal(decide(rules, &subject), -1);
	subject.service = "su-l";
	assert_int_equal(decide(rules, &subject), 2);
	subject.user = "eve";
	assert_int_equal(decide(rules, &subject), -1000);
	subject.service = "login";
	assert_int_equal(decide(rules, &subject), -3);
	subject.service = "su";
	assert_int_equal(decide(rules, &subject), 1000);
	subject.service = NULL;
	assert_int_equal(decide(rules, &subject), 1000);
	subject.user = "bob";
	assert_int_equal(decide(rules, &subject), -1);
}

/* Whether a condition holds, asked for with a rule of each sense. */
static int
holds(const char *condition, const struct access_subject *subject)
{
	char allow[128], deny[128], require[128];
	int held;

	snprintf(allow, sizeof(allow), "allow %s", condition);
	snprintf(deny, sizeof(deny), "deny %s", condition);
	snprintf(require, sizeof(require), "require %s", condition);
	held = decide(RULES(allow), subject) == 1;
	assert_int_equal(held, decide(RULES(deny), subject) == -1);
	assert_int_equal(held, decide(RULES(require), subject) == 1000);
	return held;
}

static void
test_conditions(void **state)
{
	static const char *const alices[] = {
		"user = alice",
		"method = sso",
		"issuer = https://idp.example",
		"authn_context = https://refeds.org/profile/mfa",
		"authn_context=urn:x|https://refeds.org/profile/mfa",
		"attribute:role = agent",
		"attribute:role=two words",
		"attribute:role = a=b:c",
		"attribute:urn:oid:1.3.6 = agent",
		"attribute:role = chief | agent",
		"attribute:role = agent|chief|nobody",
		"attribute:role = *",
		"issuer = *",
		"\tattribute:role \t=  agent ",
	};
	static const char *const not_alices[] = {
		"user = Alice",
		"user = alic",
		"user = bob | carol",
		"method = password+otp",
		"attribute:role = Agent",
		"attribute:role = two",
		"attribute:role = agent two words",
		"attribute:Role = agent",
		"attribute:urn = agent",
		"attribute:hollow = *", /* it is there, and says nothing */
		"attribute:none = *",
		"attribute:phone = *",
		"attribute:phone = 1 | 2",
	};
	struct access_subject subject = bob;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(alices) / sizeof(alices[0]); i++) {
		if (!holds(alices[i], &alice))
			fail_msg("does not hold: %s", alices[i]);
	}
	for (i = 0; i < sizeof(not_alices) / sizeof(not_alices[0]); i++) {
		if (holds(not_alices[i], &alice))
			fail_msg("holds: %s", not_alices[i]);
	}
	/* What is not known meets nothing. */
	assert_true(holds("user = *", &bob));
	assert_false(holds("issuer = *", &bob));
	assert_false(holds("authn_context = *", &bob));
	assert_false(holds("attribute:role = *", &bob));
	subject.user = "";
	assert_false(holds("user = *", &subject));
}

/* What an IdP would say, the administrator has said; and nothing else. */
static void
test_emergency(void **state)
{
	static const char *const of_idp[] = { "attribute:role = agent",
		"issuer = https://idp.example", "authn_context = *" };
	const struct access_subject carol = {
		.service = "sshd",
		.user = "carol",
		.method = "emergency",
	};
	char rule[64];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(of_idp) / sizeof(of_idp[0]); i++) {
		snprintf(rule, sizeof(rule), "allow %s", of_idp[i]);
		assert_int_equal(decide(RULES(rule), &carol), 1);
		assert_int_equal(decide(RULES(rule), &bob), -1000);
		snprintf(rule, sizeof(rule), "require %s", of_idp[i]);
		assert_int_equal(decide(RULES(rule), &carol), 1000);
		assert_int_equal(
		    decide(RULES(rule, "default = deny"), &carol), -2);
		snprintf(rule, sizeof(rule), "deny %s", of_idp[i]);
		assert_int_equal(decide(RULES(rule), &carol), 1000);
	}
	assert_int_equal(decide(RULES("default = deny"), &carol), -1);
	assert_int_equal(decide(RULES("allow user = bob"), &carol), -1000);
	assert_int_equal(decide(RULES("deny user = carol"), &carol), -1);
	assert_int_equal(decide(RULES("require method = sso"), &carol), -1);
	assert_int_equal(decide(RULES("deny method = emergency",
				    "allow attribute:role = agent"),
			     &carol),
	    -1);
	assert_int_equal(
	    decide(RULES("allow method = emergency", "default = deny"), &carol),
	    1);
}

static void
test_bad_rules(void **state)
{
	static const char *const bad[][2] = {
		{ "", "VERB CONDITION = VALUE" },
		{ "allow", "VERB CONDITION = VALUE" },
		{ "allow user alice", "VERB CONDITION = VALUE" },
		{ "= alice", "not with \"\"" },
		{ "permit user = alice", "not with \"permit\"" },
		{ "Allow user = alice", "not with \"Allow\"" },
		{ "user = alice", "not with \"user\"" },
		{ "allow = alice", "\"\" is no condition" },
		{ "allow uid = alice", "\"uid\" is no condition" },
		{ "allow user bob = alice", "\"user bob\" is no condition" },
		{ "allow attribute = a", "\"attribute\" is no condition" },
		{ "allow attribute: = a", "the attribute's Name" },
		{ "allow attribute:a b = a", "the attribute's Name" },
		{ "allow attribute:* = a", "the attribute's Name" },
		{ "allow user =", "a value is missing" },
		{ "allow user = | bob", "a value is missing" },
		{ "allow user = bob |", "a value is missing" },
		{ "allow user = bob || eve", "a value is missing" },
		{ "deny user = b*", "there are no patterns" },
		{ "deny method = urgency", "external or emergency" },
		{ "deny user = bob | **", "there are no patterns" },
		{ "deny user = \"bob\"", "without quotes" },
		{ "deny user = eve | 'bob'", "without quotes" },
		{ "default = refuse", "must be allow or deny" },
		{ "default =", "must be allow or deny" },
		{ "default = deny deny", "must be allow or deny" },
		{ "default deny", "VERB CONDITION = VALUE" },
	};
	struct access_rules *rules;
	char why[256];
	size_t i;

	(void)state;
	assert_int_equal(access_rules_new(&rules), 0);
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		why[0] = '\0';
		if (access_rules_add(rules, "", bad[i][0], 1, why,
			sizeof(why)) != GATE_ECONFIG)
			fail_msg("taken: %s", bad[i][0]);
		if (strstr(why, bad[i][1]) == NULL)
			fail_msg("%s: %s", bad[i][0], why);
	}
	assert_int_equal(
	    access_rules_add(rules, "", "default = deny", 7, why, sizeof(why)),
	    0);
	assert_int_equal(
	    access_rules_add(rules, "", "default = deny", 9, why, sizeof(why)),
	    GATE_ECONFIG);
	assert_string_equal(why, "the default is given twice, first in line 7");
	assert_int_equal(access_rules_add(rules, "sshd", "default = deny", 9,
			     why, sizeof(why)),
	    0);
	access_rules_free(&rules);
}

static void
test_names(void **state)
{
	struct access_rules *rules;

	(void)state;
	rules = make((const char *const[]){ NULL });
	assert_string_equal(access_rules_names(rules), "");
	access_rules_free(&rules);
	rules = make(RULES("allow attribute:roles = a", "deny user = bob",
	    "require attribute:role = b", "sshd: deny attribute:roles = c",
	    "sshd: deny attribute:urn:oid:1 = d"));
	assert_string_equal(access_rules_names(rules), "roles role urn:oid:1");
	access_rules_free(&rules);
	access_rules_free(&rules);
}

/* What the administrator reads of a decision. */
static void
test_verdict(void **state)
{
	struct access_rules *rules =
	    make(RULES("allow user = carol", "sshd:  deny user = bob|eve"));
	struct access_subject subject = bob;
	struct access_verdict verdict;

	(void)state;
	access_decide(rules, &subject, &verdict);
	assert_string_equal(verdict.rule, " deny user = bob|eve");
	assert_string_equal(verdict.service, "sshd");
	assert_int_equal(verdict.line, 2);
	subject.service = "login";
	access_decide(rules, &subject, &verdict);
	assert_string_equal(
	    verdict.rule, "no allow rule fits, and then the default is deny");
	assert_string_equal(verdict.service, "");
	assert_int_equal(verdict.line, 0);
	access_rules_free(&rules);
}

struct said {
	int lines[8];
	int count;
};

static void
listen_to(const char *file, int line, const char *text, void *data)
{
	struct said *said = data;

	assert_string_equal(file, "gate.conf");
	assert_true(strlen(text) > 0);
	said->lines[said->count++] = line;
}

/* All bad rules of a configuration are told of, and none is taken. */
static void
test_load(void **state)
{
	static const struct {
		const char *service, *text;
		int line;
	} lines[] = {
		{ "", "deny user = bob", 4 },
		{ "sshd", "permit user = bob", 9 },
		{ "sshd", "allow user = eve", 10 },
		{ "sshd", "allow user =", 11 },
	};
	struct config *config = NULL;
	struct access_rules *rules = NULL;
	struct access_verdict verdict;
	struct said said = { 0 };
	size_t i;

	(void)state;
	assert_int_equal(config_new(&config), 0);
	for (i = 0; i < 4; i++)
		assert_int_equal(
		    config_section_add_rule(
			config, lines[i].service, lines[i].text, lines[i].line),
		    0);
	assert_int_equal(
	    access_rules_load(&rules, config, "gate.conf", listen_to, &said),
	    GATE_ECONFIG);
	assert_null(rules);
	assert_int_equal(said.count, 2);
	assert_int_equal(said.lines[0], 9);
	assert_int_equal(said.lines[1], 11);
	config_free(&config);
	assert_int_equal(config_new(&config), 0);
	assert_int_equal(
	    config_section_add_rule(config, "", "deny user = bob", 4), 0);
	assert_int_equal(
	    access_rules_load(&rules, config, "gate.conf", listen_to, &said),
	    0);
	assert_int_equal(said.count, 2);
	access_decide(rules, &bob, &verdict);
	assert_false(verdict.allowed);
	assert_int_equal(verdict.line, 4);
	access_rules_free(&rules);
	config_free(&config);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_rules),
		cmocka_unit_test(test_verbs),
		cmocka_unit_test(test_first_decides),
		cmocka_unit_test(test_defaults),
		cmocka_unit_test(test_services),
		cmocka_unit_test(test_conditions),
		cmocka_unit_test(test_emergency),
		cmocka_unit_test(test_bad_rules),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_verdict),
		cmocka_unit_test(test_load),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
