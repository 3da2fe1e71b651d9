/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/login/serve.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/guard.h"
#include "lib/listener.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "web/login/conversation.h"
#include "web/login/transaction.h"

/* An enrolment and a change of password are some questions one after another:
 * so many times the patience for one answer in all. */
#define PATIENCES 5

/* Modules that hang end with the process, so much later, in seconds. */
#define HANGS 60

/* A peer's process, or none: pid 0. */
struct child {
	pid_t pid;
	uid_t uid;
};

struct server {
	const char *file;
	struct config *config;
	uid_t peer;
	int listen_fd;
	int signal_fd;
	sigset_t before; /* which signals were blocked */
	struct child *children;
	size_t room;
	struct wire_msg *msg;
	int64_t next_warning;
};

static int
uid_of(int fd, uid_t *uid)
{
	struct ucred cred;
	socklen_t size = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &size) != 0)
		return GATE_EPEER;
	*uid = cred.uid;
	return 0;
}

static int
check_peer(int fd, uid_t peer, uid_t *uid)
{
	int r = uid_of(fd, uid);

	if (r == 0 && (*uid == peer || *uid == 0))
		return 0;
	if (r == 0)
		log_warn("uid %u may not ask", (unsigned)*uid);
	return GATE_EPEER;
}

int
serve_connection(int fd, const struct config *config, uid_t peer)
{
	int64_t patience = config->answer_timeout * 1000;
	struct conversation *c = NULL;
	uid_t uid;
	int r = check_peer(fd, peer, &uid);

	guard_process();
	(void)guard_memory();
	/* not for what modules start */
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGALRM, SIG_DFL);
	(void)alarm((unsigned int)(config->answer_timeout * PATIENCES + HANGS));
	if (r == 0)
		r = conversation_new(
		    &c, fd, patience, clock_mono_ms() + patience * PATIENCES);
	/* it knows what it wants: nobody has to think */
	if (r == 0)
		r = wire_recv(fd, conversation_msg(c),
		    clock_mono_ms() + config->request_timeout * 1000);
	if (r == 0)
		r = transaction_run(c, config);
	if (r != 0)
		log_debug("uid %u: %s", (unsigned)uid, gate_strerror(r));
	conversation_free(&c);
	return r;
}

/* --- one for each connection --- */

/* A place among those of this user; NULL: no room. */
static struct child *
find_place(struct server *s, uid_t uid)
{
	struct child *place = NULL;
	size_t i, same = 0;

	for (i = 0; i < s->room; i++) {
		if (s->children[i].pid == 0)
			place = &s->children[i];
		else if (s->children[i].uid == uid)
			same++;
	}
	return same < (size_t)s->config->web_logins ? place : NULL;
}

static void
turn_away(struct server *s, int fd)
{
	int64_t now = clock_mono_ms();

	wire_begin(s->msg, VERB_RESULT);
	wire_put_num(s->msg, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	/* an empty socket takes it at once, or is not worth the wait */
	(void)wire_send(fd, s->msg, now);
	if (now < s->next_warning)
		return;
	s->next_warning = now + 1000;
	log_warn("too many sign-ins at a time: see [web] logins");
}

static void __attribute__((noreturn)) serve_child(struct server *s, int fd)
{
	int r;

	close(s->listen_fd);
	close(s->signal_fd);
	(void)sigprocmask(SIG_SETMASK, &s->before, NULL);
	r = serve_connection(fd, s->config, s->peer);
	exit(r == 0 ? 0 : 1);
}

static void
begin(struct server *s, int fd)
{
	struct child *place;
	uid_t uid;
	pid_t pid = -1;

	if (check_peer(fd, s->peer, &uid) != 0)
		return;
	place = find_place(s, uid);
	if (place != NULL)
		pid = fork();
	if (pid == 0)
		serve_child(s, fd);
	if (pid < 0) {
		turn_away(s, fd);
		return;
	}
	place->pid = pid;
	place->uid = uid;
}

static void
accept_all(struct server *s)
{
	int fd;

	for (;;) {
		fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC);
		if (fd >= 0) {
			begin(s, fd);
			close(fd);
		} else if (errno != EINTR && errno != ECONNABORTED)
			break;
	}
	if (errno != EAGAIN)
		log_error("accept: %s", strerror(errno));
}

static void
reap(struct server *s)
{
	int status;
	size_t i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		if (WIFSIGNALED(status))
			log_error("process %d was ended by signal %d", (int)pid,
			    WTERMSIG(status));
		for (i = 0; i < s->room; i++)
			if (s->children[i].pid == pid)
				s->children[i].pid = 0;
	}
}

/* --- the server --- */

static int
make_room(struct server *s)
{
	size_t room = 2 * (size_t)s->config->web_logins;
	struct child *children;

	if (room <= s->room)
		return 0;
	children = realloc(s->children, room * sizeof(*children));
	if (children == NULL)
		return GATE_ENOMEM;
	memset(children + s->room, 0, (room - s->room) * sizeof(*children));
	s->children = children;
	s->room = room;
	return 0;
}

static void
reload(struct server *s)
{
	struct config *old = s->config;

	if (config_load(&s->config, s->file, log_complaint, NULL) != 0) {
		s->config = old;
		log_error("the old configuration stays in force");
		return;
	}
	(void)make_room(s);
	config_free(&old);
	log_info("the configuration was read anew");
}

/* Until it is time to stop. */
static void
run(struct server *s)
{
	struct pollfd fds[] = { { .fd = s->signal_fd, .events = POLLIN },
		{ .fd = s->listen_fd, .events = POLLIN } };
	struct signalfd_siginfo info;

	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			return;
		while (
		    read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
			if (info.ssi_signo == SIGCHLD)
				reap(s);
			else if (info.ssi_signo == SIGHUP)
				reload(s);
			else
				return;
		}
		accept_all(s);
	}
}

static int
open_signals(struct server *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, &s->before) != 0)
		return GATE_EIO;
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd >= 0 ? 0 : GATE_EIO;
}

/* Nobody else comes as far as to be asked who he is. */
static int
open_socket(struct server *s, const char *path)
{
	int r = listener_open(path, 0600, "--listen", &s->listen_fd);

	if (r != 0)
		return r;
	if (geteuid() == 0 && chown(path, s->peer, (gid_t)-1) != 0)
		r = GATE_EIO;
	return r;
}

int
serve_listen(
    const char *path, const char *file, struct config **config, uid_t peer)
{
	struct server s = { .file = file,
		.config = *config,
		.peer = peer,
		.listen_fd = -1,
		.signal_fd = -1 };
	int r;

	*config = NULL;
	r = wire_msg_new(&s.msg, WIRE_BODY_LOGIN);
	if (r == 0)
		r = make_room(&s);
	if (r == 0)
		r = open_signals(&s);
	if (r == 0)
		r = open_socket(&s, path);
	if (r == 0) {
		log_info("ready on %s", path);
		run(&s);
	} else
		log_error("%s: %s", path, gate_strerror(r));
	if (s.listen_fd >= 0) {
		(void)unlink(path);
		close(s.listen_fd);
	}
	if (s.signal_fd >= 0)
		close(s.signal_fd);
	free(s.children);
	wire_msg_free(&s.msg);
	config_free(&s.config);
	return r;
}
