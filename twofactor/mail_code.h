/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_MAIL_CODE_H
#define TWOFACTOR_MAIL_CODE_H

#include <stdint.h>

#include "lib/seal.h"
#include "lib/store_fallback.h"

/*
 * Codes by mail, for those without an app: six digits, for one user, good once
 * and for five minutes. A user has one at most. While it is good no other is
 * made, however often it is asked for: else whoever knows the password could
 * make the owner's codes worthless as fast as they arrive.
 *
 * All times are seconds of the steady clock (session/steady.h): setting the
 * wall clock back gives no code a longer life.
 */
#define MAIL_CODE_DIGITS    6
#define MAIL_CODE_TEXT_SIZE (MAIL_CODE_DIGITS + 1)
#define MAIL_CODE_LIFE      300 /* seconds */
#define MAIL_CODE_TRIES     3   /* times that it is compared */
#define MAIL_CODE_WINDOW    900 /* seconds, for the rate */

/* What is to be said of a user's code. */
enum mail_code_state {
	MAIL_CODE_GOOD = 0,
	MAIL_CODE_NONE,    /* none was sent, or it was used */
	MAIL_CODE_EXPIRED, /* past its time */
	MAIL_CODE_WORN,    /* compared as often as it may be */
};
enum mail_code_state mail_code_state(
    const struct store_mail *mail, int64_t now);

/*
 * Whether another may be made: GATE_EEXISTS while there is a good one,
 * GATE_EREFUSED where rate of them were made within MAIL_CODE_WINDOW of the
 * first, else 0.
 */
int mail_code_may(const struct store_mail *mail, int64_t now, int64_t rate);

/*
 * Makes one, any with the same chance, and notes it in the user's row, which
 * mail_code_may has allowed: all that is kept is an HMAC under the master key,
 * for a hash of six digits hides nothing. Wipe text. 0, GATE_EIO, GATE_ECRYPTO,
 * and the row is as it was.
 */
int mail_code_make(const struct seal_key *key, int64_t now,
    struct store_mail *mail, char text[MAIL_CODE_TEXT_SIZE]);

/* Counts a comparison, before it is made. */
void mail_code_charge(struct store_mail *mail);

/* Takes the code back: it was used, or never arrived. How many were made is
 * still remembered. */
void mail_code_drop(struct store_mail *mail);

/*
 * Whether what was typed is the code whose HMAC is hash, one of the row, in a
 * time that does not tell: 0, GATE_EREFUSED or GATE_ECRYPTO. Says nothing of
 * its state.
 */
int mail_code_check(const struct seal_key *key, const char *user,
    const uint8_t hash[STORE_HASH_SIZE], const char *typed);

#endif
