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
#include "lib/store_fallback.h"
#include "lib/store_live.h"
#include "lib/store_sql.h"
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

/* The schema of the first version, as it was released. */
static const char version_1[] = "PRAGMA application_id = 0x47415445;"
				"PRAGMA user_version = 1;" STORE_SCHEMA_1(
				    "INTEGER", "BLOB", "STRICT, WITHOUT ROWID");

/* What led from there to the second. */
static const char version_2[] = STORE_SCHEMA_2(
    "INTEGER", "BLOB", "STRICT, WITHOUT ROWID") "PRAGMA user_version = 2;";

/* And to the third. */
static const char version_3[] = STORE_SCHEMA_3(
    "INTEGER", "BLOB", "STRICT, WITHOUT ROWID") "PRAGMA user_version = 3;";

/* And to the fourth, with the steady clock 500 s behind the wall clock. */
static const char version_4[] = STORE_SCHEMA_4("INTEGER", "BLOB",
    "STRICT, WITHOUT ROWID") "INSERT INTO steady VALUES (1, 'b', 7, 2000, 1500);"
			     "PRAGMA user_version = 4;";

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
	tamper(path, "PRAGMA user_version = 6");
	assert_int_equal(opens(path), GATE_ESCHEMA);
	assert_string_equal(why,
	    "schema version 6: this program knows up to 5, a newer one "
	    "wrote the file");
	tamper(path, "PRAGMA user_version = 5");
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

/* --- a file of the first version --- */

#define OLD_TICKET                                                             \
	"INSERT INTO ticket VALUES (zeroblob(32), 'alice', 'https://idp',"     \
	" 'n', 'i', 5, 1800000000);"
#define OLD_SESSION                                                            \
	"INSERT INTO session VALUES ('one', 1, 'alice', 'sshd', '192.0.2.1',"  \
	" 'ssh', 4711, 'sso', 'https://idp', 'n', 'i', 1000, 1001, 0, 7, '');" \
	"INSERT INTO session VALUES ('two', 2, 'alice', 'sshd', '192.0.2.1',"  \
	" 'ssh', 4711, 'sso', 'https://idp', 'n', 'i', 1000, 1001, 1002, 7,"   \
	" 'idle');"
#define OLD_USER      "INSERT INTO users VALUES ('alice', '$y$', 3, 0, x'01', 9);"
#define OLD_BARE_USER "INSERT INTO users VALUES ('bob', '', 3, 0, x'', 9);"

struct old {
	struct store_ticket ticket;
	struct store_session session;
	struct store_user user;
	struct store_factor factor;
	struct store_live live;
	int64_t remembered;
	int lives;
	int named;
};

static int
look_at_live(const struct store_live *live, void *data)
{
	struct old *old = data;

	old->live = *live;
	old->lives++;
	return 0;
}

static int
count_named(const struct store_session *session, void *data)
{
	assert_string_equal(session->id, "one");
	(*(int *)data)++;
	return 0;
}

static int
remember(int64_t changed, const char *verifier, void *data)
{
	assert_string_equal(verifier, "$y$");
	*(int64_t *)data += changed;
	return 0;
}

static int
look_at_old(struct store_tx *tx, void *data)
{
	static const uint8_t hash[STORE_HASH_SIZE];
	struct old *old = data;

	assert_int_equal(store_ticket_peek(tx, hash, &old->ticket), 0);
	assert_int_equal(store_session_get(tx, "one", &old->session), 0);
	assert_int_equal(store_user_get(tx, "alice", &old->user), 0);
	/* A seed of the first version is a factor, and counts. */
	assert_int_equal(store_factor_get(tx, "alice", 1, &old->factor), 0);
	assert_int_equal(
	    store_factor_get(tx, "alice", 0, &old->factor), GATE_ENOTFOUND);
	assert_int_equal(
	    store_factor_get(tx, "bob", 1, &old->factor), GATE_ENOTFOUND);
	assert_int_equal(
	    store_history_list(tx, "alice", remember, &old->remembered), 0);
	assert_int_equal(
	    store_history_list(tx, "bob", remember, &old->remembered), 0);
	assert_int_equal(store_session_live(tx, "", 9, look_at_live, old), 0);
	return store_session_named(
	    tx, "https://idp", "n", NULL, count_named, &old->named);
}

