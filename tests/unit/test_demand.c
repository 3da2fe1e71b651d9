/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "twofactor/demand.h"

static struct demand_rules *
rules_of(const char *skip_from, const char *required_for)
{
	struct demand_rules *rules = NULL;
	char why[256] = "";

	assert_int_equal(
	    demand_rules_new(&rules, skip_from, required_for, why, sizeof(why)),
	    0);
	return rules;
}

static size_t groups_asked;

/* alice's; of that one nobody can tell */
static int
in_group(const char *group, void *data)
{
	static const char *const groups[] = { "staff", "agents", "untold" };
	size_t i;

	assert_null(data);
	groups_asked++;
	for (i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		if (strcmp(groups[i], group) == 0)
			return 1;
	return 0;
}

/* Decides for alice of sshd; address "" for none. */
static enum demand
decide(const struct demand_rules *rules, const char *from, int remembered,
    const char **by)
{
	struct address address;
	struct demand_login login = { .user = "alice",
		.service = "sshd",
		.in_group = in_group,
		.remembered = remembered };

	if (from[0] != '\0') {
		assert_int_equal(address_parse(from, &address), 0);
		login.address = &address;
	}
	return demand_decide(rules, &login, by);
}

static void
asks_everybody_by_itself(void **state)
{
	struct demand_rules *rules = rules_of("", " ");
	const char *by = NULL;

	(void)state;
	assert_int_equal(decide(rules, "10.1.2.3", 0, &by), DEMAND_CODE);
	assert_string_equal(by, "");
	assert_int_equal(decide(rules, "", 0, NULL), DEMAND_CODE);
	assert_int_equal(decide(NULL, "10.1.2.3", 0, &by), DEMAND_CODE);
	assert_int_equal(decide(rules, "10.1.2.3", 1, &by), DEMAND_REMEMBERED);
	demand_rules_free(&rules);
	assert_null(rules);
	demand_rules_free(&rules);
}

static void
skips_by_network(void **state)
{
	static const struct {
		const char *from;
		enum demand demand;
		const char *by;
	} cases[] = {
		{ "10.0.0.0", DEMAND_SKIPPED, "10.0.0.0/8" },
		{ "10.255.255.255", DEMAND_SKIPPED, "10.0.0.0/8" },
		{ "::ffff:10.1.2.3", DEMAND_SKIPPED, "10.0.0.0/8" },
		{ "9.255.255.255", DEMAND_CODE, "" },
		{ "11.0.0.0", DEMAND_CODE, "" },
		{ "192.0.2.7", DEMAND_SKIPPED, "192.0.2.7" },
		{ "192.0.2.6", DEMAND_CODE, "" },
		{ "2001:db8:ffff::1", DEMAND_SKIPPED, "2001:db8::/32" },
		{ "2001:db9::1", DEMAND_CODE, "" },
		{ "", DEMAND_CODE, "" },
	};
	struct demand_rules *rules =
	    rules_of("10.0.0.0/8 192.0.2.7\t2001:db8::/32", "");
	const char *by;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(
		    decide(rules, cases[i].from, 0, &by), cases[i].demand);
		assert_string_equal(by, cases[i].by);
	}
	demand_rules_free(&rules);
}

static void
asks_those_who_are_named(void **state)
{
	static const struct {
		const char *required_for;
		enum demand demand;
		const char *by;
	} cases[] = {
		{ "group:agents", DEMAND_CODE, "group:agents" },
		{ "group:staff", DEMAND_CODE, "group:staff" },
		{ "group:untold", DEMAND_CODE, "group:untold" },
		{ "group:agent", DEMAND_NOT_REQUIRED, "" },
		{ "group:alice", DEMAND_NOT_REQUIRED, "" },
		{ "user:alice", DEMAND_CODE, "user:alice" },
		{ "user:Alice", DEMAND_CODE, "user:Alice" },
		{ "service:sshd", DEMAND_CODE, "service:sshd" },
		{ "service:login", DEMAND_NOT_REQUIRED, "" },
		{ "group:x user:bob service:sshd", DEMAND_CODE,
		    "service:sshd" },
	};
	struct demand_rules *rules;
	const char *by;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules = rules_of("", cases[i].required_for);
		assert_int_equal(
		    decide(rules, "192.0.2.1", 0, &by), cases[i].demand);
		assert_string_equal(by, cases[i].by);
		demand_rules_free(&rules);
	}
	rules = rules_of("10.0.0.0/8", "group:agents");
	assert_int_equal(decide(rules, "192.0.2.1", 1, &by), DEMAND_REMEMBERED);
	assert_string_equal(by, "");
	assert_int_equal(decide(rules, "192.0.2.1", 0, &by), DEMAND_CODE);
	demand_rules_free(&rules);
}

