/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/server.h"

#include <errno.h>
#include <microhttpd.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "web/connections.h"
#include "web/conversations.h"
#include "web/exchange.h"
#include "web/identities.h"
#include "web/metrics.h"
#include "web/pool.h"
#include "web/reply.h"
#include "web/routes.h"

#define SERVING 2 /* threads */

/* Threads for what has to wait. Those that wait for gatehouse-login, which
 * waits for a password to be verified, are others than those of all other
 * pages. */
#define TALKING 16
#define WAITING 8

/* Connections beyond [web] connections, to say on them that there are too
 * many. */
#define EXCESS 128

/* Of a connection: the request line and all headers. */
#define MEMORY (32u << 10)

/* Longer than proxies keep theirs open (nginx: 60 s), so that they close first
 * and do not send into a connection that closes just now. */
#define IDLE_MS 75000

/* Beside requests under way at the end, nobody is waited for. */
#define END_MS   5000

#define TICK_NS  100000000L
#define SWEEP_MS 1000
#define HOUSE_MS 60000

struct server {
	struct site *site;
	struct MHD_Daemon *daemon;
	struct connections *connections;
	struct pool *pool, *talks;
	int64_t timeout;
	pthread_mutex_t lock;
	struct turn *held_back; /* answers that are not sent yet */
};

/* One request, as the server sees it. */
struct turn {
	struct server *server;
	struct exchange *exchange;
	struct MHD_Connection *mhd;
	struct connection *connection;
	struct turn *next; /* held back */
	int begun, ran;
};

/* --- what has to wait --- */

static void
resume(struct turn *t)
{
	metrics_add(t->server->site->metrics, METRIC_WAITING, -1);
	MHD_resume_connection(t->mhd);
}

/* The answer is there: sends it, now or when it is time. */
static void
finish(struct turn *t)
{
	struct server *s = t->server;

	if (t->exchange->not_before <= clock_mono_ms()) {
		resume(t);
		return;
	}
	pthread_mutex_lock(&s->lock);
	t->next = s->held_back;
	s->held_back = t;
	pthread_mutex_unlock(&s->lock);
}

static void
work(void *data)
{
	struct turn *t = data;

	while (t->exchange->later != NULL)
		exchange_now(t->exchange);
	finish(t);
}

static void
resume_due(struct server *s)
{
	int64_t now = clock_mono_ms();
	struct turn **link, *t, *due = NULL;

	pthread_mutex_lock(&s->lock);
	for (link = &s->held_back; (t = *link) != NULL;)
		if (t->exchange->not_before <= now) {
			*link = t->next;
			t->next = due;
			due = t;
		} else
			link = &t->next;
	pthread_mutex_unlock(&s->lock);
	while ((t = due) != NULL) {
		due = t->next;
		resume(t);
	}
}

static void
turn_away(struct turn *t)
{
	struct exchange *x = t->exchange;
	exchange_function *forget = x->forget;

	metrics_add(x->site->metrics, METRIC_OVERLOAD, 1);
	x->later = NULL;
	if (forget != NULL)
		forget(x, x->later_data);
	exchange_text(x, 503, "Too many people at once. Try again.\n");
	(void)exchange_header(x, "Retry-After", "5");
}

static struct pool *
pool_of(const struct server *s, const struct exchange *x)
{
	return (x->route->needs & ROUTE_TALK) && x->method == METHOD_POST
	    ? s->talks
	    : s->pool;
}

/* Nothing of the turn is ours any more once it is in the pool's line. */
static void
wait_for(struct turn *t)
{
	struct server *s = t->server;

	metrics_add(s->site->metrics, METRIC_WAITING, 1);
	MHD_suspend_connection(t->mhd);
	if (t->exchange->later == NULL)
		finish(t);
	else if (pool_add(pool_of(s, t->exchange), work, t) != 0) {
		turn_away(t);
		resume(t);
	}
}

/* --- one request --- */

static enum MHD_Result
take_field(
    void *data, enum MHD_ValueKind kind, const char *name, const char *value)
{
	(void)kind;
	exchange_add_field(data, name, value != NULL ? value : "");
	return MHD_YES;
}

