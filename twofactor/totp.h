/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_TOTP_H
#define TWOFACTOR_TOTP_H

#include <stddef.h>
#include <stdint.h>

/* RFC 6238 with its defaults: SHA-1, 6 digits, steps of 30 s. */
#define TOTP_DIGITS    6
#define TOTP_STEP      30
#define TOTP_SEED_SIZE 20 /* RFC 4226, R6: 160 bits */

/*
 * Is code right at the time now (epoch seconds), or up to drift steps earlier
 * or later? 0 and *step, the step whose code it is, to be claimed so that it
 * is used once; else GATE_EREFUSED. Every step is compared in the same time.
 */
int totp_check(const uint8_t *seed, size_t seed_size, const char *code,
    int64_t now, int64_t drift, int64_t *step);

/*
 * The otpauth URI that authenticator apps read: issuer and user are escaped.
 * 0 or GATE_ETOOBIG. It holds the seed: a secret.
 */
int totp_uri(const uint8_t *seed, size_t seed_size, const char *issuer,
    const char *user, char *uri, size_t uri_size);

#endif
