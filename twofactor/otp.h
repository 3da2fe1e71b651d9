/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_OTP_H
#define TWOFACTOR_OTP_H

#include "twofactor/factor.h"

/*
 * One-time codes of a factor. Nothing is changed here: who calls writes the
 * match back, and claims its count in the same transaction, so that of two
 * logins with one code only one gets in. Whether a factor is confirmed is the
 * caller's question as well (enrolment.h).
 */

/* How far a code may be from where it is expected. */
struct otp_window {
	int64_t drift;      /* TOTP: steps to either side of the learnt drift */
	int64_t drift_max;  /* TOTP: steps that may be learnt, either side */
	int64_t look_ahead; /* HOTP: presses that nobody saw */
	int64_t resync;     /* HOTP: how far two codes in a row are sought */
};

/* What a right code changes: the factor's new last and drift. */
struct otp_match {
	int64_t last;
	int64_t drift;
};

/*
 * The code of a count (RFC 4226, 5.3; RFC 6238, 4.2 with its digests). 0;
 * GATE_EINVAL for an unsound factor or a count below 0; GATE_ECRYPTO.
 */
int otp_code(const struct factor *factor, const struct factor_seed *seed,
    int64_t count, char code[FACTOR_DIGITS_MAX + 1]);

/*
 * Is this a code of the factor at the time now (epoch seconds; HOTP does not
 * look at it)? Blanks in it are ignored. 0 and *match; GATE_EEXISTS for a code
 * that was used, or is older than one that was; else GATE_EREFUSED. The first
 * count of the window that was not used is taken. The time it takes depends on
 * the window alone.
 *
 * A device's clock that is steadily wrong is learnt: drift follows what is
 * seen by a quarter of a step at each login, so that slow typing moves it only
 * where it is the rule; the window moves by one step when a whole one has come
 * together.
 */
int otp_check(const struct factor *factor, const struct factor_seed *seed,
    const struct otp_window *window, const char *code, int64_t now,
    struct otp_match *match);

/*
 * Finds a factor again whose count has run away (RFC 4226, 7.4; RFC 6238,
 * section 6): by two codes in a row, the second as at the time now, up to
 * resync presses ahead or drift_max steps to either side. Same results; both
 * codes are used up by it.
 */
int otp_resync(const struct factor *factor, const struct factor_seed *seed,
    const struct otp_window *window, const char *first, const char *second,
    int64_t now, struct otp_match *match);

#endif
