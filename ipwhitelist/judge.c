/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ipwhitelist/rules_record.h"

#define NO_RULE UINT32_MAX

/* One question. */
struct judge {
	const struct rules *rules;
	const struct rules_query *query;
	struct facts *facts; /* made when the first rule asks */
	int has_facts;
	int failed;     /* no memory: denied */
	int only_deny;  /* allow is not to be considered */
	int open;       /* something unknown may yet deny */
	int is_sure;    /* the allow holds whatever turns out */
	uint32_t allow; /* the first that does, or NO_RULE */
	uint32_t deny;
};

/* Most rules ask nothing, and then nobody has to look who comes. */
static const struct facts *
facts_of(struct judge *j)
{
	if (!j->has_facts) {
		if (facts_init(j->facts, &j->query->subject) != 0)
			j->failed = 1;
		else
			j->has_facts = 1;
	}
	return j->has_facts ? j->facts : NULL;
}

enum holds {
	HOLDS_NOT,
	HOLDS,
	HOLDS_MAYBE, /* by what is unknown */
};

/* Of the names of one kind one is enough; of attributes each is asked. */
static enum holds
condition_holds(struct judge *j, const struct condition *condition)
{
	const struct facts *facts = facts_of(j);
	enum holds holds = HOLDS;
	enum term_kind kind;
	uint32_t i, end;
	int met;

	if (facts == NULL ||
	    (condition->when != NULL &&
		!when_holds(condition->when, j->query->now)))
		return HOLDS_NOT;
	for (i = 0; i < condition->term_count; i = end) {
		kind = condition->terms[i].kind;
		met = 0;
		for (end = i; end < condition->term_count &&
		     condition->terms[end].kind == kind &&
		     (end == i || kind != TERM_ATTRIBUTE);
		     end++)
			met |= facts_have(facts, &condition->terms[end]);
		if (facts->unknown >> kind & 1)
			holds = HOLDS_MAYBE;
		else if (!met)
			return HOLDS_NOT;
	}
	return holds;
}

static int
consider(uint32_t number, void *data)
{
	struct judge *j = data;
	enum holds holds = HOLDS;
	struct condition condition;
	const struct source *source;
	uint32_t place;
	int allows;

	source = rules_source(j->rules, number, &place);
	allows = source_allows(source, place);
	if (allows && j->only_deny)
		return 0;
	if (source_condition(source, place, &condition))
		holds = condition_holds(j, &condition);
	if (holds == HOLDS_NOT)
		return 0;
	if (allows) {
		j->is_sure |= holds == HOLDS;
		if (number < j->allow)
			j->allow = number;
	} else if (holds == HOLDS_MAYBE) {
		j->open = 1;
	} else if (number < j->deny) {
		j->deny = number;
	}
	return 0;
}

/* Looks at the rules of one place; nonzero if it is decided. */
static int
look(struct judge *j, const struct lists *lists, uint32_t value)
{
	const struct facts *facts =
	    lists_are_long(lists, value) ? facts_of(j) : NULL;

	lists_each(lists, value, facts, consider, j);
	return j->failed || j->deny != NO_RULE || j->allow != NO_RULE;
}

static int
look_at_country(struct judge *j)
{
	const struct rules *rules = j->rules;
	const char *country = j->query->country;
	struct piece code = { country, country != NULL ? strlen(country) : 0 };
	const int number = target_country_number(code);
	int decided = 0, i;

	if (country != NULL)
		return number >= 0 &&
		    look(j, rules->place_lists, rules->places[1 + number]);
	/* nobody knows: it may be any that is denied */
	j->only_deny = 1;
	for (i = PLACE_LOCAL + 1; !decided && i < PLACES; i++)
		decided = look(j, rules->place_lists, rules->places[i]);
	j->only_deny = 0;
	return decided;
}

/* An entry of one of the two layers. */
struct spot {
	const struct layer *layer;
	uint32_t entry;
};

static struct spot
find(const struct layer *layer, const struct address *address)
{
	struct spot spot = { layer, TABLE_NONE };

	if (layer != NULL)
		spot.entry = table_find(layer_table(layer), address);
	return spot;
}

static int
prefix_of(const struct spot *spot)
{
	return spot->entry != TABLE_NONE
	    ? table_prefix(layer_table(spot->layer), spot->entry)
	    : -1;
}

static void
go_up(struct spot *spot)
{
	spot->entry = table_up(layer_table(spot->layer), spot->entry);
}

/* From the longest network that has the address to the shortest. */
static void
look_at_networks(struct judge *j, const struct address *address)
{
	const int all = address_is_v4(address) ? NETWORK_PREFIX_V4 : 0;
	struct spot below = find(j->rules->below, address);
	struct spot above = find(j->rules->above, address), at;
	int one, other, asked = 0;

	for (;;) {
		one = prefix_of(&below);
		other = prefix_of(&above);
		if (!asked && one <= all && other <= all) {
			asked = 1;
			if (look_at_country(j))
				return;
		}
		if (one < 0 && other < 0)
			return;
		at = other >= one ? above : below;
		/* a network above hides the same below */
		if (one >= other)
			go_up(&below);
		if (other >= one)
			go_up(&above);
		if (look(j, layer_lists(at.layer),
			table_value(layer_table(at.layer), at.entry)))
			return;
	}
}

void
rules_judge(const struct rules *rules, const struct rules_query *query,
    struct rules_verdict *verdict)
{
	struct facts facts;
	struct judge j = { .rules = rules,
		.query = query,
		.facts = &facts,
		.allow = NO_RULE,
		.deny = NO_RULE };
	const struct source *source;
	uint32_t place, number;

	memset(verdict, 0, sizeof(*verdict));
	facts.all = NULL;
	if (rules == NULL)
		return;
	if (query->address != NULL)
		look_at_networks(&j, query->address);
	else
		look(&j, rules->place_lists, rules->places[PLACE_LOCAL]);
	number = j.deny != NO_RULE ? j.deny : j.allow;
	if (!j.failed && number != NO_RULE) {
		source = rules_source(rules, number, &place);
		verdict->allowed = source_allows(source, place);
		verdict->provisional =
		    verdict->allowed && (j.open || !j.is_sure);
		verdict->file = source_name(source);
		verdict->line = source_line(source, place);
		verdict->text = source_text(source, place);
		verdict->note = source_note(source, place);
	}
	if (j.has_facts)
		facts_clear(j.facts);
}
