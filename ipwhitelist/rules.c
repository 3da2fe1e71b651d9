/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/rules.h"

#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/rules_record.h"
#include "lib/error.h"

/* A change of more networks than this is not a small one: all is made anew,
 * as it is where that is quick. */
#define CHANGES_MAX 4096
#define QUICK_COUNT 2048

const struct source *
rules_source(const struct rules *rules, uint32_t number, uint32_t *place)
{
	size_t low = 0, high = rules->file_count, middle;

	/* the last file whose base is not beyond the number */
	while (high - low > 1) {
		middle = low + (high - low) / 2;
		if (rules->files[middle].base <= number)
			low = middle;
		else
			high = middle;
	}
	*place = number - rules->files[low].base;
	return rules->files[low].source;
}

static int
asks(uint32_t number, struct condition *condition, const void *data)
{
	uint32_t place;
	const struct source *source = rules_source(data, number, &place);

	return source_condition(source, place, condition);
}

/* --- names --- */

static void
clear_names(struct rules_names *names)
{
	size_t i;

	for (i = 0; i < names->count; i++) {
		free((void *)(uintptr_t)names->all[i].name);
		free((void *)(uintptr_t)names->all[i].addresses);
	}
	free((void *)(uintptr_t)names->all);
	memset(names, 0, sizeof(*names));
}

static int
copy_names(struct rules_names *copy, const struct rules_names *names)
{
	struct rules_name *all;
	struct address *addresses;
	size_t i, size;

	if (names == NULL || names->count == 0)
		return 0;
	if ((all = calloc(names->count, sizeof(*all))) == NULL)
		return GATE_ENOMEM;
	*copy = (struct rules_names){ all, names->count };
	for (i = 0; i < names->count; i++) {
		size = names->all[i].count * sizeof(*addresses);
		all[i].name = strdup(names->all[i].name);
		all[i].addresses = addresses = malloc(size + 1);
		if (all[i].name == NULL || addresses == NULL)
			return GATE_ENOMEM;
		if (size > 0)
			memcpy(addresses, names->all[i].addresses, size);
		all[i].count = names->all[i].count;
	}
	return 0;
}

static int
same_names(const struct rules_names *a, const struct rules_names *b)
{
	size_t i;

	if (a->count != b->count)
		return 0;
	for (i = 0; i < a->count; i++)
		if (strcmp(a->all[i].name, b->all[i].name) != 0 ||
		    a->all[i].count != b->all[i].count ||
		    memcmp(a->all[i].addresses, b->all[i].addresses,
			a->all[i].count * sizeof(struct address)) != 0)
			return 0;
	return 1;
}

/* --- making --- */

static struct meaning
meaning_of(const struct rules *rules)
{
	return (struct meaning){ rules->sets, &rules->names };
}

static const struct numbered *
find_file(const struct rules *rules, const struct source *source)
{
	size_t i;

	for (i = 0; rules != NULL && i < rules->file_count; i++)
		if (rules->files[i].source == source)
			return &rules->files[i];
	return NULL;
}

static int
by_base(const void *a, const void *b)
{
	const struct numbered *x = a, *y = b;

	return (x->base > y->base) - (x->base < y->base);
}

/*
 * Numbers the rules of the files: those that were there before keep theirs. 0,
 * GATE_ENOMEM, or GATE_ETOOBIG if the numbers run out.
 */
static int
number_files(struct rules *rules, struct source *const *sources, size_t count,
    const struct rules *before)
{
	const struct numbered *old;
	uint32_t base;
	size_t i;

	rules->next = before != NULL ? before->next : 0;
	rules->files = calloc(count + 1, sizeof(*rules->files));
	if (rules->files == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < count; i++) {
		if (find_file(rules, sources[i]) != NULL)
			continue;
		old = find_file(before, sources[i]);
		base = old != NULL ? old->base : rules->next;
		if (old == NULL) {
			if (source_count(sources[i]) >=
			    LISTS_RULE_MAX - rules->next)
				return GATE_ETOOBIG;
			/* one at least: no two files have the same base */
			rules->next += source_count(sources[i]) + 1;
		}
		rules->files[rules->file_count++] =
		    (struct numbered){ source_keep(sources[i]), base };
	}
	qsort(rules->files, rules->file_count, sizeof(*rules->files), by_base);
	return 0;
}

