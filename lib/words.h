/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_WORDS_H
#define GATE_WORDS_H

#include <stddef.h>

/*
 * The next word of a list and its length; *list moves on behind it. NULL: there
 * is none any more.
 */
const char *words_next(const char **list, size_t *length);

/*
 * Nonzero if word is one of the list, whose words are separated by blanks and
 * compared byte by byte. An empty word is in no list.
 */
int words_have(const char *list, const char *word);

#endif
