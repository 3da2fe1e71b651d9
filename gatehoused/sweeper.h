/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SWEEPER_H
#define GATEHOUSED_SWEEPER_H

#include <stddef.h>

#include "gatehoused/gate.h"

/*
 * What goes on by itself, by the clock: ends the sessions whose time is over,
 * on record and then with the processes that hold them; puts activity on
 * record, in at most one transaction a second; has terminals and screens looked
 * at. Each in a thread of its own: neither a full disk nor a process that will
 * not end stops the clock.
 */
struct sweeper;

/* Starts its threads: 0, GATE_ENOMEM, GATE_EIO. The gate must live as long. */
int sweeper_new(struct sweeper **sweeper, struct gate *gate);

/* Ends them, and puts what is not on record yet there. */
void sweeper_free(struct sweeper **sweeper);

/* Ends a session soon, for this reason, a literal; waits for nothing. 0,
 * GATE_ENOMEM or GATE_EIO, where nothing comes of it. */
int sweeper_end(struct sweeper *sweeper, const char *id, const char *reason);

/* Soon has the process end that holds a session which has ended, on record and
 * in the audit log. 0, GATE_ENOMEM or GATE_EIO, where nothing comes of it. */
int sweeper_hang_up(struct sweeper *sweeper, const char *id);

/*
 * Ends all sessions of a user soon, for this reason, such as "lockout". Waits
 * for nothing: for who holds a lock, or somebody up. If there is no memory, it
 * is logged.
 */
void sweeper_end_user(
    struct sweeper *sweeper, const char *user, const char *reason);

/* For gatehousectl status. */
struct sweeper_status {
	size_t unrecorded; /* sessions that are to end, and are not on record */
	size_t held;       /* whose processes are being ended, or are to be */
};
void sweeper_status(struct sweeper *sweeper, struct sweeper_status *status);

#endif
