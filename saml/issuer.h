/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ISSUER_H
#define SAML_ISSUER_H

#include <libxml/tree.h>

#include "saml/check.h"

/* The entityID in an Issuer, "" where it holds anything else than text. */
const char *saml_issuer_text(const xmlNode *issuer);

/*
 * Finds the IdP that an Issuer names, which has to be the one that was asked
 * if one was, and sets check->idp: its keys come from metadata, never from the
 * message. 0, or GATE_EREFUSED: issuer_missing, issuer_mismatch,
 * issuer_unknown, idp_no_key, idp_metadata_expired.
 */
int saml_issuer_find(
    struct saml_check *check, struct saml_idps *idps, const xmlNode *issuer);

/*
 * Holds an Issuer against the IdP whose keys were used: 0, or GATE_EREFUSED
 * (issuer_mismatch, bad_structure).
 */
int saml_issuer_check(const struct saml_check *check, const xmlNode *issuer);

#endif
