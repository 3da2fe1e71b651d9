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
 *
 * What signs in by PAM keeps no token. Without one (NULL) the device is what it
 * is bound to, and nothing more: whoever comes from that network is taken for
 * it. The two forms never stand for each other.
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
	int64_t created; /* epoch seconds */
	int64_t expires;
};

/*
 * A token for whoever has just shown a right code, to be handed out once, and
 * what is to be kept of it from now on until expires; with token NULL the form
 * without one. Without an address nothing is remembered (GATE_EINVAL); else 0,
 * GATE_EIO, GATE_ECRYPTO.
 */
int device_remember(const struct device_binding *binding, int64_t now,
    int64_t expires, char *token, struct device *device);

/*
 * The hash to look for on record, of a token or, with NULL, without one: 0;
 * GATE_EINVAL if the text is no token or there is no address; GATE_ECRYPTO.
 */
int device_hash(const struct device_binding *binding, const char *token,
    uint8_t hash[DEVICE_HASH_SIZE]);

/*
 * Nonzero if this record is the one of that hash, and its time has come and not
 * gone. seen is the latest time that is known to have been: a clock that was
 * set back since extends nothing, nor does one that was ahead at the beginning.
 */
int device_is_remembered(const struct device *device,
    const uint8_t hash[DEVICE_HASH_SIZE], int64_t now, int64_t seen);

#endif
