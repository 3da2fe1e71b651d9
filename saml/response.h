/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_RESPONSE_H
#define SAML_RESPONSE_H

#include <libxml/tree.h>

#include "saml/assertion.h"
#include "saml/check.h"
#include "saml/parse.h"

/* A samlp:Response (core 3.2.2, 3.3.3), its parts by name. */
struct saml_response {
	xmlNode *node;
	xmlNode *issuer;    /* NULL: none */
	xmlNode *signature; /* NULL: none */
	xmlNode *status;
	int covered; /* by a signature of its own, that was verified */
	/* one of these two; what is encrypted is for others to open */
	xmlNode *encrypted;
	struct saml_assertion assertion;
};

/*
 * Finds the parts, and refuses what is not of that structure: not_response,
 * bad_structure, assertion_count, bad_id, issuer_missing; a Response that holds
 * no assertion because the IdP reports a failure is status_not_success. Nothing
 * is believed yet.
 */
int saml_response_read(struct saml_response *response, xmlNode *node,
    const struct saml_census *census, struct refusal *refusal);

/* Whether the IdP reports success: 0, or GATE_EREFUSED (status_not_success). */
int saml_response_status(
    const struct saml_response *response, struct refusal *refusal);

/*
 * Sets check->in_response_to, the request that both the Response and its
 * assertion must answer: the one that waits, or with any_request the one that
 * the Response names. 0, or GATE_EREFUSED (in_response_to).
 */
int saml_response_request(
    struct saml_check *check, const struct saml_response *response);

/*
 * Checks the Response itself, apart from its signature and its assertion:
 * Issuer, status, Destination, InResponseTo, IssueInstant.
 */
int saml_response_check(
    const struct saml_check *check, const struct saml_response *response);

/*
 * Whether the Response was issued so long ago that any assertion in it must be
 * over. A check of its own, as an assertion that has expired says it better.
 */
int saml_response_age(
    const struct saml_check *check, const struct saml_response *response);

#endif
