/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/ordered_place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/array.h"
#include "lib/error.h"

/* Lines are compared each with each: some seconds of it. */
#define COMPARED_MAX 400000000u
/* So many names in one rule. */
#define NAMES_MAX 32

void
ordered_place_at_network(
    struct ordered_place *place, const struct network *network)
{
	char text[ADDRESS_TEXT_SIZE];
	const int v4 = network->prefix >= NETWORK_PREFIX_V4 &&
	    address_is_v4(&network->address);

	place->count = 0;
	address_text(&network->address, text);
	if (network->prefix == NETWORK_PREFIX_MAX)
		snprintf(place->what, sizeof(place->what), "%s", text);
	else
		snprintf(place->what, sizeof(place->what), "%s/%d", text,
		    network->prefix - (v4 ? NETWORK_PREFIX_V4 : 0));
}

void
ordered_place_at(
    struct ordered_place *place, const char *word, struct piece piece)
{
	place->count = 0;
	/* what is too long is no rule then, and said to be none */
	snprintf(place->what, sizeof(place->what), "%s%.*s", word,
	    (int)(piece.length < 320 ? piece.length : 320), piece.at);
}

int
ordered_place_add(
    struct ordered_place *place, size_t index, enum ordered_kind kind)
{
	void *more = array_grown(place->members, place->count, 1, &place->room,
	    sizeof(*place->members));

	if (more == NULL)
		return GATE_ENOMEM;
	place->members = more;
	place->members[place->count++] =
	    (struct ordered_member){ index, kind, 0, 0 };
	return 0;
}

void
ordered_place_clear(struct ordered_place *place)
{
	free(place->members);
	place->members = NULL;
}

static const struct ordered_line *
line_of(const struct ordered_place *place, size_t member)
{
	return &place->list->lines[place->members[member].index];
}

static int
compare(const void *a, const void *b)
{
	const struct ordered_member *x = a, *y = b;

	if (x->index != y->index)
		return x->index < y->index ? -1 : 1;
	return (x->kind > y->kind) - (x->kind < y->kind);
}

/* Whether an earlier line is surely met by all whom this one is for; or
 * perhaps, of one that is to let in. */
static int
is_dead(struct ordered_place *place, size_t kept,
    const struct ordered_member *member, struct foreign_run *run)
{
	const struct ordered_line *line = &place->list->lines[member->index];
	const struct ordered_line *other;
	const int careful = line->allows && member->kind == ORDERED_OWN;
	size_t i;
	int maybe;

	place->compared += kept;
	for (i = 0; i < kept; i++) {
		other = line_of(place, i);
		maybe = place->members[i].kind == ORDERED_MAYBE;
		if (place->members[i].is_dead ||
		    (maybe && (other->allows || !careful)) ||
		    !people_cover(&other->people, &line->people))
			continue;
		run->line = line->line;
		if (maybe)
			foreign_say(run, 1,
			    "nobody is let in from %s: it may be an address "
			    "that line %d shuts out",
			    place->what, other->line);
		return 1;
	}
	return 0;
}

/*
 * Keeps of the members, in the list's order, those that are ever reached; and
 * of wider places those that let in, as rules for these places do, unless there
 * is one for this.
 */
static void
drop_dead(struct ordered_place *place, struct foreign_run *run)
{
	struct ordered_member member;
	size_t i, kept = 0;
	int closed = 0;

	if (place->count > 0)
		qsort(place->members, place->count, sizeof(*place->members),
		    compare);
	for (i = 0; i < place->count; i++) {
		member = place->members[i];
		member.is_wider = member.kind != ORDERED_OWN;
		for (; i + 1 < place->count &&
		     place->members[i + 1].index == member.index;
		     i++)
			member.is_wider |=
			    place->members[i + 1].kind != ORDERED_OWN;
		member.is_dead = closed || is_dead(place, kept, &member, run);
		if (member.is_dead &&
		    (!member.is_wider ||
			!place->list->lines[member.index].allows))
			continue;
		/* nobody is left for any other */
		closed |= member.kind != ORDERED_MAYBE &&
		    people_is_everybody(
			&place->list->lines[member.index].people);
		place->members[kept++] = member;
	}
	place->count = kept;
}

