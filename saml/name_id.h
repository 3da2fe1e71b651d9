/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_NAME_ID_H
#define SAML_NAME_ID_H

#include <libxml/tree.h>

#include "saml/check.h"

/* A name that an IdP has for somebody; what is not given is NULL. */
struct saml_name_id {
	char *value;
	char *format;
	char *name_qualifier;
	char *sp_name_qualifier;
};

void saml_name_id_clear(struct saml_name_id *name);

/*
 * Reads a NameID (core 2.2.3), or the one in an EncryptedID (2.2.4): only where
 * a signature that was verified covers it. The value can be shown, and has at
 * most SAML_IDENTITY_TEXT_MAX bytes. 0 and *name, to be cleared in any case; or
 * GATE_EREFUSED: name_id, or as in saml_encrypted_open; GATE_ENOMEM.
 */
int saml_name_id_read(const struct saml_check *check, const xmlNode *node,
    struct saml_name_id *name);

#endif
