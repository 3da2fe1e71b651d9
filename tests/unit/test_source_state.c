/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sys/stat.h>

#include "lib/error.h"
#include "lib/source_state.h"
#include "tests/unit/scratch.h"

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static void
test_round(void **state)
{
	const char *file = scratch_path("fed.xml");
	struct source_state out = { .fetched = 1,
		.checked = 2,
		.next = 3,
		.entities = 4,
		.valid_until = INT64_MAX,
		.cache_duration = 6,
		.failures = 7,
		.unread = 1 };
	struct source_state in;
	struct stat st;

	(void)state;
	assert_int_equal(source_state_load(&in, file), GATE_ENOTFOUND);
	assert_null(in.url);
	assert_int_equal(in.next, 0);
	assert_int_equal(source_state_set(&out.url, "https://a.example/"), 0);
	assert_int_equal(source_state_set(&out.etag, "W/\"x\""), 0);
	assert_int_equal(source_state_set(&out.last_error, "so \xc3\xbc"), 0);
	/* not UTF-8, which JSON cannot hold */
	assert_int_equal(source_state_set(&out.last_modified, "\xff"), 0);
	assert_int_equal(source_state_save(&out, file), 0);
	assert_int_equal(stat(scratch_path("fed.xml.state"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0644);
	assert_int_equal(source_state_load(&in, file), 0);
	assert_string_equal(in.url, out.url);
	assert_string_equal(in.etag, out.etag);
	assert_string_equal(in.last_error, out.last_error);
	assert_null(in.last_modified);
	assert_null(in.sha256);
	assert_int_equal(in.fetched, 1);
	assert_int_equal(in.checked, 2);
	assert_int_equal(in.next, 3);
	assert_int_equal(in.entities, 4);
	assert_true(in.valid_until == INT64_MAX);
	assert_int_equal(in.cache_duration, 6);
	assert_int_equal(in.failures, 7);
	assert_int_equal(in.unread, 1);
	source_state_clear(&in);
	assert_int_equal(source_state_set(&out.url, NULL), 0);
	assert_null(out.url);
	source_state_clear(&out);
	source_state_clear(&out);
}

/* What is no state of ours is none at all. */
static void
test_bad(void **state)
{
	static const char *const cases[] = { "", "x", "[]", "1", "{",
		"{\"url\": 1}", "{\"fetched\": \"1\"}", "{\"fetched\": -1}",
		"{\"next\": 1.5}", "{\"next\": 1, \"next\": 2}",
		"{\"url\": \"a\", \"entities\": true}" };
	struct source_state in;
	FILE *out;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(cases); i++) {
		out = fopen(scratch_path("fed.xml.state"), "w");
		assert_non_null(out);
		fputs(cases[i], out);
		fclose(out);
		if (source_state_load(&in, scratch_path("fed.xml")) !=
		    GATE_EPROTO)
			fail_msg("accepted: %s", cases[i]);
		assert_null(in.url);
		assert_int_equal(in.next, 0);
	}
	assert_int_equal(chmod(scratch_path("fed.xml.state"), 0666), 0);
	assert_int_equal(
	    source_state_load(&in, scratch_path("fed.xml")), GATE_EUNSAFE);
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_round),
		TEST(test_bad),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
