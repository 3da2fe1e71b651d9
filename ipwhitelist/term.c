/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/term.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/siphash.h"

/* Names are an administrator's: nobody else can have many of them collide. */
struct term
term_make(enum term_kind kind, struct piece name, struct piece value)
{
	const uint8_t of_name[SIPHASH_KEY_SIZE] = { (uint8_t)kind };
	const uint8_t of_value[SIPHASH_KEY_SIZE] = { (uint8_t)kind, 1 };
	struct term term = { kind, 0, name, value };

	term.hash = siphash(of_name, name.at, name.length);
	if (value.length > 0)
		term.hash += 2 * siphash(of_value, value.at, value.length) + 1;
	return term;
}

static int
same_piece(const struct piece *a, const struct piece *b)
{
	return a->length == b->length &&
	    (a->length == 0 || memcmp(a->at, b->at, a->length) == 0);
}

int
term_same(const struct term *a, const struct term *b)
{
	return a->hash == b->hash && a->kind == b->kind &&
	    same_piece(&a->name, &b->name) && same_piece(&a->value, &b->value);
}

static struct piece
whole(const char *text)
{
	return (struct piece){ text, strlen(text) };
}

static void
add(struct facts *facts, enum term_kind kind, const char *name,
    const char *value)
{
	const struct piece none = { "", 0 };

	facts->all[facts->count++] =
	    term_make(kind, whole(name), value != NULL ? whole(value) : none);
}

/* An attribute's values, and that it has one. */
static void
add_attribute(struct facts *facts, const struct attribute *attribute)
{
	int any = 0;
	size_t i;

	for (i = 0; i < attribute->value_count; i++) {
		if (attribute->values[i][0] == '\0')
			continue;
		add(facts, TERM_ATTRIBUTE, attribute->name,
		    attribute->values[i]);
		if (!any)
			add(facts, TERM_ATTRIBUTE, attribute->name, "*");
		any = 1;
	}
}

int
facts_init(struct facts *facts, const struct subject *subject)
{
	const struct attributes *attributes = subject->attributes;
	size_t i, most = 2 + subject->group_count;

	for (i = 0; attributes != NULL && i < attributes->count; i++)
		most += attributes->items[i].value_count + 1;
	facts->count = 0;
	facts->unknown = subject->unknown;
	facts->all = facts->few;
	if (most > FACTS_FEW)
		facts->all = calloc(most, sizeof(*facts->all));
	if (facts->all == NULL)
		return GATE_ENOMEM;
	if (subject->service != NULL)
		add(facts, TERM_SERVICE, subject->service, NULL);
	if (subject->user != NULL)
		add(facts, TERM_USER, subject->user, NULL);
	for (i = 0; i < subject->group_count; i++)
		add(facts, TERM_GROUP, subject->groups[i], NULL);
	for (i = 0; attributes != NULL && i < attributes->count; i++)
		add_attribute(facts, &attributes->items[i]);
	return 0;
}

void
facts_clear(struct facts *facts)
{
	if (facts->all != facts->few)
		free(facts->all);
	facts->all = NULL;
	facts->count = 0;
}

int
facts_have(const struct facts *facts, const struct term *term)
{
	size_t i;

	for (i = 0; i < facts->count; i++)
		if (term_same(&facts->all[i], term))
			return 1;
	return 0;
}
