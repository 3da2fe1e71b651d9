/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_RESIGN_H
#define GATE_TESTS_RESIGN_H

#include "tests/attacks/attack.h"

/*
 * Signs these canonical bytes in a manner that xmlsec1 does not know, or does
 * not do. Returns what goes into SignatureValue, in memory to be freed.
 */
typedef unsigned char *resign_sign(struct attacks *attacks, const void *bytes,
    size_t size, size_t *value_size, const void *how);

/*
 * Takes over a signed message, whose only Signature was edited since, and
 * gives it with a SignatureValue that is sign's over its SignedInfo.
 */
char *resign(
    struct attacks *attacks, char *text, resign_sign *sign, const void *how);

/* One way of signing with a private key. */
struct resign_key {
	enum attack_key key;
	const char *digest; /* OpenSSL's name */
	int is_pss;
	int salt;        /* in bytes */
	const char *mgf; /* the digest of MGF1; NULL: the same */
};
resign_sign resign_by_key; /* how: struct resign_key */

#endif
