/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/leader.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* How many are waited for at a time: each takes a descriptor. */
#define BATCH 64

/* How long they are given to go by themselves, and then once killed. */
#define GRACE_MS 1000
#define KILL_MS  500

/* Reads a file of /proc/PID into text: 0, GATE_ENOTFOUND where there is no such
 * process, GATE_EIO where that cannot be told, as without descriptors. */
static int
read_proc(int64_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ESRCH ? GATE_ENOTFOUND
							 : GATE_EIO;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0) /* it ended meanwhile: ESRCH */
		return GATE_ENOTFOUND;
	text[n] = '\0';
	return 0;
}

/*
 * The start of a process that runs; errors as above, and *started is 0. It is
 * the 22nd word of its stat, the third one being the first after the name,
 * which may hold anything.
 */
static int
start_of(int64_t pid, int64_t *started)
{
	char text[1024], *at = NULL;
	int word, r;

	*started = 0;
	r = read_proc(pid, "stat", text, sizeof(text));
	if (r == 0)
		at = strrchr(text, ')');
	for (word = 2; at != NULL && word < 22; word++)
		at = strchr(at + 1, ' ');
	if (at != NULL)
		*started = strtoll(at, NULL, 10);
	return r == 0 && *started <= 0 ? GATE_EIO : r;
}

/* Whether one of the four uids of a process is this one. */
static int
has_uid(int64_t pid, uid_t uid)
{
	char text[4096];
	const char *at;
	unsigned is[4];
	int i;

	if (read_proc(pid, "status", text, sizeof(text)) != 0 ||
	    (at = strstr(text, "\nUid:")) == NULL ||
	    sscanf(at, "\nUid: %u %u %u %u", &is[0], &is[1], &is[2], &is[3]) !=
		4)
		return 0;
	for (i = 0; i < 4; i++)
		if (is[i] == uid)
			return 1;
	return 0;
}

void
leader_of(const struct peer *peer, struct leader *leader)
{
	memset(leader, 0, sizeof(*leader));
	if (peer->pid <= 1 || !has_uid(peer->pid, peer->uid))
		return;
	if (start_of(peer->pid, &leader->started) == 0)
		leader->pid = peer->pid;
}

int
leader_same(const struct leader *a, const struct leader *b)
{
	return a->pid > 0 && a->started > 0 && a->pid == b->pid &&
	    a->started == b->started;
}

/*
 * A descriptor of the process, which no other can take the place of. 0, and *fd
 * is -1 where it is gone, or unknown, or we are it; GATE_EIO where it may be
 * there, and nothing can be done about it.
 */
static int
open_leader(const struct leader *leader, int *fd)
{
	int64_t started;
	int r;

	*fd = -1;
	if (leader->pid <= 1 || leader->started <= 0 || leader->pid == getpid())
		return 0;
	*fd = pidfd_open((pid_t)leader->pid, 0);
	if (*fd < 0)
		return errno == ESRCH ? 0 : GATE_EIO;
	/* only now: what the descriptor stands for does not change any more */
	r = start_of(leader->pid, &started);
	if (r == 0 && started == leader->started)
		return 0;
	close(*fd);
	*fd = -1;
	return r == GATE_EIO ? r : 0;
}

static void
send_signal(int fd, const struct leader *leader, int number)
{
	if (pidfd_send_signal(fd, number, NULL, 0) != 0 && errno != ESRCH)
		log_warn("process %lld, which holds a session that has ended, "
			 "cannot be sent SIG%s: %s",
		    (long long)leader->pid, sigabbrev_np(number),
		    strerror(errno));
}

/* Closes those that are gone, -1 from then on: how many are left. */
static size_t
sort_out(struct pollfd *fds, size_t count)
{
	size_t i, left = 0;

	for (i = 0; i < count; i++) {
		if (fds[i].fd >= 0 && (fds[i].revents & POLLIN)) {
			close(fds[i].fd);
			fds[i].fd = -1;
		}
		left += fds[i].fd >= 0;
	}
	return left;
}

/* Waits until all of them are gone, or the time is over: how many are left. */
static size_t
await(struct pollfd *fds, size_t count, int64_t milliseconds)
{
	int64_t now = clock_mono_ms(), deadline = now + milliseconds;
	size_t left;

	while ((left = sort_out(fds, count)) > 0 && now < deadline) {
		(void)poll(fds, count, (int)(deadline - now));
		now = clock_mono_ms();
	}
	return left;
}

static void
end_batch(const struct leader *leaders, size_t count, unsigned char *is_left)
{
	/* the last is for one that was stopped, to find the others */
	static const int signals[] = { SIGHUP, SIGTERM, SIGCONT };
	struct pollfd fds[BATCH] = { 0 };
	size_t i, n;

	for (i = 0; i < count; i++) {
		fds[i].events = POLLIN;
		if (open_leader(&leaders[i], &fds[i].fd) != 0)
			is_left[i] = 1;
		for (n = 0; fds[i].fd >= 0 && n < 3; n++)
			send_signal(fds[i].fd, &leaders[i], signals[n]);
	}
	if (await(fds, count, GRACE_MS) == 0)
		return;
	for (i = 0; i < count; i++)
		if (fds[i].fd >= 0)
			send_signal(fds[i].fd, &leaders[i], SIGKILL);
	(void)await(fds, count, KILL_MS);
	for (i = 0; i < count; i++) {
		if (fds[i].fd < 0)
			continue;
		is_left[i] = 1;
		close(fds[i].fd);
	}
}

void
leaders_end(const struct leader *leaders, size_t count, unsigned char *is_left)
{
	size_t at, n;

	for (at = 0; at < count; at += n) {
		n = count - at < BATCH ? count - at : BATCH;
		end_batch(leaders + at, n, is_left + at);
	}
}
