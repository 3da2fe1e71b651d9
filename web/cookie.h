/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_COOKIE_H
#define WEB_COOKIE_H

#include <stddef.h>

#include "web/field.h"

/* More than this we do not read, over all lines of the header. */
#define COOKIE_BYTES_MAX (32u << 10)
#define COOKIE_COUNT_MAX 256

/*
 * Finds a cookie by its name (RFC 6265, 4.2): *value points into its line, size
 * bytes of it, and is to be looked at by whoever knows what it must be. Who has
 * a neighbour's host can set a cookie of the same name beside ours, and none
 * can tell which is which: a name that stands twice, in small or capital
 * letters, is refused as a whole. There are no quotes and no "$Version": what
 * is not written as we write it is not ours. 0; GATE_ENOTFOUND;
 * GATE_EREFUSED (it is there twice), GATE_EINVAL (characters that no value
 * has), GATE_ETOOBIG.
 */
int cookie_find(const struct field_lines *lines, const char *name,
    const char **value, size_t *size);

enum cookie_same_site {
	COOKIE_STRICT,
	COOKIE_LAX,
	COOKIE_NONE
};

/* Until the browser is closed. */
#define COOKIE_SESSION (-1)

/* A cookie of ours. Always Secure and HttpOnly, and never for a Domain. */
struct cookie {
	const char *name; /* begins with __Host- or __Secure- */
	const char *value;
	const char *path;
	long max_age; /* seconds; 0: it is to go; COOKIE_SESSION */
	enum cookie_same_site same_site;
};

/* Room for any that we write. */
#define COOKIE_TEXT_SIZE 512

/*
 * Writes the value of Set-Cookie (RFC 6265bis, 4.1). 0; GATE_EINVAL for a name,
 * value or path with characters that do not belong there, a name without such
 * a prefix, or a path of __Host- that is not "/"; GATE_ETOOBIG.
 */
int cookie_write(const struct cookie *cookie, char text[COOKIE_TEXT_SIZE]);

#endif
