/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_KEY_TRANSPORT_H
#define SAML_KEY_TRANSPORT_H

#include <stddef.h>

#include <libxml/tree.h>
#include <openssl/types.h>

#include "lib/reason.h"

/* RSA-OAEP in its two names and their forms (XML Encryption 1.1, 5.5.2). */
struct saml_key_transport {
	const char *digest, *mgf_digest; /* OpenSSL's names */
	const char *label; /* OAEPparams, base64, in the tree; NULL: none */
};

/*
 * Reads the EncryptionMethod of an EncryptedKey: rsa-oaep-mgf1p, whose MGF is
 * always that with SHA-1, or xmlenc11's rsa-oaep; each with SHA-1, SHA-256,
 * SHA-384 or SHA-512, which is SHA-1 where it does not say. 0, or
 * GATE_EREFUSED: encryption_shape, encryption_algorithm.
 */
int saml_key_transport_read(struct saml_key_transport *transport,
    const xmlNode *method, struct refusal *refusal);

/* What was wrapped: bytes, and the label, decoded. */
struct saml_wrapped_key {
	const struct saml_key_transport *transport;
	const unsigned char *bytes, *label;
	size_t size, label_size;
};

/*
 * Unwraps a key of exactly key_size bytes with a private RSA key of ours. Where
 * it is not for that key, damaged, or of another size, key is random, and there
 * is no telling from outside. 0, GATE_ENOMEM, GATE_ECRYPTO (no random bytes).
 */
int saml_key_unwrap(const struct saml_wrapped_key *wrapped, EVP_PKEY *ours,
    unsigned char *key, size_t key_size);

#endif
