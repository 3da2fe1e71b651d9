/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_PERCENT_H
#define GATE_PERCENT_H

#include <stddef.h>

/*
 * The byte that the "%XX" at text stands for (RFC 3986, 2.1), zero among them;
 * -1 if there is none before end. It takes three characters.
 */
int percent_byte(const char *text, const char *end);

/* Writes "%XX" with capital letters, and no NUL. */
void percent_write(unsigned char byte, char text[3]);

/* Nonzero for what need never be escaped (RFC 3986, 2.3). */
int percent_is_unreserved(unsigned char c);

#endif
