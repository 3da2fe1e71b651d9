/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_CHARGE_H
#define SESSION_CHARGE_H

#include "session/lockout.h"

/*
 * Lockout (lockout.h) on the store's rows. Each call belongs within
 * store_write: that is what makes a hundred tries at once come one after
 * another, and what a crash cannot take back.
 */

/* Who tries, and from where; "" where there is no address. */
struct charge_who {
	const char *user;
	const char *address;
	int known; /* whether there is such a user */
};

/*
 * Charges a try, before its proof is looked at: 0, and *verdict says what the
 * proof is good for. Whatever else comes back, from here or from store_write,
 * no proof is to be believed. GATE_EINVAL for a user without a name.
 */
int charge_take(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, struct lockout_verdict *verdict);

/* Takes back a charge whose proof was right, once: lockout_refund. */
int charge_refund(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, const struct lockout_verdict *verdict);

/* The same for whoever is in: lockout_forgive. */
int charge_forgive(struct store_tx *tx, const struct lockout_policy *policy,
    const struct charge_who *who, const struct lockout_verdict *verdict);

#endif
