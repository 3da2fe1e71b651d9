/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/analysis.h"
#include "tests/unit/rules_model.h"

#define NOW 1795000360

static struct rules *
rules_of(const char *text)
{
	struct source *source = parse("rules", text, strlen(text));
	struct rules *rules;

	assert_int_equal(
	    rules_new(&rules, &source, 1, &names, NULL, no_complaint, NULL), 0);
	source_free(&source);
	return rules;
}

/* --- one by one --- */

static int
note(const struct finding *finding, void *data)
{
	static const char letters[FINDING_KINDS] = "esro";
	struct text *text = data;

	append(text, "%s%d%c", text->used > 0 ? " " : "", finding->line,
	    letters[finding->kind]);
	if (finding->other_file != NULL)
		append(text, "%d", finding->other_line);
	return 0;
}

static void
finds(void **state)
{
	/* the line, what it is (expired, shadowed, redundant, overlapping), and
	 * the line of the other one */
	static const struct {
		const char *rules, *found;
	} cases[] = {
		{ "allow 10.0.0.0/8\nallow 10.1.0.0/16\n", "2r1" },
		{ "allow 10.1.0.0/16\nallow 10.0.0.0/8\n", "1r2" },
		{ "allow 10.0.0.0/8\nallow 10.0.0.0/8\n", "2r1" },
		{ "allow 10.0.0.0/8 user alice\nallow 10.0.0.0/8\n", "1r2" },
		{ "allow 10.0.0.0/8 user alice\nallow 10.0.0.0/8 user bob\n",
		    "" },
		{ "allow 10.0.0.0/8 user alice,bob\n"
		  "allow 10.1.0.0/16 user bob\n",
		    "2r1" },
		{ "allow 10.0.0.0/8 user alice,bob\n"
		  "allow 10.1.0.0/16 group agents user bob\n",
		    "2r1" },
		{ "allow 10.0.0.0/8 group agents\nallow 10.1.0.0/16\n", "" },
		{ "allow 10.0.0.0/8 attribute role=*\n"
		  "allow 10.1.0.0/16 attribute role=nurse\n",
		    "2r1" },
		{ "allow 10.0.0.0/8 attribute role=nurse\n"
		  "allow 10.1.0.0/16 attribute role=*\n",
		    "" },
		/* an exception, and one that is none */
		{ "allow 10.0.0.0/8\ndeny 10.1.0.0/16\n", "2o1" },
		{ "allow 10.0.0.0/8 user bob\ndeny 10.1.0.0/16 user alice\n",
		    "2r" },
		{ "allow 10.0.0.0/8\ndeny 10.1.0.0/16\nallow 10.1.2.0/24\n",
		    "2o1 3o2" },
		{ "deny 10.0.0.0/8\n", "1r" },
		{ "deny any\nallow 10.0.0.0/8\n", "1r 2o1" },
		{ "allow country DE\ndeny any\n", "" },
		{ "allow country DE\ndeny 10.0.0.0/8\n", "" },
		{ "allow country DE\nallow 10.0.0.0/8\nallow any\n", "" },
		/* deny wins */
		{ "allow 10.0.0.0/8 user bob\ndeny 10.0.0.0/8\n", "1s2 2o1" },
		{ "allow 10.0.0.0/8\ndeny 10.0.0.0/8 user bob\n", "2o1" },
		{ "deny 10.0.0.0/8 user bob\nallow 10.0.0.0/8\n", "2o1" },
		/* longer ones decide everything, or all but one address */
		{ "allow 10.0.0.0/8 user bob\nallow 10.0.0.0/9\n"
		  "allow 10.128.0.0/9\n",
		    "1s" },
		{ "allow 10.0.0.0/8 user bob\n"
		  "allow 10.0.0.0-10.255.255.254\n",
		    "" },
		{ "deny ::/0\nallow ::/1\nallow 8000::/1\n", "1s" },
		/* the mapped addresses are none of it, and counted once */
		{ "deny ::/0 user bob\ndeny ::/64 user bob\n"
		  "allow ::-::fffe:ffff:ffff\n"
		  "allow ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff\n",
		    "1s 2s" },
		{ "deny ::/0 user bob\ndeny ::/64 user bob\n"
		  "allow ::-::fffe:ffff:ffff\n"
		  "allow ::1:0:0:0-ffff:ffff:ffff:ffff:ffff:fffe:ffff:ffff\n",
		    "1r 2s 4o1" },
		{ "deny 0.0.0.0/0\nallow 0.0.0.0/1 user bob\n"
		  "allow 128.0.0.0/1\n",
		    "1r 2o1 3o1" },
		/* of two places one counts */
		{ "set a = 10.1.0.0/16, 192.0.2.0/24\nallow 10.0.0.0/8\n"
		  "allow a\n",
		    "" },
		{ "set a = 10.1.0.0/16, 10.2.0.0/16\nallow 10.0.0.0/8\n"
		  "allow a\n",
		    "3r2" },
		{ "set a = 10.0.0.0/8, 10.2.0.0/16\nallow a\n", "" },
		{ "allow local service login,su\n"
		  "allow local service su\ndeny local user bob\n",
		    "2r1 3o1" },
		{ "deny local\n", "" },
		/* time */
		{ "allow 10.0.0.0/8 until 2026-11-18T00:00Z\n"
		  "allow 10.1.0.0/16\n",
		    "1e" },
		{ "allow 10.0.0.0/8 from 2026-12-01T00:00Z\n"
		  "allow 10.1.0.0/16 until 2026-12-31T00:00Z\n",
		    "" },
		{ "allow 10.0.0.0/8 from 2026-11-18T00:00Z\n"
		  "allow 10.1.0.0/16 from 2026-12-01T00:00Z\n",
		    "2r1" },
		{ "allow 10.0.0.0/8 days mon-fri\n"
		  "allow 10.1.0.0/16 days mon,tue hours 08:00-10:00\n"
		  "allow 10.2.0.0/16 days sat\n",
		    "2r1" },
		{ "allow 10.0.0.0/8 hours 08:00-10:00\n"
		  "deny 10.0.0.0/8 hours 12:00-13:00\n",
		    "2o1" },
		{ "allow name:nobody.example\n", "" },
	};
	char bytes[256], why[512];
	struct text text;
	struct rules *rules;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		text = (struct text){ bytes, 0, sizeof(bytes) };
		bytes[0] = '\0';
		rules = rules_of(cases[i].rules);
		assert_int_equal(analysis_run(rules, NOW, note, &text), 0);
		rules_free(&rules);
		snprintf(why, sizeof(why), "%s -> %s", cases[i].rules, bytes);
		if (strcmp(bytes, cases[i].found) != 0)
			fail_msg("%s, not %s", why, cases[i].found);
	}
}

