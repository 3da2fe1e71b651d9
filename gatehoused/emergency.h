/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_EMERGENCY_H
#define GATEHOUSED_EMERGENCY_H

#include "gatehoused/login.h"

/*
 * Signing in by an emergency pass (session/emergency.h): an administrator's
 * word in place of an IdP's, or of password and second factor. It goes round
 * neither the allowlist nor root_refused and system_account, lets in nobody who
 * is disabled, and obeys [access] (access/rules.h).
 */

/* Whether what was typed has the form of a pass. */
int emergency_is(const char *text);

/*
 * A stage: the answer is a pass, good for the user asked for; if none was, the
 * user is whom it was issued for. Nothing is used up. No try is charged: nobody
 * guesses one.
 */
stage emergency_pass;

/*
 * Judges it again and uses it up, within the transaction that lets in: of two
 * who show it at once, one gets in. 0 or GATE_EREFUSED, or an error of the
 * store.
 */
int emergency_use(struct store_tx *tx, struct login *login);

/* Somebody is in by a pass: says so in the daemon's own log, too. */
void emergency_alarm(const struct login *login);

/* How many passes could be used now; 0 or an error of the store. */
int emergency_count(struct gate *gate, int64_t *open);

/* "open", "used", "expired": what has become of a pass by now (epoch). */
const char *emergency_state(const struct store_pass *pass, int64_t now);

/* The most that are looked at, the newest first. */
#define EMERGENCY_ROWS_MOST 10000

#endif
