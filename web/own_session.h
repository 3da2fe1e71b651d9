/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_OWN_SESSION_H
#define WEB_OWN_SESSION_H

#include "lib/protocol.h"
#include "lib/wire.h"
#include "web/csrf.h"
#include "web/exchange.h"
#include "web/session_cookie.h"

/* The session of who asks, as gatehoused knows it just now. */
struct own_session {
	char token[SESSION_TOKEN_SIZE]; /* own_session_clear wipes it */
	char id[64];
	char user[256];
	int64_t left;  /* ms until its end; INT64_MAX: none */
	int64_t limit; /* of idleness, ms; 0: none */
};

/*
 * Looks at it, by the token that the request shows; evidence of activity is
 * passed on, with age (NULL: none). 0; GATE_ENOTFOUND: nobody is signed in;
 * GATE_EPERM: not from this address; or there is no answer: GATE_EIO, ...
 * Two more are nobody signed in, either (own_session_is_none), but there may be
 * a session: GATE_EREFUSED, it is not good here ([web] bind); GATE_EINVAL, what
 * the request shows is no token, or is there twice.
 */
int own_session_look(struct exchange *x, struct own_session *own,
    enum evidence evidence, const char *age);
void own_session_clear(struct own_session *own);

/* Whether such an error is to be taken as nobody signed in. */
int own_session_is_none(int error);

/*
 * The same for a page: whoever is not signed in is sent to do so, and what else
 * fails is answered, too. 0, or nonzero with an answer.
 */
int own_session_of_page(struct exchange *x, struct own_session *own);

/* A token for a form of such a page, bound to the session: 0, or nonzero with
 * an answer. */
int own_session_form(struct exchange *x, const struct own_session *own,
    const char *form, char token[CSRF_TOKEN_SIZE]);

/* Whether the form that came has it: 0, or nonzero with an answer. */
int own_session_check(
    struct exchange *x, const struct own_session *own, const char *form);

/* For gate_ask: puts the token of a struct own_session. */
void own_session_put(struct wire_msg *msg, void *own);

#endif
