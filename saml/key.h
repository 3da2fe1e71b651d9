/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_KEY_H
#define SAML_KEY_H

struct _xmlSecKey;

/*
 * Whether a key of these was certified for RSASSA-PSS alone (id-RSASSA-PSS, RFC
 * 4055), and must verify nothing else.
 */
int saml_key_is_pss(struct _xmlSecKey *key);

/*
 * The bare public key of a certificate, given in base64 as in
 * ds:X509Certificate; the rest of the certificate, its dates too, means nothing
 * in metadata (SAML metadata interoperability profile 2.6.1). 0;
 * GATE_ENOTFOUND and why (a phrase in static storage) if it is no certificate
 * or not one of RSA with 2048 to 8192 bits, P-256 or P-384; GATE_ENOMEM. A
 * certificate of id-RSASSA-PSS gives an RSA key; which digest it is restricted
 * to, if to any, does not matter.
 */
int saml_key_from_certificate(
    struct _xmlSecKey **key, const char *base64, const char **why);

#endif
