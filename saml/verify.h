/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_VERIFY_H
#define SAML_VERIFY_H

#include "lib/reason.h"
#include "saml/identity.h"
#include "saml/metadata.h"
#include "saml/settings.h"
#include "saml/worker.h"

/*
 * The strict verifier, the Web Browser SSO profile's processing rules (SAML
 * profiles 4.1.4.2, 4.1.4.3; core 2, 3.2.2, 5.4) with no latitude left. Runs in
 * gatehouse-saml only.
 *
 * Once per process, before anything else: sets up libxml2, xmlsec1 and
 * OpenSSL without reading a file. 0 or GATE_ECRYPTO.
 */
int saml_verify_init(void);

/*
 * Verifies one Response: 0 and *identity, or GATE_EREFUSED and *refusal, or
 * GATE_ENOMEM. Whether the assertion was used before is not known here: the
 * caller claims (issuer, assertion_id) last.
 */
int saml_verify(const struct saml_settings *settings,
    const struct saml_idps *idps, const struct saml_request *request,
    struct saml_identity **identity, struct refusal *refusal);

#endif
