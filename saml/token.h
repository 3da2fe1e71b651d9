/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_TOKEN_H
#define SAML_TOKEN_H

#include <stddef.h>

/*
 * What a person may hand over where a password is asked for. Told by its form
 * alone, without decoding: a ticket begins with TICKET_PREFIX; a Response has
 * at least SAML_RESPONSE_MIN characters and begins with '<', or is all of the
 * base64 alphabet and white space. A password of such a length and alphabet
 * would be taken for a Response; the manual says so.
 */
enum saml_token {
	SAML_TOKEN_NONE,
	SAML_TOKEN_TICKET,
	SAML_TOKEN_RESPONSE
};

/* Below the shortest signed Response, and below every known cut but one:
 * saslauthd's 256, which it refuses by itself. */
#define SAML_RESPONSE_MIN 400

enum saml_token saml_token_kind(const char *text);

/*
 * Where known PAM conversations cut an answer: the name of the one that cuts
 * at this many bytes (misc_conv 4095, ssh 1023, sudo 511), or NULL.
 */
const char *saml_token_cut_by(size_t size);

#endif
