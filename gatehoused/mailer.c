/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/mailer.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/reason.h"
#include "lib/spawn.h"
#include "twofactor/mail_message.h"

/* What is kept of what the program says; the rest is read and dropped. */
#define SAID_SIZE 4096

/* One run of the program. */
struct run {
	pid_t pid;  /* to be reaped */
	int pid_fd; /* readable when it has ended */
	int said_fd;
	int status;
	char said[SAID_SIZE + 1];
	size_t size;
};

static void
close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

/* A pipe that holds the whole mail: the program need not be waited for. */
static int
fill(const char *mail, size_t size, int *fd)
{
	int ends[2];
	ssize_t n;

	if (size > MAILER_SIZE)
		return GATE_ETOOBIG;
	if (pipe2(ends, O_CLOEXEC) != 0)
		return GATE_EIO;
	n = write(ends[1], mail, size);
	close(ends[1]);
	*fd = ends[0];
	return n == (ssize_t)size ? 0 : GATE_EIO;
}

static int
start(struct run *run, const char *program, const char *path, int mail_fd)
{
	const char *slash = strrchr(program, '/');
	const char *const argv[] = { slash != NULL ? slash + 1 : program, "-t",
		"-i", NULL };
	const char *const envp[] = { "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
		NULL };
	int ends[2] = { -1, -1 }, r = GATE_EIO;

	if (pipe2(ends, O_CLOEXEC) == 0 &&
	    fcntl(ends[0], F_SETFL, O_NONBLOCK) == 0) {
		const int fds[] = { mail_fd, ends[1], ends[1] };
		const struct spawn what = { .program = path,
			.argv = argv,
			.envp = envp,
			.fds = fds,
			.fd_count = sizeof(fds) / sizeof(fds[0]) };

		r = spawn(&what, &run->pid);
	}
	run->said_fd = ends[0];
	close_fd(&ends[1]);
	if (r != 0)
		return r;
	run->pid_fd = pidfd_open(run->pid, 0);
	return run->pid_fd >= 0 ? 0 : GATE_EIO;
}

/* What it says is never waited for: others may hold the pipe's other end. */
static void
listen_to(struct run *run)
{
	char rest[512];
	ssize_t n;

	do {
		if (run->size < SAID_SIZE) {
			n = read(run->said_fd, run->said + run->size,
			    SAID_SIZE - run->size);
			if (n > 0)
				run->size += (size_t)n;
		} else
			n = read(run->said_fd, rest, sizeof(rest));
	} while (n < 0 && errno == EINTR);
	if (n == 0 || (n < 0 && errno != EAGAIN))
		close_fd(&run->said_fd);
}

/* Until it has ended: 0; GATE_ETIMEOUT; GATE_ECLOSED for being stopped. */
static int
attend(struct run *run, int64_t deadline, int stop_fd)
{
	struct pollfd fds[3];
	int n;

	for (;;) {
		fds[0] = (struct pollfd){ run->pid_fd, POLLIN, 0 };
		fds[1] = (struct pollfd){ run->said_fd, POLLIN, 0 };
		fds[2] = (struct pollfd){ stop_fd, POLLIN, 0 };
		n = poll(fds, 3, clock_left_ms(deadline));
		if (n < 0 && errno != EINTR)
			return GATE_EIO;
		if (n > 0 && fds[1].revents != 0)
			listen_to(run);
		if (n > 0 && fds[0].revents != 0)
			return 0;
		if (n > 0 && fds[2].revents != 0)
			return GATE_ECLOSED;
		if (clock_left_ms(deadline) == 0)
			return GATE_ETIMEOUT;
	}
}

/*
 * Reaps it; where it has not ended by itself, kills it first, and what is in
 * its process group, which has its number until it is reaped.
 */
static void
end(struct run *run, int error)
{
	pid_t pid;

	if (run->pid <= 0)
		return;
	if (error != 0)
		(void)kill(-run->pid, SIGKILL);
	do
		pid = waitpid(run->pid, &run->status, 0);
	while (pid < 0 && errno == EINTR);
	run->pid = -1;
}

/* What became of it, where it was started. */
static int
judge(const struct run *run, int error, struct mailer_outcome *outcome)
{
	const size_t size = sizeof(outcome->what);

	if (error == GATE_ETIMEOUT)
		snprintf(outcome->what, size,
		    "was killed: it did not end by [mail] timeout");
	else if (error == GATE_ECLOSED)
		snprintf(outcome->what, size, "was killed with the daemon");
	else if (error != 0)
		snprintf(outcome->what, size, "could not be watched");
	else if (WIFSIGNALED(run->status))
		snprintf(outcome->what, size, "was killed by SIG%s",
		    sigabbrev_np(WTERMSIG(run->status)));
	else
		snprintf(outcome->what, size, "exited with status %d",
		    WEXITSTATUS(run->status));
	return error == 0 && run->status != 0 ? GATE_EREFUSED : error;
}

/* On one line. All of it is looked at, however little of it is told. */
static void
quote(struct run *run, const char *secret, char *said, size_t size)
{
	char *end = run->said + run->size, *at;

	*end = '\0';
	if (strlen(run->said) < run->size ||
	    mail_message_tells(run->said, secret)) {
		snprintf(
		    said, size, "what is not logged: it may hold the code");
	} else {
		while (end > run->said && end[-1] == '\n')
			*--end = '\0';
		for (at = run->said; at < end; at++)
			if (*at == '\n')
				*at = ' ';
		snprintf(said, size, "%.*s", (int)size - 1, run->said);
		reason_plain(said);
	}
	explicit_bzero(run->said, sizeof(run->said));
}

/* Starts it, waits for it, reaps it: as mailer_send. */
static int
go(struct run *run, const struct config *config, const char *path, int mail_fd,
    int stop_fd, struct mailer_outcome *outcome)
{
	int r = start(run, config->sendmail, path, mail_fd);

	if (run->pid <= 0) {
		snprintf(outcome->what, sizeof(outcome->what),
		    "cannot be started: %s",
		    r == GATE_EIO ? strerror(errno) : gate_strerror(r));
		return r;
	}
	if (r == 0)
		r = attend(run, clock_mono_ms() + config->mail_timeout * 1000,
		    stop_fd);
	end(run, r);
	if (run->said_fd >= 0)
		listen_to(run);
	return judge(run, r, outcome);
}

int
mailer_send(const struct config *config, const char *mail, size_t size,
    const char *secret, int stop_fd, struct mailer_outcome *outcome)
{
	struct run run = { .pid = -1, .pid_fd = -1, .said_fd = -1 };
	char path[PATH_MAX], why[200];
	int mail_fd = -1;
	int r;

	memset(outcome, 0, sizeof(*outcome));
	/* who may write to it may read everybody's codes */
	r = file_program(config->sendmail, path, why, sizeof(why));
	if (r != 0) {
		snprintf(outcome->what, sizeof(outcome->what),
		    "cannot be started: %s", why);
		return r;
	}
	/* what the daemon may, its children could without this */
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	r = fill(mail, size, &mail_fd);
	if (r == 0)
		r = go(&run, config, path, mail_fd, stop_fd, outcome);
	else
		snprintf(outcome->what, sizeof(outcome->what),
		    "cannot be given the mail: %s", strerror(errno));
	quote(&run, secret, outcome->said, sizeof(outcome->said));
	close_fd(&mail_fd);
	close_fd(&run.pid_fd);
	close_fd(&run.said_fd);
	return r;
}
