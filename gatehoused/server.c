/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/server.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gatehoused/connection.h"
#include "gatehoused/keys.h"
#include "gatehoused/sweeper.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/* So many connections a user may have who is not trusted with anything. */
#define STRANGER_MAX 16

/* Descriptors for all but the connections: workers, store, log. */
#define OTHER_FDS   256

#define TICK_MS     1000
#define HOUSE_EVERY 60000

/* A thread that watches all connections, and handles what it finds. */
struct thread {
	struct server *server;
	pthread_t id;
	struct connection_memory memory;
};

struct server {
	struct gate *gate;
	int epoll_fd;
	int listen_fd;
	int signal_fd;
	int stop_fd; /* readable when the threads are to end */
	int turn_fd; /* readable while slots_turn has something to give */
	struct thread *threads;
	size_t thread_count;
	size_t max; /* [gate] connections */
	int64_t next_warning;
	pthread_t reload_id;
	int reload_begun;  /* reload_id is to be joined */
	int reload_wanted; /* SIGHUP came */
	int reloading;
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
	slots_give_back(gate_slots(s->gate), &c->slot);
	connection_free(&c);
}

/* While a thread has it, its time does not run out. */
static void
set_busy(struct server *s, struct connection *c)
{
	pthread_mutex_lock(&s->lock);
	c->busy = 1;
	pthread_mutex_unlock(&s->lock);
}

/*
 * Waits for the next bytes of a connection, once. It is not the caller's any
 * more when this returns 0: another thread may have it already.
 */
static int
watch(struct server *s, struct connection *c)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
		.data.ptr = c };
	int op = c->watched ? EPOLL_CTL_MOD : EPOLL_CTL_ADD;
	int r;

	pthread_mutex_lock(&s->lock);
	c->watched = 1;
	c->busy = 0;
	r = epoll_ctl(s->epoll_fd, op, c->fd, &event);
	pthread_mutex_unlock(&s->lock);
	if (r == 0)
		return 0;
	log_error("epoll: %s", strerror(errno));
	return GATE_EIO;
}

/*
 * As connection_answer; but where the request has to wait for a slot, the
 * connection is not the caller's any more.
 */
static int
answer(struct thread *t, struct connection *c)
{
	struct gate *gate = t->server->gate;
	int r;

	do
		r = connection_answer(c, gate, &t->memory);
	while (r == SLOTS_WAIT && slots_wait(gate_slots(gate), &c->slot) != 0);
	return r;
}

/*
 * Takes what has come; handles it where that is a whole request, as is that of
 * a connection whose turn has come.
 */
static void
attend(struct thread *t, struct connection *c)
{
	struct server *s = t->server;
	int r = 0;

	set_busy(s, c);
	if (c->slot.state == SLOT_GONE)
		r = GATE_ECLOSED;
	else if (c->slot.state == SLOT_IDLE)
		r = connection_gather(c, &t->memory);
	if (r == 0)
		r = answer(t, c);
	else if (r < 0 && r != GATE_ECLOSED)
		log_debug("pid %d (uid %u): %s", (int)c->peer.pid,
		    (unsigned)c->peer.uid, gate_strerror(r));
	if (r == SLOTS_WAIT)
		return;
	if (r < 0)
		drop(s, c);
	else if (watch(s, c) != 0)
		drop(s, c);
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
	if (rights == 0)
		for (c = s->connections; c != NULL && room; c = c->next) {
			same += c->peer.uid == peer->uid;
			room = same < STRANGER_MAX;
		}
	pthread_mutex_unlock(&s->lock);
	return room;
}

