/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "lib/error.h"
#include "tests/unit/scratch.h"
#include "web/hold_tokens.h"

/* of "secret-one" and "secret-two", by sha256sum */
#define ONE "ea77193cc4e6f18656f3130e296203880c4b9b3772afc855211b82fdd46e9185"
#define TWO "cebdf378f2d2bd60d3e3693349e8f20f329daf11a276f849996f0a6377e2155b"

static int
read_of(struct hold_tokens **tokens, const char *text, mode_t mode)
{
	const char *path = scratch_path("tokens");
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(chmod(path, mode), 0);
	return hold_tokens_new(tokens, path);
}

static void
knows_its_own(void **state)
{
	struct hold_tokens *tokens;

	(void)state;
	assert_int_equal(
	    read_of(&tokens,
		"# backends\n\nphone " ONE " # the calls\n  other.one\t" TWO,
		0644),
	    0);
	assert_string_equal(hold_tokens_find(tokens, "secret-one"), "phone");
	assert_string_equal(
	    hold_tokens_find(tokens, "secret-two"), "other.one");
	assert_null(hold_tokens_find(tokens, "secret-on"));
	assert_null(hold_tokens_find(tokens, "secret-one "));
	assert_null(hold_tokens_find(tokens, ""));
	assert_null(hold_tokens_find(tokens, ONE));
	hold_tokens_free(&tokens);
	assert_null(tokens);
	hold_tokens_free(&tokens);
	assert_int_equal(read_of(&tokens,
			     "phone EA77193CC4E6F18656F3130E296203880C4B9B37"
			     "72AFC855211B82FDD46E9185\n",
			     0644),
	    0);
	assert_string_equal(hold_tokens_find(tokens, "secret-one"), "phone");
	hold_tokens_free(&tokens);
	/* none at all */
	assert_int_equal(hold_tokens_new(&tokens, ""), 0);
	assert_null(hold_tokens_find(tokens, "secret-one"));
	hold_tokens_free(&tokens);
}

static void
refuses_what_is_none(void **state)
{
	static const char *const texts[] = {
		"phone\n",
		"phone 1234\n",
		"phone " ONE " x\n",
		"pho/ne " ONE "\n",
		"phone " ONE "0\n",
		"a-name-that-is-longer-than-anybody-needs " ONE "\n",
		"other " TWO "\nphone\n",
	};
	struct hold_tokens *tokens;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		assert_int_equal(
		    read_of(&tokens, texts[i], 0644), GATE_ECONFIG);
		assert_null(tokens);
	}
	/* others may write to it; it is not there */
	assert_int_equal(
	    read_of(&tokens, "phone " ONE "\n", 0666), GATE_EUNSAFE);
	assert_int_not_equal(
	    hold_tokens_new(&tokens, scratch_path("nothing")), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    knows_its_own, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(
		    refuses_what_is_none, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
