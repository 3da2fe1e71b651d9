/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SESSIONS_H
#define GATEHOUSED_SESSIONS_H

#include "gatehoused/request.h"
#include "lib/attributes.h"
#include "lib/store.h"
#include "session/live.h"

/*
 * Whose sessions may be seen or ended: of whoever shows a token, his own;
 * anybody's by a peer with one of these rights (own is ""), else its own. 0, or
 * GATE_EPERM for a peer that is nobody.
 */
int sessions_scope(
    struct request *request, unsigned rights, char own[STORE_USER_MAX]);

/* The one session that a request names. */
struct session_one {
	const char *id;
	char own[STORE_USER_MAX]; /* whose it must be; "" for anybody's */
	struct store_session session;
};

/*
 * Which session it is, and whose it may be, as sessions_scope; the one whose
 * token is shown, if no other is named. 0, GATE_EPROTO, GATE_EPERM.
 */
int session_one_begin(
    struct request *request, unsigned rights, struct session_one *one);

/*
 * Reads it; data is the struct session_one. Another's session is not there at
 * all for who may not see it: 0, GATE_ENOTFOUND, or an error of the store.
 */
int session_one_find(struct store_tx *tx, void *data);

/* The same session, and the attributes that were kept with it. */
struct session_whole {
	struct session_one one;
	struct attributes attributes;
	uint8_t *kept; /* as they are on record */
	size_t kept_size;
};

/*
 * Reads it, into zeros: 0, GATE_ENOTFOUND, or an error of session_one_begin or
 * of the store. To be cleared in any case.
 */
int session_whole_read(
    struct request *request, unsigned rights, struct session_whole *whole);
void session_whole_clear(struct session_whole *whole);

/* Puts ATTRIBUTEs, each with its VALUEs, into a message. */
void session_put_attributes(
    struct wire_msg *out, const struct attributes *attributes);

/* Puts IDLE_LEFT?, AGE_LEFT? and HELD of a session into a message. */
void session_put_left(struct wire_msg *out, const struct live_view *view);

#endif
