/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_PRIVATE_KEY_H
#define SAML_PRIVATE_KEY_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

/* A private key of ours, PEM, in secret memory; pem is NULL for none. */
struct saml_private_key {
	char *pem;
	size_t size;
};

/*
 * Reads a private key of ours from a file, which must be FILE_SECRET, into
 * memory that is locked and wiped. A path "" is no key: 0. Else 0, or an error
 * of file_read, and why names the file.
 */
int saml_private_key_load(
    struct saml_private_key *key, const char *path, char *why, size_t why_size);

/* To and from a wire field; take gives GATE_EPROTO where there is one already,
 * or for one that is too large, and GATE_ENOMEM. No key is not sent. */
void saml_private_key_put(
    const struct saml_private_key *key, uint16_t tag, struct wire_msg *msg);
int saml_private_key_take(
    struct saml_private_key *key, const struct wire_field *field);

/* Wipes it. */
void saml_private_key_clear(struct saml_private_key *key);

#endif
