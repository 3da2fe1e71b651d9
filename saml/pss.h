/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_PSS_H
#define SAML_PSS_H

#include <libxml/tree.h>
#include <xmlsec/xmlsec.h>
#include <xmlsec/transforms.h>

#include "lib/reason.h"

/*
 * RSASSA-PSS (RFC 8017, 8.1), which xmlsec 1.2 does not have, as transforms of
 * its kind on OpenSSL's primitive. They verify, and cannot sign. Of all that
 * the parameters could be, this is taken: SHA-256, SHA-384 or SHA-512, MGF1
 * with the same, a salt as long as the digest, trailer 1.
 */
#define SAML_PSS_NS "http://www.w3.org/2007/05/xmldsig-more#"

/* Makes them known to xmlsec, once it is set up. 0 or GATE_ECRYPTO. */
int saml_pss_init(void);

/* #sha256-rsa-MGF1 and its like (RFC 9231, 2.3.10), which say it all. */
xmlSecTransformId saml_pss_sha256(void);
xmlSecTransformId saml_pss_sha384(void);
xmlSecTransformId saml_pss_sha512(void);

/* #rsa-pss (RFC 9231, 2.3.9), which has parameters. */
xmlSecTransformId saml_pss_with_params(void);

/*
 * Looks at what a SignatureMethod #rsa-pss holds: an RSAPSSParams or nothing,
 * which is SHA-256. 0, or GATE_EREFUSED: signature_shape, signature_algorithm.
 */
int saml_pss_check(const xmlNode *method, struct refusal *refusal);

#endif
