/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ASSERTION_H
#define SAML_ASSERTION_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/identity.h"

/* A saml:Assertion (core 2.3.3), its parts by name. */
struct saml_assertion {
	xmlNode *node;
	xmlNode *issuer;
	xmlNode *signature; /* NULL: none, as all the following */
	xmlNode *subject;
	xmlNode *conditions;
	xmlNode *statements; /* the first; its siblings follow */
};

/*
 * Finds the parts, and refuses what is not of that structure: bad_structure,
 * bad_id, issuer_missing. Nothing is believed yet.
 */
int saml_assertion_read(
    struct saml_assertion *assertion, xmlNode *node, struct refusal *refusal);

/*
 * Checks an assertion that a signature was verified for, in every respect but
 * that signature, and takes from it who signs in. 0, GATE_EREFUSED,
 * GATE_ENOMEM; identity is the caller's to free in any case.
 */
int saml_assertion_check(const struct saml_check *check,
    const struct saml_assertion *assertion, struct saml_identity *identity);

#endif
