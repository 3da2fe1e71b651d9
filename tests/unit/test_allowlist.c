/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "ipwhitelist/allowlist.h"
#include "lib/error.h"
#include "tests/unit/scratch.h"

/* What was complained of, one "LINE: TEXT" a line. */
struct complaints {
	char text[2048];
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

static struct allowlist *
parse(const char *text, size_t size)
{
	struct complaints c = { .used = 0 };
	struct allowlist *list = NULL;

	if (allowlist_parse(&list, "rules", text, size, note, &c) != 0)
		fail_msg("%s", c.text);
	assert_int_equal(c.count, 0);
	return list;
}

#define PARSE(text) parse(text, sizeof(text) - 1)

static struct allowlist_verdict
look_up(const struct allowlist *list, const char *text)
{
	struct allowlist_verdict verdict;
	struct allowlist_query query;
	struct address address;

	assert_int_equal(address_parse(text, &address), 0);
	query.address = &address;
	memset(&verdict, 0x55, sizeof(verdict));
	allowlist_lookup(list, &query, &verdict);
	if (!verdict.allowed) {
		assert_int_equal(verdict.line, 0);
		assert_null(verdict.rule);
	}
	return verdict;
}

static void
assert_denied(const struct allowlist *list, const char *text)
{
	if (look_up(list, text).allowed)
		fail_msg("%s was let in", text);
}

static void
assert_line(const struct allowlist *list, const char *text, int line)
{
	if (look_up(list, text).line != line)
		fail_msg("%s: line %d", text, look_up(list, text).line);
}

static void
denies_what_no_rule_covers(void **state)
{
	struct allowlist *empty = PARSE("");
	struct allowlist *comments = PARSE("# nobody\n\n \t \n#allow ::/0");

	(void)state;
	assert_denied(NULL, "192.0.2.1");
	assert_denied(empty, "192.0.2.1");
	assert_denied(comments, "::1");
	assert_int_equal(allowlist_count(NULL), 0);
	assert_int_equal(allowlist_count(empty), 0);
	assert_int_equal(allowlist_count(comments), 0);
	allowlist_free(&empty);
	assert_null(empty);
	allowlist_free(&empty);
	allowlist_free(&comments);
}

/* Both sides of the edge of each kind of rule. */
static void
covers_to_the_edge(void **state)
{
	struct allowlist *list = PARSE("allow 203.0.113.128/25\n"
				       "allow 2001:db8:0:8000::/49\n"
				       "allow 198.51.100.7\n"
				       "allow 2001:db8:1::7/128\n"
				       "allow ::ffff:10.0.0.0/104\n");

	(void)state;
	assert_int_equal(allowlist_count(list), 5);
	assert_denied(list, "203.0.113.127");
	assert_line(list, "203.0.113.128", 1);
	assert_line(list, "::ffff:203.0.113.255", 1);
	assert_denied(list, "203.0.114.0");
	assert_denied(list, "2001:db8:0:7fff:ffff:ffff:ffff:ffff");
	assert_line(list, "2001:db8:0:8000::", 2);
	assert_line(list, "2001:db8:0:ffff:ffff:ffff:ffff:ffff", 2);
	assert_denied(list, "2001:db8:1::");
	assert_denied(list, "198.51.100.6");
	assert_line(list, "198.51.100.7", 3);
	assert_denied(list, "198.51.100.8");
	assert_denied(list, "::198.51.100.7");
	assert_line(list, "2001:db8:1::7", 4);
	assert_denied(list, "2001:db8:1::6");
	assert_denied(list, "9.255.255.255");
	assert_line(list, "10.255.255.255", 5);
	assert_denied(list, "11.0.0.0");
	allowlist_free(&list);
}

static void
finds_the_longest_prefix(void **state)
{
	struct allowlist *list = PARSE("allow 0.0.0.0/0\n"
				       "allow 10.1.2.3\n"
				       "allow 10.0.0.0/8\n"
				       "allow 10.1.2.0/24\n"
				       "allow 10.1.0.0/16\n");

	(void)state;
	assert_line(list, "10.1.2.3", 2);
	assert_line(list, "10.1.2.4", 4);
	assert_line(list, "10.1.3.3", 5);
	assert_line(list, "10.2.2.3", 3);
	assert_line(list, "11.1.2.3", 1);
	assert_string_equal(
	    look_up(list, "10.1.2.4").rule, "allow 10.1.2.0/24");
	assert_denied(list, "2001:db8::1");
	allowlist_free(&list);
}

/* Who allows all of IPv6 has said nothing of IPv4. */
static void
keeps_the_families_apart(void **state)
{
	struct allowlist *v6 = PARSE("allow ::/0\n");
	struct allowlist *wide = PARSE("allow ::/80\n");
	struct allowlist *v4 = PARSE("allow ::ffff:0:0/96\n");

	(void)state;
	assert_line(v6, "2001:db8::1", 1);
	assert_line(v6, "::1", 1);
	assert_denied(v6, "192.0.2.1");
	assert_denied(v6, "::ffff:192.0.2.1");
	assert_line(wide, "::192.0.2.1", 1);
	assert_denied(wide, "192.0.2.1");
	assert_line(v4, "192.0.2.1", 1);
	assert_denied(v4, "::192.0.2.1");
	allowlist_free(&v6);
	allowlist_free(&wide);
	allowlist_free(&v4);
}

static void
reads_lines_as_they_come(void **state)
{
	struct allowlist *list = PARSE("  \tallow\t192.0.2.1  # the office\r\n"
				       "# allow 192.0.2.2\r\n"
				       "\r\n"
				       "allow 192.0.2.3#close\n"
				       "allow 192.0.2.4 ## allow 192.0.2.5\n"
				       "\n"
				       "allow 192.0.2.6");

	(void)state;
	assert_int_equal(allowlist_count(list), 4);
	assert_line(list, "192.0.2.1", 1);
	assert_denied(list, "192.0.2.2");
	assert_line(list, "192.0.2.3", 4);
	assert_line(list, "192.0.2.4", 5);
	assert_denied(list, "192.0.2.5");
	assert_line(list, "192.0.2.6", 7);
	allowlist_free(&list);
	list = PARSE("allow 192.0.2.1\r");
	assert_line(list, "192.0.2.1", 1);
	allowlist_free(&list);
}

#define NOT_ADDRESS(text)                                                      \
	"\"" text "\" is not an IPv4 or IPv6 address; write 192.0.2.7, "       \
	"192.0.2.0/24 or 2001:db8::/32"
#define NOT_RULE(text)                                                         \
	"\"" text "\" is not a rule; a line is \"allow ADDRESS\" or "          \
	"\"allow ADDRESS/PREFIX\""
#define NOT_LENGTH(text, max)                                                  \
	"\"/" text "\" is not a prefix length from 0 to " max

/* Each bad line alone, between two good ones. */
static void
complains_of_every_bad_line(void **state)
{
	static const struct {
		const char *line, *complaint;
	} cases[] = {
		{ "allow", "\"allow\" needs an address after it" },
		{ "allow # 192.0.2.1", "\"allow\" needs an address after it" },
		{ "deny 192.0.2.1", NOT_RULE("deny") },
		{ "192.0.2.1", NOT_RULE("192.0.2.1") },
		{ "Allow 192.0.2.1", NOT_RULE("Allow") },
		{ "allow192.0.2.1", NOT_RULE("allow192.0.2.1") },
		{ "\xef\xbb\xbf"
		  "allow ::1",
		    NOT_RULE("\xef\xbb\xbf"
			     "allow") },
		{ "allow 192.0.2.1 192.0.2.2",
		    "\"192.0.2.2\" after the address is not understood" },
		{ "allow 192.0.2.0 /24",
		    "\"/24\" after the address is not understood" },
		{ "allow gate.example", NOT_ADDRESS("gate.example") },
		{ "allow 192.0.2", NOT_ADDRESS("192.0.2") },
		{ "allow 192.0.02.1", NOT_ADDRESS("192.0.02.1") },
		{ "allow fe80::1%eth0", NOT_ADDRESS("fe80::1%eth0") },
		{ "allow /24", NOT_ADDRESS("") },
		{ "allow 192.0.2.1,192.0.2.2",
		    NOT_ADDRESS("192.0.2.1,192.0.2.2") },
		{ "allow 192.0.2.1\rallow", NOT_ADDRESS("192.0.2.1\rallow") },
		{ "allow 192.0.2.0/", NOT_LENGTH("", "32") },
		{ "allow 192.0.2.0/33", NOT_LENGTH("33", "32") },
		{ "allow 192.0.2.0/-1", NOT_LENGTH("-1", "32") },
		{ "allow 192.0.2.0/+24", NOT_LENGTH("+24", "32") },
		{ "allow 192.0.2.0/024", NOT_LENGTH("024", "32") },
		{ "allow 0.0.0.0/00", NOT_LENGTH("00", "32") },
		{ "allow 192.0.2.0/24x", NOT_LENGTH("24x", "32") },
		{ "allow 192.0.2.0/24/24", NOT_LENGTH("24/24", "32") },
		{ "allow 192.0.2.0/255.255.255.0",
		    NOT_LENGTH("255.255.255.0", "32") },
		{ "allow 0.0.0.0/4294967296", NOT_LENGTH("4294967296", "32") },
		{ "allow ::/99999999999999999999",
		    NOT_LENGTH("99999999999999999999", "128") },
		{ "allow ::/129", NOT_LENGTH("129", "128") },
		{ "allow 192.0.2.1/24",
		    "192.0.2.1 has bits beyond its prefix; "
		    "did you mean 192.0.2.0/24?" },
		{ "allow 192.0.2.1/0",
		    "192.0.2.1 has bits beyond its prefix; "
		    "did you mean 0.0.0.0/0?" },
		{ "allow 2001:db8::1/127",
		    "2001:db8::1 has bits beyond its prefix; "
		    "did you mean 2001:db8::/127?" },
	};
	char text[256], expected[256];
	struct allowlist *const kept = PARSE("allow 198.51.100.1");
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct complaints c = { .used = 0 };
		struct allowlist *list = kept;

		snprintf(text, sizeof(text),
		    "allow 192.0.2.1\n%s\nallow 192.0.2.2\n", cases[i].line);
		snprintf(
		    expected, sizeof(expected), "2: %s\n", cases[i].complaint);
		assert_int_equal(allowlist_parse(&list, "rules", text,
				     strlen(text), note, &c),
		    GATE_ECONFIG);
		assert_string_equal(c.text, expected);
		assert_ptr_equal(list, kept);
	}
	{
		struct allowlist *list = kept;

		assert_line(list, "198.51.100.1", 1);
		allowlist_free(&list);
	}
}