static void
lead_on(
    const char *path, const char *second, const char *third, const char *fourth)
{
	int64_t start = fourth[0] != '\0' ? 500000 : 1000000;
	struct store *store;
	struct old old = { 0 };

	tamper(path, version_1);
	tamper(path, OLD_TICKET OLD_SESSION OLD_USER OLD_BARE_USER);
	tamper(path, second);
	tamper(path, third);
	tamper(path, fourth);
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(open_at(&store, path), 0);
	assert_int_equal(store_read(store, look_at_old, &old), 0);
	assert_string_equal(old.ticket.user, "alice");
	assert_int_equal(old.ticket.expires, 1800000000);
	assert_string_equal(old.ticket.service, "");
	assert_string_equal(old.ticket.name_id_format, "");
	assert_int_equal(old.ticket.authn_instant, 0);
	assert_string_equal(old.session.address, "192.0.2.1");
	assert_int_equal(old.session.not_after, 7);
	assert_string_equal(old.session.authn_context, "");
	assert_int_equal(old.session.pid_started, 0);
	assert_int_equal(old.named, 1);
	assert_string_equal(old.session.previous, "");
	assert_int_equal(old.session.handed, 0);
	assert_int_equal(old.session.state, SESSION_OPEN);
	assert_int_equal(old.lives, 1);
	assert_string_equal(old.live.id, "one");
	assert_int_equal(old.live.pid, 4711);
	assert_int_equal(old.live.opened, 1001);
	assert_int_equal(old.live.last, 0);
	assert_int_equal(old.live.start, start);
	assert_true(old.live.ends == INT64_MAX);
	assert_int_equal(old.live.token_size, 0);
	assert_int_equal(old.user.elsewhere, 0);
	assert_int_equal(old.user.must_change, 0);
	assert_string_equal(old.user.mail, "");
	assert_string_equal(old.user.language, "");
	assert_int_equal(old.factor.sealed_size, 1);
	assert_int_equal(old.factor.sealed[0], 1);
	assert_int_equal(old.factor.last, 9);
	assert_int_equal(old.factor.drift, 0);
	assert_int_equal(old.remembered, 3);
	store_free(&store);
	/* once is enough */
	assert_int_equal(opens(path), 0);
}

static void
test_old_versions_are_led_on(void **state)
{
	(void)state;
	lead_on(scratch_path("one.db"), "", "", "");
	lead_on(scratch_path("two.db"), version_2, "", "");
	lead_on(scratch_path("three.db"), version_2, version_3, "");
	lead_on(scratch_path("four.db"), version_2, version_3, version_4);
}

static void
test_a_migration_is_whole_or_not_at_all(void **state)
{
	const char *path = scratch_path("gate.db");

	(void)state;
	tamper(path, version_1);
	tamper(path, OLD_USER "CREATE TABLE attributes (stranger)");
	assert_int_equal(chmod(path, 0600), 0);
	assert_int_equal(opens(path), GATE_ESTORE);
	/* What came before the table in its way was undone as well. */
	tamper(path, "DROP TABLE attributes; CREATE TABLE factor (stranger)");
	assert_int_equal(opens(path), GATE_ESTORE);
	tamper(path, "DROP TABLE factor");
	assert_int_equal(opens(path), 0);
}

/* --- a question that must not walk all sessions that ever were --- */

static int
plan_row(void *data, int count, char **columns, char **names)
{
	(void)names;
	assert_int_equal(count, 4);
	strncat(data, columns[3], 200);
	return 0;
}

