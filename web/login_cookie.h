/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_LOGIN_COOKIE_H
#define WEB_LOGIN_COOKIE_H

#include "web/browser_handle.h"
#include "web/exchange.h"

/* The cookie that has the handle of a sign-in, from its first page on. */
#define LOGIN_COOKIE "__Host-gate-login"

/* The handle that the browser shows: 0; GATE_ENOTFOUND, and GATE_EINVAL for
 * what is none. */
int login_cookie_get(struct exchange *x, char handle[BROWSER_HANDLE_SIZE]);

/* Gives the browser this handle, or takes it away. */
void login_cookie_set(struct exchange *x, const char *handle);
void login_cookie_drop(struct exchange *x);

#endif
