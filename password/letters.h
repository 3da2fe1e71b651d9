/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_LETTERS_H
#define PASSWORD_LETTERS_H

#include <stddef.h>
#include <stdint.h>

#include "password/verifier.h"

/*
 * A password as the characters that a person sees (code points), for rules
 * that are about those. It is as secret as the password: keep it in memory of
 * secret_alloc.
 */
struct letters {
	size_t count;
	int32_t at[PASSWORD_MAX];
};

/*
 * The kinds that rules count. A letter of an alphabet without cases, as of
 * Hangul, is a letter, and of a kind with what is neither letter nor digit.
 */
enum letter_kind {
	LETTER_LOWER,
	LETTER_UPPER,
	LETTER_DIGIT,
	LETTER_OTHER,
	LETTER_KINDS
};

/*
 * Reads UTF-8, PASSWORD_MAX bytes of it at most. 0; or GATE_EINVAL where a
 * byte of those is not UTF-8: it counts as one character then, U+FFFD.
 */
int letters_read(struct letters *letters, const char *text);

/* The kind of a character; whether it is a letter, with or without a case. */
enum letter_kind letter_kind(int32_t letter);
int letter_is_letter(int32_t letter);

/* In place: small letters; the other way round. */
void letters_lower(struct letters *letters);
void letters_reverse(struct letters *letters);

/*
 * In place: small letters, and those that are written with a digit or a sign
 * put alike, as "P4$$w0rd" and "password". What looks like several letters, as
 * "1" does like "i" and "l", makes those alike: fold both sides of a
 * comparison.
 */
void letters_fold(struct letters *letters);

/* Are they equal; does the one hold the other? An empty one is in none. */
int letters_equal(const struct letters *a, const struct letters *b);
int letters_hold(const struct letters *letters, const struct letters *part);

/* The fewest characters to be added, dropped or changed (Levenshtein). */
size_t letters_distance(const struct letters *a, const struct letters *b);

#endif
