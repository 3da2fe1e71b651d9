/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_CONNECTION_H
#define GATEHOUSED_CONNECTION_H

#include <stdint.h>

#include "gatehoused/login.h"
#include "gatehoused/peer.h"

/*
 * One caller. It belongs to the watching thread while it waits for a message,
 * and to a thread of the pool while that is handled; busy says which.
 */
struct server;

struct connection {
	struct server *server;
	struct connection *next, **link;
	int fd;
	struct peer peer;
	int busy;
	int64_t deadline; /* clock_mono_ms; while it waits */
	struct wire_msg *in;
	struct login *dialogue; /* a person has been asked; NULL: nobody */
};

/* Takes fd over; 0 or GATE_ENOMEM, GATE_EIO (fd is closed then). */
int connection_new(struct connection **connection, int fd);
void connection_free(struct connection **connection);

/*
 * Gathers what has come: 0 when a request is whole, 1 when more must come,
 * else the connection is of no more use.
 */
int connection_gather(struct connection *connection);

/* Handles the request that was gathered and sends the answer. */
int connection_answer(
    struct connection *connection, struct gate *gate, struct wire_msg *out);

#endif
