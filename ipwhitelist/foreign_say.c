/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/foreign_say.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "ipwhitelist/rule.h"

void
foreign_say(struct foreign_run *run, int lossy, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	run->is_lossy |= lossy;
	run->foreign->note(run->line, text, run->foreign->data);
}

int
foreign_tell(struct foreign_run *run, const char *format, ...)
{
	char text[4096], why[512];
	struct rule rule;
	va_list ap;
	int n;

	va_start(ap, format);
	n = vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	if (n < 0 || (size_t)n >= sizeof(text)) {
		foreign_say(run, 1, "left out: it would be too long a rule");
		return 0;
	}
	if (rule_read(&rule, text, (size_t)n, why, sizeof(why)) != 0 ||
	    (rule.kind != RULE_ALLOW && rule.kind != RULE_DENY)) {
		foreign_say(run, 1, "left out: %s", why);
		return 0;
	}
	return run->foreign->each(text, run->line, run->foreign->data);
}

int
foreign_line(struct piece *rest, struct piece *line, int *has_end)
{
	const char *end = memchr(rest->at, '\n', rest->length);

	if (rest->length == 0)
		return 0;
	line->at = rest->at;
	line->length = end != NULL ? (size_t)(end - rest->at) : rest->length;
	*has_end = end != NULL;
	rest->at += line->length + (end != NULL);
	rest->length -= line->length + (end != NULL);
	if (line->length > 0 && line->at[line->length - 1] == '\r')
		line->length--;
	return 1;
}

static int
is_between(char c, const char *separators)
{
	return c == ' ' || c == '\t' ||
	    (c != '\0' && strchr(separators, c) != NULL);
}

int
foreign_word(struct piece *rest, const char *separators, struct piece *word)
{
	while (rest->length > 0 && is_between(*rest->at, separators)) {
		rest->at++;
		rest->length--;
	}
	*word = (struct piece){ rest->at, 0 };
	while (rest->length > 0 && !is_between(*rest->at, separators)) {
		rest->at++;
		rest->length--;
		word->length++;
	}
	return word->length > 0;
}

void
foreign_plain(struct piece piece, char *text, size_t size)
{
	size_t i, n = 0;

	for (i = 0; i < piece.length && n + 1 < size; i++)
		if (piece.at[i] >= ' ' && piece.at[i] <= '~' &&
		    piece.at[i] != '"')
			text[n++] = piece.at[i];
	text[n] = '\0';
}
