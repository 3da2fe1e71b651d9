/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_DAEMON_H
#define GATE_TESTS_DAEMON_H

#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <dirent.h>
#include <fcntl.h>
#include <signal.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "tests/unit/scratch.h"

/*
 * A real gatehoused in the scratch folder, with one user of the fallback, and
 * an honest caller of it. Needs $BUILD/gatehoused beside the folder of the
 * test program. Included by one test program each, hence static.
 */
#define DAEMON_USER     "alice-of-the-portal"
#define DAEMON_PASSWORD "correct horse battery staple"
#define DAEMON_ADDRESS  "192.0.2.1"

static pid_t daemon_pid;

static const char *
daemon_program(void)
{
	static char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	int up;

	assert_true(n > 0);
	path[n] = '\0';
	for (up = 0; up < 2; up++)
		*strrchr(path, '/') = '\0';
	strcat(path, "/gatehoused");
	return path;
}

static void daemon_write(const char *name, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void
daemon_write(const char *name, const char *format, ...)
{
	FILE *file = fopen(scratch_path(name), "we");
	va_list ap;

	assert_non_null(file);
	va_start(ap, format);
	vfprintf(file, format, ap);
	va_end(ap);
	assert_int_equal(fclose(file), 0);
}

static void
daemon_configure(void)
{
	daemon_write("gatehouse.conf",
	    "[gate]\nsocket = %s/gate.sock\nrequest_timeout = 1s\n"
	    "fail_delay = 0\n"
	    "[allowlist]\nfile = %s/allowlist\n"
	    "[store]\npath = %s/gate.db\nmaster_key = %s/master.key\n"
	    "[log]\nto = %s/audit.log\n",
	    scratch, scratch, scratch, scratch, scratch);
	daemon_write("allowlist", "allow 192.0.2.0/24\n");
	/* others must be able to reach the socket */
	assert_int_equal(chmod(scratch, 0711), 0);
}

static struct client *
daemon_connect(void)
{
	struct client *client = NULL;

	if (client_new(&client, scratch_path("gate.sock"),
		clock_mono_ms() + 5000) != 0)
		return NULL;
	return client;
}

static int
daemon_ask(struct client *client)
{
	return client_ask(client, clock_mono_ms() + 5000);
}

static int64_t
daemon_outcome(struct client *client)
{
	return wire_verb(client_msg(client)) == VERB_RESULT
	    ? wire_num(client_msg(client), TAG_OUTCOME, -1)
	    : -1;
}

static void
daemon_add_user(void)
{
	struct client *client = daemon_connect();

	assert_non_null(client);
	wire_begin(client_msg(client), VERB_USER_ADD);
	wire_put_str(client_msg(client), TAG_USER, DAEMON_USER);
	wire_put_str(client_msg(client), TAG_TEXT, DAEMON_PASSWORD);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_GRANTED);
	client_free(&client);
}

/* Waits for the socket, or for the daemon's end. */
static void
daemon_await(void)
{
	int64_t deadline = clock_mono_ms() + 10000;
	struct client *client;

	while ((client = daemon_connect()) == NULL) {
		assert_int_equal(waitpid(daemon_pid, NULL, WNOHANG), 0);
		assert_true(clock_mono_ms() < deadline);
		poll(NULL, 0, 10);
	}
	client_free(&client);
}

static int
daemon_setup(void **state)
{
	if (scratch_setup(state) != 0)
		return -1;
	daemon_configure();
	daemon_pid = fork();
	assert_int_not_equal(daemon_pid, -1);
	if (daemon_pid == 0) {
		int log = open(scratch_path("daemon.log"),
		    O_WRONLY | O_CREAT | O_APPEND, 0600);

		dup2(log, STDERR_FILENO);
		execl(daemon_program(), "gatehoused", "--config",
		    scratch_path("gatehouse.conf"), (char *)NULL);
		_exit(127);
	}
	daemon_await();
	daemon_add_user();
	return 0;
}

/* It must still be there, and end in order when told to. */
static int
daemon_teardown(void **state)
{
	int status = -1;

	kill(daemon_pid, SIGTERM);
	waitpid(daemon_pid, &status, 0);
	if (status != 0)
		print_error("gatehoused ended with status %#x\n", status);
	return scratch_teardown(state) != 0 || status != 0 ? -1 : 0;
}

/* Begins a login with its own password; the first prompt is in the client. */
static struct client *
daemon_begin_login(void)
{
	struct client *client = daemon_connect();
	struct wire_msg *msg;

	assert_non_null(client);
	msg = client_msg(client);
	wire_begin(msg, VERB_LOGIN);
	wire_put_num(msg, TAG_STEP, STEP_PASSWORD);
	wire_put_str(msg, TAG_SERVICE, "portal");
	wire_put_str(msg, TAG_USER, DAEMON_USER);
	wire_put_str(msg, TAG_RHOST, DAEMON_ADDRESS);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(wire_verb(msg), VERB_PROMPT);
	return client;
}

/* Ends it, and gives the session's id. */
static void
daemon_end_login(struct client *client, char session[32])
{
	struct wire_msg *msg = client_msg(client);

	wire_begin(msg, VERB_ANSWER);
	wire_put_str(msg, TAG_TEXT, DAEMON_PASSWORD);
	assert_int_equal(daemon_ask(client), 0);
	assert_int_equal(daemon_outcome(client), OUTCOME_GRANTED);
	assert_non_null(wire_str(msg, TAG_SESSION));
	snprintf(session, 32, "%s", wire_str(msg, TAG_SESSION));
}

/* An honest login, from connecting to the decision; milliseconds. */
static __attribute__((unused)) int64_t
daemon_login(void)
{
	int64_t start = clock_mono_ms();
	struct client *client = daemon_begin_login();
	char session[32];

	daemon_end_login(client, session);
	client_free(&client);
	return clock_mono_ms() - start;
}

/*
 * How many sockets the daemon holds open; -1 where only root may look, as the
 * daemon is not dumpable.
 */
static __attribute__((unused)) int
daemon_sockets(void)
{
	char path[64], target[64];
	struct dirent *entry;
	int count = 0;
	DIR *fds;

	snprintf(path, sizeof(path), "/proc/%d/fd", (int)daemon_pid);
	fds = opendir(path);
	if (fds == NULL && geteuid() != 0)
		return -1;
	assert_non_null(fds);
	while ((entry = readdir(fds)) != NULL) {
		ssize_t n = readlinkat(
		    dirfd(fds), entry->d_name, target, sizeof(target));

		count += n > 7 && memcmp(target, "socket:", 7) == 0;
	}
	closedir(fds);
	return count;
}

/* Kilobytes of memory that the daemon holds. */
static __attribute__((unused)) long
daemon_memory(void)
{
	char path[64], line[256];
	long kilobytes = -1;
	FILE *file;

	snprintf(path, sizeof(path), "/proc/%d/status", (int)daemon_pid);
	file = fopen(path, "re");
	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		(void)sscanf(line, "VmRSS: %ld kB", &kilobytes);
	fclose(file);
	assert_true(kilobytes > 0);
	return kilobytes;
}

/* How often the audit log holds text. */
static __attribute__((unused)) int
daemon_audited(const char *text)
{
	FILE *file = fopen(scratch_path("audit.log"), "re");
	char line[2048];
	int count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file) != NULL)
		count += strstr(line, text) != NULL;
	fclose(file);
	return count;
}

#endif