/* Says so once a second: a crowd shall not fill the log as well. */
static void
warn_full(struct server *s, const struct connection *c)
{
	int64_t now = clock_mono_ms();
	int64_t next = __atomic_load_n(&s->next_warning, __ATOMIC_RELAXED);

	if (now < next ||
	    !__atomic_compare_exchange_n(&s->next_warning, &next, now + 1000, 0,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		return;
	log_warn("too many connections: refusing pid %d of uid %u, and "
		 "whoever comes within a second",
	    (int)c->peer.pid, (unsigned)c->peer.uid);
}

/* A caller at the door: its connection, or NULL. */
static struct connection *
admit(struct server *s, int fd)
{
	struct policy *policy;
	struct connection *c = NULL;
	int room;

	if (connection_new(&c, fd) != 0)
		return NULL;
	policy = gate_policy(s->gate);
	c->deadline = clock_mono_ms() + policy->config->request_timeout * 1000;
	room = has_room(s, &c->peer, peer_rights(&c->peer, policy));
	policy_unref(&policy);
	if (!room) {
		warn_full(s, c);
		connection_free(&c);
		return NULL;
	}
	c->busy = 1;
	link_connection(s, c);
	return c;
}

/*
 * Lets in all that wait at the door. The last is attended to at once: mostly
 * it is the only one, and its request has come with it.
 */
static void
accept_all(struct thread *t)
{
	struct server *s = t->server;
	struct connection *c, *last = NULL;
	int fd;

	for (;;) {
		fd = accept4(
		    s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
		if (fd < 0 && (errno == EINTR || errno == ECONNABORTED))
			continue;
		if (fd < 0)
			break;
		c = admit(s, fd);
		if (c == NULL)
			continue;
		if (last != NULL && watch(s, last) != 0)
			drop(s, last);
		last = c;
	}
	if (errno != EAGAIN)
		log_error("accept: %s", strerror(errno));
	if (last != NULL)
		attend(t, last);
}

/* Somebody who has waited for a slot: each turn wakes one thread. */
static void
take_turn(struct thread *t)
{
	struct server *s = t->server;
	struct slot *slot = slots_turn(gate_slots(s->gate));
	struct epoll_event event = { .events = EPOLLIN | EPOLLONESHOT,
		.data.ptr = &s->turn_fd };

	if (epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, s->turn_fd, &event) != 0)
		log_error("epoll: %s", strerror(errno));
	if (slot != NULL)
		attend(t, slot->owner);
}

static void *
serve(void *data)
{
	struct thread *t = data;
	struct server *s = t->server;
	struct epoll_event event;
	int n;

	for (;;) {
		n = epoll_wait(s->epoll_fd, &event, 1, -1);
		if (n < 0 && errno != EINTR)
			log_error("epoll: %s", strerror(errno));
		if (n != 1)
			continue;
		if (event.data.ptr == &s->stop_fd)
			break;
		if (event.data.ptr == &s->listen_fd)
			accept_all(t);
		else if (event.data.ptr == &s->turn_fd)
			take_turn(t);
		else
			attend(t, event.data.ptr);
	}
	return NULL;
}

/*
 * Hangs up on connections that have had their time. They are freed by the
 * thread that is woken by it: one may be on its way to any of them.
 */
static void
sweep(struct server *s)
{
	struct connection *c;
	int64_t now = clock_mono_ms();

	pthread_mutex_lock(&s->lock);
	for (c = s->connections; c != NULL; c = c->next)
		if (!c->busy && c->deadline <= now)
			(void)shutdown(c->fd, SHUT_RDWR);
	pthread_mutex_unlock(&s->lock);
}

/*
 * Reading everything anew takes as long as a worker takes to start: in a
 * thread of its own, so that time goes on for everybody else meanwhile.
 */
static void *
reload(void *data)
{
	struct server *s = data;

	(void)gate_reload(s->gate);
	__atomic_store_n(&s->reloading, 0, __ATOMIC_RELEASE);
	return NULL;
}

static void
begin_reload(struct server *s)
{
	if (s->reload_begun)
		pthread_join(s->reload_id, NULL);
	s->reloading = 1;
	s->reload_wanted = 0;
	s->reload_begun = pthread_create(&s->reload_id, NULL, reload, s) == 0;
	if (!s->reload_begun)
		log_error("cannot start a thread to reload in");
}

/*
 * A caller whom accept could not take (ENFILE, no memory) would stay at the
 * door until the next one comes: an edge is told once.
 */
static void
knock_again(struct server *s)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET,
		.data.ptr = &s->listen_fd };

	(void)epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, s->listen_fd, &event);
}

/* Signals and the clock, until it is time to stop. */
static void
preside(struct server *s)
{
	struct pollfd p = { .fd = s->signal_fd, .events = POLLIN };
	struct signalfd_siginfo info;
	int64_t next_tick = 0, next_house = 0;
	int stopping = 0;

	while (!stopping) {
		(void)poll(&p, 1, clock_left_ms(next_tick));
		while (
		    read(s->signal_fd, &info, sizeof(info)) == sizeof(info)) {
			if (info.ssi_signo == SIGHUP)
				s->reload_wanted = 1;
			else
				stopping = 1;
		}
		if (s->reload_wanted &&
		    !__atomic_load_n(&s->reloading, __ATOMIC_ACQUIRE))
			begin_reload(s);
		if (clock_mono_ms() >= next_tick) {
			next_tick = clock_mono_ms() + TICK_MS;
			sweep(s);
			slots_sweep(gate_slots(s->gate), clock_mono_ms());
			knock_again(s);
		}
		if (clock_mono_ms() >= next_house) {
			next_house = clock_mono_ms() + HOUSE_EVERY;
			gate_keep_house(s->gate);
			keys_go_on(s->gate);
		}
	}
}

