/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_live fill STORE COUNT: a store with so many sessions that are open, and
 * sign-ins that may open one.
 *
 * bench_live run FOLDER SOCKET PID SOCKET PID: two gates, the first with FEW
 * sessions that live, the second with MANY, and idle so far.
 * What a session costs in memory, and what it costs the daemon that they live,
 * while none ends; what a portal's question costs, by the session's token and
 * with evidence of activity, against as many bytes sent to a process that sends
 * them back; and what it costs to open one, by one caller and by eight at once,
 * each with a connection of its own as the PAM module has, against a commit of
 * the store alone in FOLDER. Interleaved; medians.
 */
#include <err.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/protocol.h"
#include "lib/store_live.h"
#include "session/session.h"
#include "tests/bench/bench.h"
#include "tests/bench/live_rows.h"

#define FEW     10
#define MANY    1000000
#define SPREAD  (10 * 60 * 1000) /* ms: nobody is due for warning or end */
#define CHECKS  20000
#define ECHO    200 /* bytes: about what question and answer have */
#define IDLING  10  /* seconds */

#define ALONE   500 /* opened by one caller */
#define CALLERS 8
#define EACH    50 /* of each caller, in each block */
#define BLOCKS  7
#define OPENS   (ALONE + BLOCKS * CALLERS * EACH)

static int64_t
deadline(void)
{
	return clock_mono_ms() + 10000;
}

/* --------------------------------------------------------------- filling -- */

struct sign_ins {
	int first, count;
	int64_t now;
};

static void
sign_in(struct store_session *s, int i)
{
	if (session_begin(s, clock_wall()) != 0)
		errx(1, "no random numbers");
	live_rows_id(i, s->id);
	snprintf(s->user, sizeof(s->user), "u%d@example.org", i);
	snprintf(s->service, sizeof(s->service), "portal");
	session_add_method(s, "sso");
	s->ends = INT64_MAX;
	s->idle = 900000;
}

static int
add_sign_ins(struct store_tx *tx, void *data)
{
	const struct sign_ins *all = data;
	struct store_session s;
	int i, r = 0;

	for (i = all->first; i < all->first + all->count && r == 0; i++) {
		sign_in(&s, i);
		s.start = all->now;
		r = store_session_add(tx, &s);
	}
	return r;
}

static struct store *
open_store(const char *path)
{
	const struct store_options options = { .engine = "sqlite",
		.path = path };
	struct store *store = NULL;
	char why[512];

	if (store_open(&store, &options, why, sizeof(why)) != 0)
		errx(1, "%s: %s", path, why);
	return store;
}

static void
fill(const char *path, int count)
{
	/* by a store in which it was not read yet, the steady clock begins
	 * with the wall's time */
	struct sign_ins all = { count, OPENS, clock_wall() * 1000 };
	struct store *store = open_store(path);
	sqlite3 *db = NULL;

	if (store_write(store, add_sign_ins, &all) != 0)
		errx(1, "the store failed");
	store_free(&store);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		errx(1, "SQLite: %s", sqlite3_errmsg(db));
	live_rows_run(
	    db, "PRAGMA synchronous = NORMAL; PRAGMA cache_size = -400000");
	live_rows_fill(db, count, all.now, SPREAD);
	live_rows_run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	sqlite3_close(db);
}

/* ------------------------------------------------------- what living costs --
 */

/* The number behind a word at the beginning of a line of /proc/PID/status. */
static double
status_of(const char *pid, const char *word)
{
	char path[64], *text, *at;
	double value;
	size_t size;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	text = bench_read(path, &size);
	at = strstr(text, word);
	if (at == NULL)
		errx(1, "%s has no %s", path, word);
	value = strtod(at + strlen(word), NULL);
	free(text);
	return value;
}

/* Nanoseconds on a processor, of all its threads. */
static double
cpu_of(const char *pid)
{
	struct timespec ts;
	clockid_t clock;

	if (clock_getcpuclockid((pid_t)strtol(pid, NULL, 10), &clock) != 0 ||
	    clock_gettime(clock, &ts) != 0)
		err(1, "the clock of %s", pid);
	return (double)ts.tv_sec * 1e9 + (double)ts.tv_nsec;
}

static void
measure_living(const char *few, const char *many)
{
	double before[2], start = bench_wall_us(), share[2];

	bench_row("session_memory", "bytes",
	    (status_of(many, "VmRSS:") - status_of(few, "VmRSS:")) * 1024 /
		(MANY - FEW),
	    0, "<= 300 bytes");
	before[0] = cpu_of(few);
	before[1] = cpu_of(many);
	clock_sleep_until(clock_mono_ms() + IDLING * 1000);
	start = (bench_wall_us() - start) * 10; /* ns, and percent */
	share[0] = (cpu_of(few) - before[0]) / start;
	share[1] = (cpu_of(many) - before[1]) / start;
	bench_row("session_idle_cpu", "%", share[1], share[0], "<= 1 %");
}

/* -------------------------------------------------------------- questions --
 */

struct asker {
	struct client *client;
	int sessions;
	int asked;
	double times[CHECKS];
};

static void
connect_to(struct client **client, const char *socket)
{
	if (client_new(client, socket, deadline()) != 0)
		err(1, "%s", socket);
}

