/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/people.h"

#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/array.h"
#include "lib/error.h"

int
people_add(struct people *people, int is_group, struct piece name)
{
	void *more = array_grown(people->names, people->count, 1, &people->room,
	    sizeof(*people->names));

	if (more == NULL)
		return GATE_ENOMEM;
	people->names = more;
	people->names[people->count++] = (struct people_name){ is_group, name };
	return 0;
}

void
people_clear(struct people *people)
{
	free(people->names);
	memset(people, 0, sizeof(*people));
}

int
people_is_everybody(const struct people *people)
{
	return people->all && people->count == 0;
}

static int
same(const struct people_name *a, const struct people_name *b)
{
	return a->is_group == b->is_group && a->name.length == b->name.length &&
	    memcmp(a->name.at, b->name.at, a->name.length) == 0;
}

static int
has(const struct people *people, const struct people_name *name)
{
	size_t i;

	for (i = 0; i < people->count; i++)
		if (same(&people->names[i], name))
			return 1;
	return 0;
}

/* Whether all names of these stand among the others. */
static int
stand_among(const struct people *these, const struct people *others)
{
	size_t i;

	for (i = 0; i < these->count; i++)
		if (!has(others, &these->names[i]))
			return 0;
	return 1;
}

/* Whether nobody can have a name of both: whoever has a group may have any
 * other name, too. */
static int
are_apart(const struct people *these, const struct people *others)
{
	size_t i, j;

	for (i = 0; i < these->count; i++)
		for (j = 0; j < others->count; j++)
			if (these->names[i].is_group ||
			    others->names[j].is_group ||
			    same(&these->names[i], &others->names[j]))
				return 0;
	return 1;
}

int
people_cover(const struct people *these, const struct people *others)
{
	if (these->all && others->all)
		return stand_among(these, others);
	if (these->all)
		return are_apart(these, others);
	return !others->all && stand_among(others, these);
}

int
people_overlap(const struct people *these, const struct people *others)
{
	if (these->all && others->all)
		return 1;
	if (these->all)
		return !stand_among(others, these);
	if (others->all)
		return !stand_among(these, others);
	return !are_apart(these, others);
}
