/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/percent.h"

static int
hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

int
percent_byte(const char *text, const char *end)
{
	int high, low;

	if (end - text < 3 || text[0] != '%' || (high = hex(text[1])) < 0 ||
	    (low = hex(text[2])) < 0)
		return -1;
	return high << 4 | low;
}

void
percent_write(unsigned char byte, char text[3])
{
	static const char digits[] = "0123456789ABCDEF";

	text[0] = '%';
	text[1] = digits[byte >> 4];
	text[2] = digits[byte & 15];
}

/* Not isalnum(3), which asks the locale. */
int
percent_is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_' ||
	    c == '~';
}
