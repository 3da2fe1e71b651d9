/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_CONNECTIONS_H
#define WEB_CONNECTIONS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/address.h"

/*
 * The connections that are open, each with the time that its client has for
 * what comes next: one that sends or reads a byte now and then is not idle, and
 * would stay for ever.
 */
struct connections;

struct connection {
	struct connection *next, **link;
	int fd;
	int64_t deadline; /* clock_mono_ms; 0: it is our turn */
	int is_excess;    /* there was no room for it any more */
	int is_unix;
	struct address peer; /* of the others */
};

/* most: how many there may be. 0 or GATE_ENOMEM. */
int connections_new(struct connections **connections, size_t most);
void connections_free(struct connections **connections);

/* One that was accepted, with so many milliseconds to its first request; NULL:
 * no memory. */
struct connection *connections_add(
    struct connections *connections, int fd, int64_t milliseconds);

/* It is about to be closed. */
void connections_remove(
    struct connections *connections, struct connection **connection);

/* How long its client has from now on; 0: for ever, as we are at it. */
void connection_allow(struct connection *connection, int64_t milliseconds);

/* Shuts down those whose time is up; how many. */
size_t connections_sweep(struct connections *connections);

#endif
