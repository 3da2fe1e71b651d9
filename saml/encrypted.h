/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ENCRYPTED_H
#define SAML_ENCRYPTED_H

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/parse.h"

/*
 * Opens an EncryptedAssertion or EncryptedID: the element of this name, in the
 * namespace of assertions, that is in it. covered: a signature that was
 * verified before covers what is encrypted here, without which [saml]
 * cbc_encryption may forbid CBC, as its padding tells tales. 0, and *doc, to be
 * freed, which *element is in, its *census counted; GATE_EREFUSED (encrypted,
 * encryption_shape, encryption_algorithm, cbc_refused, decryption_failed);
 * GATE_ENOMEM.
 */
int saml_encrypted_open(const struct saml_check *check, const xmlNode *node,
    const char *name, int covered, xmlDoc **doc, xmlNode **element,
    struct saml_census *census);

#endif
