/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_METADATA_READER_H
#define SAML_METADATA_READER_H

#include <stddef.h>
#include <stdint.h>

#include "saml/metadata.h"

/* Takes an IdP over, in any case. 0, or an error that ends the reading. */
typedef int saml_metadata_take(struct saml_idp *idp, void *data);

/*
 * Reads a document from its beginning to its end, one entity at a time: a
 * federation's is large. Each IdP in it is handed to take; facts may be NULL.
 * 0; GATE_ECONFIG and why, GATE_ENOMEM, or what take returned.
 */
int saml_metadata_read(const char *text, size_t size, int64_t fetched,
    saml_metadata_take *take, void *data, struct saml_metadata_facts *facts,
    char *why, size_t why_size);

#endif