/* What tells nothing of the user comes first, and looks at no user. */
static void
skips_whoever_it_is(void **state)
{
	struct demand_rules *rules = rules_of("10.0.0.0/8", "group:others");
	const char *by;

	(void)state;
	groups_asked = 0;
	assert_int_equal(decide(rules, "10.0.0.1", 1, &by), DEMAND_SKIPPED);
	assert_string_equal(by, "10.0.0.0/8");
	assert_int_equal(groups_asked, 0);
	assert_int_equal(
	    decide(rules, "192.0.2.1", 1, &by), DEMAND_NOT_REQUIRED);
	assert_int_equal(groups_asked, 1);
	demand_rules_free(&rules);
}

/* Only who is asked everywhere has two factors. */
static void
knows_who_is_asked_everywhere(void **state)
{
	static const struct {
		const char *skip_from, *required_for;
		int general;
	} cases[] = {
		{ "", "", 1 },
		{ "", "group:agents", 1 },
		{ "", "user:alice", 1 },
		{ "", "service:sshd user:alice", 1 },
		{ "", "service:sshd", 0 },
		{ "", "user:bob", 0 },
		{ "10.0.0.0/8", "", 0 },
		{ "10.0.0.0/8", "user:alice", 0 },
	};
	const struct demand_login login = {
		.user = "alice", .service = "sshd", .in_group = in_group
	};
	struct demand_rules *rules;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		rules = rules_of(cases[i].skip_from, cases[i].required_for);
		assert_int_equal(
		    demand_is_general(rules, &login), cases[i].general);
		demand_rules_free(&rules);
	}
	assert_true(demand_is_general(NULL, &login));
}

static void
refuses_rules_that_are_none(void **state)
{
	static const struct {
		const char *skip_from, *required_for, *why;
	} cases[] = {
		{ "10.0.0.1/8", "", "did you mean 10.0.0.0/8" },
		{ "10.0.0.0/33", "", "0 to 32" },
		{ "10.0.0.0/8, 192.0.2.7", "", "0 to 32" },
		{ "office.example.org", "", "not an IPv4 or IPv6" },
		{ "0.0.0.0/0", "", "everywhere" },
		{ "::/0", "", "everywhere" },
		{ "::ffff:0:0/96", "", "everywhere" },
		{ "fe80::1%eth0", "", "not an IPv4 or IPv6" },
		{ "", "agents", "group:NAME" },
		{ "", "group:", "group:NAME" },
		{ "", "Group:x", "group:NAME" },
		{ "", "group: agents", "group:NAME" },
		{ "10.0.0.0/8", "user:a x", "\"x\"" },
	};
	struct demand_rules *rules;
	char why[256];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(demand_rules_new(&rules, cases[i].skip_from,
				     cases[i].required_for, why, sizeof(why)),
		    GATE_ECONFIG);
		assert_null(rules);
		assert_non_null(strstr(why, cases[i].why));
		assert_int_equal(strncmp(why,
				     cases[i].skip_from[0] == '\0' ||
					     strchr(cases[i].required_for, 'x')
					 ? "[2fa] required_for: "
					 : "[2fa] skip_from: ",
				     14),
		    0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(asks_everybody_by_itself),
		cmocka_unit_test(skips_by_network),
		cmocka_unit_test(asks_those_who_are_named),
		cmocka_unit_test(skips_whoever_it_is),
		cmocka_unit_test(knows_who_is_asked_everywhere),
		cmocka_unit_test(refuses_rules_that_are_none),
	};

	return cmocka_run_group_tests_name("demand", tests, NULL, NULL);
}
