/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SERVER_H
#define GATEHOUSED_SERVER_H

#include "gatehoused/gate.h"

/*
 * Serves the gate's socket until SIGTERM or SIGINT; SIGHUP reads the
 * configuration anew. Each of the threads watches all connections and gathers
 * what comes in, without waiting for more; whoever finds a request whole
 * handles it, which may block. So a caller who is slow, or a person who
 * thinks, holds up nobody, and no request changes hands between threads.
 *
 * All signals must be blocked. fd is the listening socket; the caller closes
 * it. 0, or an error that has been logged.
 */
int server_run(struct gate *gate, int fd);

#endif
