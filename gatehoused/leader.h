/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LEADER_H
#define GATEHOUSED_LEADER_H

#include <stddef.h>
#include <stdint.h>

#include "gatehoused/peer.h"

/*
 * The process that opened a session and holds it, such as one connection's
 * sshd: when the session is ended from outside, so is the process. A pid alone
 * names another process once the first has gone; with the time of its start it
 * names one for good.
 */
struct leader {
	int64_t pid;     /* 0: unknown */
	int64_t started; /* clock ticks after the boot, proc(5); 0: unknown */
};

/*
 * The process behind a connection, as the kernel names it: never one that a
 * message names, or anybody could have another's process ended. All zeros where
 * it is gone, or its pid is another user's by now.
 */
void leader_of(const struct peer *peer, struct leader *leader);

/* Whether both are known, and the same process. */
int leader_same(const struct leader *a, const struct leader *b);

/* Is it there still? Nonzero also where that cannot be told. */
int leader_lives(const struct leader *leader);

/*
 * Has processes end: SIGHUP and SIGTERM, and what is still there after so many
 * milliseconds is killed; and likewise the shells, or whatever runs in their
 * place, of the terminals below them. Of one that logind has a session of,
 * whatever else is in that ends too. Who is gone already, or unknown, counts as
 * ended. Sets is_left[i] for those that are there still, or may be: without a
 * descriptor to spare nobody can be ended.
 */
void leaders_end(const struct leader *leaders, size_t count, int64_t grace,
    unsigned char *is_left);

/* The daemon ends: from now on leaders_end gives them a quarter of a second,
 * whatever grace says, also those under way. */
void leaders_hurry(void);

#endif
