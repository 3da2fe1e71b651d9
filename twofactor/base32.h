/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_BASE32_H
#define TWOFACTOR_BASE32_H

#include <stddef.h>
#include <stdint.h>

/* Five bits a character: for authenticator apps, or for people. */
enum base32_alphabet {
	BASE32_RFC4648,   /* A-Z 2-7, RFC 4648, section 6 */
	BASE32_CROCKFORD, /* 0-9 A-Z without I, L, O, U */
};

/* Room for size bytes as text, without padding, and its NUL. */
#define BASE32_TEXT_SIZE(size) (((size)*8 + 4) / 5 + 1)

/* Writes size bytes as text without padding. */
void base32_encode(
    enum base32_alphabet alphabet, const void *bytes, size_t size, char *text);

/*
 * Reads what people and programs write: any case, blanks and dashes anywhere,
 * "=" at the end; in Crockford's alphabet O is 0, I and L are 1. Bits beyond
 * the last whole byte are dropped. 0 and *size, GATE_EINVAL for any other
 * character, GATE_ETOOBIG for more than room bytes; bytes are wiped then.
 */
int base32_decode(enum base32_alphabet alphabet, const char *text,
    uint8_t *bytes, size_t room, size_t *size);

#endif