static void
complains_of_all_at_once(void **state)
{
	static const char text[] = "allow\nallow 192.0.2.1\nal\0low\n\nallow x";
	struct complaints c = { .used = 0 };
	struct allowlist *list = NULL;

	(void)state;
	assert_int_equal(
	    allowlist_parse(&list, "rules", text, sizeof(text) - 1, note, &c),
	    GATE_ECONFIG);
	assert_string_equal(c.text,
	    "1: \"allow\" needs an address after it\n"
	    "3: a NUL byte; is this a text file?\n"
	    "5: " NOT_ADDRESS("x") "\n");
	assert_null(list);
}

#define LINE_MAX_BYTES 1023

/* A line may have 1023 bytes; what follows is no line of its own. */
static void
knows_how_long_a_line_may_be(void **state)
{
	char text[LINE_MAX_BYTES + 64];
	struct complaints c = { .used = 0 };
	struct allowlist *list = NULL;

	(void)state;
	memset(text, ' ', sizeof(text));
	memcpy(text, "allow 192.0.2.1", 15);
	strcpy(text + LINE_MAX_BYTES, "\nallow 192.0.2.2\n");
	list = parse(text, strlen(text));
	assert_int_equal(allowlist_count(list), 2);
	assert_line(list, "192.0.2.2", 2);
	allowlist_free(&list);

	/* the last words are out of sight: 192.0.2.1 must not be let in */
	strcpy(text + LINE_MAX_BYTES, "x\nallow 192.0.2.2\n");
	assert_int_equal(
	    allowlist_parse(&list, "rules", text, strlen(text), note, &c),
	    GATE_ECONFIG);
	assert_string_equal(c.text, "1: longer than 1023 bytes\n");

	/* a comment may be as long as it likes */
	text[20] = '#';
	list = parse(text, strlen(text));
	assert_line(list, "192.0.2.1", 1);
	assert_line(list, "192.0.2.2", 2);
	allowlist_free(&list);
}

