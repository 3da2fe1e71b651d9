/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_CSRF_H
#define WEB_CSRF_H

#include <stdint.h>

/*
 * Tokens in our forms, which no page of others can know: each is good for one
 * form (its name), for who holds one handle (of his session, or of a login that
 * has begun) and for a while. Nothing is kept of them; the key is the
 * process's own, so that a restart asks people to send a form again. Never
 * changed once made: threads may share it.
 */
struct csrf;

/* lifetime in seconds. 0; GATE_EIO, GATE_ENOMEM. */
int csrf_new(struct csrf **csrf, int64_t lifetime);
void csrf_free(struct csrf **csrf);

/* 128 random bits, the time, the MAC, points in between, NUL. */
#define CSRF_TOKEN_SIZE (22 + 1 + 16 + 1 + 43 + 1)

/*
 * A fresh one, never the same twice: what the size of a compressed page tells
 * of its text tells nothing (BREACH). now is seconds of CLOCK_BOOTTIME. 0;
 * GATE_EINVAL for an empty handle, which would bind to everybody; GATE_EIO,
 * GATE_ECRYPTO.
 */
int csrf_token(const struct csrf *csrf, const char *handle, const char *form,
    int64_t now, char token[CSRF_TOKEN_SIZE]);

/* Whether a token (NULL: none came) is one of these, compared in constant time.
 * 0; GATE_EREFUSED, GATE_ECRYPTO. */
int csrf_check(const struct csrf *csrf, const char *handle, const char *form,
    int64_t now, const char *token);

#endif
