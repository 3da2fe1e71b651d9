/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/protocol.h"
#include "lib/wire.h"

struct saml_worker {
	pid_t pid; /* -1: ended and reaped */
	int fd;
	int64_t idp_count;
	char *warning; /* about the settings, or NULL */
	size_t response_max;
	struct wire_msg *msg; /* each verification's question and answer */
};

/* Fields around the Response, and what an answer's fields add to its texts. */
#define BODY_OVERHEAD (64u << 10)

/* base64 takes 4/3, a line break after each 64 characters a little more */
static size_t
response_max(const struct saml_settings *settings)
{
	uint64_t size = (uint64_t)settings->max_response / 2 * 3;

	return size < WIRE_BODY_MAX - BODY_OVERHEAD
	    ? (size_t)size
	    : WIRE_BODY_MAX - BODY_OVERHEAD;
}

size_t
saml_worker_body_max(const struct saml_settings *settings)
{
	return response_max(settings) + BODY_OVERHEAD;
}

pid_t
saml_worker_pid(const struct saml_worker *worker)
{
	return worker->pid;
}

const char *
saml_worker_warning(const struct saml_worker *worker)
{
	return worker->warning;
}

int64_t
saml_worker_idp_count(const struct saml_worker *worker)
{
	return worker->idp_count;
}

