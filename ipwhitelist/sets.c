/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/sets.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/spelling.h"

struct set {
	struct source_set of; /* the source's */
	const char *file;
	int depth; /* of sets in it; -1: not known yet, -2: being found out */
};

struct sets {
	struct set *all; /* by name */
	size_t count;
};

#define DEPTH_UNKNOWN (-1)
#define DEPTH_ASKED   (-2)

/* The making of them. */
struct making {
	struct sets *sets;
	source_complaint *complain;
	void *data;
	int errors;
};

static void complain(struct making *making, const char *file, int line,
    const char *format, ...) __attribute__((format(printf, 4, 5)));

static void
complain(
    struct making *making, const char *file, int line, const char *format, ...)
{
	char text[512];
	va_list ap;

	va_start(ap, format);
	vsnprintf(text, sizeof(text), format, ap);
	va_end(ap);
	making->errors++;
	making->complain(file, line, text, making->data);
}

static int
compare_pieces(struct piece a, struct piece b)
{
	const size_t least = a.length < b.length ? a.length : b.length;
	int c = least > 0 ? memcmp(a.at, b.at, least) : 0;

	return c != 0 ? c : (a.length > b.length) - (a.length < b.length);
}

static int
compare(const void *a, const void *b)
{
	return compare_pieces(
	    ((const struct set *)a)->of.name, ((const struct set *)b)->of.name);
}

static struct set *
find(const struct sets *sets, struct piece name)
{
	const struct set key = { .of = { .name = name } };

	if (sets->count == 0)
		return NULL;
	return bsearch(
	    &key, sets->all, sets->count, sizeof(*sets->all), compare);
}

static int
collect(struct sets *sets, struct source *const *sources, size_t count)
{
	const struct source_set *some;
	size_t i, j, n, all = 0;

	for (i = 0; i < count; i++)
		all += source_sets(sources[i], &some);
	if ((sets->all = calloc(all + 1, sizeof(*sets->all))) == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < count; i++) {
		n = source_sets(sources[i], &some);
		for (j = 0; j < n; j++)
			sets->all[sets->count++] = (struct set){ some[j],
				source_name(sources[i]), DEPTH_UNKNOWN };
	}
	qsort(sets->all, sets->count, sizeof(*sets->all), compare);
	return 0;
}

/* A name that somebody may have meant, or NULL. */
static const struct set *
similar(const struct sets *sets, struct piece name)
{
	char word[128], other[128];
	size_t i;

	snprintf(word, sizeof(word), "%.*s", (int)name.length, name.at);
	for (i = 0; i < sets->count; i++) {
		snprintf(other, sizeof(other), "%.*s",
		    (int)sets->all[i].of.name.length, sets->all[i].of.name.at);
		if (spelling_resembles(word, other))
			return &sets->all[i];
	}
	return NULL;
}

static void
complain_of_none(
    struct making *making, const char *file, int line, struct piece name)
{
	const struct set *other = similar(making->sets, name);

	if (other != NULL)
		complain(making, file, line,
		    "there is no set %.*s; did you mean %.*s?",
		    (int)name.length, name.at, (int)other->of.name.length,
		    other->of.name.at);
	else
		complain(making, file, line,
		    "there is no set %.*s; write set %.*s = ADDRESS, ...",
		    (int)name.length, name.at, (int)name.length, name.at);
}

/* Finds out how deep sets stand in this one: 0, or GATE_ECONFIG. */
static int
find_depth(struct making *making, struct set *set, int above)
{
	struct piece items = set->of.items;
	struct target target;
	struct set *inner;
	char unused[256];
	int deepest = -1, r = 0;

	if (set->depth >= 0 && above + set->depth < SETS_DEPTH)
		return 0;
	if (set->depth == DEPTH_ASKED || above >= SETS_DEPTH ||
	    set->depth >= 0) {
		complain(making, set->file, set->of.line,
		    set->depth == DEPTH_ASKED
			? "the set %.*s is in itself: take it out of one of "
			  "those that are in it"
			: "the set %.*s stands in too many others",
		    (int)set->of.name.length, set->of.name.at);
		return GATE_ECONFIG;
	}
	set->depth = DEPTH_ASKED;
	while (
	    r == 0 && rule_item(&items, &target, unused, sizeof(unused)) == 1) {
		if (target.kind != TARGET_SET)
			continue;
		if ((inner = find(making->sets, target.name)) == NULL) {
			complain_of_none(
			    making, set->file, set->of.line, target.name);
			continue;
		}
		r = find_depth(making, inner, above + 1);
		if (inner->depth > deepest)
			deepest = inner->depth;
	}
	set->depth = deepest + 1;
	return r;
}

