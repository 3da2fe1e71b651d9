/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_SIGN_H
#define IDP_SIGN_H

#include <libxml/tree.h>

#include "tests/idp/options.h"

struct _xmlSecKey;

/*
 * Signs a Response or an Assertion in place (SAML core 5.4): enveloped,
 * exclusive canonicalization, one Reference to the element's ID, directly
 * after its Issuer, with the certificate in KeyInfo. The key is RSA or EC.
 * 0, GATE_EINVAL (no ID or Issuer), GATE_ECRYPTO, GATE_ENOMEM.
 */
int sign_element(xmlNode *element, struct _xmlSecKey *key, enum digest digest);

#endif
