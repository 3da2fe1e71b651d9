/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_OTPAUTH_H
#define TWOFACTOR_OTPAUTH_H

#include "twofactor/factor.h"

/*
 * The otpauth URI: how a factor gets into an authenticator app, as text or as
 * a QR code. It holds the seed: a secret.
 */
#define OTPAUTH_NAME_MAX 256
/* Room for any: names with all escaped. */
#define OTPAUTH_SIZE 2560

/* What a URI says. */
struct otpauth {
	struct factor factor;
	struct factor_seed seed;
	char issuer[OTPAUTH_NAME_MAX]; /* "": none given */
	char user[OTPAUTH_NAME_MAX];
};

/*
 * Writes one. Names are escaped; what every app takes where nothing is said
 * (SHA1, 6 digits, 30 seconds) is not said: it makes the QR code smaller. A
 * HOTP factor's counter is the first that is not used. 0; GATE_EINVAL for an
 * unsound factor; GATE_ETOOBIG, and uri is empty.
 */
int otpauth_write(const struct factor *factor, const struct factor_seed *seed,
    const char *issuer, const char *user, char *uri, size_t uri_size);

/*
 * Reads one; parameters that it does not know are ignored, one given twice is
 * refused. The factor is not confirmed. 0; or GATE_EINVAL, and why says what
 * is wrong without quoting a secret; otpauth is wiped then.
 */
int otpauth_read(
    const char *uri, struct otpauth *otpauth, char *why, size_t why_size);

#endif
