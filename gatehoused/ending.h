/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ENDING_H
#define GATEHOUSED_ENDING_H

#include <stddef.h>

#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/store.h"

/*
 * The end of sessions from outside, whoever wants it: on record first, within
 * a transaction, and once that is durable the processes that hold them.
 */
struct ending {
	struct gate *gate;    /* NULL: before anybody is present */
	const char *verb;     /* for the audit log */
	const char *reason;   /* for the record */
	struct rows sessions; /* of struct store_session: those that ended */
	size_t left;          /* how many of their processes go on */
	int gone;             /* the processes are: there are none to end */
	int told;             /* the audit log has them already */
	int patient;          /* its thread may wait as long as it takes */
};

#define ENDING(gate, verb, reason)                                             \
	{                                                                      \
		(gate), (verb), (reason),                                      \
		    { .size = sizeof(struct store_session) }, 0, 0, 0, 0       \
	}

/*
 * Ends a session on record, with its last activity: 0, GATE_EEXISTS where it
 * has ended before, or an error of the store.
 */
int ending_add(struct ending *ending, struct store_tx *tx,
    const struct store_session *session);

/* For lists of the store: copies each session into rows, which is data. */
store_session_each ending_gather;

/* The same for all sessions of a user that go on. */
int ending_add_user(
    struct ending *ending, struct store_tx *tx, const char *user);

/* After the commit: nobody is present any more by these sessions. Waits for
 * nothing. */
void ending_leave(const struct ending *ending, struct gate *gate);

/*
 * The same, for who has not left yet; then has the processes end, and puts each
 * session into the audit log. Waits for them, no longer than [idle] grace and
 * half a second; or, where by waits and half of the threads do so already, has
 * that done by the sweeper. One that holds a session which goes on is left
 * alone, and so is by, the one that asks; NULL: nobody does.
 */
void ending_finish(
    struct ending *ending, struct gate *gate, const struct peer *by);

void ending_clear(struct ending *ending);

#endif
