/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_VERIFY_H
#define SAML_VERIFY_H

#include "lib/reason.h"
#include "saml/encryption.h"
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
 * Verifies one Response, encrypted or not: 0 and *identity, or GATE_EREFUSED
 * and *refusal, or GATE_ENOMEM, GATE_ECRYPTO. keys may be NULL. Whether the
 * assertion was used before is not known here, nor with any_request whether
 * its request was ours: the caller claims (issuer, assertion_id) last.
 */
int saml_verify(const struct saml_settings *settings, struct saml_idps *idps,
    const struct saml_decryption_keys *keys, const struct saml_request *request,
    struct saml_identity **identity, struct refusal *refusal);

#endif
