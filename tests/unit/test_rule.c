/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "ipwhitelist/range.h"
#include "ipwhitelist/rules.h"
#include "lib/error.h"
#include "tests/unit/scratch.h"

/* What was complained of, one "LINE: TEXT" a line. */
struct complaints {
	char text[16384];
	size_t used;
	int count;
};

static void
note(const char *file, int line, const char *text, void *data)
{
	struct complaints *c = data;

	assert_string_equal(file, "rules");
	c->used += (size_t)snprintf(c->text + c->used,
	    sizeof(c->text) - c->used, "%d: %s\n", line, text);
	assert_true(c->used < sizeof(c->text));
	c->count++;
}

/* Reads rules that are not good; what is complained of. */
static const char *
complaints_of(const char *text, size_t size)
{
	static struct complaints c;
	struct source *source = NULL;
	struct rules *rules = NULL;
	int r;

	c.used = 0;
	c.count = 0;
	c.text[0] = '\0';
	r = source_parse(&source, "rules", text, size, note, &c);
	if (r == 0) {
		r = rules_new(&rules, &source, 1, NULL, NULL, note, &c);
		assert_null(rules);
	}
	assert_int_equal(r, GATE_ECONFIG);
	assert_true(c.count > 0);
	source_free(&source);
	return c.text;
}

#define COMPLAINTS(text) complaints_of(text, sizeof(text) - 1)

static void
says_what_is_wrong(void **state)
{
	static const struct {
		const char *text, *why;
	} cases[] = {
		{ "permit 10.0.0.1", "1: \"permit\" is not a rule" },
		{ "allow", "an address is missing" },
		{ "allow 10.0.0.1/8", "did you mean 10.0.0.0/8?" },
		{ "allow 10.0.0.0/8,11.0.0.0/8", "prefix length" },
		{ "allow fe80::1%eth0", "a scope such as %eth0" },
		{ "allow 10.0.0.9-10.0.0.1",
		    "did you mean 10.0.0.1-10.0.0.9?" },
		{ "allow 10.0.0.1-::2", "from IPv4 to IPv6" },
		{ "allow 10.0.0.1-9", "not a range" },
		{ "allow 10.0.0.1-10.0.0.300", "not a range" },
		{ "allow portal.example.org", "name:portal.example.org" },
		{ "allow name:", "\"\" is not a host's name" },
		{ "allow name:-x", "not a host's name" },
		{ "allow name:a/b", "not a host's name" },
		{ "allow ffice", "there is no set ffice; write set" },
		{ "set office = 10.0.0.1\nallow ofice",
		    "2: there is no set ofice; did you mean office?" },
		{ "set a = b\nset b = c\nset c = a\n", "is in itself" },
		{ "set a = a\n", "1: the set a is in itself" },
		{ "set a = 10.0.0.1\nset a = 10.0.0.2\n",
		    "the set a is also in rules, line" },
		{ "set any = 10.0.0.1", "cannot be a set's name" },
		{ "set 1a = 10.0.0.1", "cannot be a set's name" },
		{ "set a 10.0.0.1", "a set is written" },
		{ "set a = 10.0.0.1, local", "local is no address" },
		{ "set a = 10.0.0.1/8", "did you mean 10.0.0.0/8?" },
		{ "set a = country", "not a country's code" },
		{ "allow country", "not a country's code" },
		{ "allow country DEU", "not a country's code" },
		{ "allow country D1", "not a country's code" },
		{ "allow local", "name the services" },
		{ "allow local user alice", "name the services" },
		{ "allow 10.0.0.1 10.0.0.2", "\"10.0.0.2\" is not understood" },
		{ "allow 10.0.0.1 servic sshd", "did you mean service?" },
		{ "allow 10.0.0.1 user", "a name is missing behind user" },
		{ "allow 10.0.0.1 user a,", "a name is missing behind user" },
		{ "allow 10.0.0.1 user ,a", "a name is missing behind user" },
		{ "allow 10.0.0.1 user a user b", "user stands twice" },
		{ "allow 10.0.0.1 user *", "there are no patterns" },
		{ "allow 10.0.0.1 user \"a", "is not closed" },
		{ "allow 10.0.0.1 user \"a # b", "is not closed" },
		{ "allow 10.0.0.1 user \"a\"b", "behind a closing" },
		{ "allow 10.0.0.1 user a\"b\"", "quoted as a whole" },
		{ "allow 10.0.0.1 user \"\"", "a name is missing" },
		{ "allow 10.0.0.1 attribute role", "not an attribute and" },
		{ "allow 10.0.0.1 attribute =x", "not an attribute and" },
		{ "allow 10.0.0.1 attribute role=", "not an attribute and" },
		{ "allow 10.0.0.1 attribute role=n*", "no patterns" },
		{ "allow 10.0.0.1 attribute", "behind attribute stands" },
		{ "allow 10.0.0.1 attribute ou=\"a b\"", "quoted as a whole" },
		{ "allow 10.0.0.1 until", "a value is missing" },
		{ "allow 10.0.0.1 until 2026-02-30", "is not a date" },
		{ "allow 10.0.0.1 until 2026-13-01", "is not a date" },
		{ "allow 10.0.0.1 until 31.12.2026", "is not a date" },
		{ "allow 10.0.0.1 until 2026-12-31T25:00", "is not a date" },
		{ "allow 10.0.0.1 until 2026-12-31T10:00x", "is not a date" },
		{ "allow 10.0.0.1 from 2026-12-31 until 2026-12-30",
		    "ends before it begins" },
		{ "allow 10.0.0.1 days mon-", "is not days" },
		{ "allow 10.0.0.1 days monday", "is not days" },
		{ "allow 10.0.0.1 hours 8-18", "is not hours" },
		{ "allow 10.0.0.1 hours 08:00", "is not hours" },
		{ "allow 10.0.0.1 hours 08:00-24:01", "is not hours" },
		{ "allow 10.0.0.1 hours 08:00-08:00", "is not hours" },
		{ "allow 10.0.0.1 hours 08:60-09:00", "is not hours" },
		{ "allow 10.0.0.1\x01", "a control character" },
		{ "allow 10.0.0.1 # \x1b[2J", "a control character" },
	};
	const char *text;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = complaints_of(cases[i].text, strlen(cases[i].text));
		if (strstr(text, cases[i].why) == NULL)
			fail_msg("%s: %s", cases[i].text, text);
	}
	assert_non_null(strstr(COMPLAINTS("allow \0 10.0.0.1"), "NUL"));
}