/* --- rules --- */

/* A name or a user in a group, of whom a rule is about. */
struct atom {
	struct piece user, group; /* empty: any */
};

static int
tell_atom(const struct ordered_place *place, struct foreign_run *run,
    const char *verb, const struct atom *atom)
{
	return foreign_tell(run, "%s %s%s%.*s%s%s%.*s%s", verb, place->what,
	    atom->user.length > 0 ? " user \"" : "", (int)atom->user.length,
	    atom->user.at, atom->user.length > 0 ? "\"" : "",
	    atom->group.length > 0 ? " group \"" : "", (int)atom->group.length,
	    atom->group.at, atom->group.length > 0 ? "\"" : "");
}

/* Of people of names: rules for users, and rules for groups. */
static int
tell_names(const struct ordered_place *place, struct foreign_run *run,
    const char *verb, const struct people *people)
{
	char names[2048];
	size_t i, used, n;
	int groups, r = 0;

	for (groups = 0; groups < 2; groups++) {
		for (i = 0; r == 0 && i < people->count;) {
			for (n = used = 0; i < people->count && n < NAMES_MAX;
			     i++) {
				const struct people_name *name =
				    &people->names[i];

				if (name->is_group != groups)
					continue;
				if (used + name->name.length + 4 >
				    sizeof(names))
					break;
				used += (size_t)snprintf(names + used,
				    sizeof(names) - used, "%s\"%.*s\"",
				    n++ > 0 ? "," : "", (int)name->name.length,
				    name->name.at);
			}
			if (n == 0)
				break;
			r = foreign_tell(run, "%s %s %s %s", verb, place->what,
			    groups ? "group" : "user", names);
		}
	}
	return r;
}

/* Of people who are not all but some. */
static int
tell_people(const struct ordered_place *place, struct foreign_run *run,
    const char *verb, const struct people *people)
{
	const struct atom everybody = { { "", 0 }, { "", 0 } };

	return people->all ? tell_atom(place, run, verb, &everybody)
			   : tell_names(place, run, verb, people);
}

/* Narrows an atom to those of a name: 0 if that is nobody, or -1 if it cannot
 * be said, as two groups. */
static int
narrow(struct atom *atom, const struct people_name *name)
{
	struct piece *mine = name->is_group ? &atom->group : &atom->user;

	if (mine->length > 0) {
		if (mine->length == name->name.length &&
		    memcmp(mine->at, name->name.at, mine->length) == 0)
			return 1;
		return name->is_group ? -1 : 0;
	}
	*mine = name->name;
	return 1;
}

/* Of people of a line, only those who are excepted from an earlier one. */
static int
tell_excepted(const struct ordered_place *place, struct foreign_run *run,
    const struct people *people, const struct people *excepted)
{
	const size_t count = people->all ? 1 : people->count;
	struct atom atom;
	size_t i, j;
	int r = 0, made;

	for (i = 0; i < count; i++) {
		for (j = 0; r == 0 && j < excepted->count; j++) {
			atom = (struct atom){ { "", 0 }, { "", 0 } };
			if (!people->all)
				(void)narrow(&atom, &people->names[i]);
			made = narrow(&atom, &excepted->names[j]);
			if (made < 0)
				foreign_say(run, 1,
				    "nobody is let in from %s for being in "
				    "two groups at once, which no rule says",
				    place->what);
			if (made > 0)
				r = tell_atom(place, run, "allow", &atom);
		}
	}
	return r;
}

static int
is_excepting(const struct people *people)
{
	return people->all && people->count > 0;
}

