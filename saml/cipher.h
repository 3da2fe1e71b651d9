/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_CIPHER_H
#define SAML_CIPHER_H

#include <stddef.h>

/*
 * The ciphers that encrypt a text (XML Encryption 1.1, 5.2): AES with 128, 192
 * or 256 bits, in GCM or CBC.
 */
struct saml_cipher;

/* The longest key of any of them, in bytes. */
#define SAML_CIPHER_KEY_MAX 32

/* The cipher with this Algorithm, or NULL. */
const struct saml_cipher *saml_cipher_find(const char *uri);

size_t saml_cipher_key_size(const struct saml_cipher *cipher);
int saml_cipher_is_cbc(const struct saml_cipher *cipher);

/*
 * Deciphers the bytes of a CipherValue into out, which has room for as many. 0
 * and *out_size; *good says whether the key was the right one, as far as can
 * be told. With CBC, out is filled and *out_size is set as much for a wrong
 * padding as for a right one, so that what follows takes its time too; nothing
 * is given away of a text that GCM does not vouch for. Else GATE_ENOMEM.
 */
int saml_cipher_decipher(const struct saml_cipher *cipher,
    const unsigned char *key, const unsigned char *bytes, size_t size,
    unsigned char *out, size_t *out_size, int *good);

#endif
