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

/*
 * Has processes end: SIGHUP and SIGTERM, and what is still there after a second
 * is killed. Who is gone already, or unknown, counts as ended. Sets is_left[i]
 * for those that are there still, or may be: without a descriptor to spare
 * nobody can be ended.
 */
void leaders_end(
    const struct leader *leaders, size_t count, unsigned char *is_left);

#endif
