/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_SHAPE_H
#define PASSWORD_SHAPE_H

#include "password/letters.h"

/* How often the same character stands in a row, where most. */
size_t shape_repeat(const struct letters *letters);

/*
 * The longest row of characters that follow each other, forwards or backwards:
 * letters in the alphabet or digits by their number, or keys that are
 * neighbours in a row of a keyboard (QWERTY, QWERTZ, AZERTY, Dubeolsik), in
 * any case. A single character is a row of one.
 */
size_t shape_sequence(const struct letters *letters);

/* The longest row of characters of one kind (letter_kind). */
size_t shape_kind_run(const struct letters *letters);

/* Does it read the same backwards? */
int shape_is_palindrome(const struct letters *letters);

#endif
