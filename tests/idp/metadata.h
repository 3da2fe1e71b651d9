/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_METADATA_H
#define IDP_METADATA_H

/* Where an IdP takes messages, by Redirect and by POST; NULL: it does not. */
struct metadata_places {
	const char *sso;
	const char *slo;
	const char *slo_response; /* NULL: as slo */
};

/*
 * Metadata of an IdP (SAML metadata 2.4.3) with one signing certificate, DER
 * in base64. NULL when there is no memory; the caller frees it with xmlFree.
 */
char *metadata_idp(const char *entity_id, const struct metadata_places *places,
    const char *certificate);

/* The same of an SP (2.4.4) with one ACS, POST binding, and no key. */
char *metadata_sp(const char *entity_id, const char *acs);

#endif
