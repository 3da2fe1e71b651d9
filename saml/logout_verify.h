/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_LOGOUT_VERIFY_H
#define SAML_LOGOUT_VERIFY_H

#include "lib/reason.h"
#include "saml/encryption.h"
#include "saml/logout.h"
#include "saml/metadata.h"
#include "saml/settings.h"

/*
 * The strict verifier of logout messages (core 3.7, profiles 4.4, bindings 3.4
 * and 3.5): signed in the way of its binding, by an IdP that is known, for this
 * place and this time. keys may be NULL. Runs in gatehouse-saml only. 0 and
 * *logout, to be cleared; or GATE_EREFUSED and *refusal, GATE_ENOMEM. Whether a
 * request came before, and whether there was a request to a response, is not
 * known here: the caller looks at (issuer, id) and in_response_to.
 */
int saml_logout_verify(const struct saml_settings *settings,
    struct saml_idps *idps, const struct saml_decryption_keys *keys,
    const struct saml_logout_input *input, struct saml_logout *logout,
    struct refusal *refusal);

#endif
