/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions that come in at once, as at a start. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "lib/error.h"
#include "session/live.h"

#define NOW  INT64_C(1700000000000)
#define IDLE 900000
#define MANY (3 * LIVE_ADD_CHUNK + 5)

static struct live *live;
static char ids[MANY][STORE_SESSION_ID_MAX];
static char users[MANY][16];
static uint8_t tokens[MANY][LIVE_HASH_SIZE];
static struct live_session sessions[MANY];

/* Three sessions a user, and every other with a token. */
static int
setup(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		snprintf(ids[i], sizeof(ids[i]), "session-%zu", i);
		snprintf(users[i], sizeof(users[i]), "user-%zu", i / 3);
		memset(tokens[i], (int)i, sizeof(tokens[i]));
		sessions[i] = (struct live_session){ .id = ids[i],
			.token = i % 2 == 0 ? tokens[i] : NULL,
			.user = users[i],
			.service = "portal",
			.start = NOW,
			.activity = NOW,
			.limits = { .idle = IDLE } };
	}
	return live_new(&live, NOW, 0);
}

static int
teardown(void **state)
{
	(void)state;
	live_free(&live);
	return 0;
}

static void
all_are_found(void **state)
{
	struct live_view view;
	size_t i;
	int r;

	(void)state;
	assert_int_equal(live_add_all(live, sessions, MANY, NOW), 0);
	assert_int_equal(live_count(live), MANY);
	for (i = 0; i < MANY; i++) {
		assert_int_equal(
		    live_check(live, LIVE_ID(ids[i]), NOW, &view), 0);
		assert_string_equal(view.user, users[i]);
		assert_string_equal(view.service, "portal");
		assert_int_equal(view.idle_left, IDLE);
		r = live_check(live, LIVE_TOKEN(tokens[i]), NOW, &view);
		assert_int_equal(r, i % 2 == 0 ? 0 : GATE_ENOTFOUND);
		if (r == 0)
			assert_string_equal(view.id, ids[i]);
		assert_int_equal(live_user(live, users[i], NOW, NULL),
		    i / 3 < MANY / 3 ? 3 : MANY % 3);
	}
	for (i = 0; i < MANY; i++)
		assert_int_equal(live_remove(live, LIVE_ID(ids[i])), 0);
	assert_int_equal(live_count(live), 0);
}

static void
the_first_that_does_not_come_in_ends_it(void **state)
{
	const size_t bad = LIVE_ADD_CHUNK + 3;

	(void)state;
	/* which came in with the same call */
	sessions[bad].id = ids[LIVE_ADD_CHUNK + 1];
	assert_int_equal(live_add_all(live, sessions, MANY, NOW), GATE_EEXISTS);
	assert_int_equal(live_count(live), bad);
	sessions[bad].id = ids[bad];
	sessions[bad].token = tokens[0];
	assert_int_equal(
	    live_add_all(live, &sessions[bad], MANY - bad, NOW), GATE_EEXISTS);
	assert_int_equal(live_count(live), bad);
	sessions[bad].token = NULL;
	sessions[bad].user = "";
	assert_int_equal(
	    live_add_all(live, &sessions[bad], MANY - bad, NOW), GATE_EINVAL);
	sessions[bad].user = users[bad];
	assert_int_equal(
	    live_add_all(live, &sessions[bad], MANY - bad, NOW), 0);
	assert_int_equal(live_count(live), MANY);
	assert_int_equal(live_add_all(live, sessions, 0, NOW), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_found),
		TEST(the_first_that_does_not_come_in_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
