/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_IDENTITY_TOKEN_H
#define WEB_IDENTITY_TOKEN_H

#include <stddef.h>
#include <stdint.h>

#include "web/header.h"

/*
 * Who is there, signed: a JWT (RFC 7519) by ES256 (RFC 7518, 3.4), so that a
 * portal need not trust whatever can reach it past the proxy.
 */

/* An EC key on P-256 and its name. Threads may share it. */
struct identity_key;

/*
 * Of a private key in PEM (RFC 5915, 5958), not encrypted. 0; GATE_EINVAL if it
 * is none or not on P-256, GATE_ECRYPTO, GATE_ENOMEM.
 */
int identity_key_new(struct identity_key **key, const char *pem, size_t size);
void identity_key_free(struct identity_key **key);

/* Its thumbprint by SHA-256 (RFC 7638), as "kid" has it; the key's. */
const char *identity_key_name(const struct identity_key *key);

/*
 * The public keys as a JWK set (RFC 7517, 5), for portals to fetch: the one in
 * use, and others that were or will be. *text is freed by the caller. 0 or
 * GATE_ENOMEM.
 */
int identity_keys_text(
    struct identity_key *const *keys, size_t count, char **text);

/* No token is good for longer: a portal cannot hear that a session ended. */
#define IDENTITY_TOKEN_LIFETIME_MAX 300 /* seconds */
#define IDENTITY_TOKEN_MAX          HEADER_VALUE_MAX

struct identity_claims {
	const char *issuer;              /* the front door's base URL */
	const char *audience;            /* the portal's service */
	const struct identity *identity; /* with a user and a session */
	int64_t now;                     /* epoch seconds */
	int64_t lifetime;                /* seconds */
};

/*
 * Signs a token: iss, aud, sub (user), sid (session), method, groups,
 * attributes, iat, exp and a jti of its own. *token is freed by the caller. 0;
 * GATE_EINVAL where one of the first four is missing or a text is not UTF-8, or
 * for such a lifetime; GATE_ETOOBIG, GATE_EIO, GATE_ECRYPTO, GATE_ENOMEM.
 */
int identity_token_sign(const struct identity_key *key,
    const struct identity_claims *claims, char **token);

#endif
