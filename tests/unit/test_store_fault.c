/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/store.h"
#include "tests/unit/scratch.h"

/*
 * What befalls a store: full and failing disks, and death. Some of it happens
 * in a child, where an assertion would be lost: there CHECK ends it.
 */
#define CHECK(condition)                                                       \
	do {                                                                   \
		if (!(condition)) {                                            \
			fprintf(stderr, "%s:%d: not so: %s\n", __FILE__,       \
			    __LINE__, #condition);                             \
			_exit(1);                                              \
		}                                                              \
	} while (0)
#define EXIT_CANNOT 77

/* --- fdatasync(2), which stands before the C library's for SQLite too --- */

static int syncs, sync_error;

__attribute__((visibility("default"))) int
fdatasync(int fd)
{
	syncs++;
	if (sync_error != 0) {
		errno = sync_error;
		return -1;
	}
	return (int)syscall(SYS_fdatasync, fd);
}

/* --- a store, and what is done with it --- */

static struct store *
store_at(const char *path)
{
	struct store_options options = { .engine = "sqlite", .path = path };
	struct store *store;
	char why[256] = "";

	if (store_open(&store, &options, why, sizeof(why)) != 0)
		fprintf(stderr, "%s: %s\n", path, why);
	return store;
}

/* One login: an assertion used up, a session on record. */
struct login {
	const char *id;
	int refuse;
};

static int
login_change(struct store_tx *tx, void *data)
{
	const struct login *login = data;
	struct store_session session = { .user = "alice" };
	int r;

	snprintf(session.id, sizeof(session.id), "%s", login->id);
	r = store_replay_claim(tx, "https://idp", login->id, 5000000000);
	if (r == 0)
		r = store_session_add(tx, &session);
	return r == 0 ? login->refuse : r;
}

static int
log_in(struct store *store, const char *id)
{
	struct login login = { .id = id };

	return store_write(store, login_change, &login);
}

/* Nonzero if the login is on record, -1 where only half of it is. */
static int
login_look(struct store_tx *tx, void *data)
{
	struct store_session session;
	const char *id = data;
	int claimed, found;

	claimed = store_replay_claim(tx, "https://idp", id, 1) == GATE_EEXISTS;
	found = store_session_get(tx, id, &session) == 0;
	return claimed == found ? 100 + found : 99;
}

static int
on_record(struct store *store, const char *id)
{
	/* A change that is always refused, so that looking leaves no mark. */
	return store_write(store, login_look, (void *)id) - 100;
}

static int
count_one(const struct store_session *session, void *count)
{
	(void)session;
	++*(int *)count;
	return 0;
}

static int
count_look(struct store_tx *tx, void *count)
{
	return store_session_list(tx, NULL, 1, 1 << 20, count_one, count);
}

/* How many sessions are on record, or less than zero. */
static int
count_sessions(struct store *store)
{
	int count = 0, r;

	r = store_read(store, count_look, &count);
	return r != 0 ? r : count;
}

/* Logs in as "PREFIX0", "PREFIX1", ... until that fails: how often it went. */
static int
log_in_until_failure(struct store *store, const char *prefix, int *r)
{
	char id[32];
	int count;

	for (count = 0; count < 10000; count++) {
		snprintf(id, sizeof(id), "%s%d", prefix, count);
		*r = log_in(store, id);
		if (*r != 0)
			break;
	}
	return count;
}

static int
is_intact(const char *path)
{
	sqlite3 *handle;
	sqlite3_stmt *statement = NULL;
	int intact;

	intact = sqlite3_open(path, &handle) == SQLITE_OK &&
	    sqlite3_prepare_v2(handle, "PRAGMA integrity_check", -1, &statement,
		NULL) == SQLITE_OK &&
	    sqlite3_step(statement) == SQLITE_ROW &&
	    strcmp((const char *)sqlite3_column_text(statement, 0), "ok") == 0;
	sqlite3_finalize(statement);
	sqlite3_close(handle);
	return intact;
}

/* --- what a commit costs, and what it is worth --- */

static void
test_only_what_is_kept_is_synced(void **state)
{
	struct store *store = store_at(scratch_path("gate.db"));
	struct login refused = { .id = "refused", .refuse = GATE_EREFUSED };

	(void)state;
	assert_non_null(store);
	assert_int_equal(log_in(store, "first"), 0);
	syncs = 0;
	assert_int_equal(log_in(store, "one"), 0);
	assert_int_equal(syncs, 1);
	assert_int_equal(
	    store_write(store, login_change, &refused), GATE_EREFUSED);
	assert_int_equal(log_in(store, "one"), GATE_EEXISTS);
	assert_int_equal(count_sessions(store), 2);
	assert_int_equal(syncs, 1);
	store_free(&store);
}

static int
log_in_soon(struct store *store, const char *id)
{
	struct login login = { .id = id };

	return store_write_soon(store, login_change, &login);
}

/* A change that finds all as it would have it. */
static int
raise_clock(struct store_tx *tx, void *data)
{
	(void)data;
	return store_clock_raise(tx, 1);
}

static void
test_what_is_written_soon_is_synced_later(void **state)
{
	struct store *store = store_at(scratch_path("gate.db"));

	(void)state;
	assert_non_null(store);
	assert_int_equal(log_in(store, "first"), 0);
	assert_int_equal(store_write(store, raise_clock, NULL), 0);
	syncs = 0;
	/* it is there at once, and on disk with the next */
	assert_int_equal(log_in_soon(store, "one"), 0);
	assert_int_equal(count_sessions(store), 2);
	assert_int_equal(syncs, 0);
	assert_int_equal(log_in(store, "two"), 0);
	assert_int_equal(syncs, 1);
	assert_int_equal(store_settle(store), 0);
	assert_int_equal(syncs, 1);
	/* which may change nothing itself */
	assert_int_equal(log_in_soon(store, "three"), 0);
	assert_int_equal(store_settle(store), 0);
	assert_int_equal(syncs, 2);
	assert_int_equal(log_in_soon(store, "four"), 0);
	assert_int_equal(store_write(store, raise_clock, NULL), 0);
	assert_int_equal(syncs, 3);
	/* one that is refused does not count as one */
	assert_int_equal(log_in_soon(store, "five"), 0);
	assert_int_equal(log_in(store, "five"), GATE_EEXISTS);
	assert_int_equal(syncs, 3);
	sync_error = EIO;
	assert_int_equal(store_settle(store), GATE_ESTORE);
	sync_error = ENOSPC;
	assert_int_equal(store_settle(store), GATE_EFULL);
	sync_error = 0;
	assert_int_equal(store_settle(store), 0);
	assert_int_equal(syncs, 6);
	assert_int_equal(store_settle(store), 0);
	assert_int_equal(syncs, 6);
	store_free(&store);
}

static void
test_failing_sync(void **state)
{
	const char *path = scratch_path("gate.db");
	struct store *store = store_at(path);

	(void)state;
	assert_non_null(store);
	assert_int_equal(log_in(store, "one"), 0);
	sync_error = EIO;
	assert_int_equal(log_in(store, "two"), GATE_ESTORE);
	sync_error = ENOSPC;
	assert_int_equal(log_in(store, "two"), GATE_EFULL);
	assert_int_equal(count_sessions(store), 1);
	sync_error = 0;
	assert_int_equal(on_record(store, "two"), 0);
	assert_int_equal(log_in(store, "two"), 0);
	assert_int_equal(log_in(store, "one"), GATE_EEXISTS);
	store_free(&store);
	assert_true(is_intact(path));
}

/* --- no space --- */

static struct rlimit unlimited;

static int
limit_setup(void **state)
{
	signal(SIGXFSZ, SIG_IGN); /* so that write(2) says EFBIG instead */
	return getrlimit(RLIMIT_FSIZE, &unlimited) == 0 ? scratch_setup(state)
							: -1;
}

static int
limit_teardown(void **state)
{
	sync_error = 0;
	return setrlimit(RLIMIT_FSIZE, &unlimited) == 0
	    ? scratch_teardown(state)
	    : -1;
}

static void
test_file_size_limit(void **state)
{
	const char *path = scratch_path("gate.db");
	struct store *store = store_at(path);
	struct rlimit limit = unlimited;
	struct stat wal;
	int count, r;

	(void)state;
	assert_non_null(store);
	assert_int_equal(log_in(store, "first"), 0);
	assert_int_equal(stat(scratch_path("gate.db-wal"), &wal), 0);
	limit.rlim_cur = (rlim_t)wal.st_size + 100000;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	count = 1 + log_in_until_failure(store, "a", &r);
	assert_int_equal(r, GATE_EFULL);
	assert_in_range(count, 2, 200);
	assert_int_equal(log_in(store, "again"), GATE_EFULL);
	assert_int_equal(count_sessions(store), count);

	assert_int_equal(setrlimit(RLIMIT_FSIZE, &unlimited), 0);
	assert_int_equal(log_in(store, "again"), 0);
	assert_int_equal(count_sessions(store), count + 1);
	store_free(&store);
	assert_true(is_intact(path));
	store = store_at(path);
	assert_int_equal(count_sessions(store), count + 1);
	store_free(&store);
}

static int
write_map(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	if (f == NULL)
		return -1;
	fputs(text, f);
	return fclose(f);
}

/* Lets this process mount: as root, or as root of a name space of its own. */
static int
become_able_to_mount(void)
{
	char users[32], groups[32];

	if (geteuid() == 0)
		return unshare(CLONE_NEWNS);
	snprintf(users, sizeof(users), "0 %u 1", (unsigned)geteuid());
	snprintf(groups, sizeof(groups), "0 %u 1", (unsigned)getegid());
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) == -1 ||
	    write_map("/proc/self/setgroups", "deny") != 0 ||
	    write_map("/proc/self/uid_map", users) != 0 ||
	    write_map("/proc/self/gid_map", groups) != 0)
		return -1;
	return 0;
}

