/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_STATEMENT_H
#define SAML_STATEMENT_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/identity.h"

/*
 * Checks the AuthnStatements (core 2.7.2) among the statements of an
 * assertion, of which there must be one: every AuthnInstant is past, and not
 * before what max_authn_age and the request allow; every SessionNotOnOrAfter is
 * to come - without a skew, as a session that is over need not begin. The first
 * gives session_index, authn_context and authn_instant, the earliest end is
 * session_not_on_or_after. 0, GATE_EREFUSED (authn_statement, authn_too_old,
 * session_expired, bad_time), GATE_ENOMEM.
 */
int saml_statements_check(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity);

#endif
