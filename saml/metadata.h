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
 * certificate doubles the cost of a verification. Keys are decoded when they
 * are first asked for: a federation has thousands, of which few ever speak.
 */
struct saml_idps;

/* A place where an IdP takes messages (metadata 2.2.2). */
enum saml_endpoint_kind {
	SAML_SSO_REDIRECT,
	SAML_SSO_POST,
	SAML_SLO_REDIRECT,
	SAML_SLO_POST,
	SAML_ENDPOINT_COUNT
};
struct saml_endpoint {
	char *location; /* NULL: none */
	char *response; /* ResponseLocation; NULL: as location */
};

/* The most shibmd:Scopes and keys of one IdP that are kept. */
#define SAML_SCOPES_MAX 32
#define SAML_KEYS_MAX   8

struct saml_idp {
	char *entity_id;
	int64_t valid_until; /* epoch seconds; 0: no end */
	struct saml_endpoint endpoints[SAML_ENDPOINT_COUNT];
	char *display_name; /* mdui, or the organization's; NULL: none */
	int wants_signed;   /* WantAuthnRequestsSigned */
	char **scopes;      /* shibmd:Scope that is no regular expression */
	size_t scope_count;
	/* base64 certificates of the signing KeyDescriptors */
	char **certificates;
	size_t certificate_count;
	/* set by saml_idps_find: what of them can be used */
	struct _xmlSecKey **keys;
	size_t key_count;
	int decoded;
};

int saml_idps_new(struct saml_idps **idps);
void saml_idps_free(struct saml_idps **idps);

/*
 * When a document was fetched, for its cacheDuration (metadata 2.3.1, 4.3):
 * its IdPs are valid until then plus the root's at the longest, and for an hour
 * at the least. 0: it was not fetched, but put there by hand, and cacheDuration
 * means nothing.
 *
 * Adds the IdPs of one document: an EntityDescriptor or EntitiesDescriptor.
 * 0; or GATE_ECONFIG and why: not XML, no IDPSSODescriptor, the same entityID
 * twice. An IdP without a usable signing key (RSA from 2048 bits, EC P-256 or
 * P-384) is kept, and verifies nothing. A Signature in it is not looked at:
 * see saml_metadata_verify.
 */
int saml_idps_add(struct saml_idps *idps, const char *text, size_t size,
    int64_t fetched, char *why, size_t why_size);

/* What a document says of itself. */
struct saml_metadata_facts {
	size_t idps;            /* how many it has */
	int64_t valid_until;    /* of the root; 0: none */
	int64_t cache_duration; /* seconds, of the root, an hour at least; 0:
				   none */
};

/* The same, and what the document says of itself; facts may be NULL. */
int saml_idps_add_facts(struct saml_idps *idps, const char *text, size_t size,
    int64_t fetched, struct saml_metadata_facts *facts, char *why,
    size_t why_size);

/*
 * Judges a document that was fetched, at now, before it takes the place of
 * another: well-formed, of IdPs, not past its validUntil and, with a
 * certificate (PEM, of which there may be several, or base64), signed as a
 * whole by its key, in the one shape that saml_signature_read allows. 0 and
 * *facts; GATE_ECONFIG and why; GATE_ENOMEM. Holds the whole tree in memory,
 * unlike saml_idps_add.
 */
int saml_metadata_verify(const char *text, size_t size, const char *certificate,
    int64_t now, struct saml_metadata_facts *facts, char *why, size_t why_size);

/*
 * The IdP with exactly this entityID, its keys decoded, or NULL. The only one
 * there is for a NULL entity_id; NULL if there are several. Not for two threads
 * at once.
 */
const struct saml_idp *saml_idps_find(
    struct saml_idps *idps, const char *entity_id);

/* Whether there is an IdP with exactly this entityID. */
int saml_idps_has(const struct saml_idps *idps, const char *entity_id);

/* Calls each for every IdP, ordered by entityID, until it returns nonzero,
 * which is returned. Keys may not be decoded yet. */
typedef int saml_idp_each(const struct saml_idp *idp, void *data);
int saml_idps_list(
    const struct saml_idps *idps, saml_idp_each *each, void *data);

size_t saml_idps_count(const struct saml_idps *idps);

/*
 * How many of them verify nothing at now (epoch seconds), for want of a usable
 * key or past their validUntil; text says so of one, as an example. Where there
 * are more than 50, keys are not decoded for it: only those without any
 * certificate count.
 */
size_t saml_idps_unusable(
    struct saml_idps *idps, int64_t now, char *text, size_t size);

#endif
