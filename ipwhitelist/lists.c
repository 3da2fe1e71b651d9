/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/lists.h"

#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/array.h"
#include "lib/error.h"

/* From so many rules on they are looked for by name. */
#define LONG 16

/* A value is a rule, or this and the number of a list. */
#define IS_LIST 0x80000000u

struct list {
	uint32_t first; /* in the rules of all lists */
	uint32_t count;
	uint32_t rest; /* so many of them, the first, have no name */
};

/* A rule under one of its names. Sorted, not hashed: a thousand rules for one
 * name are as quick to file as a thousand for as many. */
struct slot {
	uint64_t key; /* of the list and the name */
	uint32_t rule;
};

struct lists {
	struct list *all;
	size_t count, room;
	uint32_t *rules;
	size_t rule_count, rule_room;
	struct slot *slots; /* by key */
	size_t slot_count;
};

int
lists_new(struct lists **lists)
{
	*lists = calloc(1, sizeof(**lists));
	return *lists != NULL ? 0 : GATE_ENOMEM;
}

void
lists_free(struct lists **lists)
{
	if (*lists == NULL)
		return;
	free((*lists)->all);
	free((*lists)->rules);
	free((*lists)->slots);
	free(*lists);
	*lists = NULL;
}

int
lists_add(
    struct lists *lists, const uint32_t *rules, size_t count, uint32_t *value)
{
	void *more;

	*value = count == 0 ? LISTS_EMPTY : rules[0];
	if (count <= 1)
		return 0;
	more = array_grown(
	    lists->all, lists->count, 1, &lists->room, sizeof(*lists->all));
	if (more == NULL)
		return GATE_ENOMEM;
	lists->all = more;
	more = array_grown(lists->rules, lists->rule_count, count,
	    &lists->rule_room, sizeof(*rules));
	if (more == NULL)
		return GATE_ENOMEM;
	lists->rules = more;
	memcpy(lists->rules + lists->rule_count, rules, count * sizeof(*rules));
	lists->all[lists->count] = (struct list){ (uint32_t)lists->rule_count,
		(uint32_t)count, (uint32_t)count };
	lists->rule_count += count;
	*value = IS_LIST | (uint32_t)lists->count++;
	return 0;
}

/* --- by name --- */

/* What a rule is filed by: whoever lacks it is not meant. Few have the same
 * user or group, and most the same service. */
static const enum term_kind filed_by[] = { TERM_USER, TERM_GROUP,
	TERM_ATTRIBUTE, TERM_SERVICE };

/* The terms under which a rule is filed, one of which whoever it is for has;
 * how many, 0 if there are none. */
static size_t
file_under(const struct condition *condition, const struct term **terms)
{
	size_t i, j, n;

	for (i = 0; i < sizeof(filed_by) / sizeof(filed_by[0]); i++) {
		for (j = 0; j < condition->term_count; j++)
			if (condition->terms[j].kind == filed_by[i])
				break;
		if (j == condition->term_count)
			continue;
		*terms = &condition->terms[j];
		if (filed_by[i] == TERM_ATTRIBUTE)
			return 1; /* each of several is asked */
		for (n = 1; j + n < condition->term_count; n++)
			if (condition->terms[j + n].kind != filed_by[i])
				break;
		return n;
	}
	return 0;
}

static uint64_t
key_of(size_t list, const struct term *term)
{
	/* the odd constant spreads the numbers over all bits (Knuth) */
	return term->hash ^ (list + 1) * 0x9e3779b97f4a7c15;
}

static int
compare(const void *a, const void *b)
{
	const struct slot *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* The first slot with this key, or where it would be. */
static size_t
find(const struct lists *lists, uint64_t key)
{
	size_t low = 0, high = lists->slot_count, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (lists->slots[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* How many names there are to be filed under. */
static size_t
count_names(const struct lists *lists, lists_asks *asks, const void *data)
{
	struct condition condition;
	const struct term *terms;
	size_t i, names = 0;
	uint32_t j;

	for (i = 0; i < lists->count; i++)
		for (j = 0;
		     lists->all[i].count >= LONG && j < lists->all[i].count;
		     j++)
			if (asks(lists->rules[lists->all[i].first + j],
				&condition, data))
				names += file_under(&condition, &terms);
	return names;
}

static void
file_list(
    struct lists *lists, size_t number, lists_asks *asks, const void *data)
{
	struct list *list = &lists->all[number];
	uint32_t *rules = lists->rules + list->first, i, rule;
	struct condition condition;
	const struct term *terms;
	size_t n, j;

	list->rest = 0;
	for (i = 0; i < list->count; i++) {
		rule = rules[i];
		n = asks(rule, &condition, data)
		    ? file_under(&condition, &terms)
		    : 0;
		for (j = 0; j < n; j++)
			lists->slots[lists->slot_count++] =
			    (struct slot){ key_of(number, &terms[j]), rule };
		if (n > 0)
			continue;
		rules[i] = rules[list->rest];
		rules[list->rest++] = rule;
	}
}

int
lists_finish(struct lists *lists, lists_asks *asks, const void *data)
{
	const size_t names = count_names(lists, asks, data);
	size_t i;

	if (names == 0)
		return 0;
	lists->slots = reallocarray(NULL, names, sizeof(*lists->slots));
	if (lists->slots == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < lists->count; i++)
		if (lists->all[i].count >= LONG)
			file_list(lists, i, asks, data);
	qsort(lists->slots, lists->slot_count, sizeof(*lists->slots), compare);
	return 0;
}

/* --- looking up --- */

size_t
lists_rules(
    const struct lists *lists, const uint32_t *value, const uint32_t **rules)
{
	const struct list *list;

	*rules = value;
	if (*value == LISTS_EMPTY)
		return 0;
	if ((*value & IS_LIST) == 0)
		return 1;
	list = &lists->all[*value & ~IS_LIST];
	*rules = lists->rules + list->first;
	return list->count;
}

int
lists_are_long(const struct lists *lists, uint32_t value)
{
	return value != LISTS_EMPTY && (value & IS_LIST) != 0 &&
	    lists->all[value & ~IS_LIST].count >= LONG;
}

void
lists_each(const struct lists *lists, uint32_t value, const struct facts *facts,
    lists_tell *tell, void *data)
{
	const int by_name = facts != NULL && facts->unknown == 0 &&
	    lists_are_long(lists, value);
	const uint32_t *rules;
	size_t count = lists_rules(lists, &value, &rules), i;
	uint64_t key;
	size_t at;

	if (by_name)
		count = lists->all[value & ~IS_LIST].rest;
	for (i = 0; i < count; i++)
		if (tell(rules[i], data) != 0)
			return;
	for (i = 0; by_name && i < facts->count; i++) {
		key = key_of(value & ~IS_LIST, &facts->all[i]);
		for (at = find(lists, key);
		     at < lists->slot_count && lists->slots[at].key == key;
		     at++)
			if (tell(lists->slots[at].rule, data) != 0)
				return;
	}
}
