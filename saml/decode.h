/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_DECODE_H
#define SAML_DECODE_H

#include <stddef.h>

#include "lib/reason.h"

/* The XML of a Response, as text that nobody has looked at yet. */
struct saml_input {
	const char *text;
	size_t size;
	char *owned; /* the memory it lies in; NULL: the caller's own */
	int ragged;  /* the base64 lacks its padding, or all that follows */
	const char *form; /* in which it came: a phrase */
};

/*
 * Takes a Response as it was handed over: XML, base64 of XML, or base64 of
 * raw-deflated XML (SAML bindings 3.4.4.1, 3.5.4). The base64 is strict (RFC
 * 4648, line breaks and nothing else beside), the text has at most max bytes.
 * Ragged base64 was cut if its text is not whole; refuse it in any case. 0;
 * GATE_EREFUSED (response_empty, _too_large, _cut, bad_base64, bad_deflate),
 * GATE_ENOMEM. *input points into response or has memory of its own.
 */
int saml_decode(struct saml_input *input, const char *response, size_t size,
    size_t max, struct refusal *refusal);

/* Frees what saml_decode made; takes an input of zeros. */
void saml_input_clear(struct saml_input *input);

#endif
