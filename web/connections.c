/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/connections.h"

#include <netinet/in.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "lib/clock.h"
#include "lib/error.h"

struct connections {
	pthread_mutex_t lock;
	struct connection *first;
	size_t count, most;
};

int
connections_new(struct connections **connections, size_t most)
{
	*connections = calloc(1, sizeof(**connections));
	if (*connections == NULL)
		return GATE_ENOMEM;
	(*connections)->most = most;
	pthread_mutex_init(&(*connections)->lock, NULL);
	return 0;
}

void
connections_free(struct connections **connections)
{
	if (*connections == NULL)
		return;
	pthread_mutex_destroy(&(*connections)->lock);
	free(*connections);
	*connections = NULL;
}

/* 0, or GATE_EINVAL: neither IP nor a unix socket. */
static int
find_peer(struct connection *c)
{
	struct sockaddr_storage storage;
	struct sockaddr_in *v4 = (struct sockaddr_in *)&storage;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&storage;
	socklen_t size = sizeof(storage);

	if (getpeername(c->fd, (struct sockaddr *)&storage, &size) != 0)
		return GATE_EINVAL;
	c->is_unix = storage.ss_family == AF_UNIX;
	if (storage.ss_family == AF_INET) {
		c->peer.bytes[10] = c->peer.bytes[11] = 0xff;
		memcpy(c->peer.bytes + 12, &v4->sin_addr, 4);
	} else if (storage.ss_family == AF_INET6)
		memcpy(c->peer.bytes, &v6->sin6_addr, 16);
	else if (!c->is_unix)
		return GATE_EINVAL;
	return 0;
}

struct connection *
connections_add(struct connections *connections, int fd, int64_t milliseconds)
{
	struct connection *c = calloc(1, sizeof(*c));

	if (c == NULL)
		return NULL;
	c->fd = fd;
	if (find_peer(c) != 0) {
		free(c);
		return NULL;
	}
	connection_allow(c, milliseconds);
	pthread_mutex_lock(&connections->lock);
	c->is_excess = connections->count++ >= connections->most;
	c->next = connections->first;
	c->link = &connections->first;
	if (c->next != NULL)
		c->next->link = &c->next;
	connections->first = c;
	pthread_mutex_unlock(&connections->lock);
	return c;
}

void
connections_remove(
    struct connections *connections, struct connection **connection)
{
	struct connection *c = *connection;

	if (c == NULL)
		return;
	pthread_mutex_lock(&connections->lock);
	*c->link = c->next;
	if (c->next != NULL)
		c->next->link = c->link;
	connections->count--;
	pthread_mutex_unlock(&connections->lock);
	free(c);
	*connection = NULL;
}

void
connection_allow(struct connection *connection, int64_t milliseconds)
{
	__atomic_store_n(&connection->deadline,
	    milliseconds > 0 ? clock_mono_ms() + milliseconds : 0,
	    __ATOMIC_RELAXED);
}

/* Under the lock nobody closes a descriptor that is in the list. */
size_t
connections_sweep(struct connections *connections)
{
	int64_t now = clock_mono_ms(), deadline;
	struct connection *c;
	size_t count = 0;

	pthread_mutex_lock(&connections->lock);
	for (c = connections->first; c != NULL; c = c->next) {
		deadline = __atomic_load_n(&c->deadline, __ATOMIC_RELAXED);
		if (deadline == 0 || deadline > now)
			continue;
		(void)shutdown(c->fd, SHUT_RDWR);
		count++;
	}
	pthread_mutex_unlock(&connections->lock);
	return count;
}
