/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_METADATA_H
#define IDP_METADATA_H

/*
 * Metadata of an IdP (SAML metadata 2.4.3) with one signing certificate, DER
 * in base64, and one URL for the Redirect and POST bindings. NULL when there
 * is no memory; the caller frees it with xmlFree.
 */
char *metadata_idp(
    const char *entity_id, const char *sso, const char *certificate);

/* The same of an SP (2.4.4) with one ACS, POST binding, and no key. */
char *metadata_sp(const char *entity_id, const char *acs);

#endif
