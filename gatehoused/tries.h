/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_TRIES_H
#define GATEHOUSED_TRIES_H

#include "gatehoused/login.h"

/*
 * What a login's guess costs (session/lockout.h): charged before the proof is
 * looked at, given back once it was right.
 */

/*
 * Charges a try for the login's user, and gives in the same transaction what
 * the store keeps of him, empty where he is unknown: 0, or an error of the
 * store, and no proof is to be looked at.
 */
int tries_charge(struct login *login, struct store_user *user);

/*
 * All proofs that this line of the stack asks for have been looked at: r is 0,
 * or GATE_EREFUSED with login->refusal. Gives what becomes of it: r, but for a
 * try that is blocked, which is refused whatever was shown; who showed the
 * right proofs may be told so.
 */
int tries_verdict(struct login *login, int r);

/*
 * In the transaction that lets in: forgives the tries of whoever has shown all
 * proofs, by SSO too, which thereby lifts a lock of the user's; refunds the
 * one that was charged where another line is to ask for more.
 */
int tries_settle(struct store_tx *tx, struct login *login);

/*
 * Gives back what was charged, where the proofs were right but lead nowhere:
 * another rule is against it, or it is only the old password of a change.
 * Where that fails it stays charged, which is logged.
 */
void tries_refund(struct login *login);

/* Milliseconds that a refusal has to wait. */
int64_t tries_delay(const struct login *login);

#endif
