/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_DICTIONARY_H
#define PASSWORD_DICTIONARY_H

/*
 * The dictionary of cracklib(8), and libpwquality's estimate of strength. Of
 * those libraries' rules no others are used: they stop at the first fault,
 * count bytes, and do not know the Unicode of UTF-8.
 *
 * Both leave traces of the password on the stack and may on the heap; whoever
 * calls runs without core dumps, as gatehoused does.
 */

/* What cracklib thinks of a password. */
enum dictionary_verdict {
	DICTIONARY_FINE,
	DICTIONARY_WORD,          /* one, also backwards or with digits added */
	DICTIONARY_FEW_DIFFERENT, /* fewer than 5 different characters */
	DICTIONARY_SYSTEMATIC,    /* mostly neighbours, as "12345678" */
};

/*
 * Looks the password up: 0 and *verdict; or GATE_EIO where there is no
 * dictionary. Threads take their turns: cracklib keeps one open dictionary in
 * a static variable, and a second one at that time is an error to it.
 */
int dictionary_check(const char *password, enum dictionary_verdict *verdict);

/* 0 where there is a dictionary, or GATE_EIO (errno). */
int dictionary_find(void);

/*
 * How hard it is to guess, by the variety of its characters and of their
 * differences, from 0 to 100. Of a password that no rule is against.
 */
int dictionary_strength(const char *password);

#endif
