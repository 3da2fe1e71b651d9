/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ATTRIBUTE_H
#define SAML_ATTRIBUTE_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/identity.h"

/*
 * Takes the attributes (core 2.7.3) from among the statements of an assertion.
 * IdPs send much that is no text to be shown - photographs, certificates, a
 * NameID in a value, xsi:nil; such a value is left out rather than made to
 * break the login. What names the user is held to more, see saml/user.h. 0,
 * GATE_EREFUSED (attribute, encrypted), GATE_ENOMEM.
 */
int saml_attributes_take(const struct saml_check *check, const xmlNode *first,
    struct saml_identity *identity);

#endif
