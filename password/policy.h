/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_POLICY_H
#define PASSWORD_POLICY_H

#include <stddef.h>

/* What a new password must be like. */
struct password_policy {
	size_t min_length; /* in characters, not bytes */
};

/*
 * Judges a new password (UTF-8): 0, or GATE_EREFUSED and in text all that is
 * wrong with it, in words that the user can act on.
 */
int password_policy_check(const struct password_policy *policy,
    const char *user, const char *password, char *text, size_t text_size);

#endif
