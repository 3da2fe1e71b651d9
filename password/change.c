/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/change.h"

#include <string.h>

/* What is shorter is held by chance. */
#define HELD_LEAST 4

/* Leaves the letters alone. */
static void
strip(struct letters *letters)
{
	size_t i, kept = 0;

	for (i = 0; i < letters->count; i++)
		if (letter_is_letter(letters->at[i]))
			letters->at[kept++] = letters->at[i];
	letters->count = kept;
}

static int
is_reversed(struct change_room *room)
{
	room->work = room->old;
	letters_reverse(&room->work);
	return letters_equal(&room->work, &room->new);
}

/* Of equal length, and what is cut off in front of one is behind the other. */
static int
is_rotated(const struct letters *old, const struct letters *new)
{
	const size_t size = sizeof(old->at[0]);
	size_t cut;

	if (old->count != new->count)
		return 0;
	for (cut = 1; cut < old->count; cut++)
		if (memcmp(old->at + cut, new->at, (old->count - cut) * size) ==
			0 &&
		    memcmp(old->at, new->at + old->count - cut, cut * size) ==
			0)
			return 1;
	return 0;
}

static int
holds(const struct letters *letters, const struct letters *part)
{
	return part->count >= HELD_LEAST && letters_hold(letters, part);
}

/* Digits and signs are what people change where they have to. */
static int
has_same_letters(struct change_room *room)
{
	strip(&room->old);
	strip(&room->new);
	return room->old.count >= HELD_LEAST &&
	    letters_equal(&room->old, &room->new);
}

static int
is_trivial(struct change_room *room, const char *old, const char *new)
{
	(void)letters_read(&room->old, old);
	(void)letters_read(&room->new, new);
	letters_lower(&room->old);
	letters_lower(&room->new);
	if (has_same_letters(room))
		return 1;
	(void)letters_read(&room->old, old);
	(void)letters_read(&room->new, new);
	letters_fold(&room->old);
	letters_fold(&room->new);
	return letters_equal(&room->old, &room->new) || is_reversed(room) ||
	    is_rotated(&room->old, &room->new) ||
	    holds(&room->new, &room->old) || holds(&room->old, &room->new);
}

enum change
change_of(struct change_room *room, const char *old, const char *new,
    size_t *distance)
{
	(void)letters_read(&room->old, old);
	(void)letters_read(&room->new, new);
	letters_lower(&room->old);
	letters_lower(&room->new);
	*distance = letters_distance(&room->old, &room->new);
	if (strcmp(old, new) == 0)
		return CHANGE_NONE;
	return is_trivial(room, old, new) ? CHANGE_TRIVIAL : CHANGE_REAL;
}
