/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_ENCRYPTION_H
#define SAML_ENCRYPTION_H

#include <stddef.h>

#include <libxml/tree.h>

#include "lib/reason.h"
#include "saml/decryption_keys.h"
#include "saml/key_transport.h"

/*
 * XML Encryption as SAML uses it (core 6, XML Encryption 1.1): a key wrapped
 * for us by RSA-OAEP, a text enciphered with AES. Done on OpenSSL's primitives:
 * xmlsec 1.2 knows one form of OAEP only, and accepts paddings that it should
 * not.
 */

/* What saml_encryption_read found; points into the tree. */
#define SAML_ENCRYPTED_KEYS_MAX 4
struct saml_cipher;
struct saml_encryption {
	const xmlNode *node; /* the EncryptedAssertion or EncryptedID */
	const struct saml_cipher *cipher;
	const char *value; /* base64 */
	struct {
		const xmlNode *node; /* the EncryptedKey */
		struct saml_key_transport transport;
		const char *value; /* base64 */
	} keys[SAML_ENCRYPTED_KEYS_MAX];
	size_t key_count;
};

/*
 * Looks at an EncryptedAssertion or EncryptedID without computing anything: one
 * EncryptedData with an inline CipherValue, Type Element or none, and one to
 * SAML_ENCRYPTED_KEYS_MAX EncryptedKeys with inline CipherValues, inside its
 * KeyInfo or beside it (with RetrievalMethods, of Type EncryptedKey or none,
 * "#ID" to one of those and without transforms; or with none at all). What else
 * a KeyInfo holds is ignored. AES-128/192/256 in GCM or CBC; rsa-oaep-mgf1p
 * and xmlenc11's rsa-oaep with SHA-1, SHA-256, SHA-384 or SHA-512 as digest
 * and MGF1 digest. 0; or GATE_EREFUSED: encryption_shape (CipherReference and
 * the like), encryption_algorithm (RSA 1.5, 3DES, ...).
 */
int saml_encryption_read(struct saml_encryption *encryption,
    const xmlNode *node, struct refusal *refusal);

/* Nonzero for CBC, whose padding tells tales unless a signature covers it. */
int saml_encryption_is_cbc(const struct saml_encryption *encryption);

/*
 * Decrypts it and parses what comes out, under the same limits as a message,
 * to a document whose root is a stand-in for the surroundings: it declares the
 * namespaces in scope at the encrypted element, and has one child, the element
 * ns:name. 0 and *doc, freed with xmlFreeDoc; GATE_ENOMEM; GATE_ECRYPTO where
 * there are no random bytes; or GATE_EREFUSED, decryption_failed in any case:
 * whatever went wrong, the text, and as far as can be the time, are the same.
 * Every wrapped key is tried with every key of ours, and a wrong key goes on as
 * a random one would.
 */
struct saml_census;
int saml_decrypt(const struct saml_encryption *encryption,
    const struct saml_decryption_keys *keys, const char *ns, const char *name,
    xmlDoc **doc, struct saml_census *census, struct refusal *refusal);

#endif
