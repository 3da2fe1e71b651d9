/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_HANDLE_H
#define SESSION_HANDLE_H

#include <stddef.h>
#include <stdint.h>

/*
 * A handle: a prefix of three characters that says what it is for, and 256
 * random bits in base64url. Whoever shows it is who was given it.
 */
#define HANDLE_SIZE (3 + 43 + 1) /* prefix, base64url, NUL */

/* A fresh one; 0 or GATE_EIO. */
int handle_mint(const char *prefix, char handle[HANDLE_SIZE]);

#define HANDLE_HASH_SIZE 32

/* SHA-256 of a handle that somebody shows, which is all that is kept of it;
 * GATE_EINVAL if it has not its form. */
int handle_hash(
    const char *prefix, const char *text, uint8_t hash[HANDLE_HASH_SIZE]);

/* Whether a text has a handle's length and this prefix. */
int handle_is(const char *prefix, const char *text);

#endif
