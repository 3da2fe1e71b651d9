/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/totp.h"

#include <string.h>

#include "lib/error.h"
#include "twofactor/otp.h"
#include "twofactor/otpauth.h"

static int
take_seed(struct factor_seed *seed, const uint8_t *bytes, size_t size)
{
	if (size > sizeof(seed->bytes))
		return GATE_ETOOBIG;
	memcpy(seed->bytes, bytes, size);
	seed->size = size;
	return 0;
}

int
totp_check(const uint8_t *seed, size_t seed_size, const char *code, int64_t now,
    int64_t drift, int64_t *step)
{
	const struct otp_window window = { .drift = drift };
	struct factor factor;
	struct factor_seed taken;
	struct otp_match match = { 0 };
	int r = GATE_EREFUSED;

	factor_init(&factor, FACTOR_TOTP);
	if (take_seed(&taken, seed, seed_size) == 0)
		r = otp_check(&factor, &taken, &window, code, now, &match);
	explicit_bzero(&taken, sizeof(taken));
	if (r == 0)
		*step = match.last;
	return r;
}

int
totp_uri(const uint8_t *seed, size_t seed_size, const char *issuer,
    const char *user, char *uri, size_t uri_size)
{
	struct factor factor;
	struct factor_seed taken;
	int r;

	factor_init(&factor, FACTOR_TOTP);
	r = take_seed(&taken, seed, seed_size);
	if (r == 0)
		r = otpauth_write(&factor, &taken, issuer, user, uri, uri_size);
	explicit_bzero(&taken, sizeof(taken));
	return r;
}
