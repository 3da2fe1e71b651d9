/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/say.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/utf8.h"

static struct {
	const char *noun;
	const char *verb;
} about;

/* Where complaints go; NULL: to standard error. */
static struct {
	char *text;
	size_t size;
} into;

void
say_about(const char *noun, const char *verb)
{
	about.noun = noun;
	about.verb = verb;
}

void
say_into(char *text, size_t size)
{
	into.text = text;
	into.size = size;
}

/* C0, DEL, C1, and what turns the direction of writing. */
static int
is_control(int32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x2028 && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

char *
visible(const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + strlen(text);
	const unsigned char *from;
	char *copy, *to;
	int32_t c;

	copy = to = malloc((size_t)(end - at) * 4 + 1);
	if (copy == NULL)
		return NULL;
	while (at < end) {
		from = at;
		c = utf8_next(&at, end);
		if (c < 0)
			at = from + 1;
		if (!is_control(c)) /* a bad one is negative */
			to = mempcpy(to, from, (size_t)(at - from));
		else
			for (; from < at; from++)
				to += snprintf(to, 5, "\\x%02x", *from);
	}
	*to = '\0';
	return copy;
}

int
visible_width(const char *text)
{
	int width = 0;

	for (; *text != '\0'; text++)
		width += ((unsigned char)*text & 0xc0) != 0x80;
	return width;
}

static void
emit(const char *noun, const char *verb, const char *format, va_list ap)
{
	char text[2048];
	char *clean;

	vsnprintf(text, sizeof(text), format, ap);
	clean = visible(text);
	fprintf(stderr, "gatehousectl: %s%s%s%s%s\n", noun != NULL ? noun : "",
	    verb != NULL ? " " : "", verb != NULL ? verb : "",
	    noun != NULL ? ": " : "", clean != NULL ? clean : "out of memory");
	free(clean);
}

void
complain(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	if (into.text != NULL)
		vsnprintf(into.text, into.size, format, ap);
	else
		emit(about.noun, about.verb, format, ap);
	va_end(ap);
}

void
note(const char *format, ...)
{
	va_list ap;

	if (!isatty(STDERR_FILENO))
		return;
	va_start(ap, format);
	emit(about.noun, about.verb, format, ap);
	va_end(ap);
}

void
complain_file(const char *file, int line, const char *text, void *data)
{
	(void)data;
	if (line > 0)
		complain("%s:%d: %s", file, line, text);
	else
		complain("%s: %s", file, text);
}
