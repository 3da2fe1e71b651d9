/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_line.h"

#include <stdio.h>
#include <string.h>

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* The length without the blanks at the end. */
static size_t
trim(const char *line, size_t length)
{
	while (length > 0 && is_blank(line[length - 1]))
		length--;
	return length;
}

void
config_line_take(struct config_text *text, const char **line, size_t *length)
{
	size_t left = (size_t)(text->end - text->next);
	const char *start = text->next;
	const char *stop = memchr(start, '\n', left);

	text->next = stop != NULL ? stop + 1 : text->end;
	if (stop == NULL)
		stop = text->end;
	while (start < stop && is_blank(*start))
		start++;
	text->line++;
	*line = start;
	*length = trim(start, (size_t)(stop - start));
}

int
config_line_has_control(const char *line, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++) {
		if (((unsigned char)line[i] < ' ' && line[i] != '\t') ||
		    line[i] == 127)
			return 1;
	}
	return 0;
}

size_t
config_line_uncommented(const char *line, size_t length)
{
	size_t i;

	for (i = 1; i < length; i++) {
		if (line[i] == ';' && is_blank(line[i - 1]))
			length = i;
	}
	return trim(line, length);
}

int
config_line_has_prefix(const char *line, size_t length, char *name, size_t size)
{
	size_t i = 0;

	while (i < length && line[i] != ':' && line[i] != '=')
		i++;
	if (i == length || line[i] != ':')
		return 0;
	snprintf(name, size, "%.*s", (int)trim(line, i), line);
	return 1;
}
