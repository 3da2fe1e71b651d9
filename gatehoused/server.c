/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/server.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatehoused/connection.h"
#include "gatehoused/pool.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

#define EVENTS      64
#define TICK_MS     1000
#define HOUSE_EVERY 60000

struct server {
	struct gate *gate;
	struct pool *pool;
	int epoll_fd;
	int listen_fd;
	int signal_fd;
	int stopping;
	int64_t next_tick;
	int64_t next_house;
	size_t max;           /* [gate] connections */
	pthread_mutex_t lock; /* over the list, and busy of each in it */
	struct connection *connections;
	size_t count;
};

static void
link_connection(struct server *s, struct connection *c)
{
	pthread_mutex_lock(&s->lock);
	c->next = s->connections;
	c->link = &s->connections;
	if (c->next != NULL)
		c->next->link = &c->next;
	s->connections = c;
	s->count++;
	c->server = s;
	pthread_mutex_unlock(&s->lock);
}

static void
drop(struct server *s, struct connection *c)
{
	pthread_mutex_lock(&s->lock);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	s->count--;
	pthread_mutex_unlock(&s->lock);
	connection_free(&c);
}

/* Waits for the next message of a connection, once. */
static int
watch(struct server *s, struct connection *c, int op)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
		.data.ptr = c };

	return epoll_ctl(s->epoll_fd, op, c->fd, &event) == 0 ? 0 : GATE_EIO;
}

/* In a thread of the pool. */
static void
answer(void *data, struct wire_msg *out)
{
	struct connection *c = data;
	struct server *s = c->server;

	if (connection_answer(c, s->gate, out) != 0) {
		drop(s, c);
		return;
	}
	pthread_mutex_lock(&s->lock);
	c->busy = 0;
	pthread_mutex_unlock(&s->lock);
	/* from here on it is the watching thread's again */
	if (watch(s, c, EPOLL_CTL_MOD) != 0)
		log_error("epoll: %s", strerror(errno));
}

static void
gather(struct server *s, struct connection *c)
{
	int r = connection_gather(c);

	if (r == 1)
		r = watch(s, c, EPOLL_CTL_MOD);
	else if (r == 0) {
		pthread_mutex_lock(&s->lock);
		c->busy = 1;
		pthread_mutex_unlock(&s->lock);
		r = pool_submit(s->pool, answer, c);
	}
	if (r != 0) {
		if (r != GATE_ECLOSED)
			log_debug("pid %d (uid %u): %s", (int)c->peer.pid,
			    (unsigned)c->peer.uid, gate_strerror(r));
		drop(s, c);
	}
}

/*
 * Is there room for one more of this peer? A user who is not trusted with
 * logins cannot take all the room there is.
 */
static int
has_room(struct server *s, const struct peer *peer, unsigned rights)
{
	const struct connection *c;
	size_t same = 0;
	int room;

	pthread_mutex_lock(&s->lock);
	room = s->count < s->max;
	if (!(rights & RIGHT_LOGIN))
		for (c = s->connections; c != NULL && room; c = c->next) {
			same += c->peer.uid == peer->uid;
			room = same < s->max / 8;
		}
	pthread_mutex_unlock(&s->lock);
	return room;
}

static int
admit(struct server *s, int fd)
{
	struct policy *policy;
	struct connection *c = NULL;
	int room;

	if (connection_new(&c, fd) != 0)
		return GATE_EIO;
	policy = gate_policy(s->gate);
	c->deadline = clock_mono_ms() + policy->config->request_timeout * 1000;
	room = has_room(s, &c->peer, peer_rights(&c->peer, policy));
	policy_unref(&policy);
	if (!room) {
		log_warn("too many connections: refusing pid %d of uid %u",
		    (int)c->peer.pid, (unsigned)c->peer.uid);
		connection_free(&c);
		return GATE_EFULL;
	}
	link_connection(s, c);
	if (watch(s, c, EPOLL_CTL_ADD) != 0) {
		drop(s, c);
		return GATE_EIO;
	}
	return 0;
}