static enum MHD_Result
answer(struct turn *t)
{
	struct exchange *x = t->exchange;

	connection_allow(t->connection, t->server->timeout);
	metrics_add(x->site->metrics,
	    METRIC_ANSWERS_2XX + (x->status < 500 ? x->status / 100 - 2 : 3),
	    1);
	return reply_send(x, t->mhd) == 0 ? MHD_YES : MHD_NO;
}

static enum MHD_Result
begin(struct turn *t, const char *method)
{
	struct exchange *x = t->exchange;

	t->begun = 1;
	(void)MHD_get_connection_values(t->mhd, MHD_HEADER_KIND, take_field, x);
	if (!t->connection->is_unix) {
		x->peer_address = t->connection->peer;
		x->peer = &x->peer_address;
	}
	if (t->connection->is_excess) {
		x->hangs_up = 1;
		turn_away(t);
		return answer(t);
	}
	if (exchange_begin(x, method) == 0 || exchange_drains(x))
		return MHD_YES;
	return answer(t);
}

static enum MHD_Result
run(struct turn *t)
{
	struct exchange *x = t->exchange;

	t->ran = 1;
	connection_allow(t->connection, 0);
	exchange_run(x);
	if (x->later == NULL && x->not_before == 0)
		return answer(t);
	wait_for(t);
	return MHD_YES;
}

/* Called by libmicrohttpd: once for the headers, for each piece of the body,
 * once behind it, and once more for what has waited. */
static enum MHD_Result
serve(void *data, struct MHD_Connection *mhd, const char *url,
    const char *method, const char *version, const char *upload,
    size_t *upload_size, void **context)
{
	struct turn *t = *context;

	(void)data;
	(void)url;
	(void)version;
	if (t == NULL || t->connection == NULL)
		return MHD_NO;
	t->mhd = mhd;
	if (!t->begun)
		return begin(t, method);
	if (*upload_size > 0) {
		if (t->exchange->status == 0 &&
		    exchange_take(t->exchange, upload, *upload_size) != 0)
			return MHD_NO;
		*upload_size = 0;
		return MHD_YES;
	}
	return t->ran || t->exchange->status != 0 ? answer(t) : run(t);
}

static struct connection *
connection_of(struct MHD_Connection *mhd)
{
	const union MHD_ConnectionInfo *info =
	    MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info != NULL ? info->socket_context : NULL;
}

/* A request line has come: what this returns is the context of the others. */
static void *
open_turn(void *data, const char *target, struct MHD_Connection *mhd)
{
	struct server *s = data;
	struct turn *t = calloc(1, sizeof(*t));

	if (t == NULL || exchange_new(&t->exchange, s->site, target) != 0) {
		free(t);
		return NULL;
	}
	t->server = s;
	t->connection = connection_of(mhd);
	if (t->connection != NULL)
		connection_allow(t->connection, s->timeout);
	return t;
}

static void
close_turn(void *data, struct MHD_Connection *mhd, void **context,
    enum MHD_RequestTerminationCode code)
{
	struct turn *t = *context;

	(void)data;
	(void)mhd;
	(void)code;
	if (t == NULL)
		return;
	if (t->connection != NULL)
		connection_allow(t->connection, IDLE_MS);
	exchange_free(&t->exchange);
	free(t);
	*context = NULL;
}

/* --- connections --- */

static void
note_connection(void *data, struct MHD_Connection *mhd, void **context,
    enum MHD_ConnectionNotificationCode code)
{
	struct server *s = data;
	const union MHD_ConnectionInfo *info;
	struct connection *c = *context;

	if (code == MHD_CONNECTION_NOTIFY_CLOSED) {
		if (c != NULL)
			metrics_add(s->site->metrics, METRIC_CONNECTIONS, -1);
		connections_remove(s->connections, &c);
		*context = NULL;
		return;
	}
	info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
	*context = info != NULL
	    ? connections_add(s->connections, info->connect_fd, s->timeout)
	    : NULL;
	if (*context != NULL)
		metrics_add(s->site->metrics, METRIC_CONNECTIONS, 1);
}

