/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_VERIFIER_H
#define PASSWORD_VERIFIER_H

#include <stddef.h>

/* The longest password in bytes, without its NUL. */
#define PASSWORD_MAX 1024

/* Room for a verifier (crypt(5)) and its NUL. */
#define VERIFIER_SIZE 384

/*
 * What a yescrypt verifier costs whoever checks it, and whoever guesses: time
 * and memory, doubled by each step beyond 3. 5 takes 16 MB, and is what
 * crypt_gensalt(3) makes of 0.
 */
#define VERIFIER_COST_MIN 1
#define VERIFIER_COST_MAX 11
#define VERIFIER_COST     5

/*
 * Makes a yescrypt verifier of a password with a fresh salt. 0, or
 * GATE_ETOOBIG, GATE_EINVAL (empty), GATE_ECRYPTO, GATE_EIO, GATE_ENOMEM.
 */
int verifier_make(const char *password, char verifier[VERIFIER_SIZE]);

/* The same at another cost than VERIFIER_COST. */
int verifier_make_at(
    const char *password, int cost, char verifier[VERIFIER_SIZE]);

/*
 * Does the password match? 0, or GATE_EREFUSED; GATE_ECRYPTO for a verifier
 * that is none, GATE_ENOMEM. A NULL or empty verifier stands for a user who
 * is unknown: it costs the same time, and is refused. So is a password that
 * is empty or too long.
 */
int verifier_check(const char *verifier, const char *password);

/* The same, for unknown users and the like at the cost that others have. */
int verifier_check_at(const char *verifier, const char *password, int cost);

/*
 * Nonzero if a verifier is to be made anew at the next login, when the
 * password is at hand: it is not yescrypt's, or costs less than this. One that
 * costs more stays.
 */
int verifier_needs_upgrade(const char *verifier, int cost);

#endif
