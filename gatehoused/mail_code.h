/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_MAIL_CODE_H
#define GATEHOUSED_MAIL_CODE_H

#include "gatehoused/login.h"

/*
 * Codes by mail, [2fa] mail: to whom and when they are sent, and what they are
 * worth in a login (twofactor/mail_code.h has the rules of a single one). They
 * are for whoever has an address on record and no factor of his own; once he
 * has one, none is sent, and none is good.
 *
 * Who signs in must not see from outside whether one is sent. So all that is
 * done for one is done in a thread of its own, and what is done while somebody
 * waits is done for everybody alike.
 */

/* Whether codes go to this user, where he has no factor. */
int mail_code_is_for(
    const struct config *config, const struct store_user *user);

/*
 * Before a code is asked for: sees to it that the user has one, where the proof
 * so far is right and not blocked. A line that asks for nothing but the code
 * (pam_gatehouse.so otp) knows of no proof: there the try is charged first, so
 * that what lockout stops sends nothing. 0, or an error of the store.
 */
int mail_code_offer(struct login *login);

/* What a code that somebody types is to be held against. */
struct mail_code {
	int is_for;
	int state; /* enum mail_code_state */
	uint8_t hash[STORE_HASH_SIZE];
};

/*
 * Looks it up, for a user without a factor; empty for all others. Where it is
 * going to be compared, that is counted. Within store_write: the same is
 * written for everybody. 0, or an error of the store.
 */
int mail_code_take(struct store_tx *tx, const struct login *login,
    const struct store_user *user, int has_factor, struct mail_code *mail);

/* Compares: 0, and login->code is CODE_MAIL; GATE_EREFUSED and why. The work is
 * the same whether there is one or not. */
int mail_code_judge(struct login *login, const struct mail_code *mail);

/* For code_use: uses up the one that was shown. 0; GATE_ENOTFOUND where it is
 * not the user's code any more; or an error of the store. */
int mail_code_use(struct store_tx *tx, const struct login *login);

#endif