/* What it says of its clients is of interest to who looks for faults. */
__attribute__((format(printf, 2, 0))) static void
hear(void *data, const char *format, va_list list)
{
	char text[256];

	(void)data;
	vsnprintf(text, sizeof(text), format, list);
	text[strcspn(text, "\n")] = '\0';
	log_debug("http: %s", text);
}

/* --- the whole --- */

static int
start(struct server *s, int fd)
{
	const unsigned most = (unsigned)s->site->config->web_connections;
	const struct MHD_OptionItem options[] = {
		{ MHD_OPTION_EXTERNAL_LOGGER, (intptr_t)hear, NULL },
		{ MHD_OPTION_LISTEN_SOCKET, fd, NULL },
		{ MHD_OPTION_THREAD_POOL_SIZE, SERVING, NULL },
		{ MHD_OPTION_CONNECTION_LIMIT, most + EXCESS, NULL },
		{ MHD_OPTION_CONNECTION_TIMEOUT, IDLE_MS / 1000, NULL },
		{ MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY, NULL },
		{ MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL },
		{ MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)close_turn, s },
		{ MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)note_connection, s },
		{ MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)open_turn, s },
		{ MHD_OPTION_SIGPIPE_HANDLED_BY_APP, 1, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	s->daemon = MHD_start_daemon(MHD_USE_EPOLL_INTERNAL_THREAD |
		MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG,
	    0, NULL, NULL, serve, s, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
	return s->daemon != NULL ? 0 : GATE_EIO;
}

int
server_new(struct server **server, struct site *site, int fd)
{
	struct server *s = calloc(1, sizeof(*s));
	size_t logins = (size_t)site->config->web_logins;
	int r = GATE_ENOMEM;

	if (s == NULL)
		goto out;
	s->site = site;
	s->timeout = site->config->web_timeout * 1000;
	pthread_mutex_init(&s->lock, NULL);
	r = connections_new(
	    &s->connections, (size_t)site->config->web_connections);
	if (r == 0)
		r = pool_new(&s->pool, WAITING, 2 * logins + WAITING);
	if (r == 0)
		r = pool_new(&s->talks, TALKING, 2 * logins + TALKING);
	if (r == 0)
		r = start(s, fd);
	if (r == 0) {
		*server = s;
		return 0;
	}
	pool_free(&s->pool);
	pool_free(&s->talks);
	connections_free(&s->connections);
	pthread_mutex_destroy(&s->lock);
	free(s);
out:
	log_error("cannot serve: %s (%s)", gate_strerror(r), strerror(errno));
	close(fd);
	return r;
}

void
server_run(struct server *server)
{
	const struct timespec tick = { .tv_nsec = TICK_NS };
	struct metrics *metrics = server->site->metrics;
	int64_t now, next_sweep = 0, next_house = 0;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	while (sigtimedwait(&set, NULL, &tick) < 0) {
		now = clock_mono_ms();
		resume_due(server);
		if (now >= next_sweep) {
			next_sweep = now + SWEEP_MS;
			metrics_add(metrics, METRIC_TIMEOUT,
			    (int64_t)connections_sweep(server->connections));
			conversations_sweep(server->site->conversations, now);
		}
		if (now >= next_house) {
			next_house = now + HOUSE_MS;
			identities_sweep(server->site->identities, now);
		}
	}
}

/*
 * libmicrohttpd does not end with requests that wait. There is nothing in this
 * process that could be lost: who waits for too long is hung up on.
 */
static void
drain(struct server *s)
{
	int64_t end = clock_mono_ms() + END_MS;

	while (metrics_get(s->site->metrics, METRIC_WAITING) > 0) {
		if (clock_mono_ms() >= end)
			_exit(0);
		clock_sleep_until(clock_mono_ms() + 20);
		resume_due(s);
	}
}

void
server_free(struct server **server)
{
	struct server *s = *server;
	MHD_socket fd;

	if (s == NULL)
		return;
	fd = MHD_quiesce_daemon(s->daemon);
	drain(s);
	MHD_stop_daemon(s->daemon);
	if (fd != MHD_INVALID_SOCKET)
		close(fd);
	pool_free(&s->pool);
	pool_free(&s->talks);
	connections_free(&s->connections);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*server = NULL;
}
