/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_CONNECTION_H
#define GATEHOUSED_CONNECTION_H

#include <stdint.h>

#include "gatehoused/login.h"
#include "gatehoused/peer.h"

/* One caller, seen by one thread at a time. */
struct connection {
	struct connection *next, **link; /* in the server's list */
	int fd;
	struct peer peer;
	int watched;            /* known to epoll */
	int busy;               /* a thread has it */
	int64_t deadline;       /* clock_mono_ms; while no thread has it */
	struct wire_msg *in;    /* a message that has come in part, or NULL */
	struct login *dialogue; /* a person has been asked; NULL: nobody */
	struct slot slot;
};

/*
 * The messages of a thread, used for one connection after the other: locked
 * memory is expensive to make. in is NULL while a connection has it.
 */
struct connection_memory {
	struct wire_msg *in;
	struct wire_msg *out;
};

int connection_memory_new(struct connection_memory *memory);
void connection_memory_free(struct connection_memory *memory);

/* Takes fd over; 0 or GATE_ENOMEM, GATE_EIO (fd is closed then). */
int connection_new(struct connection **connection, int fd);
void connection_free(struct connection **connection);

/*
 * Gathers what has come: 0 when a request is whole, 1 when more must come,
 * else the connection is of no more use.
 */
int connection_gather(
    struct connection *connection, struct connection_memory *memory);

/*
 * Handles the request that was gathered and sends the answer: 0, and the next
 * message may come; GATE_ECLOSED when all is said (protocol.h); or an error of
 * wire_send. SLOTS_WAIT: the request is kept, to be handled by another call
 * after slots_wait for the connection's slot.
 */
int connection_answer(struct connection *connection, struct gate *gate,
    struct connection_memory *memory);

#endif
