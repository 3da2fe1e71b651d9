/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_HANDLE_H
#define SESSION_HANDLE_H

#include <stddef.h>

/*
 * A handle: a prefix of three characters that says what it is for, and 256
 * random bits in base64url. Whoever shows it is who was given it.
 */
#define HANDLE_SIZE (3 + 43 + 1) /* prefix, base64url, NUL */

/* A fresh one; 0 or GATE_EIO. */
int handle_mint(const char *prefix, char handle[HANDLE_SIZE]);

/* Whether a text has a handle's length and this prefix. */
int handle_is(const char *prefix, const char *text);

#endif
