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

/* Reads a file of /proc/PID into text: 0 or GATE_ENOTFOUND. */
static int
read_proc(int64_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	ssize_t n;
	int fd;

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return GATE_ENOTFOUND;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0)
		return GATE_ENOTFOUND;
	text[n] = '\0';
	return 0;
}

/*
 * The start of a process that runs: 0 for none. It is the 22nd word of its
 * stat, the third one being the first after the name, which may hold anything.
 */
static int64_t
start_of(int64_t pid)
{
	char text[1024], *at;
	int word;

	if (read_proc(pid, "stat", text, sizeof(text)) != 0 ||
	    (at = strrchr(text, ')')) == NULL)
		return 0;
	for (word = 2; word < 22; word++)
		if ((at = strchr(at + 1, ' ')) == NULL)
			return 0;
	return strtoll(at, NULL, 10);
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
	leader->started = start_of(peer->pid);
	leader->pid = leader->started > 0 ? peer->pid : 0;
}

int
leader_same(const struct leader *a, const struct leader *b)
{
	return a->pid > 0 && a->started > 0 && a->pid == b->pid &&
	    a->started == b->started;
}

/* A descriptor of the process, which no other can take the place of; -1 where
 * it is gone, or unknown, or we are it. */
static int
open_leader(const struct leader *leader)
{
	int fd;

	if (leader->pid <= 1 || leader->started <= 0 || leader->pid == getpid())
		return -1;
	fd = pidfd_open((pid_t)leader->pid, 0);
	/* only now: what the descriptor stands for does not change any more */
	if (fd >= 0 && start_of(leader->pid) != leader->started) {
		close(fd);
		fd = -1;
	}
	return fd;
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
	struct pollfd fds[BATCH];
	size_t i, n;

	for (i = 0; i < count; i++) {
		fds[i] = (struct pollfd){ open_leader(&leaders[i]), POLLIN, 0 };
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