static void
note_any(const char *file, int line, const char *text, void *data)
{
	struct complaints *c = data;

	(void)file;
	c->used +=
	    (size_t)snprintf(c->text, sizeof(c->text), "%d: %s", line, text);
	c->count++;
}

static void
loads_a_file_it_may_trust(void **state)
{
	struct complaints c = { .used = 0 };
	const char *path = scratch_path("allowlist");
	struct allowlist *list = NULL;
	FILE *file;

	(void)state;
	assert_int_equal(allowlist_load(&list, path, note_any, &c), GATE_EIO);
	assert_int_equal(c.count, 1);
	assert_memory_equal(c.text, "0: ", 3);
	file = fopen(path, "we");
	assert_non_null(file);
	fputs("allow 192.0.2.1\nallow 192.0.2.2", file);
	fclose(file);
	assert_int_equal(allowlist_load(&list, path, note_any, &c), 0);
	assert_int_equal(c.count, 1);
	assert_line(list, "192.0.2.2", 2);
	allowlist_free(&list);

	assert_int_equal(chmod(path, 0666), 0);
	assert_int_equal(
	    allowlist_load(&list, path, note_any, &c), GATE_EUNSAFE);
	assert_int_equal(c.count, 2);
	assert_memory_equal(c.text, "0: ", 3);
	assert_null(list);
}

/* --- against a scan of the rules, one bit after the other --- */

#define SEED    20261122
#define SETS    40
#define RULES   60
#define LOOKUPS 5000 /* in each set: 200,000 in all */

