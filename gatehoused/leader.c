/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/leader.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <unistd.h>

#include "gatehoused/logind.h"
#include "gatehoused/process.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* How many are waited for at a time: each takes a descriptor. */
#define BATCH 64

/* More ancestors than a process has. */
#define DEPTH 256

/* How long they are given to go once they are killed. */
#define KILL_MS 500

/* How long to go by themselves, when the daemon ends. */
#define HURRY_MS 250

static int hurrying;

/* The start of a process that runs; errors of process_read, and 0. */
static int
start_of(int64_t pid, int64_t *started)
{
	struct process process;
	int r = process_read(pid, &process);

	*started = process.started;
	return r;
}

/* Whether one of the four uids of a process is this one. */
static int
has_uid(int64_t pid, uid_t uid)
{
	char text[4096];
	const char *at;
	unsigned is[4];
	int i;

	if (process_text(pid, "status", text, sizeof(text)) != 0 ||
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

int
leader_lives(const struct leader *leader)
{
	int64_t started;

	/* /proc may hide what is there: only who is nobody's is gone */
	if (kill((pid_t)leader->pid, 0) != 0 && errno == ESRCH)
		return 0;
	return start_of(leader->pid, &started) != 0 ||
	    started == leader->started;
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
	int64_t begun = clock_mono_ms(), left = milliseconds;
	size_t there;

	while ((there = sort_out(fds, count)) > 0 && left > 0) {
		(void)poll(fds, count, left < HURRY_MS ? (int)left : HURRY_MS);
		if (__atomic_load_n(&hurrying, __ATOMIC_RELAXED) &&
		    milliseconds > HURRY_MS)
			milliseconds = HURRY_MS;
		left = begun + milliseconds - clock_mono_ms();
	}
	return there;
}

/* Those that are ended together; fds and who go alike. */
struct batch {
	struct leader who[2 * BATCH];
	struct pollfd fds[2 * BATCH]; /* -1: gone, or left alone */
	struct logind logind[BATCH];
	size_t count; /* leaders, */
	size_t all;   /* and behind them who has their terminals */
};

static int
is_in(const struct batch *batch, const struct process *process)
{
	const struct leader one = { process->pid, process->started };
	size_t i;

	for (i = 0; i < batch->all; i++)
		if (batch->fds[i].fd >= 0 && leader_same(&batch->who[i], &one))
			return 1;
	return 0;
}

/* Is one of the leaders above it? */
static int
is_below(const struct batch *batch, const struct processes *processes,
    const struct process *process)
{
	int depth;

	for (depth = 0; process != NULL && depth < DEPTH; depth++) {
		process = processes_above(processes, process);
		if (process != NULL && is_in(batch, process))
			return 1;
	}
	return 0;
}

/*
 * A shell loses its terminal with its leader, and hears of it by SIGHUP. One
 * that does not listen would go on without, so it is ended too; but not what
 * it has started, some of which may be meant to go on (nohup(1)).
 */
static void
add_shells(struct batch *batch)
{
	struct processes processes = { 0 };
	const struct process *process;
	size_t i;

	(void)processes_look(&processes);
	for (i = 0; i < processes.count && batch->all < 2 * BATCH; i++) {
		process = &processes.all[i];
		if (process->terminal == 0 || is_in(batch, process) ||
		    !is_below(batch, &processes, process))
			continue;
		batch->who[batch->all].pid = process->pid;
		batch->who[batch->all].started = process->started;
		(void)open_leader(
		    &batch->who[batch->all], &batch->fds[batch->all].fd);
		batch->all++;
	}
	processes_clear(&processes);
}

/* Looks for all of them first: the first signal tears them apart. */
static void
gather(struct batch *batch, const struct leader *leaders, size_t count,
    unsigned char *is_left)
{
	size_t i, open = 0;

	for (i = 0; i < 2 * BATCH; i++)
		batch->fds[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
	batch->count = batch->all = count;
	for (i = 0; i < count; i++) {
		batch->who[i] = leaders[i];
		if (open_leader(&leaders[i], &batch->fds[i].fd) != 0)
			is_left[i] = 1;
		if (batch->fds[i].fd < 0)
			continue;
		open++;
		(void)logind_find(&leaders[i], &batch->logind[i]);
	}
	if (open > 0)
		add_shells(batch);
}

static void
signal_all(struct batch *batch, const int *signals, size_t count)
{
	size_t i, n;

	for (i = 0; i < batch->all; i++)
		for (n = 0; batch->fds[i].fd >= 0 && n < count; n++)
			send_signal(
			    batch->fds[i].fd, &batch->who[i], signals[n]);
}

static void
end_batch(const struct leader *leaders, size_t count, int64_t grace,
    unsigned char *is_left)
{
	/* the last is for one that was stopped, to find the others */
	static const int ask[] = { SIGHUP, SIGTERM, SIGCONT };
	static const int force[] = { SIGKILL };
	struct batch batch = { 0 };
	size_t i;

	gather(&batch, leaders, count, is_left);
	signal_all(&batch, ask, 3);
	if (await(batch.fds, batch.all, grace) > 0) {
		signal_all(&batch, force, 1);
		(void)await(batch.fds, batch.all, KILL_MS);
	}
	for (i = 0; i < batch.all; i++) {
		if (batch.fds[i].fd < 0)
			continue;
		if (i < count)
			is_left[i] = 1;
		close(batch.fds[i].fd);
	}
	/* what they have left behind */
	logind_end(batch.logind, count);
}

void
leaders_end(const struct leader *leaders, size_t count, int64_t grace,
    unsigned char *is_left)
{
	size_t at, n;

	for (at = 0; at < count; at += n) {
		n = count - at < BATCH ? count - at : BATCH;
		end_batch(leaders + at, n, grace, is_left + at);
	}
}

void
leaders_hurry(void)
{
	__atomic_store_n(&hurrying, 1, __ATOMIC_RELAXED);
}