/* Whether every set that a rule names is there. */
static void
check_rules(struct making *making, const struct source *source)
{
	struct target target;
	uint32_t place, rule;

	for (place = 0; (rule = source_special(source, place)) != SOURCE_NONE;
	     place++) {
		source_target(source, rule, &target);
		if (target.kind == TARGET_SET &&
		    find(making->sets, target.name) == NULL)
			complain_of_none(making, source_name(source),
			    source_line(source, rule), target.name);
	}
}

int
sets_new(struct sets **sets, struct source *const *sources, size_t count,
    source_complaint *complaint, void *data)
{
	struct making making = { .complain = complaint, .data = data };
	const struct set *before;
	struct set *set;
	size_t i;
	int r = 0;

	if ((*sets = calloc(1, sizeof(**sets))) == NULL)
		return GATE_ENOMEM;
	making.sets = *sets;
	if ((r = collect(*sets, sources, count)) != 0)
		goto out;
	for (i = 1; i < (*sets)->count; i++) {
		before = &(*sets)->all[i - 1];
		set = &(*sets)->all[i];
		if (compare(before, set) == 0)
			complain(&making, set->file, set->of.line,
			    "the set %.*s is also in %s, line %d",
			    (int)set->of.name.length, set->of.name.at,
			    before->file, before->of.line);
	}
	for (i = 0; making.errors == 0 && i < (*sets)->count; i++)
		(void)find_depth(&making, &(*sets)->all[i], 0);
	for (i = 0; i < count; i++)
		check_rules(&making, sources[i]);
	r = making.errors > 0 ? GATE_ECONFIG : 0;
out:
	if (r != 0)
		sets_free(sets);
	return r;
}

void
sets_free(struct sets **sets)
{
	if (*sets == NULL)
		return;
	free((*sets)->all);
	free(*sets);
	*sets = NULL;
}

/* --- looking into them --- */

struct walk {
	const struct sets *sets;
	uint8_t *told; /* of each set; once is enough */
	sets_tell *tell;
	void *data;
};

static int
walk(struct walk *w, const struct target *target)
{
	const struct set *set;
	struct target inner;
	struct piece items;
	char unused[256];
	int r = 0;

	if (target->kind != TARGET_SET)
		return w->tell(target, w->data);
	set = find(w->sets, target->name);
	if (set == NULL || w->told[set - w->sets->all])
		return 0;
	w->told[set - w->sets->all] = 1;
	items = set->of.items;
	while (r == 0 && rule_item(&items, &inner, unused, sizeof(unused)) == 1)
		r = walk(w, &inner);
	return r;
}

int
sets_each(const struct sets *sets, const struct target *target, sets_tell *tell,
    void *data)
{
	struct walk w = { .sets = sets, .tell = tell, .data = data };
	int r;

	if (target->kind != TARGET_SET)
		return tell(target, data);
	if ((w.told = calloc(sets->count + 1, 1)) == NULL)
		return GATE_ENOMEM;
	r = walk(&w, target);
	free(w.told);
	return r;
}

int
sets_same(const struct sets *a, const struct sets *b)
{
	size_t i;

	if (a->count != b->count)
		return 0;
	for (i = 0; i < a->count; i++)
		if (compare(&a->all[i], &b->all[i]) != 0 ||
		    compare_pieces(a->all[i].of.items, b->all[i].of.items) != 0)
			return 0;
	return 1;
}
