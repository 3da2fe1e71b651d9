/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_VERIFIER_H
#define PASSWORD_VERIFIER_H

#include <stddef.h>

/* The longest password in bytes, without its NUL: crypt(3) takes no more. */
#define PASSWORD_MAX 511

/* Room for a verifier (crypt(5)) and its NUL. */
#define VERIFIER_SIZE 384

/*
 * Makes a yescrypt verifier of a password with a fresh salt. 0, or
 * GATE_ETOOBIG, GATE_EINVAL (empty), GATE_ECRYPTO, GATE_EIO, GATE_ENOMEM.
 */
int verifier_make(const char *password, char verifier[VERIFIER_SIZE]);

/*
 * Does the password match? 0, or GATE_EREFUSED; GATE_ECRYPTO for a verifier
 * that is none, GATE_ENOMEM. A NULL or empty verifier stands for a user who
 * is unknown: it costs the same time, and is refused. So is a password that
 * is empty or too long.
 */
int verifier_check(const char *verifier, const char *password);

#endif