static int
tell_allow(
    const struct ordered_place *place, size_t member, struct foreign_run *run)
{
	const struct people *people = &line_of(place, member)->people;
	const struct people *excepted = NULL;
	size_t i;

	run->line = line_of(place, member)->line;
	for (i = 0; i < member; i++) {
		if (!is_excepting(&line_of(place, i)->people) ||
		    !people_overlap(&line_of(place, i)->people, people))
			continue;
		if (excepted != NULL) {
			foreign_say(run, 1,
			    "nobody is let in from %s behind two lines with "
			    "EXCEPT, which no rule says",
			    place->what);
			return 0;
		}
		excepted = &line_of(place, i)->people;
		if (place->members[i].kind == ORDERED_MAYBE)
			foreign_say(run, 1,
			    "fewer are let in from %s: it may be an address "
			    "that line %d shuts others out from",
			    place->what, line_of(place, i)->line);
	}
	return excepted != NULL ? tell_excepted(place, run, people, excepted)
				: tell_people(place, run, "allow", people);
}

/* Whether a later line would let in whom this one shuts out, if no rule for
 * the place did. */
static int
is_let_in_later(const struct ordered_place *place, size_t member, size_t later)
{
	const struct ordered_line *line = line_of(place, member);
	const struct ordered_line *other = line_of(place, later);
	const int own = place->members[later].kind == ORDERED_OWN;

	if (!other->allows || !people_overlap(&line->people, &other->people))
		return 0;
	/* that one's own rule is for the excepted ones alone */
	if (own && !is_excepting(&line->people))
		return 1;
	return place->members[later].is_wider &&
	    place->members[member].kind == ORDERED_OWN;
}

/* Whether an earlier line lets in somebody whom a deny of these would shut
 * out. */
static int
is_let_in_before(const struct ordered_place *place, size_t member,
    const struct people *people)
{
	size_t i;

	for (i = 0; i < member; i++)
		if (line_of(place, i)->allows && !place->members[i].is_dead &&
		    people_overlap(&line_of(place, i)->people, people))
			return 1;
	return 0;
}

/* Whether only those may be denied whom a later line lets in: nobody of them
 * is let in by an earlier one, nor excepted. */
static int
may_deny_later(const struct ordered_place *place, size_t member, size_t later)
{
	const struct people *people = &line_of(place, member)->people;
	const struct people *others = &line_of(place, later)->people;
	struct people excepted = *people;

	excepted.all = 0;
	return !others->all && people->all &&
	    !people_overlap(&excepted, others) &&
	    !is_let_in_before(place, member, others);
}

static int
tell_deny(struct ordered_place *place, size_t member, struct foreign_run *run)
{
	const struct people *people = &line_of(place, member)->people;
	const struct people everybody = { .all = 1 };
	size_t i, needed = 0, exact = 0;
	int r = 0;

	place->compared += 2 * place->count;
	for (i = member + 1; i < place->count; i++) {
		if (!is_let_in_later(place, member, i))
			continue;
		needed++;
		exact += (size_t)may_deny_later(place, member, i);
	}
	run->line = line_of(place, member)->line;
	if (needed == 0)
		return 0; /* nobody is let in there anyway */
	if (place->members[member].kind == ORDERED_MAYBE)
		foreign_say(run, 1, "keeps out from %s, too: it may be there",
		    place->what);
	if (!is_excepting(people) && !is_let_in_before(place, member, people))
		return tell_people(place, run, "deny", people);
	for (i = member + 1; exact == needed && r == 0 && i < place->count; i++)
		if (is_let_in_later(place, member, i))
			r = tell_people(
			    place, run, "deny", &line_of(place, i)->people);
	if (exact == needed)
		return r;
	foreign_say(run, 1,
	    "keeps out from %s also those whom an earlier line lets in, or "
	    "EXCEPT: no rule says this of all others",
	    place->what);
	return tell_people(
	    place, run, "deny", people->all ? &everybody : people);
}

int
ordered_place_tell(struct ordered_place *place, struct foreign_run *run)
{
	size_t i;
	int r = 0;

	drop_dead(place, run);
	for (i = 0; r == 0 && i < place->count; i++) {
		if (place->compared > COMPARED_MAX)
			r = GATE_ETOOBIG;
		else if (!line_of(place, i)->allows)
			r = tell_deny(place, i, run);
		else if (place->members[i].kind == ORDERED_OWN &&
		    !place->members[i].is_dead)
			r = tell_allow(place, i, run);
	}
	return r;
}