static void
drop_files(struct rules *rules)
{
	size_t i;

	for (i = 0; i < rules->file_count; i++)
		source_free(&rules->files[i].source);
	free(rules->files);
	rules->files = NULL;
	rules->file_count = 0;
}

/* Adds what all rules of a file, or only its special ones, are about. */
static int
add_file(struct pairs *pairs, const struct meaning *meaning,
    const struct numbered *file, int special)
{
	const struct source *source = file->source;
	uint32_t i, rule, count = source_count(source);
	int r = 0;

	for (i = 0; r == 0 && (special || i < count); i++) {
		rule = special ? source_special(source, i) : i;
		if (rule == SOURCE_NONE)
			break;
		r = pairs_add(pairs, meaning, source, rule, file->base + rule);
	}
	return r;
}

static int
compare_places(const void *a, const void *b)
{
	const struct place_pair *x = a, *y = b;

	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* Makes the lists of local and of the countries. */
static int
make_places(struct rules *rules, struct place_pair *pairs, size_t count)
{
	uint32_t *numbers = calloc(count + 1, sizeof(*numbers));
	size_t i, end, n;
	int r;

	for (i = 0; i < PLACES; i++)
		rules->places[i] = LISTS_EMPTY;
	r = numbers != NULL ? lists_new(&rules->place_lists) : GATE_ENOMEM;
	if (count > 0)
		qsort(pairs, count, sizeof(*pairs), compare_places);
	for (i = 0; r == 0 && i < count; i = end) {
		n = 0;
		for (end = i; end < count && pairs[end].place == pairs[i].place;
		     end++)
			if (n == 0 || numbers[n - 1] != pairs[end].rule)
				numbers[n++] = pairs[end].rule;
		r = lists_add(rules->place_lists, numbers, n,
		    &rules->places[pairs[i].place]);
	}
	if (r == 0)
		r = lists_finish(rules->place_lists, asks, rules);
	free(numbers);
	return r;
}

/* Makes everything from the files. */
static int
make_whole(struct rules *rules)
{
	const struct meaning meaning = meaning_of(rules);
	struct pairs pairs = { .count = 0 };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rules->file_count; i++)
		r = add_file(&pairs, &meaning, &rules->files[i], 0);
	if (r == 0)
		r = layer_new(
		    &rules->below, pairs.networks, pairs.count, asks, rules);
	if (r == 0)
		r = make_places(rules, pairs.places, pairs.place_count);
	pairs_clear(&pairs);
	return r;
}

/* --- making from others --- */

/* What has changed. */
struct change {
	const struct rules *before;
	struct pairs gone;
	struct pairs come;
	struct pairs above; /* what the layer above is made of */
};

/* A number of a network that is gone. */
static int
is_gone(
    const struct change *change, const struct network *network, uint32_t number)
{
	const struct table_item key = { *network, number };

	return change->gone.count > 0 &&
	    bsearch(&key, change->gone.networks, change->gone.count,
		sizeof(key), table_compare_all) != NULL;
}

/* Puts into the layer above what of the rules of before about a network is
 * not gone. */
static int
keep_network(struct change *change, const struct network *network)
{
	const struct rules *before = change->before;
	const struct layer *layer = before->above;
	const uint32_t *numbers;
	uint32_t entry = TABLE_NONE, value;
	size_t count, i;
	int r;

	r = pairs_put(&change->above, network, LISTS_EMPTY);
	if (layer != NULL)
		entry = table_exact(layer_table(layer), network);
	if (entry == TABLE_NONE) {
		layer = before->below;
		entry = table_exact(layer_table(layer), network);
	}
	if (r != 0 || entry == TABLE_NONE)
		return r;
	value = table_value(layer_table(layer), entry);
	count = lists_rules(layer_lists(layer), &value, &numbers);
	for (i = 0; r == 0 && i < count; i++)
		if (!is_gone(change, network, numbers[i]))
			r = pairs_put(&change->above, network, numbers[i]);
	return r;
}

