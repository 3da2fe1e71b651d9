/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/protocol.h"
#include "lib/spawn.h"

struct saml_process {
	pid_t pid; /* -1: ended and reaped */
	int fd;
};

/*
 * Starts program with fd as its socket; nothing of ours but standard error goes
 * along. 0, or an error of spawn.
 */
static int
run(const char *program, int fd, pid_t *pid)
{
	const char *slash = strrchr(program, '/');
	const char *const argv[] = { slash != NULL ? slash + 1 : program,
		NULL };
	const char *const envp[] = { NULL };
	const int fds[] = { [STDIN_FILENO] = SPAWN_NOTHING,
		[STDOUT_FILENO] = SPAWN_NOTHING,
		[STDERR_FILENO] = STDERR_FILENO,
		[SAML_PROCESS_FD] = fd };
	const struct spawn what = { .program = program,
		.argv = argv,
		.envp = envp,
		.fds = fds,
		.fd_count = sizeof(fds) / sizeof(fds[0]) };

	return spawn(&what, pid);
}

/* Makes sure that the process is gone: its wait status, 0 without one. */
static int
end(struct saml_process *process)
{
	int status = 0;
	pid_t pid;

	if (process->pid <= 0)
		return 0;
	/* one that has hung up already is past being killed, and keeps the
	 * status that says why; one that hung up only to stay is not */
	(void)kill(process->pid, SIGKILL);
	do
		pid = waitpid(process->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	process->pid = -1;
	return pid > 0 ? status : 0;
}

static const struct {
	enum saml_process_exit status;
	const char *text;
} exits[] = {
	{ SAML_PROCESS_DONE, "hung up: is it of this version?" },
	{ SAML_PROCESS_BY_HAND, "was started in a way that it does not know" },
	{ SAML_PROCESS_OPEN,
	    "could not shut itself in: see its standard error" },
	{ SAML_PROCESS_MEMORY, "reached [saml] worker_memory" },
	{ SAML_PROCESS_PROTO, "did not understand what it was asked" },
};

/* What became of a helper that did not answer, as the end of a sentence. */
static void
describe(int error, int status, char *text, size_t size)
{
	size_t i;

	if (error == GATE_ETIMEOUT) {
		snprintf(text, size, "did not answer in time");
		return;
	}
	if (error != GATE_ECLOSED) {
		snprintf(text, size, "failed: %s", gate_strerror(error));
		return;
	}
	if (WIFSIGNALED(status)) {
		snprintf(text, size, "was killed by SIG%s%s",
		    sigabbrev_np(WTERMSIG(status)),
		    WTERMSIG(status) == SIGSYS
			? ", for a system call that its sandbox forbids"
			: "");
		return;
	}
	for (i = 0; i < sizeof(exits) / sizeof(exits[0]); i++)
		if (WEXITSTATUS(status) == (int)exits[i].status) {
			snprintf(text, size, "%s", exits[i].text);
			return;
		}
	snprintf(text, size, "exited with status %d", WEXITSTATUS(status));
}

int
saml_process_end(
    struct saml_process *process, int error, char *text, size_t size)
{
	int status = end(process);

	describe(error, status, text, size);
	if (error == GATE_ECLOSED && WIFEXITED(status) &&
	    WEXITSTATUS(status) == SAML_PROCESS_MEMORY)
		error = GATE_ENOMEM;
	return error;
}

int
saml_process_ask(
    struct saml_process *process, struct wire_msg *msg, int64_t deadline)
{
	int r = wire_send(process->fd, msg, deadline);

	/* one that hung up early may have said why: it is no use here */
	if (r == 0)
		r = wire_recv(process->fd, msg, deadline);
	if (r == 0 && wire_verb(msg) != VERB_RESULT)
		r = GATE_EPROTO;
	return r;
}

int
saml_process_error(const struct wire_msg *msg)
{
	int64_t error = wire_num(msg, TAG_ERROR, 0);

	return error < 0 && error >= GATE_ESCHEMA ? (int)error : GATE_EPROTO;
}

/* A socket and a process at its other end: 0, or GATE_EIO and errno. */
static int
start(struct saml_process *process, const char *program)
{
	int pair[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return GATE_EIO;
	process->fd = pair[0];
	r = run(program, pair[1], &process->pid);
	close(pair[1]); /* leaves errno alone: it does not fail */
	return r;
}

pid_t
saml_process_pid(const struct saml_process *process)
{
	return process->pid;
}

int
saml_process_ready(const struct saml_process *process)
{
	struct pollfd p = { .fd = process->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

int
saml_process_new(struct saml_process **process, const char *program, char *why,
    size_t why_size)
{
	struct saml_process *new;
	char text[128];
	int fd, r = GATE_ENOMEM;

	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return r;
	new->pid = -1;
	new->fd = -1;
	/* who may write to it may say who anybody is */
	r = file_open(program, FILE_TRUSTED, &fd, text, sizeof(text));
	if (r != 0) {
		snprintf(why, why_size, "%s: %s", program, text);
		goto out;
	}
	close(fd);
	r = start(new, program);
	if (r != 0)
		snprintf(why, why_size, "%s: %s", program, strerror(errno));
out:
	if (r == 0) {
		why[0] = '\0';
		*process = new;
	} else
		saml_process_free(&new);
	return r;
}

void
saml_process_free(struct saml_process **process)
{
	struct saml_process *self = *process;

	if (self == NULL)
		return;
	(void)end(self);
	if (self->fd >= 0)
		close(self->fd);
	free(self);
	*process = NULL;
}
