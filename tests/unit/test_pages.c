/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <unistd.h>

#include <cmocka.h>

#include <sqlite3.h>

#include "gatehoused/pages.h"
#include "lib/error.h"
#include "tests/unit/scratch_store.h"

/* Sessions with the numbers from first on. */
struct range {
	int first, end;
};

static int
add(struct store_tx *tx, void *data)
{
	const struct range *range = data;
	struct store_session session = {
		.state = SESSION_OPEN, .user = "alice", .service = "portal"
	};
	int i, r = 0;

	for (i = range->first; i < range->end && r == 0; i++) {
		snprintf(session.id, sizeof(session.id), "%08d", i);
		r = store_session_add(tx, &session);
	}
	return r;
}

struct taken {
	pthread_t thread;
	int rows, pages;
	int stop_at; /* page */
	int is_slow;
};

static int
take(const struct store_live *rows, size_t count, void *data)
{
	struct taken *taken = data;
	char id[STORE_SESSION_ID_MAX];
	size_t i;

	assert_true(pthread_equal(pthread_self(), taken->thread));
	assert_in_range(count, 1, PAGES_ROWS);
	if (taken->is_slow && taken->pages == 0)
		usleep(50000); /* for whoever would not wait */
	for (i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "%08d", taken->rows++);
		assert_string_equal(rows[i].id, id);
		assert_string_equal(rows[i].user, "alice");
	}
	return ++taken->pages == taken->stop_at ? 42 : 0;
}

static void
all_are_read_in_their_order(void **state)
{
	static const int counts[] = { 0, 1, PAGES_ROWS - 1, PAGES_ROWS,
		PAGES_ROWS + 1, 2 * PAGES_ROWS, 5 * PAGES_ROWS + 7 };
	struct range range = { 0, 0 };
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		struct taken taken = { .thread = pthread_self() };

		range.end = counts[i];
		assert_int_equal(store_write(store, add, &range), 0);
		range.first = range.end;
		assert_int_equal(pages_read(store, take, &taken), 0);
		assert_int_equal(taken.rows, counts[i]);
		assert_int_equal(
		    taken.pages, (counts[i] + PAGES_ROWS - 1) / PAGES_ROWS);
	}
}

static void
who_takes_may_end_it(void **state)
{
	struct range range = { 0, 6 * PAGES_ROWS };
	int page;

	(void)state;
	assert_int_equal(store_write(store, add, &range), 0);
	for (page = 1; page <= 6; page++) {
		struct taken taken = { .thread = pthread_self(),
			.stop_at = page };

		assert_int_equal(pages_read(store, take, &taken), 42);
		assert_int_equal(taken.pages, page);
	}
}

static void
who_is_slow_is_waited_for(void **state)
{
	struct range range = { 0, 6 * PAGES_ROWS };
	struct taken taken = { .thread = pthread_self(), .is_slow = 1 };

	(void)state;
	assert_int_equal(store_write(store, add, &range), 0);
	assert_int_equal(pages_read(store, take, &taken), 0);
	assert_int_equal(taken.rows, 6 * PAGES_ROWS);
}

/* A row that the gate cannot have written, on the third page. */
static void
an_error_of_the_store_is_told(void **state)
{
	struct range range = { 0, 4 * PAGES_ROWS };
	struct taken taken = { .thread = pthread_self() };
	char sql[80];
	sqlite3 *db;

	(void)state;
	assert_int_equal(store_write(store, add, &range), 0);
	assert_int_equal(sqlite3_open(scratch_path("gate.db"), &db), SQLITE_OK);
	snprintf(sql, sizeof(sql),
	    "UPDATE live SET state = 9 WHERE id = '%08d'", 2 * PAGES_ROWS + 9);
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(db);
	assert_int_equal(pages_read(store, take, &taken), GATE_ESTORE);
	assert_in_range(taken.rows, 0, 2 * PAGES_ROWS + 9);
}

#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, store_setup, store_teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_are_read_in_their_order),
		TEST(who_takes_may_end_it),
		TEST(who_is_slow_is_waited_for),
		TEST(an_error_of_the_store_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
