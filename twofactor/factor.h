/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_FACTOR_H
#define TWOFACTOR_FACTOR_H

#include <stddef.h>
#include <stdint.h>

/*
 * A second factor that makes one-time codes: a clock (TOTP, RFC 6238) or a
 * button (HOTP, RFC 4226) and a seed that it shares with the gate. Both count:
 * steps of time since the epoch, or presses; a code is that of one count.
 */
enum factor_kind {
	FACTOR_TOTP,
	FACTOR_HOTP,
};

enum factor_algorithm {
	FACTOR_SHA1,
	FACTOR_SHA256,
	FACTOR_SHA512,
};

#define FACTOR_KINDS      2
#define FACTOR_ALGORITHMS 3

/* "totp", "hotp"; "SHA1", "SHA256", "SHA512": as otpauth URIs have them. */
extern const char *const factor_kinds[FACTOR_KINDS];
extern const char *const factor_algorithms[FACTOR_ALGORITHMS];

/* The one of this name, in any case of letters: 0 or GATE_EINVAL. */
int factor_kind_find(const char *name, enum factor_kind *kind);
int factor_algorithm_find(const char *name, enum factor_algorithm *algorithm);

#define FACTOR_DIGITS_MIN 6
#define FACTOR_DIGITS_MAX 8
/* A seed that others made; RFC 4226, R6 asks for 128 bits, many have 80. */
#define FACTOR_SEED_MIN 10
#define FACTOR_SEED_MAX 64 /* SHA-512's: RFC 6238, section 5.1 */
/* No count comes near it; whatever is looked ahead, nothing overflows. */
#define FACTOR_COUNT_MAX (INT64_MAX / 4)
/* A learnt drift is kept in these parts of a step: see otp.h. */
#define FACTOR_DRIFT_UNIT 4

struct factor {
	/* sealed with the seed: these never change */
	enum factor_kind kind;
	enum factor_algorithm algorithm;
	int digits; /* 6 to 8 */
	int period; /* TOTP: 30 or 60 seconds; HOTP: 0 */
	/* kept in the open: these change with every code that is used */
	int64_t last;  /* the last count used; -1: none yet */
	int64_t drift; /* TOTP: what the device's clock is ahead, learnt */
	int confirmed; /* a right code was shown once: it counts */
};

/* A seed: keep it in secret memory, or wipe it. */
struct factor_seed {
	uint8_t bytes[FACTOR_SEED_MAX];
	size_t size;
};

/* What all apps take: SHA-1, 6 digits, 30 s. Nothing used, not confirmed. */
void factor_init(struct factor *factor, enum factor_kind kind);

/* Nonzero if every value is one that the contracts above allow. */
int factor_is_sound(const struct factor *factor);

/* A random seed, as long as the algorithm's digest (RFC 6238, section 5.1);
 * 0 or GATE_EIO. */
int factor_seed_make(const struct factor *factor, struct factor_seed *seed);

/*
 * Kind, algorithm, digits, period and seed as bytes to be sealed: always of
 * one size, so that a row does not tell which it is. 0 or GATE_EINVAL.
 */
#define FACTOR_PACKED_SIZE (6 + FACTOR_SEED_MAX)
int factor_pack(const struct factor *factor, const struct factor_seed *seed,
    uint8_t packed[FACTOR_PACKED_SIZE]);

/*
 * The reverse; last, drift and confirmed are left to the caller to fill in,
 * as factor_init leaves them. 20 bytes are a seed of the first version, alone:
 * TOTP with its defaults. 0; GATE_EINVAL for anything else, the seed wiped.
 */
#define FACTOR_BARE_SIZE 20
int factor_unpack(const uint8_t *packed, size_t size, struct factor *factor,
    struct factor_seed *seed);

#endif
