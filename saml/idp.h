/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_IDP_H
#define SAML_IDP_H

#include <stddef.h>
#include <stdint.h>

#include <libxml/tree.h>

#include "saml/metadata.h"

/*
 * One IdP, read from its EntityDescriptor, of which nothing but copies is kept.
 * For metadata.c and metadata_reader.c.
 */

/*
 * Reads an EntityDescriptor that no one else's validity ends before until (0:
 * none does). 0 and *idp, NULL where it is no IdP of SAML 2.0; GATE_ECONFIG and
 * why; GATE_ENOMEM.
 */
int saml_idp_read(struct saml_idp **idp, const xmlNode *entity, int64_t until,
    char *why, size_t why_size);
void saml_idp_free(struct saml_idp **idp);

/*
 * Decodes the certificates to keys, once; those of no use are passed over. 0 or
 * GATE_ENOMEM, after which it can be tried again.
 */
int saml_idp_decode(struct saml_idp *idp);

/*
 * Takes a validUntil into *until, which only becomes earlier; a NULL text
 * changes nothing. 0, or GATE_ECONFIG and why.
 */
int saml_idp_valid_until(
    const char *text, int64_t *until, char *why, size_t why_size);

/* Whichever ends first; 0 is no end. */
int64_t saml_idp_earlier(int64_t a, int64_t b);

#endif