/* How the database goes about a statement. */
static void
explain(const char *path, enum store_statement which, char plan[1024])
{
	char sql[2048];
	sqlite3 *handle;

	plan[0] = '\0';
	assert_int_equal(sqlite3_open(path, &handle), SQLITE_OK);
	snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", store_sql[which]);
	assert_int_equal(
	    sqlite3_exec(handle, sql, plan_row, plan, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(handle), SQLITE_OK);
}

static void
test_what_grows_is_found_by_its_index(void **state)
{
	static const struct {
		enum store_statement which;
		const char *way;
	} cases[] = {
		{ SQL_SESSION_NAMED, "session_named (issuer=? AND name_id=?)" },
		{ SQL_TRIES_PRUNE, "tries_expires (expires<?)" },
		{ SQL_DEVICE_PRUNE, "device_expires (expires<?)" },
		{ SQL_DEVICE_FORGET, "device_user (user_name=?)" },
		{ SQL_DEVICE_TRIM, "device_user (user_name=?)" },
		{ SQL_MAIL_PRUNE, "mail_keep_until (keep_until<?)" },
		{ SQL_FACTOR_CLAIM, "(user_name=? AND confirmed=?)" },
		{ SQL_HISTORY_TRIM, "(user_name=? AND serial<?)" },
		{ SQL_SESSION_PREVIOUS,
		    "session_parked"
		    " (user_name=? AND service=? AND ended>?)" },
		{ SQL_SESSION_HOLDERS, "session_holder (ended>?)" },
		{ SQL_SESSION_LET_GO, "PRIMARY KEY (id=?)" },
		{ SQL_SESSION_LET_ALL_GO, "session_holder (ended>?)" },
		{ SQL_SESSION_PRUNE, "session_signed_in (signed_in<?)" },
		{ SQL_LIVE_FIND, "live_token (token=?)" },
		{ SQL_LIVE_ACTIVITY, "PRIMARY KEY (id=?)" },
		{ SQL_LIVE_LIST, "PRIMARY KEY (id>?)" },
		{ SQL_HOLD_END, "PRIMARY KEY (session=?)" },
		{ SQL_HOLD_PRUNE, "hold_ends (ends<?)" },
	};
	const char *path = scratch_path("gate.db");
	char plan[1024];
	size_t i;

	(void)state;
	assert_int_equal(opens(path), 0);
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		explain(path, cases[i].which, plan);
		if (strstr(plan, cases[i].way) == NULL)
			fail_msg("%s: %s", cases[i].way, plan);
		if (strstr(plan, "SCAN") != NULL)
			fail_msg("%s: walks all: %s", cases[i].way, plan);
	}
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

static int
keep_live(const struct store_live *live, void *data)
{
	*(struct store_live *)data = *live;
	return 0;
}

static int
get_live(struct store_tx *tx, void *live)
{
	return store_session_live(tx, "", 9, keep_live, live);
}

static int
get_factor(struct store_tx *tx, void *factor)
{
	return store_factor_get(tx, "alice", 1, factor);
}

#define USER(verifier, disabled)                                               \
	"INSERT INTO users VALUES ('alice', " verifier ", 1, " disabled        \
	", 0, 0, 0, 0, 0, 0, '', '', '')"
#define FACTOR(sealed)                                                         \
	"INSERT INTO factor VALUES ('alice', 1, " sealed ", 0, 0, 0)"
#define SESSION(state)                                                         \
	"INSERT INTO session VALUES ('one', " state ", 'alice', '', '', '',"   \
	" 0, '', '', '', '', 0, 0, 0, 0, '', '', '', '', '', 0, 0, '', 0, 0)"
#define LIVE(state, token)                                                     \
	"INSERT INTO live VALUES ('one', 'alice', '', '', " state ", 0, 0, 0," \
	" 0, 0, 0, 0, 0, 0, 0, 0, " token ")"

static void
test_rows_that_do_not_fit(void **state)
{
	static const struct {
		const char *sql;
		store_change *look;
		int expected;
	} cases[] = {
		{ USER("'x'", "0"), get_user, 0 },
		{ USER("printf('%400s', 'x')", "0"), get_user, GATE_ESTORE },
		{ USER("'a' || char(0) || 'b'", "0"), get_user, GATE_ESTORE },
		{ USER("'x'", "4294967296"), get_user, GATE_ESTORE },
		{ FACTOR("zeroblob(128)"), get_factor, 0 },
		{ FACTOR("zeroblob(129)"), get_factor, GATE_ESTORE },
		{ SESSION("2"), get_session, 0 },
		{ SESSION("3"), get_session, GATE_ESTORE },
		{ SESSION("-1"), get_session, GATE_ESTORE },
		{ LIVE("1", "zeroblob(0)"), get_live, 0 },
		{ LIVE("1", "zeroblob(32)"), get_live, 0 },
		{ LIVE("1", "zeroblob(31)"), get_live, GATE_ESTORE },
		{ LIVE("2", "zeroblob(0)"), get_live, GATE_ESTORE },
		{ LIVE("-1", "zeroblob(0)"), get_live, GATE_ESTORE },
	};
	union {
		struct store_user user;
		struct store_session session;
		struct store_live live;
		struct store_factor factor;
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
		TEST(test_old_versions_are_led_on),
		TEST(test_a_migration_is_whole_or_not_at_all),
		TEST(test_what_grows_is_found_by_its_index),
		TEST(test_rows_that_do_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
