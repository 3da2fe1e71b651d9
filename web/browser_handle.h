/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_BROWSER_HANDLE_H
#define WEB_BROWSER_HANDLE_H

/*
 * What a browser is known by while a sign-in is under way: 256 random bits in
 * base64url, in a cookie. Whoever shows it is who was given it.
 */
#define BROWSER_HANDLE_SIZE (43 + 1)

/* A fresh one; 0 or GATE_EIO. */
int browser_handle_mint(char handle[BROWSER_HANDLE_SIZE]);

/* Whether a text has the form of one. */
int browser_handle_is(const char *text);

#endif
