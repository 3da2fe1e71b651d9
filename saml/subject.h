/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SUBJECT_H
#define SAML_SUBJECT_H

#include <stdint.h>

#include <libxml/tree.h>

#include "saml/check.h"
#include "saml/identity.h"

/* How long confirmations hold. */
struct saml_confirmation {
	int64_t not_on_or_after; /* of the one that was found to hold */
	int64_t last_end;        /* the latest of all bearer confirmations */
};

/*
 * Checks saml:Subject (core 2.4, profiles 4.1.4.2): a bearer confirmation for
 * this place, this time and this request, among however many, and a NameID
 * that can be shown, encrypted or not. node, of a verified element, may be
 * NULL; the NameID may be missing, which leaves it NULL. 0 and name_id,
 * name_id_format, the qualifiers; GATE_EREFUSED, GATE_ENOMEM.
 */
int saml_subject_check(const struct saml_check *check, const xmlNode *node,
    struct saml_confirmation *confirmation, struct saml_identity *identity);

#endif
