/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef COMPOSE_KEY_PAIR_H
#define COMPOSE_KEY_PAIR_H

#include <stddef.h>

#include <libxml/tree.h>

#include "saml/settings.h"

/* A private key of ours with its certificate. */
struct key_pair;

/*
 * Decodes both (PEM, without a passphrase). name and certificate_name are what
 * the configuration calls them. 0; or GATE_ECONFIG and why: no such key, not
 * RSA of 2048 to 8192 bits or EC on P-256, P-384 or P-521, or the certificate
 * of another one.
 */
int key_pair_new(struct key_pair **pair, const struct saml_private_key *key,
    const char *certificate, const char *name, const char *certificate_name,
    char *why, size_t why_size);
void key_pair_free(struct key_pair **pair);

/* Nonzero for RSA: others encrypt nothing. */
int key_pair_encrypts(const struct key_pair *pair);

/* The certificate, DER in base64. */
const char *key_pair_certificate(const struct key_pair *pair);

/* What it signs with: the URI of RFC 6931. */
const char *key_pair_algorithm(const struct key_pair *pair);

/*
 * Signs bytes: *text is the signature in base64, in the form that the URI
 * stands for, freed by the caller. 0, GATE_ECRYPTO, GATE_ENOMEM.
 */
int key_pair_sign(
    const struct key_pair *pair, const void *bytes, size_t size, char **text);

/*
 * Signs the element, which has an ID, enveloped and by exclusive
 * canonicalization (core 5.4); the Signature becomes the sibling that follows
 * after, or the first child where that is NULL. 0, GATE_ECRYPTO.
 */
int key_pair_sign_element(
    const struct key_pair *pair, xmlNode *element, xmlNode *after);

#endif
