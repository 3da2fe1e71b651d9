/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_ENCODE_H
#define IDP_ENCODE_H

#include <stdio.h>

#include "tests/idp/options.h"

/*
 * Prints XML in one of the forms that a Response travels in, and a newline:
 * base64 (SAML bindings 3.5.4), raw deflate (RFC 1951) and then base64
 * (3.4.4.1), or as it stands. 0, GATE_ENOMEM or GATE_EIO.
 */
int encode_print(enum format format, const void *xml, size_t size, FILE *out);

/* The second form, as a text that the caller frees with g_free. */
int encode_deflate(const void *xml, size_t size, char **text);

#endif
