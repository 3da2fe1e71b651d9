/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/base32.h"

#include <ctype.h>
#include <string.h>

#include "lib/error.h"

static const char *const alphabets[] = {
	[BASE32_RFC4648] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
	[BASE32_CROCKFORD] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ",
};

/* What looks alike, each as one text of pairs: read, and meant. */
static const char *const alikes[] = {
	[BASE32_RFC4648] = "",
	[BASE32_CROCKFORD] = "O0I1L1",
};

void
base32_encode(
    enum base32_alphabet alphabet, const void *bytes, size_t size, char *text)
{
	const char *symbols = alphabets[alphabet];
	const uint8_t *at = bytes;
	uint32_t bits = 0;
	int held = 0;

	for (; size > 0; size--) {
		bits = bits << 8 | *at++;
		for (held += 8; held >= 5; held -= 5)
			*text++ = symbols[bits >> (held - 5) & 31];
	}
	if (held > 0)
		*text++ = symbols[bits << (5 - held) & 31];
	*text = '\0';
}

/* The five bits of a character, or -1. */
static int
symbol(enum base32_alphabet alphabet, char c)
{
	const char *alike = alikes[alphabet], *found;

	c = (char)toupper((unsigned char)c);
	for (; *alike != '\0'; alike += 2)
		if (c == alike[0])
			c = alike[1];
	found = strchr(alphabets[alphabet], c);
	return found == NULL || c == '\0' ? -1
					  : (int)(found - alphabets[alphabet]);
}

int
base32_decode(enum base32_alphabet alphabet, const char *text, uint8_t *bytes,
    size_t room, size_t *size)
{
	uint32_t bits = 0;
	size_t n = 0;
	int held = 0, value, r = 0;

	for (; *text != '\0' && *text != '=' && r == 0; text++) {
		if (*text == ' ' || *text == '-')
			continue;
		value = symbol(alphabet, *text);
		if (value < 0) {
			r = GATE_EINVAL;
			continue;
		}
		bits = bits << 5 | (uint32_t)value;
		held += 5;
		if (held < 8)
			continue;
		held -= 8;
		if (n < room)
			bytes[n++] = (uint8_t)(bits >> held);
		else
			r = GATE_ETOOBIG;
	}
	if (r == 0 && text[strspn(text, "=")] != '\0')
		r = GATE_EINVAL;
	if (r != 0)
		explicit_bzero(bytes, n);
	*size = r == 0 ? n : 0;
	return r;
}
