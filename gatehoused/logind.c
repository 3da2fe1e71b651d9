/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/logind.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "gatehoused/process.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/spawn.h"

#define LOGINCTL "/usr/bin/loginctl"
#define SESSIONS "/run/systemd/sessions/"

/* How long loginctl is waited for. */
#define WAIT_MS 5000

/* So many sessions loginctl is told of at a time. */
#define AT_ONCE 64

static const char id_characters[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

/* The session whose scope a process is in, by its /proc/PID/cgroup. */
static int
find_scope(const char *cgroups, char id[LOGIND_ID_MAX])
{
	static const char begin[] = "/session-", end[] = ".scope";
	const char *at = cgroups;
	size_t length;

	while ((at = strstr(at, begin)) != NULL) {
		at += strlen(begin);
		length = strspn(at, id_characters);
		if (length == 0 || length >= LOGIND_ID_MAX ||
		    strncmp(at + length, end, strlen(end)) != 0)
			continue;
		memcpy(id, at, length);
		id[length] = '\0';
		return 0;
	}
	return GATE_ENOTFOUND;
}

static void
path_of(const char *id, char path[sizeof(SESSIONS) + LOGIND_ID_MAX])
{
	snprintf(path, sizeof(SESSIONS) + LOGIND_ID_MAX, SESSIONS "%s", id);
}

/* A line of logind's file about a session: has it this value? */
static int
says(const char *text, const char *line)
{
	const char *at = text;
	size_t length = strlen(line);

	while ((at = strstr(at, line)) != NULL) {
		if ((at == text || at[-1] == '\n') &&
		    (at[length] == '\n' || at[length] == '\0'))
			return 1;
		at += length;
	}
	return 0;
}

static int
read_session(const struct leader *leader, struct logind *logind)
{
	char path[sizeof(SESSIONS) + LOGIND_ID_MAX];
	char text[4096], line[40];
	FILE *file;
	size_t n;

	path_of(logind->id, path);
	file = fopen(path, "re");
	if (file == NULL)
		return GATE_ENOTFOUND;
	n = fread(text, 1, sizeof(text) - 1, file);
	fclose(file);
	text[n] = '\0';
	snprintf(line, sizeof(line), "LEADER=%lld", (long long)leader->pid);
	if (!says(text, line))
		return GATE_ENOTFOUND;
	/* whose session it is may set its type (SetType), not that it came by
	 * the network: what has no screen here cannot be locked */
	logind->has_screen = !says(text, "REMOTE=1") &&
	    (says(text, "TYPE=x11") || says(text, "TYPE=wayland") ||
		says(text, "TYPE=mir"));
	return 0;
}

int
logind_find(const struct leader *leader, struct logind *logind)
{
	struct process process;
	char cgroups[4096];
	int r = process_text(leader->pid, "cgroup", cgroups, sizeof(cgroups));

	memset(logind, 0, sizeof(*logind));
	if (r == 0)
		r = find_scope(cgroups, logind->id);
	if (r == 0)
		r = read_session(leader, logind);
	/* only now: it was this process that all of that is about */
	if (r == 0)
		r = process_read(leader->pid, &process);
	if (r == 0 && process.started == leader->started)
		return 0;
	memset(logind, 0, sizeof(*logind));
	return GATE_ENOTFOUND;
}

/* Waits for it, and not for ever; what it has started goes with it then. */
static int
reap(pid_t pid)
{
	struct pollfd p = { .fd = pidfd_open(pid, 0), .events = POLLIN };
	int64_t deadline = clock_mono_ms() + WAIT_MS;
	int status = 0, left = WAIT_MS;

	while (p.fd >= 0 && poll(&p, 1, left) < 0 && errno == EINTR)
		left = clock_left_ms(deadline);
	if (!(p.revents & POLLIN))
		(void)kill(-pid, SIGKILL);
	if (p.fd >= 0)
		close(p.fd);
	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : GATE_EIO;
}

/* Runs loginctl with this verb, for what is in argv behind it; what it prints
 * goes to said_fd. */
static int
start(const char **argv, const char *verb, int said_fd)
{
	static const char *const envp[] = { "LC_ALL=C", NULL };
	const int fds[] = { SPAWN_NOTHING, said_fd, SPAWN_NOTHING };
	struct spawn what = { .program = LOGINCTL,
		.argv = argv,
		.envp = envp,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]) };
	pid_t pid;
	int r;

	argv[0] = "loginctl";
	argv[1] = "--no-ask-password";
	argv[2] = verb;
	r = spawn(&what, &pid);
	return r == 0 ? reap(pid) : r;
}

