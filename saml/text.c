/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/utf8.h"
#include "saml/text.h"

struct range {
	int32_t first, last;
	const char *flaw;
};

/* In ascending order. */
static const struct range forbidden[] = {
	{ 0x0000, 0x001f, "holds a control character" },
	{ 0x007f, 0x009f, "holds a control character" },
	{ 0x00ad, 0x00ad, "holds an invisible character" },
	{ 0x034f, 0x034f, "holds an invisible character" },
	{ 0x061c, 0x061c, "holds a bidirectional mark" },
	{ 0x115f, 0x1160, "holds an invisible character" },
	{ 0x17b4, 0x17b5, "holds an invisible character" },
	{ 0x180b, 0x180f, "holds an invisible character" },
	{ 0x200b, 0x200b, "holds an invisible character" },
	{ 0x200e, 0x200f, "holds a bidirectional mark" },
	{ 0x2028, 0x2029, "holds a line separator" },
	{ 0x202a, 0x202e, "holds a bidirectional mark" },
	{ 0x2060, 0x2065, "holds an invisible character" },
	{ 0x2066, 0x2069, "holds a bidirectional mark" },
	{ 0x206a, 0x206f, "holds an invisible character" },
	{ 0x2800, 0x2800, "holds an invisible character" }, /* no dots */
	{ 0x3164, 0x3164, "holds an invisible character" },
	{ 0xfe00, 0xfe0f, "holds an invisible character" },
	{ 0xfeff, 0xfeff, "holds an invisible character" },
	{ 0xffa0, 0xffa0, "holds an invisible character" },
	{ 0xfff0, 0xfffb, "holds an invisible character" },
	{ 0x1d173, 0x1d17a, "holds an invisible character" },
	{ 0xe0000, 0xe0fff, "holds an invisible character" },
};

static const struct range blanks[] = {
	{ 0x0020, 0x0020, NULL },
	{ 0x00a0, 0x00a0, NULL },
	{ 0x1680, 0x1680, NULL },
	{ 0x2000, 0x200a, NULL },
	{ 0x202f, 0x202f, NULL },
	{ 0x205f, 0x205f, NULL },
	{ 0x3000, 0x3000, NULL },
};

#define COUNT(table) (sizeof(table) / sizeof((table)[0]))

static const struct range *
in_ranges(const struct range *ranges, size_t count, int32_t point)
{
	size_t i;

	for (i = 0; i < count && point >= ranges[i].first; i++) {
		if (point <= ranges[i].last)
			return &ranges[i];
	}
	return NULL;
}

const char *
saml_text_flaw(const char *text, size_t max)
{
	const unsigned char *start = (const unsigned char *)text, *p = start;
	size_t size = strlen(text);
	const unsigned char *end = p + size;
	const struct range *bad;
	int32_t point;
	int blank = 0;

	if (size == 0)
		return "is empty";
	if (size > max)
		return "is too long";
	while (p < end) {
		int first = p == start;

		if ((point = utf8_next(&p, end)) < 0)
			return "is not UTF-8";
		bad = in_ranges(forbidden, COUNT(forbidden), point);
		if (bad != NULL)
			return bad->flaw;
		blank = in_ranges(blanks, COUNT(blanks), point) != NULL;
		if (blank && first)
			return "begins with a blank";
	}
	return blank ? "ends with a blank" : NULL;
}