static void
check(struct asker *asker, int round)
{
	/* anywhere in the table */
	int i = (int)(asker->asked++ * INT64_C(7919) % asker->sessions);
	struct wire_msg *msg = client_msg(asker->client);
	char token[HANDLE_SIZE];
	double start;

	live_rows_token(i, token);
	start = bench_wall_us();
	wire_begin(msg, VERB_SESSION_CHECK);
	wire_put_str(msg, TAG_TOKEN, token);
	wire_put_num(msg, TAG_ACTIVITY, EVIDENCE_NAVIGATION);
	if (client_ask(asker->client, deadline()) != 0 ||
	    wire_num(msg, TAG_OUTCOME, -1) != OUTCOME_GRANTED)
		errx(1, "session %d does not go on", i);
	asker->times[round] = bench_wall_us() - start;
}

/* A process that sends back what it is sent. */
static int
start_echo(void)
{
	char bytes[ECHO];
	int ends[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
		err(1, "socketpair");
	switch (fork()) {
	case -1:
		err(1, "fork");
	case 0:
		close(ends[0]);
		while (read(ends[1], bytes, ECHO) == ECHO &&
		    write(ends[1], bytes, ECHO) == ECHO)
			;
		_exit(0);
	}
	close(ends[1]);
	return ends[0];
}

static double
time_echo(int fd)
{
	static char bytes[ECHO];
	double start = bench_wall_us();

	if (write(fd, bytes, ECHO) != ECHO || read(fd, bytes, ECHO) != ECHO)
		err(1, "the echo");
	return bench_wall_us() - start;
}

static void
measure_checks(const char *few, const char *many)
{
	static struct asker askers[2] = { { .sessions = FEW },
		{ .sessions = MANY } };
	static double echoes[CHECKS];
	double floor;
	int fd = start_echo(), i;

	connect_to(&askers[0].client, few);
	connect_to(&askers[1].client, many);
	for (i = 0; i < CHECKS; i++) {
		echoes[i] = time_echo(fd);
		check(&askers[0], i);
		check(&askers[1], i);
	}
	floor = bench_median(echoes, CHECKS);
	bench_row("session_check_10", "us",
	    bench_median(askers[0].times, CHECKS), floor, "<= 50 us");
	bench_row("session_check_1000000", "us",
	    bench_median(askers[1].times, CHECKS), floor, "<= 50 us");
	client_free(&askers[0].client);
	client_free(&askers[1].client);
	close(fd);
}

/* --------------------------------------------------------------- opening -- */

static const char *gate_socket;
static struct store *alone;
static int next_open = MANY;

static double
time_open(void)
{
	int i = __atomic_fetch_add(&next_open, 1, __ATOMIC_RELAXED);
	struct client *client = NULL;
	char id[STORE_SESSION_ID_MAX], user[64];
	double start;

	live_rows_id(i, id);
	snprintf(user, sizeof(user), "u%d@example.org", i);
	start = bench_wall_us();
	connect_to(&client, gate_socket);
	wire_begin(client_msg(client), VERB_OPEN);
	wire_put_str(client_msg(client), TAG_SERVICE, "portal");
	wire_put_str(client_msg(client), TAG_USER, user);
	wire_put_str(client_msg(client), TAG_RHOST, "192.0.2.7");
	wire_put_str(client_msg(client), TAG_SESSION, id);
	if (client_ask(client, deadline()) != 0 ||
	    wire_num(client_msg(client), TAG_OUTCOME, -1) != OUTCOME_GRANTED)
		errx(1, "session %s does not open", id);
	client_free(&client);
	return bench_wall_us() - start;
}

static int
add_one(struct store_tx *tx, void *data)
{
	return store_session_add(tx, data);
}

static double
time_commit(void)
{
	static int next;
	double start = bench_wall_us();
	struct store_session s;

	sign_in(&s, __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED));
	if (store_write(alone, add_one, &s) != 0)
		errx(1, "the store failed");
	return bench_wall_us() - start;
}

static void *
call(void *data)
{
	double (*run)(void) = *(double (**)(void))data;
	int i;

	for (i = 0; i < EACH; i++)
		(void)run();
	return NULL;
}

/* Microseconds for each, by all callers at once. */
static double
time_block(double (*run)(void))
{
	pthread_t threads[CALLERS];
	double start = bench_wall_us();
	int i;

	for (i = 0; i < CALLERS; i++)
		if (pthread_create(&threads[i], NULL, call, &run) != 0)
			errx(1, "no thread");
	for (i = 0; i < CALLERS; i++)
		pthread_join(threads[i], NULL);
	return (bench_wall_us() - start) / (CALLERS * EACH);
}

static void
measure_opens(void)
{
	static double opens[ALONE], commits[ALONE];
	double blocks[BLOCKS], bare[BLOCKS];
	int i;

	for (i = 0; i < ALONE; i++) {
		opens[i] = time_open();
		commits[i] = time_commit();
	}
	bench_row("session_open", "us", bench_median(opens, ALONE),
	    bench_median(commits, ALONE), "<= 1000 us");
	for (i = 0; i < BLOCKS; i++) {
		blocks[i] = time_block(time_open);
		bare[i] = time_block(time_commit);
	}
	bench_row("session_open_8", "us", bench_median(blocks, BLOCKS),
	    bench_median(bare, BLOCKS), "<= 500 us");
}

int
main(int argc, char **argv)
{
	char path[4096];

	if (argc == 4 && strcmp(argv[1], "fill") == 0) {
		fill(argv[2], atoi(argv[3]));
		return 0;
	}
	if (argc != 7 || strcmp(argv[1], "run") != 0)
		errx(2,
		    "fill STORE COUNT, or "
		    "run FOLDER SOCKET PID SOCKET PID");
	snprintf(path, sizeof(path), "%s/alone.db", argv[2]);
	alone = open_store(path);
	gate_socket = argv[5];
	measure_living(argv[4], argv[6]);
	measure_checks(argv[3], argv[5]);
	measure_opens();
	store_free(&alone);
	return 0;
}
