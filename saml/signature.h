/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SIGNATURE_H
#define SAML_SIGNATURE_H

#include <libxml/tree.h>

#include "lib/reason.h"
#include "saml/metadata.h"

struct saml_algorithm;

/* A ds:Signature of the one shape that SAML allows (core 5.4). */
struct saml_signature {
	xmlNode *node;
	xmlNode *key_info; /* NULL: none */
	const char *id;    /* of the element that is signed, its parent */
	const struct saml_algorithm *method, *digest;
	size_t key; /* the IdP's that verified it, from 1; 0: none yet */
};

/*
 * Looks at a Signature, the child of the element it must sign, without
 * computing anything: one SignedInfo with one Reference to "#" and its
 * parent's ID, the enveloped-signature transform and exclusive
 * canonicalization and no other, RSA or ECDSA with SHA-2, no Object. 0, or
 * GATE_EREFUSED: signature_shape, signature_algorithm.
 */
int saml_signature_read(
    struct saml_signature *signature, xmlNode *node, struct refusal *refusal);

/*
 * Verifies it with the keys of the IdP, and with nothing that the message
 * brings along: KeyInfo is cut out of the tree first. 0, or GATE_EREFUSED
 * (signature_invalid), GATE_ENOMEM.
 */
int saml_signature_verify(struct saml_signature *signature,
    const struct saml_idp *idp, struct refusal *refusal);

#endif