static int
run(const char **argv, const char *verb)
{
	int r = start(argv, verb, SPAWN_NOTHING);

	if (r != 0)
		log_warn("loginctl %s %s%s did not succeed", verb, argv[3],
		    argv[4] != NULL ? " ..." : "");
	return r;
}

/* It goes by itself once nothing is left in it. */
static int
is_there(const struct logind *logind)
{
	char path[sizeof(SESSIONS) + LOGIND_ID_MAX];

	if (logind->id[0] == '\0')
		return 0;
	path_of(logind->id, path);
	return access(path, F_OK) == 0;
}

void
logind_end(const struct logind *logind, size_t count)
{
	const char *argv[3 + AT_ONCE + 1];
	size_t i, n = 0;

	for (i = 0; i < count; i++) {
		if (is_there(&logind[i]))
			argv[3 + n++] = logind[i].id;
		if (n == 0 || (n < AT_ONCE && i + 1 < count))
			continue;
		argv[3 + n] = NULL;
		(void)run(argv, "terminate-session");
		n = 0;
	}
}

int
logind_lock(const struct logind *logind)
{
	const char *argv[] = { NULL, NULL, NULL, logind->id, NULL };

	if (!logind->has_screen)
		return GATE_ENOTFOUND;
	return run(argv, "lock-session");
}

int
logind_runs(void)
{
	return access(SESSIONS, F_OK) == 0;
}

/* --- the idle hint --- */

/* The value behind a key that begins one line, and no other; or NULL. */
static const char *
value_of(const char *text, const char *key)
{
	const char *value = NULL;
	size_t length = strlen(key);

	while (text != NULL) {
		if (strncmp(text, key, length) == 0) {
			if (value != NULL)
				return NULL;
			value = text + length;
		}
		text = strchr(text, '\n');
		text += text != NULL;
	}
	return value;
}

static int
is_word(const char *value, const char *word)
{
	size_t length = strlen(word);

	return strncmp(value, word, length) == 0 &&
	    (value[length] == '\n' || value[length] == '\0');
}

int
logind_read_hint(const char *text, struct activity_hint *hint)
{
	const char *idle = value_of(text, "IdleHint=");
	const char *since = value_of(text, "IdleSinceHintMonotonic=");
	char *end;
	long long us;

	if (idle == NULL || since == NULL || *since < '0' || *since > '9' ||
	    (!is_word(idle, "yes") && !is_word(idle, "no")))
		return GATE_EINVAL;
	errno = 0;
	us = strtoll(since, &end, 10);
	if (errno != 0 || (*end != '\n' && *end != '\0'))
		return GATE_EINVAL;
	hint->is_idle = is_word(idle, "yes");
	hint->since = us / 1000;
	return 0;
}

/* What it printed is in the pipe, which holds more than there is room for. */
static int
ask(const char **argv, char *said, size_t size)
{
	int ends[2], r = GATE_EIO;
	ssize_t n;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
		return GATE_EIO;
	if (ends[1] > STDERR_FILENO)
		r = start(argv, "show-session", ends[1]);
	n = read(ends[0], said, size);
	close(ends[0]);
	close(ends[1]);
	if (r != 0)
		return r;
	if (n < 0 || (size_t)n == size || memchr(said, '\0', (size_t)n) != NULL)
		return GATE_EINVAL;
	said[n] = '\0';
	return 0;
}

int
logind_hint(const struct logind *logind, struct activity_hint *hint)
{
	const char *argv[] = { NULL, NULL, NULL, logind->id,
		"--property=IdleHint", "--property=IdleSinceHintMonotonic",
		NULL };
	char said[512];
	int r;

	if (!logind->has_screen)
		return GATE_ENOTFOUND;
	r = ask(argv, said, sizeof(said));
	if (r == 0)
		r = logind_read_hint(said, hint);
	return r == 0 || is_there(logind) ? r : GATE_ENOTFOUND;
}
