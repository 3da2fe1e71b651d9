/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SESSIONS_H
#define GATEHOUSED_SESSIONS_H

#include "gatehoused/request.h"
#include "lib/store.h"

/* The one session that a request names. */
struct session_one {
	const char *id;
	char own[STORE_USER_MAX]; /* whose it must be; "" for anybody's */
	struct store_session session;
};

/*
 * Which session it is, and whose it may be for this peer: anybody's with one of
 * these rights. 0, GATE_EPROTO, GATE_EPERM.
 */
int session_one_begin(
    struct request *request, unsigned rights, struct session_one *one);

/*
 * Reads it; data is the struct session_one. Another's session is not there at
 * all for who may not see it: 0, GATE_ENOTFOUND, or an error of the store.
 */
int session_one_find(struct store_tx *tx, void *data);

#endif
