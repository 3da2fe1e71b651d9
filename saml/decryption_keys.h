/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_DECRYPTION_KEYS_H
#define SAML_DECRYPTION_KEYS_H

#include <stddef.h>

#include <openssl/types.h>

/*
 * The SP's own private keys that decrypt: two, so that there is one to go over
 * to while IdPs still encrypt for the other.
 */
#define SAML_DECRYPTION_KEYS_MAX 2
struct saml_decryption_keys;

int saml_decryption_keys_new(struct saml_decryption_keys **keys);
void saml_decryption_keys_free(struct saml_decryption_keys **keys);

/*
 * Adds a key of these PEM bytes (PKCS#8 or PKCS#1, no passphrase). One that
 * is not RSA signs only, and is passed over: 0. GATE_ECONFIG and why (a phrase)
 * where it cannot be read, has less than 2048 bits or more than 8192, or is one
 * too many; GATE_ENOMEM.
 */
int saml_decryption_keys_add(struct saml_decryption_keys *keys, const char *pem,
    size_t size, char *why, size_t why_size);

size_t saml_decryption_keys_count(const struct saml_decryption_keys *keys);

/* One of them, which stays theirs. */
EVP_PKEY *saml_decryption_keys_get(
    const struct saml_decryption_keys *keys, size_t i);

#endif
