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

/* One of ours by its form; NULL is the form without. */
static int
has_form(const char *token)
{
	return token == NULL ||
	    (strlen(token) == DEVICE_TOKEN_SIZE - 1 &&
		strncmp(token, PREFIX, strlen(PREFIX)) == 0);
}

int
device_hash(const struct device_binding *binding, const char *token,
    uint8_t hash[DEVICE_HASH_SIZE])
{
	char from[ADDRESS_TEXT_SIZE];
	/* no token is "": it has no token's form, and so no token's hash */
	const char *const texts[] = { token != NULL ? token : "", binding->user,
		binding->service, from };
	struct address home;

	if (binding->address == NULL || !has_form(token))
		return GATE_EINVAL;
	network_home(binding->address, &home);
	address_text(&home, from);
	return digest_texts(texts, sizeof(texts) / sizeof(texts[0]), hash);
}

static int
make_token(char *token)
{
	uint8_t bytes[RANDOM_SIZE];
	int r = secret_random(bytes, sizeof(bytes));

	if (r == 0) {
		memcpy(token, PREFIX, strlen(PREFIX));
		secret_text(bytes, sizeof(bytes), token + strlen(PREFIX));
	}
	explicit_bzero(bytes, sizeof(bytes));
	return r;
}

int
device_remember(const struct device_binding *binding, int64_t now,
    int64_t expires, char *token, struct device *device)
{
	int r = token != NULL ? make_token(token) : 0;

	device->created = now;
	device->expires = expires;
	if (r == 0)
		r = device_hash(binding, token, device->hash);
	if (r != 0 && token != NULL)
		explicit_bzero(token, DEVICE_TOKEN_SIZE);
	return r;
}

int
device_is_remembered(const struct device *device,
    const uint8_t hash[DEVICE_HASH_SIZE], int64_t now, int64_t seen)
{
	return now >= device->created && now < device->expires &&
	    seen < device->expires &&
	    secret_equal(
		device->hash, DEVICE_HASH_SIZE, hash, DEVICE_HASH_SIZE);
}