struct plain_rule {
	struct address address;
	int length; /* of 128 bits */
	int v4;
};

static int
bit(const struct address *address, int at)
{
	return address->bytes[at / 8] >> (7 - at % 8) & 1;
}

static int
covers(const struct plain_rule *rule, const struct address *address)
{
	int at;

	if (rule->v4 != (address_is_v4(address) != 0))
		return 0;
	for (at = 0; at < rule->length; at++)
		if (bit(&rule->address, at) != bit(address, at))
			return 0;
	return 1;
}

/* Few different bytes, so that rules nest and addresses hit. */
static void
make_rule(struct plain_rule *rule)
{
	int at;

	rule->v4 = random() % 2 == 0;
	memset(&rule->address, 0, sizeof(rule->address));
	if (rule->v4)
		memset(rule->address.bytes + 10, 0xff, 2);
	for (at = rule->v4 ? 12 : 0; at < 16; at++)
		rule->address.bytes[at] = (uint8_t)(random() % 3 * 85);
	/* of all lengths, but short ones are rare: they cover the others */
	rule->length =
	    128 - (int)(random() % (1 << random() % (rule->v4 ? 6 : 8)));
	for (at = rule->length; at < 128; at++)
		rule->address.bytes[at / 8] &= (uint8_t) ~(1 << (7 - at % 8));
	/* an IPv6 rule may not stand for mapped addresses here */
	if (!rule->v4 && address_is_v4(&rule->address))
		rule->address.bytes[0] = 0x20;
}

static size_t
write_rules(const struct plain_rule *rules, char *text, size_t room)
{
	char address[ADDRESS_TEXT_SIZE];
	size_t used = 0, i;

	for (i = 0; i < RULES; i++) {
		address_text(&rules[i].address, address);
		used +=
		    (size_t)snprintf(text + used, room - used, "allow %s/%d\n",
			address, rules[i].length - (rules[i].v4 ? 96 : 0));
		assert_true(used < room);
	}
	return used;
}

/* Mostly one near a rule: within, or with one bit turned. */
static void
make_address(const struct plain_rule *rules, struct address *address)
{
	const struct plain_rule *rule = &rules[random() % RULES];
	int at, v4 = rule->v4 ? 96 : 0;

	*address = rule->address;
	for (at = rule->length; at < 128; at++)
		address->bytes[at / 8] |=
		    (uint8_t)(random() % 2 << (7 - at % 8));
	if (random() % 2) {
		at = v4 + (int)(random() % (128 - v4));
		address->bytes[at / 8] ^= (uint8_t)(1 << (7 - at % 8));
	}
}

static void
agrees_with_a_scan(void **state)
{
	static struct plain_rule rules[RULES];
	static char text[RULES * 80];
	struct allowlist_verdict verdict;
	struct allowlist_query query;
	struct address address;
	int set, i, n, hits = 0;

	(void)state;
	print_message("random rules and addresses, seed %d\n", SEED);
	srandom(SEED);
	for (set = 0; set < SETS; set++) {
		struct allowlist *list;

		for (i = 0; i < RULES; i++)
			make_rule(&rules[i]);
		list = parse(text, write_rules(rules, text, sizeof(text)));
		for (n = 0; n < LOOKUPS; n++) {
			int longest = -1;

			make_address(rules, &address);
			for (i = 0; i < RULES; i++)
				if (rules[i].length > longest &&
				    covers(&rules[i], &address))
					longest = rules[i].length;
			query.address = &address;
			allowlist_lookup(list, &query, &verdict);
			assert_int_equal(verdict.allowed, longest >= 0);
			hits += verdict.allowed;
			if (longest < 0)
				continue;
			i = verdict.line - 1;
			assert_in_range(i, 0, RULES - 1);
			assert_int_equal(rules[i].length, longest);
			assert_true(covers(&rules[i], &address));
		}
		allowlist_free(&list);
	}
	print_message("%d look-ups, %d let in\n", SETS * LOOKUPS, hits);
	assert_in_range(hits, SETS * LOOKUPS / 10, SETS * LOOKUPS * 9 / 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(denies_what_no_rule_covers),
		cmocka_unit_test(covers_to_the_edge),
		cmocka_unit_test(finds_the_longest_prefix),
		cmocka_unit_test(keeps_the_families_apart),
		cmocka_unit_test(reads_lines_as_they_come),
		cmocka_unit_test(complains_of_every_bad_line),
		cmocka_unit_test(complains_of_all_at_once),
		cmocka_unit_test(knows_how_long_a_line_may_be),
		cmocka_unit_test_setup_teardown(
		    loads_a_file_it_may_trust, scratch_setup, scratch_teardown),
		cmocka_unit_test(agrees_with_a_scan),
	};

	return cmocka_run_group_tests_name("allowlist", tests, NULL, NULL);
}
