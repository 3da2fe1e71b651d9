/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_WORDS_H
#define GATE_WORDS_H

/*
 * Nonzero if word is one of the list, whose words are separated by blanks and
 * compared byte by byte. An empty word is in no list.
 */
int words_have(const char *list, const char *word);

#endif