static void
complains_of_all_at_once(void **state)
{
	(void)state;
	assert_string_equal(COMPLAINTS("set a = 10.0.0.1\n"
				       "alow 10.0.0.1\n"
				       "\n"
				       "allow 10.0.0.1\n"
				       "allow 10.0.0\n"),
	    "2: \"alow\" is not a rule; a line begins with allow, deny or set, "
	    "as in allow 203.0.113.0/24\n"
	    "5: \"10.0.0\" is not an IPv4 or IPv6 address; write 192.0.2.7, "
	    "192.0.2.0/24 or 2001:db8::/32\n");
}

/* Sets in sets, to no end: neither the stack nor time runs out. */
static void
stands_many_sets(void **state)
{
	char *text = malloc(1 << 20);
	size_t used = 0;
	int i;

	(void)state;
	assert_non_null(text);
	for (i = 0; i < 20000; i++)
		used += (size_t)snprintf(
		    text + used, 64, "set s%d = s%d s%d\n", i, i + 1, i + 1);
	used += (size_t)snprintf(text + used, 64, "set s%d = 10.0.0.1\n", i);
	assert_non_null(
	    strstr(complaints_of(text, used), "stands in too many others"));
	free(text);
}

static struct rules *
rules_of(const char *text)
{
	struct complaints c = { .count = 0 };
	struct source *source;
	struct rules *rules;

	if (source_parse(&source, "rules", text, strlen(text), note, &c) != 0 ||
	    rules_new(&rules, &source, 1, NULL, NULL, note, &c) != 0)
		fail_msg("%s", c.text);
	source_free(&source);
	return rules;
}

