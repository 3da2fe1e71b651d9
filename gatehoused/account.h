/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ACCOUNT_H
#define GATEHOUSED_ACCOUNT_H

#include <sys/types.h>

#include "lib/config.h"
#include "lib/reason.h"

/* The system's account of a user, if there is one: others are portal users. */

/*
 * 0 and *uid; GATE_ENOTFOUND where the system has no such account;
 * GATE_EREFUSED where it cannot say. It may block: the system may ask a
 * network.
 */
int account_uid(const char *user, uid_t *uid, struct refusal *refusal);

/*
 * Whether [users] lets this account sign in at all: 0, GATE_ENOTFOUND as above,
 * or GATE_EREFUSED (root_refused, system_account, user_lookup_failed).
 */
int account_may(
    const struct config *config, const char *user, struct refusal *refusal);

#endif
