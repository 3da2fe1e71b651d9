/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/utf8.h"

/* By the number of bytes after the first: its bits, and the least character
 * that needs so many. */
static const struct form {
	unsigned char mask, bits;
	int32_t least;
} forms[] = {
	{ 0x80, 0x00, 0 },
	{ 0xe0, 0xc0, 0x80 },
	{ 0xf0, 0xe0, 0x800 },
	{ 0xf8, 0xf0, 0x10000 },
};

#define FORMS (sizeof(forms) / sizeof(forms[0]))

int32_t
utf8_next(const unsigned char **text, const unsigned char *end)
{
	unsigned char first = *(*text)++;
	int32_t point;
	size_t more, i;

	for (more = 0; more < FORMS; more++) {
		if ((first & forms[more].mask) == forms[more].bits)
			break;
	}
	if (more == FORMS)
		return UTF8_BAD;
	point = first & (unsigned char)~forms[more].mask;
	for (i = 0; i < more; i++) {
		if (*text == end)
			return UTF8_CUT;
		if ((**text & 0xc0) != 0x80)
			return UTF8_BAD;
		point = point << 6 | (*(*text)++ & 0x3f);
	}
	if (point < forms[more].least || point > 0x10ffff ||
	    (point >= 0xd800 && point <= 0xdfff))
		return UTF8_BAD;
	return point;
}

/* Past all that is plain ASCII, eight bytes at a time while there are. */
static const unsigned char *
skip_ascii(const unsigned char *text, const unsigned char *end)
{
	uint64_t word;

	while (end - text >= (ptrdiff_t)sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		if ((word & 0x8080808080808080u) != 0)
			break;
		text += sizeof(word);
	}
	while (text < end && *text < 0x80)
		text++;
	return text;
}

int
utf8_check(const char *text, size_t size)
{
	const unsigned char *p = (const unsigned char *)text;
	const unsigned char *end = p + size;
	int32_t point;

	if (memchr(text, '\0', size) != NULL)
		return UTF8_BAD;
	while ((p = skip_ascii(p, end)) < end) {
		point = utf8_next(&p, end);
		if (point < 0)
			return point;
	}
	return 0;
}
