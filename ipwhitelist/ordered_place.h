/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_ORDERED_PLACE_H
#define IPWHITELIST_ORDERED_PLACE_H

#include "ipwhitelist/ordered.h"

/* What lines of an ordered list say of one place, and rules for it that, with
 * the rules for what is around it, say the same. */
enum ordered_kind {
	ORDERED_OWN,   /* a line is about this place */
	ORDERED_WIDER, /* or about a place around it */
	ORDERED_MAYBE, /* or nobody knows */
};

struct ordered_member {
	size_t index; /* of the line */
	enum ordered_kind kind;
	int is_wider; /* or may be: about a place around it, too */
	int is_dead;  /* it is not reached here */
};

struct ordered_place {
	const struct ordered *list;
	char what[384]; /* as a rule says it */
	struct ordered_member *members;
	size_t count, room;
	size_t compared; /* of all places */
};

/* Begin a place: a network; or this word with a piece behind it. */
void ordered_place_at_network(
    struct ordered_place *place, const struct network *network);
void ordered_place_at(
    struct ordered_place *place, const char *word, struct piece piece);

/* Adds a line: 0 or GATE_ENOMEM. */
int ordered_place_add(
    struct ordered_place *place, size_t index, enum ordered_kind kind);

/* As ordered_tell, of this place. */
int ordered_place_tell(struct ordered_place *place, struct foreign_run *run);

void ordered_place_clear(struct ordered_place *place);

#endif
