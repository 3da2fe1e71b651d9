/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_IMPORT_FORMAT_H
#define TWOFACTOR_IMPORT_FORMAT_H

#include "twofactor/import.h"

/* What the formats of import.c share; theirs alone. */

#define IMPORT_LINE_MAX 1024

struct import_reading {
	const struct import *import;
	struct import_entry *entry; /* in secret memory */
	char *line;                 /* likewise, of IMPORT_LINE_MAX bytes */
	const char *at;
	const char *end;
	int number; /* of the line */
	int bad;    /* something was not taken */
};

/* The next line, without its end: 0 when there is none. One that is too long
 * or has a NUL inside is noted, bad, and left out. */
int import_line(struct import_reading *reading);

/* Says something of the line that was read last; bad: that it is lost. */
void import_say(struct import_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
void import_bad(struct import_reading *reading, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* A number, with a sign if it has one, from -max to max. 0 or GATE_EINVAL. */
int import_number(const char *text, int64_t max, int64_t *number);

/* Hands the entry to the caller and wipes it, whatever he returns. */
int import_give(struct import_reading *reading);

/*
 * Whether a text, of one line, begins such a file / reads all lines of one: 0,
 * or what import_give returned.
 */
int import_google_is(const char *line);
int import_google(struct import_reading *reading);
int import_oath(struct import_reading *reading);

#endif
