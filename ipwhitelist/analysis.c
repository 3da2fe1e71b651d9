/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/analysis.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/covering.h"
#include "ipwhitelist/rules_record.h"
#include "lib/error.h"

#define NO_RULE UINT32_MAX

/* With so many rules of a place one is compared. */
#define COMPARED 256
/* and with those of so many wider networks */
#define CLIMBED 64

/* What is known of a rule, by its number. */
struct mark {
	uint32_t shadows, covers, overlaps; /* another's number, or NO_RULE */
	uint8_t seen;
	uint8_t is_live;      /* it decides somewhere */
	uint8_t is_necessary; /* and without it another would, or none */
};

/* What there is at a network, of rules that are not over. */
#define HAS_ALLOW   0x1
#define HAS_DENY    0x2
#define HAS_DECIDED 0x4  /* a rule that asks nothing */
#define IS_HIDDEN   0x8  /* longer networks decide everything */
#define IS_PARTLY   0x10 /* or something */

struct study {
	const struct rules *rules;
	const struct table *table;
	const struct lists *lists;
	int64_t now;
	int has_countries;
	struct mark *marks;
	uint8_t *has; /* by entry of the table */
};

/* A rule, and what was found when others were held against it. */
struct search {
	const struct study *study;
	uint32_t number;
	int allows;
	struct condition condition;
	struct facts facts;
	int is_above;  /* the place is a wider network */
	unsigned left; /* 0: not all others were seen */
	/* of others at the place: those that cover it, and that may hold with
	 * it and say the opposite */
	uint32_t same, opposite, overlapping;
};

static int
condition_of(
    const struct study *study, uint32_t number, struct condition *condition)
{
	uint32_t place;
	const struct source *source =
	    rules_source(study->rules, number, &place);

	source_condition(source, place, condition);
	return source_allows(source, place);
}

static int
is_over(const struct study *study, const struct condition *condition)
{
	return condition->when != NULL &&
	    when_is_over(condition->when, study->now);
}

/* --- what there is at each network --- */

static unsigned
look_at_rules(const struct study *study, uint32_t value)
{
	struct condition condition;
	const uint32_t *rules;
	const size_t count = lists_rules(study->lists, &value, &rules);
	unsigned has = 0;
	size_t i;

	for (i = 0; i < count; i++) {
		int allows = condition_of(study, rules[i], &condition);

		if (is_over(study, &condition))
			continue;
		has |= allows ? HAS_ALLOW : HAS_DENY;
		if (condition.term_count == 0 && condition.when == NULL)
			has |= HAS_DECIDED;
	}
	return has;
}

typedef unsigned __int128 amount;

/* How many addresses an entry has; 0 stands for 2^128. */
static amount
amount_of(const struct table *table, uint32_t entry)
{
	const int bits = NETWORK_PREFIX_MAX - table_prefix(table, entry);

	return bits == NETWORK_PREFIX_MAX ? 0 : (amount)1 << bits;
}

/* Whether the mapped addresses lie in a wider entry, which are none of it. */
static int
is_around_mapped(const struct table *table, uint32_t entry)
{
	struct address mapped = { { [10] = 0xff, [11] = 0xff } };
	struct table_item item;

	table_item(table, entry, &item);
	network_mask(&mapped, item.network.prefix);
	return item.network.prefix < NETWORK_PREFIX_V4 &&
	    memcmp(&mapped, &item.network.address, sizeof(mapped)) == 0;
}

/* Finds the entries of which longer ones decide every address. All that lie in
 * an entry come behind it. */
static int
find_hidden(struct study *study)
{
	const struct table *table = study->table;
	uint32_t i = (uint32_t)table_count(table), up;
	amount *decided = calloc((size_t)i + 1, sizeof(*decided)), all;
	int mapped = 0; /* they are taken off the first one around them */

	if (decided == NULL)
		return GATE_ENOMEM;
	while (i-- > 0) {
		all = amount_of(table, i);
		if (!mapped && is_around_mapped(table, i)) {
			mapped = 1;
			decided[i] += (amount)1 << 32;
		}
		if (decided[i] == all && (study->has[i] & IS_PARTLY))
			study->has[i] |= IS_HIDDEN;
		up = table_up(table, i);
		if (study->has[i] & (HAS_DECIDED | IS_HIDDEN))
			decided[i] = all;
		if (up == TABLE_NONE || decided[i] == 0)
			continue;
		decided[up] += decided[i];
		study->has[up] |= IS_PARTLY;
	}
	free(decided);
	return 0;
}

/* --- others at a place --- */

/* What somebody is whom the rule is for, to find the rules by his names. */
static int
make_facts(struct facts *facts, const struct condition *condition)
{
	const struct piece any = { "*", 1 };
	const struct term *term;
	uint32_t i;

	memset(facts, 0, offsetof(struct facts, few));
	facts->all = facts->few;
	if (condition->term_count * 2 > FACTS_FEW)
		facts->all =
		    calloc(condition->term_count, 2 * sizeof(*facts->all));
	if (facts->all == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < condition->term_count; i++) {
		term = &condition->terms[i];
		facts->all[facts->count++] = *term;
		if (term->kind == TERM_ATTRIBUTE)
			facts->all[facts->count++] =
			    term_make(term->kind, term->name, any);
	}
	return 0;
}

