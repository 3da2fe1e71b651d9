/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_PEOPLE_H
#define IPWHITELIST_PEOPLE_H

#include <stddef.h>

#include "ipwhitelist/target.h"

/* Whom a line of an ordered list is about (ordered.h): those of some names, or
 * all but those. */
struct people_name {
	int is_group;
	struct piece name;
};

struct people {
	int all; /* but those, if there are any */
	struct people_name *names;
	size_t count, room;
};

/* Adds a name, which stays the caller's: 0 or GATE_ENOMEM. */
int people_add(struct people *people, int is_group, struct piece name);
void people_clear(struct people *people);

int people_is_everybody(const struct people *people);

/* Nonzero if surely all of the others are among these. */
int people_cover(const struct people *these, const struct people *others);

/* 0 if surely nobody is among both. */
int people_overlap(const struct people *these, const struct people *others);

#endif
