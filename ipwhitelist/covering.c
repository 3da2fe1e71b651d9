/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/covering.h"

#include <string.h>

/* What is asked of one kind; terms of a kind are together. */
struct asked {
	const struct term *terms;
	uint32_t count;
};

static struct asked
asked(const struct condition *condition, enum term_kind kind)
{
	struct asked found = { NULL, 0 };
	uint32_t i;

	for (i = 0; i < condition->term_count; i++) {
		if (condition->terms[i].kind != kind)
			continue;
		if (found.count++ == 0)
			found.terms = &condition->terms[i];
	}
	return found;
}

/* Whether a term is among these, or for a value one that takes any. */
static int
is_among(const struct term *term, const struct asked *all)
{
	const struct piece any = { "*", 1 };
	const struct term of_any = term_make(term->kind, term->name, any);
	uint32_t i;

	for (i = 0; i < all->count; i++)
		if (term_same(&all->terms[i], term) ||
		    (term->kind == TERM_ATTRIBUTE &&
			term_same(&all->terms[i], &of_any)))
			return 1;
	return 0;
}

/* Of names one is enough: all that are enough for the other one are. */
static int
names_cover(const struct asked *one, const struct asked *other)
{
	uint32_t i;

	if (one->count == 0)
		return 1;
	for (i = 0; i < other->count; i++)
		if (!is_among(&other->terms[i], one))
			return 0;
	return other->count > 0;
}

/* Of attributes each is asked: nothing more than the other one asks. */
static int
attributes_cover(const struct asked *one, const struct asked *other)
{
	struct asked single;
	uint32_t i, j;

	for (i = 0; i < one->count; i++) {
		single = (struct asked){ &one->terms[i], 1 };
		for (j = 0; j < other->count; j++)
			if (is_among(&other->terms[j], &single))
				break;
		if (j == other->count)
			return 0;
	}
	return 1;
}

static int
when_covers(const struct when *one, const struct when *other)
{
	if (one == NULL)
		return 1;
	if (other == NULL || one->from > other->from ||
	    (one->until != 0 &&
		(other->until == 0 || other->until > one->until)))
		return 0;
	if (one->days != 0 &&
	    (other->days == 0 || (other->days & ~one->days) != 0))
		return 0;
	return one->hour_count == 0 ||
	    (one->hour_count == other->hour_count &&
		memcmp(one->hours, other->hours,
		    one->hour_count * sizeof(one->hours[0])) == 0);
}

int
covering_covers(const struct condition *one, const struct condition *other)
{
	struct asked a, b;
	enum term_kind kind;

	for (kind = 0; kind < TERM_KINDS; kind++) {
		a = asked(one, kind);
		b = asked(other, kind);
		if (kind == TERM_ATTRIBUTE ? !attributes_cover(&a, &b)
					   : !names_cover(&a, &b))
			return 0;
	}
	return when_covers(one->when, other->when);
}

/* Nobody has two names, nor comes to two services. */
static int
names_exclude(const struct condition *one, const struct condition *other,
    enum term_kind kind)
{
	const struct asked a = asked(one, kind), b = asked(other, kind);
	uint32_t i;

	for (i = 0; i < a.count; i++)
		if (is_among(&a.terms[i], &b))
			return 0;
	return a.count > 0 && b.count > 0;
}

static int
is_before(const struct when *one, const struct when *other)
{
	return one->until != 0 && one->until <= other->from;
}

int
covering_excludes(const struct condition *one, const struct condition *other)
{
	const struct when *a = one->when, *b = other->when;

	if (names_exclude(one, other, TERM_USER) ||
	    names_exclude(one, other, TERM_SERVICE))
		return 1;
	if (a == NULL || b == NULL)
		return 0;
	/* hours over midnight are the next day's, too */
	return is_before(a, b) || is_before(b, a) ||
	    (a->days != 0 && b->days != 0 && (a->days & b->days) == 0 &&
		a->hour_count == 0 && b->hour_count == 0);
}
