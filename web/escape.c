/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/escape.h"

#include <stdint.h>
#include <string.h>

#include "lib/percent.h"
#include "lib/utf8.h"

#define REPLACEMENT "\xef\xbf\xbd"

/* What stands for a character; NULL: itself. */
static const char *
substitute(int32_t c)
{
	static const struct {
		int32_t c;
		const char *text;
	} substitutes[] = {
		{ '&', "&amp;" },
		{ '<', "&lt;" },
		{ '>', "&gt;" },
		{ '"', "&#34;" },
		{ '\'', "&#39;" },
		/* some older browsers took it for a quote */
		{ '`', "&#96;" },
	};
	size_t i;

	for (i = 0; i < sizeof(substitutes) / sizeof(substitutes[0]); i++)
		if (substitutes[i].c == c)
			return substitutes[i].text;
	if ((c < ' ' && c != '\t' && c != '\n') || (c >= 0x7f && c < 0xa0))
		return REPLACEMENT;
	return NULL;
}

void
escape_html(struct buffer *buffer, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + strlen(text), *begin;
	const char *instead;

	while (at < end) {
		begin = at;
		instead = substitute(utf8_next(&at, end));
		if (instead != NULL)
			buffer_add_text(buffer, instead);
		else
			buffer_add(
			    buffer, (const char *)begin, (size_t)(at - begin));
	}
}

void
escape_component(struct buffer *buffer, const char *text)
{
	char escaped[3];

	for (; *text != '\0'; text++) {
		if (percent_is_unreserved((unsigned char)*text)) {
			buffer_add(buffer, text, 1);
		} else {
			percent_write((unsigned char)*text, escaped);
			buffer_add(buffer, escaped, sizeof(escaped));
		}
	}
}
