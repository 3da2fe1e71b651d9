/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_PEER_H
#define GATEHOUSED_PEER_H

#include <stdint.h>
#include <sys/types.h>

#include "gatehoused/policy.h"

/* Who is at the other end of a connection, as the kernel says. */
struct peer {
	uid_t uid;
	pid_t pid;
};

/* What it may ask. Everybody may ask about himself. */
enum right {
	RIGHT_LOGIN = 1, /* sign anybody in, open and close sessions */
	RIGHT_ADMIN = 2, /* see and change what is anybody's */
	RIGHT_HOLD = 4,  /* take and release holds on anybody's sessions */
	RIGHT_WEB = 8,   /* ask for whoever shows a token, and say whence */
};

/* Reads SO_PEERCRED: 0 or GATE_EIO. */
int peer_of(int fd, struct peer *peer);

/*
 * The rights of a peer under a policy, a set of enum right: all for root and
 * for the daemon's own user, who owns the state anyway; for others what
 * [peers] gives them.
 */
unsigned peer_rights(const struct peer *peer, const struct policy *policy);

/*
 * How many milliseconds a thread may wait on behalf of a peer with these
 * rights: for it to read what it is told, and for a worker to become idle.
 * Strangers may not hold up who signs people in.
 */
int64_t peer_patience_to_read(unsigned rights, const struct policy *policy);
int64_t peer_patience_for_worker(unsigned rights, const struct policy *policy);

#endif
