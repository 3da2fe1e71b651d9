/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_IDP_ROLE_H
#define SAML_IDP_ROLE_H

#include <libxml/tree.h>

#include "saml/metadata.h"

/* What an IdP says of itself. For idp.c alone. */

/* Nonzero for an IDPSSODescriptor of SAML 2.0. */
int saml_idp_is_role(const xmlNode *node);

/*
 * Takes over what an IDPSSODescriptor has (metadata 2.4.3): certificates,
 * endpoints, the first good one of each binding; scopes; its name. What will
 * not do is passed over. 0 or GATE_ENOMEM.
 */
int saml_idp_read_role(struct saml_idp *idp, const xmlNode *role);

/*
 * What the EntityDescriptor has for all roles: scopes, and the organization's
 * name where the role has none. 0 or GATE_ENOMEM.
 */
int saml_idp_read_rest(struct saml_idp *idp, const xmlNode *entity);

#endif
