/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_DETACHED_H
#define SAML_DETACHED_H

#include "lib/reason.h"
#include "saml/metadata.h"
#include "saml/query.h"

/*
 * Verifies the signature that stands beside a message in a query string
 * (bindings 3.4.4.1) with the keys of the IdP: RSA (PKCS#1 1.5 or PSS) or ECDSA
 * with SHA-2. An ECDSA value may be r and s one after the other, as XML
 * Signature has it, or DER, as OpenSAML sends it. 0; GATE_EREFUSED
 * (signature_missing, _shape, _algorithm, _invalid), GATE_ENOMEM.
 */
int saml_detached_verify(const struct saml_query *query,
    const struct saml_idp *idp, struct refusal *refusal);

#endif
