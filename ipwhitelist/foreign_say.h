/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_FOREIGN_SAY_H
#define IPWHITELIST_FOREIGN_SAY_H

#include "ipwhitelist/foreign.h"
#include "ipwhitelist/target.h"

/* What every importer does: the saying of notes, and of rules. */
struct foreign_run {
	const struct foreign *foreign;
	int line;
	int is_lossy; /* something was not taken as it was meant */
};

/* Says something; of what was not taken as it was meant, with lossy. */
void foreign_say(struct foreign_run *run, int lossy, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * Tells of a rule, if it is one that rule_read reads, as each is: 0 or what
 * each returned. What is none is said.
 */
int foreign_tell(struct foreign_run *run, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The next line of a text: 1, or 0 behind the last. has_end: it has a newline.
 * Neither that nor a carriage return before it is in the line. */
int foreign_line(struct piece *rest, struct piece *line, int *has_end);

/* The next word of a line, between blanks or any of these: 1 or 0. */
int foreign_word(
    struct piece *rest, const char *separators, struct piece *word);

/* Writes what may stand in a note: printable ASCII without quotation marks. */
void foreign_plain(struct piece piece, char *text, size_t size);

#endif