/* Keeps each network of these once, which are sorted. */
static int
keep_networks(struct change *change, const struct pairs *pairs)
{
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < pairs->count; i++)
		if (i == 0 ||
		    table_compare(
			&pairs->networks[i - 1], &pairs->networks[i]) != 0)
			r = keep_network(change, &pairs->networks[i].network);
	return r;
}

/* Finds out what is gone and what has come. */
static int
compare_files(const struct rules *rules, struct change *change)
{
	const struct rules *before = change->before;
	const struct meaning old = meaning_of(before), new = meaning_of(rules);
	const int same = sets_same(before->sets, rules->sets) &&
	    same_names(&before->names, &rules->names);
	const struct numbered *file;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < before->file_count; i++) {
		file = &before->files[i];
		if (find_file(rules, file->source) == NULL)
			r = add_file(&change->gone, &old, file, 0);
		else if (!same)
			r = add_file(&change->gone, &old, file, 1);
	}
	for (i = 0; r == 0 && i < rules->file_count; i++) {
		file = &rules->files[i];
		if (find_file(before, file->source) == NULL)
			r = add_file(&change->come, &new, file, 0);
		else if (!same)
			r = add_file(&change->come, &new, file, 1);
	}
	return r;
}

static int
make_above(struct rules *rules, struct change *change)
{
	const struct rules *before = change->before;
	const struct table *table;
	struct table_item item;
	uint32_t i;
	int r;

	table_sort(change->gone.networks, change->gone.count);
	table_sort(change->come.networks, change->come.count);
	r = keep_networks(change, &change->gone);
	if (r == 0)
		r = keep_networks(change, &change->come);
	table = before->above != NULL ? layer_table(before->above) : NULL;
	for (i = 0; r == 0 && table != NULL && i < table_count(table); i++) {
		table_item(table, i, &item);
		r = keep_network(change, &item.network);
	}
	for (i = 0; r == 0 && i < change->come.count; i++)
		r = pairs_put(&change->above, &change->come.networks[i].network,
		    change->come.networks[i].value);
	if (r == 0)
		r = layer_new(&rules->above, change->above.networks,
		    change->above.count, asks, rules);
	return r;
}

/* The rules for local and for countries: there are few, they are made anew. */
static int
make_all_places(struct rules *rules)
{
	const struct meaning meaning = meaning_of(rules);
	struct pairs pairs = { .count = 0 };
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rules->file_count; i++)
		r = add_file(&pairs, &meaning, &rules->files[i], 1);
	if (r == 0)
		r = make_places(rules, pairs.places, pairs.place_count);
	pairs_clear(&pairs);
	return r;
}

/* How many rules differ, of whole files. */
static size_t
count_changes(const struct rules *a, const struct rules *b)
{
	size_t i, count = 0;

	for (i = 0; i < a->file_count; i++)
		if (find_file(b, a->files[i].source) == NULL)
			count += source_count(a->files[i].source);
	return count;
}

/* Makes a layer upon those of before: 0, GATE_ENOMEM; GATE_ETOOBIG if the
 * change is not small. */
static int
make_change(struct rules *rules, const struct rules *before)
{
	struct change change = { .before = before };
	int r = GATE_ETOOBIG;

	if (rules_count(rules) > QUICK_COUNT &&
	    count_changes(rules, before) + count_changes(before, rules) <=
		CHANGES_MAX)
		r = compare_files(rules, &change);
	if (r == 0 &&
	    change.gone.count + change.come.count + rules_changes(before) >
		CHANGES_MAX)
		r = GATE_ETOOBIG;
	if (r == 0)
		r = make_above(rules, &change);
	if (r == 0) {
		rules->below = layer_keep(before->below);
		r = make_all_places(rules);
	}
	pairs_clear(&change.gone);
	pairs_clear(&change.come);
	pairs_clear(&change.above);
	return r;
}