static int
compare_with(uint32_t number, void *data)
{
	struct search *s = data;
	struct condition other;
	int allows;

	if (number == s->number)
		return 0;
	if (s->left == 0)
		return 1;
	s->left--;
	allows = condition_of(s->study, number, &other);
	if (is_over(s->study, &other))
		return 0;
	if (!covering_covers(&other, &s->condition)) {
		if (allows != s->allows && s->overlapping == NO_RULE &&
		    !covering_excludes(&other, &s->condition))
			s->overlapping = number;
	} else if (allows != s->allows) {
		if (number < s->opposite)
			s->opposite = number;
	} else if (number < s->same &&
	    (s->is_above || number < s->number ||
		!covering_covers(&s->condition, &other))) {
		/* of two that are alike the first is to stay */
		s->same = number;
	}
	return 0;
}

/* Holds the rules of a place against one. */
static void
search(struct search *s, const struct lists *lists, uint32_t value)
{
	s->same = s->opposite = s->overlapping = NO_RULE;
	s->left = COMPARED;
	lists_each(lists, value, &s->facts, compare_with, s);
	/* those with other names, who may be the same people, were not seen */
	if (lists_are_long(lists, value))
		s->left = 0;
}

static int
is_contradicted(const struct search *s)
{
	return s->opposite != NO_RULE || s->overlapping != NO_RULE;
}

static uint32_t
contradiction(const struct search *s)
{
	return s->opposite != NO_RULE ? s->opposite : s->overlapping;
}

/* --- a rule at a place --- */

/* Whether an entry is 0.0.0.0/0 or ::/0. */
static int
is_any(const struct table *table, uint32_t entry)
{
	struct table_item item;

	table_item(table, entry, &item);
	return item.network.prefix == 0 ||
	    (item.network.prefix == NETWORK_PREFIX_V4 &&
		address_is_v4(&item.network.address));
}

/*
 * Climbs to wider networks: nonzero if without the rule they would say the
 * same, by mark->covers or by nobody being let in. Notes what it overlaps.
 */
static int
is_covered_above(struct search *s, uint32_t entry, struct mark *mark)
{
	const struct study *study = s->study;
	const unsigned theirs = s->allows ? HAS_DENY : HAS_ALLOW;
	unsigned has;
	int steps;

	s->is_above = 1;
	for (steps = 0; steps < CLIMBED; steps++) {
		entry = table_up(study->table, entry);
		/* a country comes before any */
		if (study->has_countries &&
		    (entry == TABLE_NONE || is_any(study->table, entry)))
			return 0;
		if (entry == TABLE_NONE)
			return !s->allows;
		has = study->has[entry];
		/* it never decides as long as the rule is there */
		if (has & IS_HIDDEN)
			return 0;
		if ((has & (HAS_ALLOW | HAS_DENY)) == 0)
			continue;
		search(s, study->lists, table_value(study->table, entry));
		if (is_contradicted(s) && mark->overlaps == NO_RULE)
			mark->overlaps = contradiction(s);
		/* a deny wins whatever else there is */
		if ((s->allows || s->same == NO_RULE) && (has & theirs) != 0 &&
		    (is_contradicted(s) || s->left == 0))
			return 0;
		mark->covers = s->same;
		if (s->same != NO_RULE)
			return 1;
	}
	return 0;
}

/* Of a rule and one of its places; the entry of it, unless it is no network. */
static void
study_place(
    struct search *s, const struct lists *lists, uint32_t value, uint32_t entry)
{
	const struct study *study = s->study;
	struct mark *mark = &study->marks[s->number];
	uint32_t other;

	mark->seen = 1;
	if (entry != TABLE_NONE && (study->has[entry] & IS_HIDDEN))
		return;
	s->is_above = 0;
	search(s, lists, value);
	if (s->allows && s->opposite != NO_RULE) {
		mark->shadows = s->opposite;
		return;
	}
	mark->is_live = 1;
	other = contradiction(s);
	/* one of the two is told of */
	if (other != NO_RULE && other < s->number && mark->overlaps == NO_RULE)
		mark->overlaps = other;
	if (s->same != NO_RULE)
		mark->covers = s->same;
	else if (entry == TABLE_NONE ||
	    (!s->allows &&
		(is_contradicted(s) ||
		    (s->left == 0 && (study->has[entry] & HAS_ALLOW)))))
		mark->is_necessary = 1;
	else
		mark->is_necessary |=
		    (uint8_t)!is_covered_above(s, entry, mark);
}

