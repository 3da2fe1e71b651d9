/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_FIELD_H
#define WEB_FIELD_H

#include <stddef.h>

/*
 * The values of one header field of a request, a line each, in the order in
 * which they came (RFC 9110, 5.2 and 5.3). A struct of zeros: it did not come.
 * They are kept apart: joined by commas, an open quote in one line would
 * swallow the next, which another has written.
 */
struct field_lines {
	const char *const *lines;
	size_t count;
};

#endif
