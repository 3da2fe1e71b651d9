/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_UTF8_H
#define GATE_UTF8_H

#include <stddef.h>
#include <stdint.h>

#define UTF8_BAD -1 /* not UTF-8 */
#define UTF8_CUT -2 /* so far UTF-8, but the last character is not whole */

/*
 * Takes one character of a text that ends at end, and moves *text past it: its
 * code point, or UTF8_BAD, UTF8_CUT. Overlong forms, surrogates and what is
 * beyond U+10FFFF are bad (RFC 3629). *text must not be at the end.
 */
int32_t utf8_next(const unsigned char **text, const unsigned char *end);

/* 0 if all of it is UTF-8 without a NUL, else UTF8_BAD or UTF8_CUT. */
int utf8_check(const char *text, size_t size);

#endif
