/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_HISTORY_H
#define PASSWORD_HISTORY_H

#include <stddef.h>

/* More are not kept of anybody, nor compared. */
#define HISTORY_MAX 100

/*
 * Was this password among the last ones? Compares it with count verifiers, on
 * as many threads at once as there are processors, but no more than most, and
 * stops at a match. Each comparison costs whoever steals the verifiers what a
 * login costs: nothing else is kept of old passwords.
 *
 * 0, or GATE_EREFUSED where it was; GATE_EINVAL for more than HISTORY_MAX,
 * GATE_ENOMEM: not to be taken then. A verifier that is none matches nothing,
 * so that one damaged row does not keep its user from ever changing again.
 * *place, which may be NULL, is that of the match.
 */
int history_check(const char *const *verifiers, size_t count,
    const char *password, size_t most, size_t *place);

#endif
