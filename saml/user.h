/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_USER_H
#define SAML_USER_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/identity.h"

/*
 * Takes the user from where user_from looks, the NameID or the one value of an
 * attribute among the statements of an assertion, both as [idp NAME] has it for
 * this IdP, else [saml]. The name must be within the IdP's user_scope, so that
 * one IdP cannot name another's users, and acceptable as text, also once the
 * scope is stripped. 0 and identity->user; GATE_EREFUSED (name_id, no_user,
 * attribute, user_scope), GATE_ENOMEM.
 */
int saml_user_take(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity);

#endif
