/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "ipwhitelist/rules.h"

static void
no_complaint(const char *file, int line, const char *text, void *data)
{
	(void)data;
	fail_msg("%s:%d: %s", file, line, text);
}

static struct source *
parse(const char *name, const char *text, size_t size)
{
	struct source *source;

	assert_int_equal(
	    source_parse(&source, name, text, size, no_complaint, NULL), 0);
	return source;
}

static struct rules *
rules_of(const char *text)
{
	struct source *source = parse("rules", text, strlen(text));
	struct rules *rules;

	assert_int_equal(
	    rules_new(&rules, &source, 1, NULL, NULL, no_complaint, NULL), 0);
	source_free(&source);
	return rules;
}

static struct rules_verdict
ask(const struct rules *rules, const char *text, const char *country,
    const struct subject *subject)
{
	struct address address;
	struct rules_verdict verdict;
	struct rules_query query = { .country = country, .now = 1795000000 };

	if (text != NULL) {
		assert_int_equal(address_parse(text, &address), 0);
		query.address = &address;
	}
	if (subject != NULL)
		query.subject = *subject;
	rules_judge(rules, &query, &verdict);
	return verdict;
}

static void
denies_without_rules(void **state)
{
	struct rules *rules = rules_of("# nobody\n\n");

	(void)state;
	assert_false(ask(NULL, "192.0.2.1", "", NULL).allowed);
	assert_false(ask(rules, "192.0.2.1", "", NULL).allowed);
	assert_false(ask(rules, "::1", "", NULL).allowed);
	assert_false(ask(rules, NULL, "", NULL).allowed);
	assert_null(ask(rules, "::1", "", NULL).file);
	assert_int_equal(rules_count(rules), 0);
	rules_free(&rules);
	rules_free(&rules);
}

/* By any, nobody without an address comes in, nor by ::/0 one of IPv4. */
static void
keeps_apart_what_is_not_the_same(void **state)
{
	struct rules *any = rules_of("allow any"); /* and without a newline */
	struct rules *v6 = rules_of("allow ::/0\n");
	struct rules *around =
	    rules_of("allow ::-2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");

	(void)state;
	assert_true(ask(any, "192.0.2.1", "", NULL).allowed);
	assert_true(ask(any, "2001:db8::1", "", NULL).allowed);
	assert_false(ask(any, NULL, "", NULL).allowed);
	assert_false(ask(v6, "192.0.2.1", "", NULL).allowed);
	assert_false(ask(v6, "::ffff:192.0.2.1", "", NULL).allowed);
	assert_true(ask(v6, "::1", "", NULL).allowed);
	assert_true(ask(around, "::fffe:c000:201", "", NULL).allowed);
	assert_true(ask(around, "::1:0:0:0", "", NULL).allowed);
	assert_false(ask(around, "::ffff:192.0.2.1", "", NULL).allowed);
	rules_free(&any);
	rules_free(&v6);
	rules_free(&around);
}

static void
says_which_rule_decided(void **state)
{
	static const char text[] =
	    "allow 10.0.0.0/8 # all\n"
	    "deny  10.1.0.0/16 user mallory\t# he was here\n"
	    "\n"
	    "allow 10.1.0.0/16 group \"Domain Users\",ops # \"some\"\r\n"
	    "deny 10.1.2.3#\n"
	    "allow local service su,login";
	static const char *const ops[] = { "x", "ops" };
	struct rules *rules = rules_of(text);
	struct subject mallory = {
		.user = "mallory", .groups = ops, .group_count = 2
	};
	struct subject su = { .user = "alice", .service = "su" };
	struct rules_verdict v;

	(void)state;
	v = ask(rules, "10.1.0.1", "", NULL);
	assert_int_equal(v.allowed, 1);
	assert_int_equal(v.line, 1);
	assert_string_equal(v.file, "rules");
	assert_string_equal(v.text, "allow 10.0.0.0/8");
	assert_string_equal(v.note, "all");
	v = ask(rules, "10.1.0.1", "", &mallory);
	assert_int_equal(v.allowed, 0);
	assert_int_equal(v.line, 2);
	assert_string_equal(v.text, "deny  10.1.0.0/16 user mallory");
	assert_string_equal(v.note, "he was here");
	mallory.user = "malloryy";
	v = ask(rules, "10.1.0.1", "", &mallory);
	assert_int_equal(v.allowed, 1);
	assert_int_equal(v.line, 4);
	assert_string_equal(v.note, "\"some\"");
	v = ask(rules, "10.1.2.3", "", &mallory);
	assert_int_equal(v.line, 5);
	assert_string_equal(v.text, "deny 10.1.2.3");
	assert_string_equal(v.note, "");
	assert_int_equal(ask(rules, NULL, "", &su).line, 6);
	su.service = "sshd";
	assert_int_equal(ask(rules, NULL, "", &su).allowed, 0);
	assert_int_equal(rules_count(rules), 5);
	rules_free(&rules);
}

/* A country is between the networks and everything; unknown, it may be any
 * that is denied. */