static void
accept_all(struct server *s)
{
	int fd;

	for (;;) {
		fd = accept4(
		    s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd >= 0)
			(void)admit(s, fd);
		else if (errno != EINTR && errno != ECONNABORTED)
			break;
	}
	if (errno != EAGAIN)
		log_error("accept: %s", strerror(errno));
}

/* Ends the connections that have had their time. */
static void
sweep(struct server *s)
{
	struct connection *c, *next, *expired = NULL;
	int64_t now = clock_mono_ms();

	pthread_mutex_lock(&s->lock);
	for (c = s->connections; c != NULL; c = next) {
		next = c->next;
		if (c->busy || c->deadline > now)
			continue;
		*c->link = c->next;
		if (c->next != NULL)
			c->next->link = c->link;
		s->count--;
		c->next = expired;
		expired = c;
	}
	pthread_mutex_unlock(&s->lock);
	for (c = expired; c != NULL; c = next) {
		next = c->next;
		connection_free(&c);
	}
}

static void
reload(void *data, struct wire_msg *out)
{
	(void)out;
	(void)gate_reload(data);
}

static void
keep_house(void *data, struct wire_msg *out)
{
	(void)out;
	gate_keep_house(data);
}

static void
take_signal(struct server *s)
{
	struct signalfd_siginfo info;

	while (read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGHUP)
			(void)pool_submit(s->pool, reload, s->gate);
		else
			s->stopping = 1;
	}
}

static void
tick(struct server *s)
{
	int64_t now = clock_mono_ms();

	if (now < s->next_tick)
		return;
	s->next_tick = now + TICK_MS;
	sweep(s);
	if (now >= s->next_house) {
		s->next_house = now + HOUSE_EVERY;
		(void)pool_submit(s->pool, keep_house, s->gate);
	}
}

static void
serve(struct server *s)
{
	struct epoll_event events[EVENTS];
	int i, n;

	while (!s->stopping) {
		n = epoll_wait(
		    s->epoll_fd, events, EVENTS, clock_left_ms(s->next_tick));
		for (i = 0; i < n; i++) {
			if (events[i].data.ptr == &s->listen_fd)
				accept_all(s);
			else if (events[i].data.ptr == &s->signal_fd)
				take_signal(s);
			else
				gather(s, events[i].data.ptr);
		}
		tick(s);
	}
}

static int
watch_own(struct server *s, int *fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = fd };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0
	    ? 0
	    : GATE_EIO;
}

static int
open_signals(struct server *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return s->signal_fd >= 0 ? 0 : GATE_EIO;
}

static void
close_all(struct server *s)
{
	struct connection *c, *next;

	pool_free(&s->pool); /* first: its threads use what follows */
	for (c = s->connections; c != NULL; c = next) {
		next = c->next;
		connection_free(&c);
	}
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	pthread_mutex_destroy(&s->lock);
}

int
server_run(struct gate *gate, int fd)
{
	struct server s = { .gate = gate, .listen_fd = fd, .signal_fd = -1 };
	struct policy *policy = gate_policy(gate);
	size_t threads = (size_t)policy->config->threads;
	int r;

	s.max = (size_t)policy->config->connections;
	policy_unref(&policy);
	pthread_mutex_init(&s.lock, NULL);
	s.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r = s.epoll_fd >= 0 ? open_signals(&s) : GATE_EIO;
	if (r == 0)
		r = watch_own(&s, &s.listen_fd);
	if (r == 0)
		r = watch_own(&s, &s.signal_fd);
	if (r == 0)
		r = pool_new(&s.pool, threads);
	if (r == 0)
		serve(&s);
	else
		log_error(
		    "cannot serve: %s (%s)", gate_strerror(r), strerror(errno));
	close_all(&s);
	return r;
}