static int
keep(const struct finding *finding, void *data)
{
	analysis_text(finding, data, 256);
	return 7;
}

static void
says_what_it_is(void **state)
{
	struct rules *rules =
	    rules_of("allow 10.0.0.0/8\nallow 10.1.0.0/16 # b\n");
	char text[256];

	(void)state;
	assert_int_equal(analysis_run(rules, NOW, keep, text), 7);
	assert_string_equal(text,
	    "redundant: the same is decided by rules:1, allow 10.0.0.0/8");
	rules_free(&rules);
}

/* --- what is told may go --- */

static int
mark_line(const struct finding *finding, void *data)
{
	char *lines = data;

	if (finding->kind != FINDING_OVERLAPPING)
		lines[finding->line] = 1;
	return 0;
}

/* The text without the marked lines. */
static void
leave_out(const char *lines, struct text *text)
{
	char *from = text->bytes, *to = text->bytes, *end;
	int line;

	for (line = 1; *from != '\0'; line++, from = end) {
		end = strchr(from, '\n') + 1;
		if (lines[line])
			continue;
		memmove(to, from, (size_t)(end - from));
		to += end - from;
	}
	*to = '\0';
}

static void
changes_nothing_without_them(void **state)
{
	static struct model models[MOST];
	static char bytes[MOST * 800];
	struct text text;
	struct rules *all, *rest;
	struct visitor v;
	char lines[MOST * 4];
	int set, i, count, crowd;
	size_t told = 0, kept = 0;

	(void)state;
	srandom(SEED + 3);
	for (i = 0; i < 4; i++)
		random_address(&host_addresses[i / 2][i % 2]);
	for (set = 0; set < 1500; set++) {
		text = (struct text){ bytes, 0, sizeof(bytes) };
		count = (int)(random() % MOST) + 1;
		crowd = set % 3;
		for (i = 0; i < count; i++) {
			random_model(&models[i], crowd ? i + 1 : 0);
			/* simple ones have more to do with each other */
			if (crowd == 2 && models[i].kind != LOCAL)
				models[i].services = models[i].values = 0;
			if (crowd == 2)
				models[i].allow = !chance(3);
			write_model(&text, &models[i], i);
		}
		all = rules_of(bytes);
		memset(lines, 0, sizeof(lines));
		assert_int_equal(analysis_run(all, NOW, mark_line, lines), 0);
		leave_out(lines, &text);
		rest = rules_of(bytes);
		told += rules_count(all) - rules_count(rest);
		kept += rules_count(rest);
		for (i = 0; i < 300; i++) {
			random_visitor(models, count, &v);
			v.now = NOW + random() % 4 * 60;
			if (judge(all, &v).allowed != judge(rest, &v).allowed)
				fail_msg("set %d, visitor %d", set, i);
		}
		rules_free(&all);
		rules_free(&rest);
	}
	print_message("%zu rules of %zu might go\n", told, told + kept);
	assert_true(told > kept / 10);
}

/* --- many --- */

static int
count_them(const struct finding *finding, void *data)
{
	(void)finding;
	++*(int *)data;
	return 0;
}

/* To hold each against each would take hours. */
static void
copes_with_many(void **state)
{
	const int many = 100000;
	struct text text = { malloc((size_t)many * 64), 0, (size_t)many * 64 };
	struct rules *rules;
	int i, shape, found;
	static const int expected[] = { 0, 0, 99999 };

	(void)state;
	assert_non_null(text.bytes);
	for (shape = 0; shape < 3; shape++) {
		text.used = 0;
		for (i = 0; i < many; i++)
			append(&text,
			    shape == 0 ? "allow 10.0.0.0/8 user user%d\n"
				: shape == 1
				? "allow 10.0.0.0/8 group g service s%d\n"
				: "allow 10.0.0.0/8 user u # %d\n",
			    i);
		rules = rules_of(text.bytes);
		found = 0;
		assert_int_equal(
		    analysis_run(rules, NOW, count_them, &found), 0);
		assert_int_equal(found, expected[shape]);
		rules_free(&rules);
	}
	free(text.bytes);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(says_what_it_is),
		cmocka_unit_test(changes_nothing_without_them),
		cmocka_unit_test(copes_with_many),
	};

	return cmocka_run_group_tests_name("analysis", tests, NULL, NULL);
}
