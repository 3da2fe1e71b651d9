/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_BASE64_H
#define SAML_BASE64_H

#include <stddef.h>

#include "lib/reason.h"

/* What was decoded, and how it ended. */
struct saml_base64 {
	unsigned char *bytes;
	size_t size;
	int ragged; /* the last group of four is not whole: no padding */
};

/*
 * Decodes base64 (RFC 4648, section 4) with line breaks and nothing else in
 * between: canonical, padded. Padding that is missing is left to the caller to
 * refuse, as ragged. out starts as zeros, and out->bytes is freed by the caller
 * in any case. 0; GATE_EREFUSED (bad_base64), GATE_ENOMEM.
 */
int saml_base64_decode(struct saml_base64 *out, const char *text, size_t size,
    struct refusal *refusal);

/*
 * The same for an xs:base64Binary, the text of an element: any XML white space
 * may stand in between, and padding that is missing is refused here.
 */
int saml_base64_decode_xml(
    struct saml_base64 *out, const char *text, struct refusal *refusal);

#endif