int
rules_new(struct rules **rules, struct source *const *sources, size_t count,
    const struct rules_names *names, const struct rules *before,
    source_complaint *complain, void *data)
{
	struct rules *made = calloc(1, sizeof(*made));
	int r = GATE_ENOMEM;

	*rules = NULL;
	if (made == NULL)
		return r;
	r = sets_new(&made->sets, sources, count, complain, data);
	if (r == 0)
		r = copy_names(&made->names, names);
	if (r == 0 && before != NULL) {
		r = number_files(made, sources, count, before);
		if (r == 0)
			r = make_change(made, before);
	}
	/* not from the others, or not at little cost */
	if (r == GATE_ETOOBIG || (r == 0 && before == NULL)) {
		drop_files(made);
		r = number_files(made, sources, count, NULL);
		if (r == 0)
			r = make_whole(made);
	}
	if (r != 0)
		rules_free(&made);
	*rules = made;
	return r;
}

void
rules_free(struct rules **rules)
{
	if (*rules == NULL)
		return;
	layer_free(&(*rules)->above);
	layer_free(&(*rules)->below);
	lists_free(&(*rules)->place_lists);
	sets_free(&(*rules)->sets);
	clear_names(&(*rules)->names);
	drop_files(*rules);
	free(*rules);
	*rules = NULL;
}

/* --- what they are --- */

size_t
rules_count(const struct rules *rules)
{
	size_t i, count = 0;

	for (i = 0; rules != NULL && i < rules->file_count; i++)
		count += source_count(rules->files[i].source);
	return count;
}

size_t
rules_changes(const struct rules *rules)
{
	return rules->above != NULL ? table_count(layer_table(rules->above))
				    : 0;
}

int
rules_ask_country(const struct rules *rules)
{
	size_t i;

	for (i = PLACE_LOCAL + 1; i < PLACES; i++)
		if (rules->places[i] != LISTS_EMPTY)
			return 1;
	return 0;
}

/* Whether any of these has the address. */
struct membership {
	struct meaning meaning;
	const struct address *address;
};

static int
has(const struct target *target, void *data)
{
	const struct membership *m = data;
	const struct rules_names *names = m->meaning.names;
	size_t i, j;

	if (target->kind == TARGET_NETWORK)
		return network_has(&target->network, m->address);
	if (target->kind == TARGET_ANY)
		return 1;
	if (target->kind == TARGET_RANGE)
		return address_is_v4(m->address) ==
		    address_is_v4(&target->first) &&
		    memcmp(m->address, &target->first, sizeof(*m->address)) >=
		    0 &&
		    memcmp(m->address, &target->last, sizeof(*m->address)) <= 0;
	for (i = 0; target->kind == TARGET_NAME && i < names->count; i++)
		for (j = 0; pairs_is_host(&names->all[i], target->name) &&
		     j < names->all[i].count;
		     j++)
			if (memcmp(&names->all[i].addresses[j], m->address,
				sizeof(*m->address)) == 0)
				return 1;
	return 0;
}

int
rules_set_has(
    const struct rules *rules, const char *set, const struct address *address)
{
	struct membership m = { meaning_of(rules), address };
	const struct target target = { .kind = TARGET_SET,
		.name = { set, strlen(set) } };

	/* a lack of memory is below zero: it has it not */
	return sets_each(rules->sets, &target, has, &m) > 0;
}

struct hosts {
	rules_host *tell;
	void *data;
};

static int
tell_host(const struct target *target, void *data)
{
	const struct hosts *hosts = data;

	return target->kind == TARGET_NAME
	    ? hosts->tell(target->name, hosts->data)
	    : 0;
}

int
rules_hosts(const struct rules *rules, rules_host *tell, void *data)
{
	struct hosts hosts = { tell, data };
	struct target target;
	uint32_t place, rule;
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rules->file_count; i++) {
		const struct source *source = rules->files[i].source;

		for (place = 0; r == 0 &&
		     (rule = source_special(source, place)) != SOURCE_NONE;
		     place++) {
			source_target(source, rule, &target);
			r = sets_each(rules->sets, &target, tell_host, &hosts);
		}
	}
	return r;
}
