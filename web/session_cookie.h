/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_SESSION_COOKIE_H
#define WEB_SESSION_COOKIE_H

#include "web/exchange.h"

/* The cookie that has a session's token. */
#define SESSION_COOKIE "__Host-gate"

/* Room for a token, "gs-...", and its NUL. */
#define SESSION_TOKEN_SIZE 64

/*
 * The token that a request shows: that of its Authorization (RFC 6750, 2.1),
 * where that is one of ours, or else of its cookie. What it looks like beyond
 * its beginning is gatehoused's to judge. 0; GATE_ENOTFOUND, and GATE_EINVAL
 * for what is none, or is there twice. The caller wipes it.
 */
int session_token_of(struct exchange *x, char token[SESSION_TOKEN_SIZE]);

/* Gives the browser a session's token, in place of what it had, or takes it
 * away. */
void session_cookie_set(struct exchange *x, const char *token);
void session_cookie_drop(struct exchange *x);

#endif