static void
asks_for_the_country(void **state)
{
	struct rules *rules = rules_of("deny country KP\n"
				       "allow country de\n"
				       "allow 192.0.2.0/24\n"
				       "allow 0.0.0.0/0 service portal\n");
	struct subject portal = { .service = "portal" };

	(void)state;
	assert_true(rules_ask_country(rules));
	assert_int_equal(ask(rules, "198.51.100.1", "DE", NULL).line, 2);
	assert_int_equal(ask(rules, "198.51.100.1", "", NULL).line, 0);
	assert_int_equal(ask(rules, "198.51.100.1", "", &portal).line, 4);
	assert_int_equal(ask(rules, "198.51.100.1", "KP", &portal).line, 1);
	assert_int_equal(ask(rules, "192.0.2.1", "KP", &portal).line, 3);
	assert_int_equal(ask(rules, "198.51.100.1", NULL, &portal).line, 1);
	assert_int_equal(ask(rules, "192.0.2.1", NULL, &portal).line, 3);
	assert_false(ask(rules, "::1", "", &portal).allowed);
	rules_free(&rules);
	rules = rules_of("allow any");
	assert_false(rules_ask_country(rules));
	rules_free(&rules);
}

/* Before it is known who comes, nobody is turned away who may get in. */
static void
allows_provisionally(void **state)
{
	struct rules *rules = rules_of("allow 10.0.0.0/8\n"
				       "allow 11.0.0.0/8 group agents\n"
				       "deny 10.0.0.0/8 user mallory\n"
				       "deny 12.0.0.0/8 attribute role=guest\n"
				       "deny 11.1.0.0/16\n"
				       "allow 10.1.0.0/16 service portal\n");
	const struct subject early = { .service = "sshd",
		.unknown =
		    1u << TERM_USER | 1u << TERM_GROUP | 1u << TERM_ATTRIBUTE };
	struct rules_verdict v;

	(void)state;
	v = ask(rules, "10.0.0.1", "", &early);
	assert_true(v.allowed && v.provisional);
	v = ask(rules, "11.0.0.1", "", &early);
	assert_true(v.allowed && v.provisional);
	assert_false(ask(rules, "11.0.0.1", "", NULL).allowed);
	assert_false(ask(rules, "11.1.0.1", "", &early).allowed);
	assert_false(ask(rules, "12.0.0.1", "", &early).allowed);
	rules_free(&rules);
	rules = rules_of("allow 10.0.0.0/8\nallow 10.0.0.0/8 user alice");
	v = ask(rules, "10.0.0.1", "", &early);
	assert_true(v.allowed && !v.provisional);
	rules_free(&rules);
}

static int
note_host(struct piece name, void *data)
{
	strncat(data, " ", 2);
	strncat(data, name.at, name.length);
	return 0;
}

static void
knows_sets_and_hosts(void **state)
{
	struct rules *rules =
	    rules_of("set proxies = 10.0.0.1, name:a.example inner\n"
		     "set inner = 10.0.1.0-10.0.1.9 any6\n"
		     "set any6 = ::/0\n"
		     "allow name:b.example\nallow proxies\n");
	char found[64] = "";
	struct address address;
	size_t i;
	static const struct {
		const char *address;
		int is_in;
	} cases[] = { { "10.0.0.1", 1 }, { "10.0.0.2", 0 }, { "10.0.1.9", 1 },
		{ "10.0.1.10", 0 }, { "::1", 1 }, { "::ffff:10.0.1.0", 1 } };

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(address_parse(cases[i].address, &address), 0);
		assert_int_equal(
		    rules_set_has(rules, "proxies", &address), cases[i].is_in);
		assert_int_equal(ask(rules, cases[i].address, "", NULL).allowed,
		    cases[i].is_in);
		assert_int_equal(rules_set_has(rules, "none", &address), 0);
	}
	assert_int_equal(rules_hosts(rules, note_host, found), 0);
	assert_string_equal(found, " b.example a.example");
	rules_free(&rules);
}

/* A hundred thousand rules for one network, each for another user. */
static void
finds_one_of_many_users(void **state)
{
	const int many = 100000;
	char *text = malloc((size_t)many * 40);
	size_t used = 0;
	struct source *source;
	struct rules *rules;
	struct subject subject = { .service = "portal" };
	char user[32];
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < many; i++)
		used += (size_t)snprintf(text + used, 40,
		    "%s 10.0.0.0/8 user user%d\n", i % 2 ? "allow" : "deny", i);
	source = parse("rules", text, used);
	free(text);
	assert_int_equal(
	    rules_new(&rules, &source, 1, NULL, NULL, no_complaint, NULL), 0);
	source_free(&source);
	subject.user = user;
	for (i = 0; i < many; i++) {
		snprintf(user, sizeof(user), "user%d", i);
		assert_int_equal(
		    ask(rules, "10.1.2.3", "", &subject).line, i + 1);
	}
	subject.user = "user";
	assert_false(ask(rules, "10.1.2.3", "", &subject).allowed);
	rules_free(&rules);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denies_without_rules),
		cmocka_unit_test(keeps_apart_what_is_not_the_same),
		cmocka_unit_test(says_which_rule_decided),
		cmocka_unit_test(asks_for_the_country),
		cmocka_unit_test(allows_provisionally),
		cmocka_unit_test(knows_sets_and_hosts),
		cmocka_unit_test(finds_one_of_many_users),
	};

	return cmocka_run_group_tests_name("judge", tests, NULL, NULL);
}
