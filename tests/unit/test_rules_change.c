/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/unit/rules_model.h"

#define FILLER 2500 /* with fewer, all is made anew */

static int
same_verdict(const struct rules *a, const struct rules *b,
    const struct model *models, int count)
{
	struct rules_verdict one, other;
	struct visitor v;

	random_visitor(models, count, &v);
	one = judge(a, &v);
	other = judge(b, &v);
	return one.allowed == other.allowed && one.line == other.line &&
	    (one.text == other.text || strcmp(one.text, other.text) == 0);
}

/* A file of a few rules, and a set of which another file's rules are about. */
static struct source *
small_file(const struct model *models, int count)
{
	static char bytes[MOST * 800];
	struct text text = { bytes, 0, sizeof(bytes) };
	int i;

	for (i = 0; i < count; i++)
		write_model(&text, &models[i], i);
	append(&text, "set shared = ");
	write_network(&text, &models[random() % count].network);
	append(&text, "\n");
	return parse("small", bytes, text.used);
}

static struct source *
large_file(void)
{
	struct text text = { malloc(FILLER * 100), 0, FILLER * 100 };
	struct source *source;
	struct network network;
	int i;

	assert_non_null(text.bytes);
	for (i = 0; i < FILLER; i++) {
		random_network(&network);
		append(&text, i % 2 ? "allow " : "deny ");
		write_network(&text, &network);
		append(&text, "%s\n", i % 3 ? "" : " service portal");
	}
	append(&text,
	    "allow shared service sshd\ndeny shared user bob\n"
	    "allow name:one.example\ndeny name:two.example\n"
	    "allow country DE\nallow local service login\n");
	source = parse("large", text.bytes, text.used);
	free(text.bytes);
	return source;
}

static void
changes_are_as_made_anew(void **state)
{
	static struct model models[MOST];
	struct source *sources[2] = { large_file(), NULL };
	struct rules *rules = NULL, *changed, *anew;
	const struct rules_names none = { .count = 0 };
	size_t layers = 0;
	int round, i, count;

	(void)state;
	srandom(SEED + 2);
	for (round = 0; round < 60; round++) {
		count = (int)(random() % (MOST / 2)) + 1;
		for (i = 0; i < count; i++)
			random_model(&models[i], round % 3 ? i + 1 : 0);
		/* now and then the file stays, and only hosts move */
		if (round == 0 || !chance(4)) {
			source_free(&sources[1]);
			sources[1] = small_file(models, count);
		}
		for (i = 0; i < 4; i++)
			if (chance(3))
				random_address(&host_addresses[i / 2][i % 2]);
		assert_int_equal(
		    rules_new(&changed, sources, 2, round % 5 ? &names : &none,
			rules, no_complaint, NULL),
		    0);
		assert_int_equal(
		    rules_new(&anew, sources, 2, round % 5 ? &names : &none,
			NULL, no_complaint, NULL),
		    0);
		layers += rules_changes(changed);
		assert_int_equal(rules_changes(anew), 0);
		assert_int_equal(rules_count(changed), rules_count(anew));
		rules_free(&rules);
		rules = changed;
		for (i = 0; i < 2000; i++)
			if (!same_verdict(changed, anew, models, count))
				fail_msg("round %d, look-up %d", round, i);
		rules_free(&anew);
	}
	/* it was not all made anew each time */
	assert_true(layers > 0);
	rules_free(&rules);
	source_free(&sources[0]);
	source_free(&sources[1]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(changes_are_as_made_anew),
	};

	return cmocka_run_group_tests_name("rules_change", tests, NULL, NULL);
}