/* As deep as is allowed, each set twice in the one around it. */
static void
looks_into_sets_once(void **state)
{
	char text[2048];
	struct rules_verdict v;
	struct rules_query query = { .country = "" };
	struct address address;
	struct rules *rules;
	size_t used = 0;
	int i;

	(void)state;
	for (i = 0; i < 31; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used,
		    "set s%d = s%d, s%d\n", i, i + 1, i + 1);
	snprintf(text + used, sizeof(text) - used,
	    "set s%d = 10.0.0.1\nallow s0\n", i);
	rules = rules_of(text);
	assert_int_equal(address_parse("10.0.0.1", &address), 0);
	query.address = &address;
	rules_judge(rules, &query, &v);
	assert_true(v.allowed);
	rules_free(&rules);
}

static int64_t
moment(const char *text)
{
	struct tm tm = { .tm_isdst = -1 };

	assert_non_null(strptime(text, "%Y-%m-%dT%H:%M", &tm));
	return mktime(&tm);
}

/* In Berlin summer time ends on the last Sunday of October. */
static void
holds_when_it_says(void **state)
{
	static const struct {
		const char *when, *now;
		int holds;
	} cases[] = {
		{ "until 2026-12-31", "2026-12-31T23:59", 1 },
		{ "until 2026-12-31", "2027-01-01T00:00", 0 },
		{ "until 2026-12-31T18:00", "2026-12-31T17:59", 1 },
		{ "until 2026-12-31T18:00", "2026-12-31T18:00", 0 },
		{ "until 2026-12-31T17:00Z", "2026-12-31T17:59", 1 },
		{ "until 2026-12-31T17:00Z", "2026-12-31T18:00", 0 },
		{ "until 2026-10-24", "2026-10-24T23:59", 1 },
		{ "until 2026-10-25", "2026-10-25T23:59", 1 },
		{ "until 2026-10-25", "2026-10-26T00:00", 0 },
		{ "from 2026-12-01", "2026-11-30T23:59", 0 },
		{ "from 2026-12-01", "2026-12-01T00:00", 1 },
		{ "from 2026-12-01 until 2026-12-01", "2026-12-01T12:00", 1 },
		/* 2026-11-22 is a Sunday */
		{ "days mon-fri", "2026-11-22T12:00", 0 },
		{ "days mon-fri", "2026-11-23T00:00", 1 },
		{ "days mon-fri", "2026-11-27T23:59", 1 },
		{ "days mon-fri", "2026-11-28T00:00", 0 },
		{ "days sat-mon", "2026-11-22T12:00", 1 },
		{ "days sat-mon", "2026-11-24T12:00", 0 },
		{ "days Sun", "2026-11-22T12:00", 1 },
		{ "days mon,wed,fri", "2026-11-25T12:00", 1 },
		{ "days mon,wed,fri", "2026-11-26T12:00", 0 },
		{ "hours 08:00-18:00", "2026-11-22T07:59", 0 },
		{ "hours 08:00-18:00", "2026-11-22T08:00", 1 },
		{ "hours 08:00-18:00", "2026-11-22T17:59", 1 },
		{ "hours 08:00-18:00", "2026-11-22T18:00", 0 },
		{ "hours 08:00-12:00,13:00-24:00", "2026-11-22T12:30", 0 },
		{ "hours 08:00-12:00,13:00-24:00", "2026-11-22T23:59", 1 },
		{ "hours 22:00-06:00", "2026-11-22T23:00", 1 },
		{ "hours 22:00-06:00", "2026-11-22T05:59", 1 },
		{ "hours 22:00-06:00", "2026-11-22T06:00", 0 },
		{ "hours 22:00-06:00", "2026-11-22T21:59", 0 },
		/* the night of Friday ends on Saturday */
		{ "days fri hours 22:00-06:00", "2026-11-28T05:00", 1 },
		{ "days fri hours 22:00-06:00", "2026-11-27T05:00", 0 },
		{ "hours 22:00-06:00 days sat", "2026-11-22T05:00", 1 },
		{ "days mon-fri hours 08:00-18:00", "2026-11-22T09:00", 0 },
	};
	struct rules_query query = { .country = "" };
	struct rules_verdict v;
	struct address address;
	struct rules *rules;
	char text[128];
	size_t i;

	(void)state;
	assert_int_equal(setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1), 0);
	tzset();
	assert_int_equal(address_parse("10.0.0.1", &address), 0);
	query.address = &address;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(
		    text, sizeof(text), "allow 10.0.0.1 %s", cases[i].when);
		rules = rules_of(text);
		query.now = moment(cases[i].now);
		rules_judge(rules, &query, &v);
		if (v.allowed != cases[i].holds)
			fail_msg("%s, %s: %d", cases[i].when, cases[i].now,
			    v.allowed);
		rules_free(&rules);
	}
}

