/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_CHANGE_H
#define PASSWORD_CHANGE_H

#include <stddef.h>

#include "password/letters.h"

/* What a new password is to the current one. */
enum change {
	CHANGE_NONE,    /* it is the same */
	CHANGE_TRIVIAL, /* whoever knows the old one would try this one next */
	CHANGE_REAL,
};

/* Memory for change_of, of the caller's kind. */
struct change_room {
	struct letters old, new, work;
};

/*
 * Compares the two as the person typed them. Trivial is, in any case of
 * letters: the same 4 letters or more in the same order, whatever digits and
 * signs are between them ("Summer2025!" and "Summer2026!"); and with digits or
 * signs for letters: the same, the same backwards, or rotated ("wordpass"); and
 * one that holds the whole of the other, where that has 4 characters or more.
 * *distance is how many characters were added, dropped or changed, in any case.
 */
enum change change_of(struct change_room *room, const char *old,
    const char *new, size_t *distance);

#endif
