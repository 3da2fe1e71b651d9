/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_KEY_H
#define SAML_KEY_H

struct _xmlSecKey;

/*
 * The bare public key of a certificate, given in base64 as in
 * ds:X509Certificate; the rest of the certificate, its dates too, means nothing
 * in metadata (SAML metadata interoperability profile 2.6.1). 0;
 * GATE_ENOTFOUND and why (a phrase in static storage) if it is no certificate
 * or not one of RSA with 2048 to 8192 bits, P-256 or P-384; GATE_ENOMEM.
 */
int saml_key_from_certificate(
    struct _xmlSecKey **key, const char *base64, const char **why);

#endif
