/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_METADATA_H
#define SAML_METADATA_H

#include <stddef.h>
#include <stdint.h>

#include "lib/reason.h"

struct _xmlSecKey;

/*
 * The IdPs that are trusted, by entityID (SAML metadata 2.3.2, 2.4.3). Their
 * signing keys are kept as bare public keys: a key that still hangs in its
 * certificate doubles the cost of a verification.
 */
struct saml_idps;

struct saml_idp {
	char *entity_id;
	int64_t valid_until; /* epoch seconds; 0: no end */
	struct _xmlSecKey **keys;
	size_t key_count;
};

int saml_idps_new(struct saml_idps **idps);
void saml_idps_free(struct saml_idps **idps);

/*
 * Adds the IdPs of one document: an EntityDescriptor or EntitiesDescriptor.
 * 0; or GATE_ECONFIG and why: not XML, no IDPSSODescriptor, the same entityID
 * twice. An IdP without a usable signing key (RSA from 2048 bits, EC P-256 or
 * P-384) is kept, and verifies nothing.
 */
int saml_idps_add(struct saml_idps *idps, const char *text, size_t size,
    char *why, size_t why_size);

/* The IdP with exactly this entityID, or NULL. */
const struct saml_idp *saml_idps_find(
    const struct saml_idps *idps, const char *entity_id);

size_t saml_idps_count(const struct saml_idps *idps);

/*
 * How many of them verify nothing at now (epoch seconds), for want of a usable
 * key or past their validUntil; text says so of one, as an example.
 */
size_t saml_idps_unusable(
    const struct saml_idps *idps, int64_t now, char *text, size_t size);

#endif
