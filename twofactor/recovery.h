/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_RECOVERY_H
#define TWOFACTOR_RECOVERY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Recovery codes: what gets somebody in who has lost the device. A set of ten,
 * each good once. They have nothing to do with the seed: a new set leaves it
 * alone.
 *
 * Each has 120 random bits, so that it needs no slow hash: nobody guesses one
 * from its SHA-256, however fast that is. That is also what NIST asks: from 112
 * bits on an approved one-way function is enough (SP 800-63B, look-up
 * secrets). What is kept is HMAC-SHA-256 of user and code under a random salt,
 * so that a kept code moved to another user's rows is worth nothing there.
 *
 * The scratch codes of pam_google_authenticator, eight digits each, are taken
 * over by import and are good here too; they can be guessed from what is kept.
 * Seal what is kept of them, as a seed is, and ask for a new set soon.
 */
#define RECOVERY_COUNT 10
/* With so many left or fewer the user is to be warned. */
#define RECOVERY_FEW 3
/* "XXXX-XXXX-XXXX-XXXX-XXXX-XXXX" and its NUL */
#define RECOVERY_TEXT_SIZE 30
/* As a row keeps it: 8 bytes of salt, 24 of hash. */
#define RECOVERY_KEPT_SIZE 32

struct recovery_code {
	char text[RECOVERY_TEXT_SIZE];
};
struct recovery_kept {
	uint8_t bytes[RECOVERY_KEPT_SIZE];
};

/*
 * A fresh set for a user: the codes, to be shown once and wiped, and what is to
 * be kept of each. 0, GATE_EIO or GATE_ECRYPTO, and nothing is in either then.
 */
int recovery_make(const char *user, struct recovery_code codes[RECOVERY_COUNT],
    struct recovery_kept kept[RECOVERY_COUNT]);

/*
 * What is to be kept of one code, as it was typed or imported: 0; GATE_EINVAL
 * if it has not a code's form; GATE_EIO, GATE_ECRYPTO.
 */
int recovery_keep(
    const char *user, const char *code, struct recovery_kept *kept);

/*
 * Nonzero if a text has the form of a code: any case, blanks and dashes
 * anywhere, O for 0 and I or L for 1. Eight digits may be a scratch code or a
 * one-time code: look at the factor first.
 */
int recovery_is(const char *typed);

/*
 * Which of the kept codes of a user is it? 0 and *which, to be dropped in the
 * same transaction as the login; GATE_EREFUSED for none, GATE_ECRYPTO. All are
 * looked at, and never fewer than a full set: the time tells nothing of the
 * code, and nothing of whether there are any.
 */
int recovery_match(const char *user, const char *typed,
    const struct recovery_kept *kept, size_t count, size_t *which);

#endif
