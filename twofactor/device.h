/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_DEVICE_H
#define TWOFACTOR_DEVICE_H

#include <stdint.h>

#include "lib/address.h"
#include "lib/digest.h"

/*
 * A remembered device: for some hours after a right code, who shows the token
 * that was given then is not asked again. The token is 256 random bits; what
 * is kept of it is a hash of it and of all that it is bound to, so that it is
 * found for the same user, service and network only: not by a comparison that
 * could be forgotten, but because any other hash is not on record.
 */
#define DEVICE_TOKEN_SIZE (3 + 43 + 1) /* "gd-", base64url, NUL */
#define DEVICE_HASH_SIZE  DIGEST_SIZE

/* What a token is bound to. */
struct device_binding {
	const char *user;
	const char *service;
	const struct address *address; /* an IPv6 one counts by its /64 */
};

/* What is kept of one. */
struct device {
	uint8_t hash[DEVICE_HASH_SIZE];
	int64_t expires; /* epoch seconds */
};

/*
 * A token for whoever has just shown a right code, to be handed out once, and
 * what is to be kept of it. Without an address nothing is remembered
 * (GATE_EINVAL); else 0, GATE_EIO, GATE_ECRYPTO.
 */
int device_remember(const struct device_binding *binding, int64_t expires,
    char token[DEVICE_TOKEN_SIZE], struct device *device);

/*
 * The hash to look for on record: 0; GATE_EINVAL if the text is no token or
 * there is no address; GATE_ECRYPTO.
 */
int device_hash(const struct device_binding *binding, const char *token,
    uint8_t hash[DEVICE_HASH_SIZE]);

/*
 * Nonzero if this record is the one of that hash, and its time has not come.
 * now is never behind an earlier one: a clock set back extends nothing.
 */
int device_is_remembered(const struct device *device,
    const uint8_t hash[DEVICE_HASH_SIZE], int64_t now);

#endif
