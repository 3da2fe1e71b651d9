/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/factor.h"

#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/secret.h"

/* The bytes before the seed in the packed form. */
enum {
	AT_VERSION,
	AT_KIND,
	AT_ALGORITHM,
	AT_DIGITS,
	AT_PERIOD,
	AT_SEED_SIZE,
	AT_SEED,
};
#define PACKED_VERSION 1

_Static_assert(AT_SEED + FACTOR_SEED_MAX == FACTOR_PACKED_SIZE,
    "the packed form has the size that it says");

const char *const factor_kinds[FACTOR_KINDS] = {
	[FACTOR_TOTP] = "totp",
	[FACTOR_HOTP] = "hotp",
};
const char *const factor_algorithms[FACTOR_ALGORITHMS] = {
	[FACTOR_SHA1] = "SHA1",
	[FACTOR_SHA256] = "SHA256",
	[FACTOR_SHA512] = "SHA512",
};

static int
find(const char *const *names, int count, const char *name)
{
	int i = 0;

	while (i < count && strcasecmp(names[i], name) != 0)
		i++;
	return i;
}

int
factor_kind_find(const char *name, enum factor_kind *kind)
{
	int i = find(factor_kinds, FACTOR_KINDS, name);

	if (i == FACTOR_KINDS)
		return GATE_EINVAL;
	*kind = (enum factor_kind)i;
	return 0;
}

int
factor_algorithm_find(const char *name, enum factor_algorithm *algorithm)
{
	int i = find(factor_algorithms, FACTOR_ALGORITHMS, name);

	if (i == FACTOR_ALGORITHMS)
		return GATE_EINVAL;
	*algorithm = (enum factor_algorithm)i;
	return 0;
}

static const size_t digest_size[] = {
	[FACTOR_SHA1] = 20,
	[FACTOR_SHA256] = 32,
	[FACTOR_SHA512] = 64,
};

void
factor_init(struct factor *factor, enum factor_kind kind)
{
	*factor = (struct factor){
		.kind = kind,
		.algorithm = FACTOR_SHA1,
		.digits = FACTOR_DIGITS_MIN,
		.period = kind == FACTOR_TOTP ? 30 : 0,
		.last = -1,
	};
}

/* The seed's parameters, as numbers that may be anything. */
static int
parameters_are_sound(int kind, int algorithm, int digits, int period)
{
	if (algorithm < FACTOR_SHA1 || algorithm > FACTOR_SHA512 ||
	    digits < FACTOR_DIGITS_MIN || digits > FACTOR_DIGITS_MAX)
		return 0;
	if (kind == FACTOR_TOTP)
		return period == 30 || period == 60;
	return kind == FACTOR_HOTP && period == 0;
}

int
factor_is_sound(const struct factor *factor)
{
	return parameters_are_sound((int)factor->kind, (int)factor->algorithm,
		   factor->digits, factor->period) &&
	    factor->last >= -1 && factor->last <= FACTOR_COUNT_MAX;
}

int
factor_seed_make(const struct factor *factor, struct factor_seed *seed)
{
	seed->size = digest_size[factor->algorithm];
	return secret_random(seed->bytes, seed->size);
}

int
factor_pack(const struct factor *factor, const struct factor_seed *seed,
    uint8_t packed[FACTOR_PACKED_SIZE])
{
	if (!factor_is_sound(factor) || seed->size < FACTOR_SEED_MIN ||
	    seed->size > FACTOR_SEED_MAX)
		return GATE_EINVAL;
	memset(packed, 0, FACTOR_PACKED_SIZE);
	packed[AT_VERSION] = PACKED_VERSION;
	packed[AT_KIND] = (uint8_t)factor->kind;
	packed[AT_ALGORITHM] = (uint8_t)factor->algorithm;
	packed[AT_DIGITS] = (uint8_t)factor->digits;
	packed[AT_PERIOD] = (uint8_t)factor->period;
	packed[AT_SEED_SIZE] = (uint8_t)seed->size;
	memcpy(packed + AT_SEED, seed->bytes, seed->size);
	return 0;
}

/* There is one packed form of a factor: what is beyond the seed is zero. */
static int
packed_is_sound(const uint8_t *packed, size_t size)
{
	size_t i;

	if (size != FACTOR_PACKED_SIZE ||
	    packed[AT_VERSION] != PACKED_VERSION ||
	    packed[AT_SEED_SIZE] < FACTOR_SEED_MIN ||
	    packed[AT_SEED_SIZE] > FACTOR_SEED_MAX)
		return 0;
	for (i = AT_SEED + (size_t)packed[AT_SEED_SIZE]; i < size; i++)
		if (packed[i] != 0)
			return 0;
	return parameters_are_sound(packed[AT_KIND], packed[AT_ALGORITHM],
	    packed[AT_DIGITS], packed[AT_PERIOD]);
}

int
factor_unpack(const uint8_t *packed, size_t size, struct factor *factor,
    struct factor_seed *seed)
{
	explicit_bzero(seed, sizeof(*seed));
	factor_init(factor, FACTOR_TOTP);
	if (size == FACTOR_BARE_SIZE) {
		seed->size = size;
		memcpy(seed->bytes, packed, size);
		return 0;
	}
	if (!packed_is_sound(packed, size))
		return GATE_EINVAL;
	factor->kind = (enum factor_kind)packed[AT_KIND];
	factor->algorithm = (enum factor_algorithm)packed[AT_ALGORITHM];
	factor->digits = packed[AT_DIGITS];
	factor->period = packed[AT_PERIOD];
	seed->size = packed[AT_SEED_SIZE];
	memcpy(seed->bytes, packed + AT_SEED, seed->size);
	return 0;
}
