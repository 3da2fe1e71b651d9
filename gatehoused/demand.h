/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_DEMAND_H
#define GATEHOUSED_DEMAND_H

#include "gatehoused/login.h"

/*
 * Whether a code is asked for in a login: the rules of [2fa]
 * (twofactor/demand.h) and the devices that are remembered, where the stage
 * that asks is demand.
 */

/* Nonzero if nothing is known against the user so far: no wrong password, no
 * block, not disabled. */
int demand_is_clean(const struct login *login);

/*
 * For a stage: no code is asked for, so that the password is all there is, and
 * its verdict is due: what tries_verdict gives. The log says why, and by which
 * word ("": none).
 */
int demand_waive(struct login *login, const char *why, const char *by);

/*
 * For let_in: after a code of the user's own factor the device is remembered,
 * where [2fa] remember says so and it is known where it is. 0, or an error of
 * devices_put.
 */
int demand_remember(struct store_tx *tx, const struct login *login);

/*
 * Nonzero if no rule of [2fa] ever lets the login's user in without a code. Who
 * may come in by the password alone has one factor, whatever else he owns. It
 * may ask the system for groups: not within a transaction of the store.
 */
int demand_is_always(struct login *login);

#endif