/* On a disk of one megabyte, in a child that alone sees it. */
static void
small_disk(void)
{
	const char *disk = scratch_path("disk");
	const char *path = scratch_path("disk/gate.db");
	const char *ballast = scratch_path("disk/ballast");
	struct store_options options = { .engine = "sqlite", .path = path };
	struct store *store;
	char zeros[200000] = { 0 }, why[256];
	int count, r;

	CHECK(mkdir(disk, 0700) == 0);
	if (become_able_to_mount() == -1 ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) == -1 ||
	    mount("none", disk, "tmpfs", 0, "size=1m,mode=700") == -1)
		_exit(EXIT_CANNOT);
	CHECK(file_create(ballast, zeros, sizeof(zeros)) == 0);
	CHECK((store = store_at(path)) != NULL);
	count = log_in_until_failure(store, "a", &r);
	CHECK(r == GATE_EFULL && count > 2);
	CHECK(count_sessions(store) == count);
	CHECK(log_in(store, "again") == GATE_EFULL);
	CHECK(unlink(ballast) == 0);
	CHECK(log_in(store, "again") == 0);
	CHECK(count_sessions(store) == count + 1);
	store_free(&store);
	CHECK(is_intact(path));

	CHECK(mount(NULL, disk, NULL, MS_REMOUNT | MS_RDONLY, NULL) == 0);
	r = store_open(&store, &options, why, sizeof(why));
	CHECK(r == GATE_ESTORE);
	CHECK(strcmp(why, "the file or its disk is read-only") == 0);
	CHECK(mount(NULL, disk, NULL, MS_REMOUNT, NULL) == 0);
	CHECK((store = store_at(path)) != NULL);
	CHECK(count_sessions(store) == count + 1);
	CHECK(log_in(store, "once more") == 0);
	store_free(&store);
	_exit(0);
}

