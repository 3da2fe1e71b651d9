/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_FORM_H
#define GATEHOUSECTL_FORM_H

#include <stddef.h>

#include "gatehousectl/input.h"

/*
 * What a browser posts to us (SAML bindings 3.5.4): SAMLResponse or SAMLRequest
 * and RelayState in the form application/x-www-form-urlencoded (HTML 4.01,
 * 17.13.4.1).
 */
struct form {
	const char *response; /* NULL: it is a request */
	size_t response_size;
	const char *request; /* NULL: it is a response */
	size_t request_size;
	const char *relay_state; /* NULL: none came */
};

/* Whether a text is such a form: no base64 and no XML begins like one. */
int form_is(const char *text);

/*
 * Reads a form of size bytes, which a NUL follows, in place: the texts of form
 * are in it. Other fields are passed over. 0; or GATE_EPROTO for an escape
 * that is none, a NUL or a character that browsers do not send, a name that
 * stands twice; or where there is not one of SAMLResponse and SAMLRequest.
 */
int form_read(struct form *form, char *text, size_t size);

/*
 * A Response that was read from a file, - for standard input: in the form that
 * a browser has posted, or as it is. form has texts of input, which is changed.
 * An exit status; it has complained about a form that is none, or of a request.
 */
int form_response(struct form *form, struct input *input, const char *path);

#endif
