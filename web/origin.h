/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ORIGIN_H
#define WEB_ORIGIN_H

#include <stdint.h>

/* RFC 1035, 2.3.4: what a host's name can have, and a NUL. */
#define ORIGIN_HOST_SIZE 254
#define ORIGIN_TEXT_SIZE (8 + ORIGIN_HOST_SIZE + 6)

/*
 * Where a page is from (RFC 6454): a scheme, a host and a port, in one form
 * alone: the host in small letters, an IPv6 address as RFC 5952 has it, in
 * brackets; the port never 0.
 */
struct origin {
	int https; /* 0: http */
	uint16_t port;
	char host[ORIGIN_HOST_SIZE];
};

/*
 * Takes "https://HOST[:PORT]" or "http://..." from the beginning of *text, and
 * moves it to what follows: the end, "/", "?" or "#", or else it is refused. So
 * are users, backslashes, blanks, escapes, names that are not ASCII, empty
 * labels and ports, and numbers that browsers take for addresses but are none.
 * 0 or GATE_EINVAL.
 */
int origin_take(struct origin *origin, const char **text);

/* The same with nothing behind it, as the header Origin has it. */
int origin_read(struct origin *origin, const char *text);

int origin_equal(const struct origin *a, const struct origin *b);

/* As browsers write it (RFC 6454, 6.2): without the scheme's usual port. */
void origin_text(const struct origin *origin, char text[ORIGIN_TEXT_SIZE]);

/* What a browser says of whence a request comes; NULL: absent. */
struct origin_evidence {
	const char *origin;     /* Origin */
	const char *fetch_site; /* Sec-Fetch-Site */
};

/*
 * Whether a request that changes something, a POST, was sent by a page of ours:
 * whatever of the two headers came must say so, and one must have come.
 * Sec-Fetch-Site is "same-origin"; or "none", as it is when a person loads the
 * answer to a form again, and then Origin must be there. An Origin of "null" is
 * as none: so browsers send the forms of a page whose Referrer-Policy is
 * no-referrer, as ours is (Fetch, 3.2), and Sec-Fetch-Site alone tells. A
 * header that came twice is joined by a comma, and refused. 0 or GATE_EREFUSED.
 */
int origin_check(
    const struct origin *own, const struct origin_evidence *evidence);

#endif
