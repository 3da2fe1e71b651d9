/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_ESCAPE_H
#define WEB_ESCAPE_H

#include "web/buffer.h"

/*
 * Adds a text so that it is nothing but text in HTML, between tags and in an
 * attribute in quotes (WHATWG HTML, 13.1.2.3 and 13.1.4). What is not UTF-8,
 * and controls that HTML does not allow, become U+FFFD each.
 */
void escape_html(struct buffer *buffer, const char *text);

/* Adds a text as one component of a URL (RFC 3986): all but the unreserved. */
void escape_component(struct buffer *buffer, const char *text);

#endif