static void
test_small_disk(void **state)
{
	int status;
	pid_t child;

	(void)state;
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		small_disk();
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == EXIT_CANNOT)
		skip(); /* neither root nor name spaces of users */
	assert_int_equal(status, 0);
}

/* --- SIGKILL --- */

#define CRASH_THREADS 4
#define CRASH_ROUNDS  6

struct victim {
	struct store *store;
	int report; /* the pipe to who keeps the books */
	int round;
	int thread;
};

/* Logs in for ever, and reports each login that was made durable. */
static void *
victim_main(void *data)
{
	struct victim *victim = data;
	char id[32];
	int i;

	for (i = 0;; i++) {
		memset(id, 0, sizeof(id));
		snprintf(id, sizeof(id), "%d.%d.%d", victim->round,
		    victim->thread, i);
		CHECK(log_in(victim->store, id) == 0);
		CHECK(write(victim->report, id, sizeof(id)) == sizeof(id));
	}
	return NULL;
}

static void
victim_run(const char *path, int round, int report)
{
	struct victim victims[CRASH_THREADS];
	struct store *store;
	pthread_t thread;
	int i;

	CHECK((store = store_at(path)) != NULL);
	for (i = 0; i < CRASH_THREADS; i++) {
		victims[i] = (struct victim){ store, report, round, i };
		CHECK(pthread_create(&thread, NULL, victim_main, &victims[i]) ==
		    0);
	}
	pthread_join(thread, NULL);
	_exit(1);
}