/* EPOLLET: a caller at the door wakes one thread, not all of them. */
static int
watch_own(struct server *s, int *fd, uint32_t how)
{
	struct epoll_event event = { .events = EPOLLIN | how, .data.ptr = fd };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, *fd, &event) == 0
	    ? 0
	    : GATE_EIO;
}

static int
open_all(struct server *s)
{
	sigset_t set;
	int r;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	s->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	s->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (s->signal_fd < 0 || s->stop_fd < 0 || s->epoll_fd < 0)
		return GATE_EIO;
	r = watch_own(s, &s->listen_fd, EPOLLET);
	if (r == 0)
		r = watch_own(s, &s->turn_fd, EPOLLONESHOT);
	return r == 0 ? watch_own(s, &s->stop_fd, 0) : r;
}

static int
start_threads(struct server *s, size_t count)
{
	s->threads = calloc(count, sizeof(*s->threads));
	if (s->threads == NULL)
		return GATE_ENOMEM;
	for (; s->thread_count < count; s->thread_count++) {
		struct thread *t = &s->threads[s->thread_count];

		t->server = s;
		if (connection_memory_new(&t->memory) != 0)
			return GATE_ENOMEM;
		if (pthread_create(&t->id, NULL, serve, t) != 0) {
			connection_memory_free(&t->memory);
			return GATE_EIO;
		}
	}
	return 0;
}

/* Lets the threads finish what they are at, then hangs up on the others. */
static void
close_all(struct server *s)
{
	struct connection *c, *next;
	uint64_t one = 1;
	size_t i;

	if (s->reload_begun)
		pthread_join(s->reload_id, NULL);
	if (s->stop_fd >= 0)
		(void)!write(s->stop_fd, &one, sizeof(one));
	for (i = 0; i < s->thread_count; i++) {
		pthread_join(s->threads[i].id, NULL);
		connection_memory_free(&s->threads[i].memory);
	}
	free(s->threads);
	for (c = s->connections; c != NULL; c = next) {
		next = c->next;
		connection_free(&c);
	}
	if (s->signal_fd >= 0)
		close(s->signal_fd);
	if (s->stop_fd >= 0)
		close(s->stop_fd);
	if (s->epoll_fd >= 0)
		close(s->epoll_fd);
	pthread_mutex_destroy(&s->lock);
}

/*
 * Every connection is a descriptor: raises the limit for them, or takes fewer
 * where it is fixed. Running out of them in accept would leave callers at the
 * door until the next one comes.
 */
static void
make_room(struct server *s)
{
	struct rlimit limit;
	rlim_t want = s->max + OTHER_FDS;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= want)
		return;
	limit.rlim_cur = limit.rlim_max < want ? limit.rlim_max : want;
	if (setrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur == want)
		return;
	s->max = limit.rlim_cur > 2 * OTHER_FDS ? limit.rlim_cur - OTHER_FDS
						: limit.rlim_cur / 2;
	log_warn("RLIMIT_NOFILE is %llu: [gate] connections is cut to %zu",
	    (unsigned long long)limit.rlim_cur, s->max);
}

int
server_run(struct gate *gate, int fd)
{
	struct server s = { .gate = gate,
		.listen_fd = fd,
		.signal_fd = -1,
		.stop_fd = -1,
		.turn_fd = slots_fd(gate_slots(gate)),
		.epoll_fd = -1 };
	struct sweeper *sweeper = NULL;
	struct policy *policy = gate_policy(gate);
	size_t threads = (size_t)policy->config->threads;
	int r;

	s.max = (size_t)policy->config->connections;
	policy_unref(&policy);
	make_room(&s);
	pthread_mutex_init(&s.lock, NULL);
	r = open_all(&s);
	if (r == 0)
		r = sweeper_new(&sweeper, gate);
	gate_set_sweeper(gate, sweeper);
	if (r == 0)
		r = start_threads(&s, threads);
	if (r == 0)
		preside(&s);
	else
		log_error(
		    "cannot serve: %s (%s)", gate_strerror(r), strerror(errno));
	close_all(&s);
	gate_set_sweeper(gate, NULL);
	sweeper_free(&sweeper);
	return r;
}
