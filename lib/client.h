/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CLIENT_H
#define GATE_CLIENT_H

#include <stdint.h>

#include "lib/wire.h"

#define CLIENT_SOCKET "/run/gatehouse/gate.sock"

/*
 * A connection to gatehoused. Links nothing but libc: it is part of the PAM
 * module.
 */
struct client;

/*
 * Connects before the deadline and checks who answers: the peer must run as
 * root or as the owner of the socket's directory, and nobody else may write
 * to that directory. 0, or GATE_EIO (errno: no daemon), GATE_EPEER,
 * GATE_ETIMEOUT, GATE_ENOMEM, GATE_EINVAL (path too long or not absolute).
 */
int client_new(struct client **client, const char *path, int64_t deadline);

/* Hangs up; wipes what was said. Takes NULL, nulls the caller's pointer. */
void client_free(struct client **client);

/* The message to fill in before client_ask and to read from after it. */
struct wire_msg *client_msg(struct client *client);

/*
 * Sends client_msg and reads one message into it. 0 or an error of wire_send
 * and wire_recv; GATE_ECLOSED if the daemon hung up.
 */
int client_ask(struct client *client, int64_t deadline);

/* Reads one more message into client_msg, as while a list comes. */
int client_next(struct client *client, int64_t deadline);

#endif
