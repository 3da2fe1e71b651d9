/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/device.h"

#include <string.h>

#include "lib/error.h"
#include "lib/network.h"
#include "lib/secret.h"

#define PREFIX      "gd-"
#define RANDOM_SIZE 32

_Static_assert(
    DEVICE_TOKEN_SIZE == sizeof(PREFIX) - 1 + SECRET_TEXT_SIZE(RANDOM_SIZE),
    "a token has the size that it says");

int
device_hash(const struct device_binding *binding, const char *token,
    uint8_t hash[DEVICE_HASH_SIZE])
{
	char from[ADDRESS_TEXT_SIZE];
	const char *const texts[] = { token, binding->user, binding->service,
		from };
	struct address home;

	if (binding->address == NULL ||
	    strlen(token) != DEVICE_TOKEN_SIZE - 1 ||
	    strncmp(token, PREFIX, strlen(PREFIX)) != 0)
		return GATE_EINVAL;
	network_home(binding->address, &home);
	address_text(&home, from);
	return digest_texts(texts, sizeof(texts) / sizeof(texts[0]), hash);
}

int
device_remember(const struct device_binding *binding, int64_t expires,
    char token[DEVICE_TOKEN_SIZE], struct device *device)
{
	uint8_t bytes[RANDOM_SIZE];
	int r = secret_random(bytes, sizeof(bytes));

	if (r == 0) {
		memcpy(token, PREFIX, strlen(PREFIX));
		secret_text(bytes, sizeof(bytes), token + strlen(PREFIX));
		device->expires = expires;
		r = device_hash(binding, token, device->hash);
	}
	explicit_bzero(bytes, sizeof(bytes));
	if (r != 0)
		explicit_bzero(token, DEVICE_TOKEN_SIZE);
	return r;
}

int
device_is_remembered(const struct device *device,
    const uint8_t hash[DEVICE_HASH_SIZE], int64_t now)
{
	return now < device->expires &&
	    secret_equal(
		device->hash, DEVICE_HASH_SIZE, hash, DEVICE_HASH_SIZE);
}
