/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/stat.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/store.h"
#include "tests/unit/scratch.h"

static char why[256];

static int
open_at(struct store **store, const char *path)
{
	struct store_options options = { .engine = "sqlite", .path = path };

	why[0] = '\0';
	return store_open(store, &options, why, sizeof(why));
}

/* What opening a path comes to; a store that opens is closed again. */
static int
opens(const char *path)
{
	struct store *store;
	int r;

	r = open_at(&store, path);
	assert_true((r == 0) == (store != NULL));
	assert_true((r == 0) == (why[0] == '\0'));
	store_free(&store);
	return r;
}

/* Runs SQL on a file behind the store's back. */
static void
tamper(const char *path, const char *sql)
{
	sqlite3 *handle;

	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	assert_int_equal(
	    sqlite3_exec(handle, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static mode_t
mode_of(const char *path)
{
	struct stat st;

	assert_int_equal(lstat(path, &st), 0);
	return st.st_mode & 07777;
}

static int
set_clock(struct store_tx *tx, void *wall)
{
	return store_clock_set(tx, *(int64_t *)wall);
}

static int
get_clock(struct store_tx *tx, void *wall)
{
	return store_clock_get(tx, wall);
}

static void
test_modes_are_private(void **state)
{
	static const mode_t masks[] = { 0, 077, 0277 };
	static const char *const names[] = { "", "-wal", "-shm" };
	struct store *store;
	int64_t wall = 5;
	char name[32];
	mode_t mask;
	size_t i, j;

	(void)state;
	for (i = 0; i < 3; i++) {
		snprintf(name, sizeof(name), "gate%zu.db", i);
		mask = umask(masks[i]);
		assert_int_equal(open_at(&store, scratch_path(name)), 0);
		assert_int_equal(store_write(store, set_clock, &wall), 0);
		umask(mask);
		for (j = 0; j < 3; j++) {
			snprintf(
			    name, sizeof(name), "gate%zu.db%s", i, names[j]);
			assert_int_equal(mode_of(scratch_path(name)), 0600);
		}
		store_free(&store);
	}
}

static void
test_unsafe_files_are_refused(void **state)
{
	const char *path = scratch_path("gate.db"), *link = scratch_path("ln");

	(void)state;
	assert_int_equal(opens(path), 0);
	assert_int_equal(chmod(path, 0640), 0);
	assert_int_equal(opens(path), GATE_EUNSAFE);
	assert_string_equal(
	    why, "mode 0640: others may read it; chmod 600 FILE");
	assert_int_equal(chmod(path, 0602), 0);
	assert_int_equal(opens(path), GATE_EUNSAFE);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(symlink(path, link), 0);
	assert_int_equal(opens(link), GATE_EUNSAFE);
	assert_non_null(strstr(why, "symbolic link"));
	assert_int_equal(opens(scratch), GATE_EUNSAFE);
	assert_int_equal(opens(path), 0);
}

static void
test_foreign_owner_is_refused(void **state)
{
	const char *path = scratch_path("gate.db");

	(void)state;
	if (geteuid() != 0)
		skip(); /* only root can give a file away */
	assert_int_equal(opens(path), 0);
	assert_int_equal(chown(path, 1234, 0), 0);
	assert_int_equal(opens(path), GATE_EUNSAFE);
	assert_non_null(strstr(why, "owned by uid 1234"));
}

static void
test_paths(void **state)
{
	struct store_options options = { .engine = "oracle",
		.path = scratch_path("gate.db") };
	struct store *store;

	(void)state;
	assert_int_equal(
	    store_open(&store, &options, why, sizeof(why)), GATE_ECONFIG);
	assert_int_equal(opens(":memory:"), GATE_EINVAL);
	assert_int_equal(opens("file:gate.db"), GATE_EINVAL);
	assert_int_equal(opens("gate.db"), GATE_EINVAL);
	assert_int_equal(opens(scratch_path("no/gate.db")), GATE_EIO);
	assert_string_equal(why, "No such file or directory");
	/* A folder on another disk is the administrator's good right. */
	assert_int_equal(mkdir(scratch_path("disk"), 0700), 0);
	assert_int_equal(symlink("disk", scratch_path("ln")), 0);
	assert_int_equal(opens(scratch_path("ln/gate.db")), 0);
	assert_int_equal(mode_of(scratch_path("disk/gate.db")), 0600);
}

static void
test_reopening_keeps(void **state)
{
	const char *path = scratch_path("gate.db");
	struct store *store;
	int64_t wall = 1800000000;

	(void)state;
	assert_int_equal(open_at(&store, path), 0);
	assert_int_equal(store_write(store, set_clock, &wall), 0);
	store_free(&store);
	wall = 0;
	assert_int_equal(open_at(&store, path), 0);
	assert_int_equal(store_read(store, get_clock, &wall), 0);
	assert_int_equal(wall, 1800000000);
	store_free(&store);
	store_free(&store);
	store_free(NULL);
}

static void
test_newer_schema_is_refused(void **state)
{
	const char *path = scratch_path("gate.db");

	(void)state;
	assert_int_equal(opens(path), 0);
	tamper(path, "PRAGMA user_version = 2");
	assert_int_equal(opens(path), GATE_ESCHEMA);
	assert_string_equal(why,
	    "schema version 2: this program knows up to 1, a newer one "
	    "wrote the file");
	tamper(path, "PRAGMA user_version = 1");
	assert_int_equal(opens(path), 0);
}

static void
test_foreign_files_are_left_alone(void **state)
{
	const char *path = scratch_path("other.db");
	const char *
	    junk = scratch_path("junk"),
	   text[] =
	       "not a database, "
	       "but long enough that SQLite looks for its header in it: ........"
	       "...............................................................";
	char *bytes;
	size_t size;

	(void)state;
	tamper(path, "CREATE TABLE mail (subject)");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(opens(path), GATE_ESTORE);
	assert_non_null(strstr(why, "another program"));
	/* Still in its own journal mode, too. */
	tamper(path, "BEGIN; INSERT INTO mail VALUES ('x'); COMMIT");
	assert_int_equal(access(scratch_path("other.db-wal"), F_OK), -1);

	assert_int_equal(file_create(junk, text, sizeof(text)), 0);
	assert_int_equal(opens(junk), GATE_ESTORE);
	assert_int_equal(
	    file_read(junk, FILE_SECRET, 999, &bytes, &size, NULL, 0), 0);
	assert_int_equal(size, sizeof(text));
	assert_memory_equal(bytes, text, size);
	free(bytes);
}

static void
test_damaged_schema_shows_at_once(void **state)
{
	const char *path = scratch_path("gate.db");

	(void)state;
	assert_int_equal(opens(path), 0);
	tamper(path, "DROP TABLE replay");
	assert_int_equal(opens(path), GATE_ESTORE);
	assert_string_equal(why, "no such table: replay");
}

/* --- rows that no store of ours has written --- */

static int
get_user(struct store_tx *tx, void *user)
{
	return store_user_get(tx, "alice", user);
}

static int
get_session(struct store_tx *tx, void *session)
{
	return store_session_get(tx, "one", session);
}

#define USER(verifier, disabled, seed)                                         \
	"INSERT INTO users VALUES ('alice', " verifier ", 1, " disabled        \
	", " seed ", 0)"
#define SESSION(state)                                                         \
	"INSERT INTO session VALUES ('one', " state ", 'alice', '', '', '',"   \
	" 0, '', '', '', '', 0, 0, 0, 0, '')"

static void
test_rows_that_do_not_fit(void **state)
{
	static const struct {
		const char *sql;
		store_change *look;
		int expected;
	} cases[] = {
		{ USER("'x'", "0", "x'00'"), get_user, 0 },
		{ USER("printf('%400s', 'x')", "0", "x''"), get_user,
		    GATE_ESTORE },
		{ USER("'a' || char(0) || 'b'", "0", "x''"), get_user,
		    GATE_ESTORE },
		{ USER("'x'", "4294967296", "x''"), get_user, GATE_ESTORE },
		{ USER("'x'", "0", "zeroblob(129)"), get_user, GATE_ESTORE },
		{ SESSION("2"), get_session, 0 },
		{ SESSION("3"), get_session, GATE_ESTORE },
		{ SESSION("-1"), get_session, GATE_ESTORE },
	};
	union {
		struct store_user user;
		struct store_session session;
	} out;
	struct store *store;
	char name[16];
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(name, sizeof(name), "gate%zu.db", i);
		assert_int_equal(opens(scratch_path(name)), 0);
		tamper(scratch_path(name), cases[i].sql);
		assert_int_equal(open_at(&store, scratch_path(name)), 0);
		assert_int_equal(
		    store_read(store, cases[i].look, &out), cases[i].expected);
		store_free(&store);
	}
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, scratch_setup, scratch_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_modes_are_private),
		TEST(test_unsafe_files_are_refused),
		TEST(test_foreign_owner_is_refused),
		TEST(test_paths),
		TEST(test_reopening_keeps),
		TEST(test_newer_schema_is_refused),
		TEST(test_foreign_files_are_left_alone),
		TEST(test_damaged_schema_shows_at_once),
		TEST(test_rows_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