static int
study_rules(const struct study *study, const struct lists *lists,
    uint32_t value, uint32_t entry)
{
	struct search s = { .study = study };
	const uint32_t *rules;
	const size_t count = lists_rules(lists, &value, &rules);
	size_t i;

	for (i = 0; i < count; i++) {
		s.number = rules[i];
		s.allows = condition_of(study, s.number, &s.condition);
		if (is_over(study, &s.condition))
			continue;
		if (make_facts(&s.facts, &s.condition) != 0)
			return GATE_ENOMEM;
		study_place(&s, lists, value, entry);
		facts_clear(&s.facts);
	}
	return 0;
}

static int
study_all(struct study *study)
{
	const struct rules *rules = study->rules;
	uint32_t i;
	int r;

	for (i = 0; i < table_count(study->table); i++)
		study->has[i] =
		    (uint8_t)look_at_rules(study, table_value(study->table, i));
	r = find_hidden(study);
	for (i = 0; r == 0 && i < table_count(study->table); i++)
		r = study_rules(
		    study, study->lists, table_value(study->table, i), i);
	for (i = 0; r == 0 && i < PLACES; i++)
		r = study_rules(
		    study, rules->place_lists, rules->places[i], TABLE_NONE);
	return r;
}

/* --- telling --- */

static void
set_other(const struct rules *rules, uint32_t number, struct finding *finding)
{
	const struct source *source;
	uint32_t place;

	if (number == NO_RULE)
		return;
	source = rules_source(rules, number, &place);
	finding->other_file = source_name(source);
	finding->other_line = source_line(source, place);
	finding->other_text = source_text(source, place);
}

/* What there is to tell of a rule: 1, or 0 for nothing. */
static int
find_kind(const struct study *study, uint32_t number, struct finding *finding)
{
	const struct mark *mark = &study->marks[number];
	struct condition condition;
	uint32_t other = NO_RULE;

	condition_of(study, number, &condition);
	if (is_over(study, &condition)) {
		finding->kind = FINDING_EXPIRED;
	} else if (!mark->seen) {
		return 0; /* a name without addresses */
	} else if (!mark->is_live) {
		finding->kind = FINDING_SHADOWED;
		other = mark->shadows;
	} else if (!mark->is_necessary) {
		finding->kind = FINDING_REDUNDANT;
		other = mark->covers;
	} else if (mark->overlaps != NO_RULE) {
		finding->kind = FINDING_OVERLAPPING;
		other = mark->overlaps;
	} else {
		return 0;
	}
	set_other(study->rules, other, finding);
	return 1;
}

static int
tell_all(const struct study *study, analysis_tell *tell, void *data)
{
	const struct numbered *file;
	struct finding finding;
	uint32_t i;
	size_t f;
	int r = 0;

	for (f = 0; f < study->rules->file_count; f++) {
		file = &study->rules->files[f];
		for (i = 0; r == 0 && i < source_count(file->source); i++) {
			finding = (struct finding){
				.file = source_name(file->source),
				.line = source_line(file->source, i),
				.text = source_text(file->source, i),
			};
			if (find_kind(study, file->base + i, &finding))
				r = tell(&finding, data);
		}
	}
	return r;
}

int
analysis_run(
    const struct rules *rules, int64_t now, analysis_tell *tell, void *data)
{
	struct study study = { .rules = rules, .now = now };
	uint32_t i;
	int r = GATE_ENOMEM;

	if (rules->above != NULL)
		return GATE_EINVAL;
	study.table = layer_table(rules->below);
	study.lists = layer_lists(rules->below);
	study.has_countries = rules_ask_country(rules);
	study.marks = calloc((size_t)rules->next + 1, sizeof(*study.marks));
	study.has = calloc(table_count(study.table) + 1, 1);
	if (study.marks == NULL || study.has == NULL)
		goto out;
	for (i = 0; i < rules->next; i++)
		study.marks[i].shadows = study.marks[i].covers =
		    study.marks[i].overlaps = NO_RULE;
	r = study_all(&study);
	if (r == 0)
		r = tell_all(&study, tell, data);
out:
	free(study.marks);
	free(study.has);
	return r;
}

void
analysis_text(const struct finding *finding, char *text, size_t size)
{
	/* with another one, and without */
	static const char *const words[FINDING_KINDS][2] = {
		[FINDING_EXPIRED] = { "", "expired: it is over for good" },
		[FINDING_SHADOWED] = { "shadowed: it never decides, as there "
				       "is",
		    "shadowed: it never decides, as longer networks decide "
		    "everything" },
		[FINDING_REDUNDANT] = { "redundant: the same is decided by",
		    "redundant: nobody is let in there anyway" },
		[FINDING_OVERLAPPING] = { "overlapping: the opposite is "
					  "said by",
		    "" },
	};

	if (finding->other_file == NULL)
		snprintf(text, size, "%s", words[finding->kind][1]);
	else
		snprintf(text, size, "%s %s:%d, %s", words[finding->kind][0],
		    finding->other_file, finding->other_line,
		    finding->other_text);
}
