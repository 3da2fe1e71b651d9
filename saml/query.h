/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_QUERY_H
#define SAML_QUERY_H

#include <stddef.h>

#include "lib/reason.h"

/* A value as it stands in the query string, percent-encoded. */
struct saml_query_value {
	const char *text; /* NULL: there is none; points into the query */
	size_t size;
};

/* The parameters of a message that came by HTTP-Redirect (bindings 3.4.4.1). */
struct saml_query {
	int is_response; /* SAMLResponse, not SAMLRequest */
	struct saml_query_value message;
	struct saml_query_value relay_state;
	struct saml_query_value algorithm;
	struct saml_query_value signature;
};

/*
 * Takes a query string apart, without its question mark. What is SAML's stands
 * there once at most, in any order, under its plain name; other parameters are
 * not looked at. One of SAMLRequest and SAMLResponse must be there;
 * SAMLEncoding must be DEFLATE where it is given. 0, or GATE_EREFUSED
 * (bad_structure).
 */
int saml_query_read(struct saml_query *query, const char *text, size_t size,
    struct refusal *refusal);

/*
 * The value without its encoding: %XX, and + for a blank. *text is followed by
 * a NUL, holds no other, and is freed by the caller. 0; GATE_EREFUSED
 * (bad_structure), GATE_ENOMEM.
 */
int saml_query_decode(const struct saml_query_value *value, char **text,
    size_t *size, struct refusal *refusal);

/*
 * What is signed (bindings 3.4.4.1): the values as they stood in the URL, for
 * nobody can tell how somebody else would encode them again. *text is freed by
 * the caller. 0 or GATE_ENOMEM.
 */
int saml_query_signed(
    const struct saml_query *query, char **text, size_t *size);

#endif
