/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_HEADER_H
#define WEB_HEADER_H

#include <stddef.h>

#include "lib/attributes.h"

/* The headers that tell a portal who is there. */
enum header_id {
	HEADER_USER,
	HEADER_GROUPS,
	HEADER_SESSION,
	HEADER_METHOD,
	HEADER_ATTRIBUTES,
	HEADER_TOKEN,    /* identity_token.h */
	HEADER_PREVIOUS, /* the session whose work this one goes on with */
	HEADER_COUNT
};

extern const char *const header_names[HEADER_COUNT];

/* Who is there: of zeros, nobody. NULL: no value. */
struct identity {
	const char *user;
	const char *const *groups;
	size_t group_count;
	const char *session; /* its name, no secret */
	const char *method;
	const struct attributes *attributes;
	const char *token;
	const char *previous; /* a session's name */
};

/* More than this, in bytes, proxies have no room for. */
#define HEADER_VALUE_MAX 8192

struct headers {
	char *values[HEADER_COUNT];
};

/*
 * Makes the values of all the headers, none ever left out: a proxy copies what
 * is there, and where one was missing it would pass on what the client has
 * sent; who is answered without an identity gets all of them empty.
 *
 * Groups stand between commas, attributes as NAME=VALUE, once for each value.
 * What is in them is UTF-8, of which all is escaped as RFC 3986 has it (%XX; a
 * plus sign is one) that is not a letter, a digit or one of -._~@:/+!$&'()*
 * so that no value is two, ends its line, or is blank at an end.
 *
 * 0 and headers_clear frees them; GATE_EINVAL for what is not UTF-8, for an
 * empty group or attribute's name; GATE_ETOOBIG, GATE_ENOMEM; and then there is
 * nothing.
 */
int headers_make(struct headers *headers, const struct identity *identity);
void headers_clear(struct headers *headers);

#endif