/* Nothing of the caller's but its standard error goes along. */
static int
set_files(posix_spawn_file_actions_t *files, int fd)
{
	/* the socket first: its number may be one of those that follow */
	int r = posix_spawn_file_actions_adddup2(files, fd, SAML_WORKER_FD);

	if (r == 0)
		r = posix_spawn_file_actions_addopen(
		    files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addopen(
		    files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(
		    files, SAML_WORKER_FD + 1);
	return r;
}

/* No signal blocked or ignored, and no terminal to be signalled from. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setsigmask(attr, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attr, &all);
	if (r == 0)
		r = posix_spawnattr_setflags(attr,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETSID);
	return r;
}

/* Starts program with fd as its socket: 0, or GATE_EIO and errno. */
static int
spawn(const char *program, int fd, pid_t *pid)
{
	static char name[] = "gatehouse-saml";
	char *const argv[] = { name, NULL }, *const envp[] = { NULL };
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r;

	r = posix_spawn_file_actions_init(&files);
	if (r != 0)
		goto out;
	r = posix_spawnattr_init(&attr);
	if (r != 0)
		goto out_files;
	r = set_files(&files, fd);
	if (r == 0)
		r = set_attributes(&attr);
	if (r == 0)
		r = posix_spawn(pid, program, &files, &attr, argv, envp);
	posix_spawnattr_destroy(&attr);
out_files:
	posix_spawn_file_actions_destroy(&files);
out:
	errno = r;
	return r == 0 ? 0 : GATE_EIO;
}

/* Makes sure that the process is gone: its wait status, 0 without one. */
static int
end(struct saml_worker *worker)
{
	int status = 0;
	pid_t pid;

	if (worker->pid <= 0)
		return 0;
	/* one that has hung up already is past being killed, and keeps the
	 * status that says why; one that hung up only to stay is not */
	(void)kill(worker->pid, SIGKILL);
	do
		pid = waitpid(worker->pid, &status, 0);
	while (pid < 0 && errno == EINTR);
	worker->pid = -1;
	return pid > 0 ? status : 0;
}

static const struct {
	enum saml_worker_exit status;
	const char *text;
} exits[] = {
	{ SAML_WORKER_DONE, "hung up: is it gatehouse-saml, of this version?" },
	{ SAML_WORKER_BY_HAND, "was started in a way that it does not know" },
	{ SAML_WORKER_OPEN,
	    "could not shut itself in: see its standard error" },
	{ SAML_WORKER_MEMORY, "reached [saml] worker_memory" },
	{ SAML_WORKER_PROTO, "did not understand what it was asked" },
};

/* What became of a worker that did not answer, as the end of a sentence. */
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

/*
 * Ends a worker that is of no more use and says why it is not. Returns the
 * error, which is GATE_ENOMEM where it was memory that the worker lacked.
 */
static int
end_describe(struct saml_worker *worker, int error, char *text, size_t size)
{
	int status = end(worker);

	describe(error, status, text, size);
	if (error == GATE_ECLOSED && WIFEXITED(status) &&
	    WEXITSTATUS(status) == SAML_WORKER_MEMORY)
		error = GATE_ENOMEM;
	return error;
}

/* Sends the question in msg and reads the answer into it. */
static int
ask(int fd, struct wire_msg *msg, int64_t deadline)
{
	int r = wire_send(fd, msg, deadline);

	/* one that hung up early may have said why: it is no use here */
	if (r == 0)
		r = wire_recv(fd, msg, deadline);
	if (r == 0 && wire_verb(msg) != VERB_RESULT)
		r = GATE_EPROTO;
	return r;
}

/* The error of an answer OUTCOME_UNAVAILABLE. */
static int
answered_error(const struct wire_msg *msg)
{
	int64_t error = wire_num(msg, TAG_ERROR, 0);

	return error < 0 && error >= GATE_ESCHEMA ? (int)error : GATE_EPROTO;
}

/* Hands over the settings; a refusal of them goes to why. */
static int
setup(struct saml_worker *worker, const struct saml_settings *settings,
    int64_t deadline, char *why, size_t why_size)
{
	struct wire_msg *msg = NULL;
	const char *detail;
	int r;

	r = wire_msg_new(&msg, WIRE_BODY_MAX);
	if (r != 0)
		return r;
	wire_begin(msg, VERB_SAML_SETUP);
	saml_settings_put(settings, msg);
	r = ask(worker->fd, msg, deadline);
	if (r != 0)
		goto out;
	switch (wire_num(msg, TAG_OUTCOME, -1)) {
	case OUTCOME_GRANTED:
		worker->idp_count = wire_num(msg, TAG_IDP_COUNT, 0);
		r = worker->idp_count > 0 ? 0 : GATE_EPROTO;
		detail = wire_str(msg, TAG_DETAIL);
		if (r == 0 && detail != NULL) {
			worker->warning = strdup(detail);
			r = worker->warning != NULL ? 0 : GATE_ENOMEM;
		}
		break;
	case OUTCOME_UNAVAILABLE:
		r = answered_error(msg);
		detail = wire_str(msg, TAG_DETAIL);
		if (detail != NULL)
			snprintf(why, why_size, "%s", detail);
		break;
	default:
		r = GATE_EPROTO;
	}
out:
	wire_msg_free(&msg);
	return r;
}

/* A socket and a process at its other end: 0, or GATE_EIO and errno. */
static int
start(struct saml_worker *worker, const char *program)
{
	int pair[2];
	int r;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return GATE_EIO;
	worker->fd = pair[0];
	r = spawn(program, pair[1], &worker->pid);
	close(pair[1]); /* leaves errno alone: it does not fail */
	return r;
}

int
saml_worker_new(struct saml_worker **worker, const char *program,
    const struct saml_settings *settings, int64_t deadline, char *why,
    size_t why_size)
{
	struct saml_worker *new;
	char text[128];
	int fd, r = GATE_ENOMEM;

	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		return r;
	new->pid = -1;
	new->fd = -1;
	new->response_max = response_max(settings);
	r = wire_msg_new(&new->msg, saml_worker_body_max(settings));
	if (r != 0)
		goto out;
	/* who may write to it may say who anybody is */
	r = file_open(program, FILE_TRUSTED, &fd, text, sizeof(text));
	if (r != 0) {
		snprintf(why, why_size, "%s: %s", program, text);
		goto out;
	}
	close(fd);
	r = start(new, program);
	if (r != 0) {
		snprintf(why, why_size, "%s: %s", program, strerror(errno));
		goto out;
	}
	why[0] = '\0';
	r = setup(new, settings, deadline, why, why_size);
	if (r != 0 && why[0] == '\0') {
		r = end_describe(new, r, text, sizeof(text));
		snprintf(why, why_size, "%s %s", program, text);
	}
out:
	if (r == 0)
		*worker = new;
	else
		saml_worker_free(&new);
	return r;
}

void
saml_worker_free(struct saml_worker **worker)
{
	struct saml_worker *self = *worker;

	if (self == NULL)
		return;
	(void)end(self);
	if (self->fd >= 0)
		close(self->fd);
	wire_msg_free(&self->msg);
	free(self->warning);
	free(self);
	*worker = NULL;
}

int
saml_worker_ready(const struct saml_worker *worker)
{
	struct pollfd p = { .fd = worker->fd, .events = POLLIN };

	return poll(&p, 1, 0) == 0;
}

/*
 * The worker reads what strangers write, and is not believed more than it
 * must be: an identity has to fit what was asked.
 */
static int
granted(const struct saml_request *request, const struct wire_msg *msg,
    struct saml_identity **identity)
{
	struct saml_identity *new = NULL;
	const char *expected = request->in_response_to;
	int r, fits;

	r = saml_identity_get(&new, msg);
	if (r != 0)
		return r;
	if (expected == NULL)
		fits = new->in_response_to == NULL;
	else
		fits = new->in_response_to !=
		    NULL &&strcmp(new->in_response_to, expected) == 0;
	/* or else a replay mark would be dropped before its time */
	if (!fits || new->replay_until < request->now) {
		saml_identity_free(&new);
		return GATE_EPROTO;
	}
	*identity = new;
	return 0;
}

static int
denied(const struct wire_msg *msg, struct refusal *refusal)
{
	const char *word = wire_str(msg, TAG_REASON);
	const char *detail = wire_str(msg, TAG_DETAIL);
	enum reason reason;

	if (word == NULL || detail == NULL)
		return GATE_EPROTO;
	reason = reason_from_word(word);
	if (reason == REASON_NONE || strcmp(word, reason_word(reason)) != 0)
		return GATE_EPROTO;
	return refuse(refusal, reason, "%s", detail);
}

/* What came of one question. */
static int
answer(const struct saml_request *request, const struct wire_msg *msg,
    struct saml_identity **identity, struct refusal *refusal)
{
	switch (wire_num(msg, TAG_OUTCOME, -1)) {
	case OUTCOME_GRANTED:
		return granted(request, msg, identity);
	case OUTCOME_DENIED:
		return denied(msg, refusal);
	case OUTCOME_UNAVAILABLE:
		return answered_error(msg);
	default:
		return GATE_EPROTO;
	}
}

int
saml_worker_verify(struct saml_worker *worker,
    const struct saml_request *request, int64_t deadline,
    struct saml_identity **identity, struct refusal *refusal)
{
	struct wire_msg *msg = worker->msg;
	char text[128];
	int r;

	/* not worth a worker's life: it could only hang up */
	if (request->response_size > worker->response_max)
		return refuse(refusal, REASON_RESPONSE_TOO_LARGE, NULL);
	wire_begin(msg, VERB_SAML_VERIFY);
	wire_put_bytes(
	    msg, TAG_RESPONSE, request->response, request->response_size);
	wire_put_num(msg, TAG_NOW, request->now);
	wire_put_str(msg, TAG_IN_RESPONSE_TO, request->in_response_to);
	r = ask(worker->fd, msg, deadline);
	if (r == 0)
		r = answer(request, msg, identity, refusal);
	wire_begin(msg, 0); /* wipes the assertion */
	if (r == 0 || r == GATE_EREFUSED)
		return r;
	r = end_describe(worker, r, text, sizeof(text));
	(void)refuse(refusal,
	    r == GATE_ETIMEOUT ? REASON_WORKER_TIMEOUT : REASON_WORKER_FAILED,
	    "the SAML worker %s", text);
	return r;
}
