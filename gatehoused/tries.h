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

/* The same, and in that transaction looks at what the proof is compared with;
 * where that fails, nothing is charged either. */
int tries_charge_and(struct login *login, struct store_user *user,
    store_change *look, void *data);

/*
 * The same for a line that asks for no password, where another module has seen
 * to it; what the gate has against the user is noted in login->verdict. Charges
 * nothing where a try was charged before.
 */
int tries_charge_line(struct login *login);

/*
 * All proofs that this line of the stack asks for have been looked at: r is 0,
 * or GATE_EREFUSED with login->refusal. Gives what becomes of it: r, but for a
 * try that is blocked, which is refused whatever was shown; who showed the
 * right proofs may be told so.
 */
int tries_verdict(struct login *login, int r);

/*
 * In the transaction that lets in: forgives the tries of whoever has shown all
 * that the gate keeps of him, or comes by SSO, which thereby lifts a lock of
 * the user's; only refunds the one that was charged where less was asked for,
 * or another line is to ask for more. password says whether the right one was
 * shown, to this line or an earlier one.
 */
int tries_settle(struct store_tx *tx, struct login *login, int password);

/*
 * Gives back what was charged, where the proofs were right but lead nowhere:
 * another rule is against it, or it is only the old password of a change.
 * Where that fails it stays charged, which is logged.
 */
void tries_refund(struct login *login);

/*
 * The login is over: with [lockout] end_sessions, has the sessions of its user
 * end, if it was this one's try that has locked him.
 */
void tries_end(struct login *login);

/* Milliseconds that a refusal has to wait. */
int64_t tries_delay(const struct login *login);

#endif