static void
cuts_ranges_into_networks(void **state)
{
	static const struct {
		const char *first, *last, *networks;
	} cases[] = {
		{ "10.0.0.0", "10.0.0.0", "10.0.0.0/128 " },
		{ "10.0.0.0", "10.0.0.255", "10.0.0.0/120 " },
		{ "10.0.0.1", "10.0.0.4",
		    "10.0.0.1/128 10.0.0.2/127 10.0.0.4/128 " },
		{ "0.0.0.0", "255.255.255.255", "0.0.0.0/96 " },
		{ "255.255.255.254", "255.255.255.255",
		    "255.255.255.254/127 " },
		{ "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "::/0 " },
		{ "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
		    "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128 " },
		/* the mapped ones are left out */
		{ "::fffe:ffff:ffff", "::1:0:0:0",
		    "::fffe:ffff:ffff/128 ::1:0:0:0/128 " },
		{ "10.0.0.1", "10.0.0.0", "" },
		{ "10.0.0.1", "2001:db8::", "" },
	};
	struct network networks[RANGE_MAX];
	struct address first, last;
	char text[256], address[ADDRESS_TEXT_SIZE];
	size_t i, j, count, used;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(address_parse(cases[i].first, &first), 0);
		assert_int_equal(address_parse(cases[i].last, &last), 0);
		count = range_networks(&first, &last, networks);
		text[0] = '\0';
		for (j = used = 0; j < count; j++) {
			address_text(&networks[j].address, address);
			used +=
			    (size_t)snprintf(text + used, sizeof(text) - used,
				"%s/%d ", address, networks[j].prefix);
		}
		assert_string_equal(text, cases[i].networks);
	}
	/* as many as there can be */
	assert_int_equal(address_parse("::1", &first), 0);
	assert_int_equal(
	    address_parse("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", &last), 0);
	assert_in_range(
	    range_networks(&first, &last, networks), 253, RANGE_MAX);
}

static void
note_any(const char *file, int line, const char *text, void *data)
{
	assert_int_equal(line, 0);
	snprintf(data, 256, "%s: %s", file, text);
}

static void
loads_a_file_it_may_trust(void **state)
{
	const char *path = scratch_path("allowlist");
	struct source *source;
	char said[256];
	FILE *file;

	(void)state;
	assert_int_equal(source_load(&source, path, note_any, said), GATE_EIO);
	assert_null(source);
	assert_non_null(strstr(said, "No such file"));
	file = fopen(path, "w");
	assert_non_null(file);
	fputs("allow 10.0.0.1", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(
	    source_load(&source, path, note_any, said), GATE_EUNSAFE);
	assert_null(source);
	assert_non_null(strstr(said, "others may write"));
	assert_int_equal(chmod(path, 0644), 0);
	assert_int_equal(source_load(&source, path, note_any, said), 0);
	assert_int_equal(source_count(source), 1);
	assert_string_equal(source_name(source), path);
	source_free(&source);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(complains_of_all_at_once),
		cmocka_unit_test(stands_many_sets),
		cmocka_unit_test(looks_into_sets_once),
		cmocka_unit_test(holds_when_it_says),
		cmocka_unit_test(cuts_ranges_into_networks),
		cmocka_unit_test_setup_teardown(
		    loads_a_file_it_may_trust, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("rule", tests, NULL, NULL);
}
