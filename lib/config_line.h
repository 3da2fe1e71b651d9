/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_LINE_H
#define GATE_CONFIG_LINE_H

#include <stddef.h>

/* A text of which one line after the other is taken. */
struct config_text {
	const char *next; /* what was not taken yet */
	const char *end;
	int line; /* the number of the one that was taken last */
};

/*
 * Takes the next line, without the blanks around it: length bytes at line,
 * which live as long as the text. There must be one: next is not end.
 */
void config_line_take(
    struct config_text *text, const char **line, size_t *length);

/* Nonzero if there is a control character in the line, other than a tab. */
int config_line_has_control(const char *line, size_t length);

/*
 * How long the line is without a comment behind it, which begins where inih
 * has it begin: at a ";" after a blank.
 */
size_t config_line_uncommented(const char *line, size_t length);

/*
 * Nonzero if a ":" stands before the first "=": what comes before it is then in
 * name, cut to size, without the blanks around it.
 */
int config_line_has_prefix(
    const char *line, size_t length, char *name, size_t size);

#endif