/*
 * Reads reports and kills the child after so many of them; then reads those
 * that were on their way. last[] gets each thread's last.
 */
static int
crash(const char *path, int round, int last[CRASH_THREADS])
{
	int ends[2], thread, i, status, reports = 0;
	char id[32];
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	assert_int_not_equal(child, -1);
	if (child == 0)
		victim_run(path, round, ends[1]);
	close(ends[1]);
	for (i = 0; i < CRASH_THREADS; i++)
		last[i] = -1;
	while (read(ends[0], id, sizeof(id)) == sizeof(id)) {
		if (++reports == 50 + 37 * round)
			assert_int_equal(kill(child, SIGKILL), 0);
		assert_int_equal(sscanf(id, "%*d.%d.%d", &thread, &i), 2);
		last[thread] = i;
	}
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return reports;
}

static void
test_killed(void **state)
{
	const char *path = scratch_path("gate.db");
	struct store *store;
	int last[CRASH_THREADS], round, thread, i, found, total = 0;
	char id[32];

	(void)state;
	for (round = 0; round < CRASH_ROUNDS; round++) {
		assert_true(crash(path, round, last) >= 50);
		store = store_at(path);
		assert_non_null(store);
		for (thread = 0; thread < CRASH_THREADS; thread++) {
			/* One may be on record of which no report came. */
			for (i = 0; i <= last[thread] + 1; i++) {
				snprintf(id, sizeof(id), "%d.%d.%d", round,
				    thread, i);
				found = on_record(store, id);
				if (i <= last[thread])
					assert_int_equal(found, 1);
				assert_in_range(found, 0, 1);
				total += found;
			}
		}
		/* Neither lost from earlier rounds, nor made up. */
		assert_int_equal(count_sessions(store), total);
		store_free(&store);
		assert_true(is_intact(path));
	}
}

int
main(void)
{
#define TEST(name)                                                             \
	cmocka_unit_test_setup_teardown(name, limit_setup, limit_teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_only_what_is_kept_is_synced),
		TEST(test_what_is_written_soon_is_synced_later),
		TEST(test_failing_sync),
		TEST(test_file_size_limit),
		TEST(test_small_disk),
		TEST(test_killed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
