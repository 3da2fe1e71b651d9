/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/otp.h"

#include <ctype.h>
#include <liboath/oath.h>
#include <string.h>
#include <time.h>

#include "lib/error.h"
#include "lib/secret.h"

/* liboath counts in time_t */
_Static_assert(sizeof(time_t) >= sizeof(int64_t), "counts of 64 bits");

/* A code as it was typed, and whether it can be one at all. */
struct typed {
	char digits[FACTOR_DIGITS_MAX + 1];
	size_t size;
};

/* The counts to look at, and what is expected among them. */
struct range {
	int64_t from;
	int64_t to;
	int64_t current; /* TOTP: now's step */
};

int
otp_code(const struct factor *factor, const struct factor_seed *seed,
    int64_t count, char code[FACTOR_DIGITS_MAX + 1])
{
	static const int flags[] = {
		[FACTOR_SHA1] = 0,
		[FACTOR_SHA256] = OATH_TOTP_HMAC_SHA256,
		[FACTOR_SHA512] = OATH_TOTP_HMAC_SHA512,
	};

	code[0] = '\0';
	if (!factor_is_sound(factor) || seed->size > FACTOR_SEED_MAX ||
	    count < 0)
		return GATE_EINVAL;
	/*
	 * TOTP is HOTP of the step's number: in steps of one second since the
	 * epoch the count is the time, whatever it counts. liboath's HOTP
	 * proper has SHA-1 only.
	 */
	if (oath_totp_generate2((const char *)seed->bytes, seed->size,
		(time_t)count, 1, 0, (unsigned)factor->digits,
		flags[factor->algorithm], code) != OATH_OK)
		return GATE_ECRYPTO;
	return 0;
}

/* Codes are read out and typed with blanks: "123 456". */
static void
read_typed(const struct factor *factor, const char *code, struct typed *typed)
{
	size_t n = 0;
	int sound = 1;

	memset(typed, 0, sizeof(*typed));
	for (; *code != '\0' && sound; code++) {
		if (*code == ' ')
			continue;
		sound = isdigit((unsigned char)*code) && n < FACTOR_DIGITS_MAX;
		if (sound)
			typed->digits[n++] = *code;
	}
	/* what is no code equals none: the NULs are no digits */
	if (!sound || (int)n != factor->digits)
		explicit_bzero(typed, sizeof(*typed));
	typed->size = (size_t)factor->digits;
}

/* Is it the code of this count? The same work for every count from 0. */
static int
is_code_of(const struct factor *factor, const struct factor_seed *seed,
    int64_t count, const struct typed *typed)
{
	char right[FACTOR_DIGITS_MAX + 1];
	int equal = otp_code(factor, seed, count, right) == 0 &&
	    secret_equal(typed->digits, typed->size, right, typed->size);

	explicit_bzero(right, sizeof(right));
	return equal;
}

static int64_t
within(int64_t value, int64_t bound)
{
	return value > bound ? bound : value < -bound ? -bound : value;
}

/* The counts that a single code may be of. */
static struct range
expected(
    const struct factor *factor, const struct otp_window *window, int64_t now)
{
	struct range range = { 0 };
	int64_t middle;

	if (factor->kind == FACTOR_HOTP) {
		/* the last one too, to tell a used code from a wrong one */
		range.from = factor->last;
		range.to = factor->last + 1 + window->look_ahead;
	} else {
		range.current = now / factor->period;
		middle = range.current +
		    within(
			factor->drift / FACTOR_DRIFT_UNIT, window->drift_max);
		range.from = middle - window->drift;
		range.to = middle + window->drift;
	}
	return range;
}

/* The drift after a code of this count: see otp.h. */
static int64_t
learnt(
    const struct factor *factor, const struct otp_window *window, int64_t seen)
{
	int64_t drift = factor->drift, aim = seen * FACTOR_DRIFT_UNIT;

	if (factor->kind == FACTOR_HOTP)
		return 0;
	drift += (aim > drift) - (aim < drift);
	return within(drift, window->drift_max * FACTOR_DRIFT_UNIT);
}

int
otp_check(const struct factor *factor, const struct factor_seed *seed,
    const struct otp_window *window, const char *code, int64_t now,
    struct otp_match *match)
{
	struct typed typed;
	struct range range;
	int64_t at;
	int r = GATE_EREFUSED;

	if (!factor_is_sound(factor))
		return GATE_EINVAL;
	read_typed(factor, code, &typed);
	range = expected(factor, window, now);
	/* all counts are computed: the time tells nothing of which one it is */
	for (at = range.from; at <= range.to; at++) {
		if (!is_code_of(factor, seed, at, &typed))
			continue;
		if (at <= factor->last) {
			if (r != 0)
				r = GATE_EEXISTS;
		} else if (r != 0) {
			match->last = at;
			match->drift =
			    learnt(factor, window, at - range.current);
			r = 0;
		}
	}
	explicit_bzero(&typed, sizeof(typed));
	return r;
}

/* The counts that the first of two codes may be of. */
static struct range
wide(const struct factor *factor, const struct otp_window *window, int64_t now)
{
	struct range range = { 0 };

	if (factor->kind == FACTOR_HOTP) {
		range.from = factor->last;
		range.to = factor->last + window->resync;
	} else {
		range.current = now / factor->period;
		range.from = range.current - window->drift_max - 1;
		range.to = range.current + window->drift_max - 1;
	}
	return range;
}

int
otp_resync(const struct factor *factor, const struct factor_seed *seed,
    const struct otp_window *window, const char *first, const char *second,
    int64_t now, struct otp_match *match)
{
	struct typed one, two;
	struct range range;
	int64_t at;
	int before, r = GATE_EREFUSED;

	if (!factor_is_sound(factor))
		return GATE_EINVAL;
	read_typed(factor, first, &one);
	read_typed(factor, second, &two);
	range = wide(factor, window, now);
	for (at = range.from; at <= range.to; at++) {
		before = is_code_of(factor, seed, at, &one);
		if (!(is_code_of(factor, seed, at + 1, &two) & before))
			continue;
		if (at <= factor->last) {
			if (r != 0)
				r = GATE_EEXISTS;
		} else if (r != 0) {
			match->last = at + 1;
			match->drift = factor->kind == FACTOR_HOTP
			    ? 0
			    : (at + 1 - range.current) * FACTOR_DRIFT_UNIT;
			r = 0;
		}
	}
	explicit_bzero(&one, sizeof(one));
	explicit_bzero(&two, sizeof(two));
	return r;
}
