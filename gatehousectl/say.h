/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_SAY_H
#define GATEHOUSECTL_SAY_H

#include <stddef.h>

/*
 * What is said on standard error, one line each, control characters made
 * visible: "gatehousectl: what: why; what to do".
 */

/* What the complaints that follow are about: the verb, as it is typed. */
void say_about(const char *noun, const char *verb);

void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));

/*
 * Complaints go into text from now on, the last one, without what they are
 * about; NULL: to standard error, as at first.
 */
void say_into(char *text, size_t size);

/* For a person's eyes only: nothing is said where there is no terminal. */
void note(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* A complaint about a line of a file; fits the callbacks of config.h. */
void complain_file(const char *file, int line, const char *text, void *data);

/*
 * A copy of a text with what would move the cursor, and what is not UTF-8,
 * written as \x1b. NULL when there is no memory; freed by the caller.
 */
char *visible(const char *text);

/* How many columns it takes: characters, told without a locale. */
int visible_width(const char *text);

#endif
