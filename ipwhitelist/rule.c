/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/rule.h"

#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/spelling.h"

/* The reading of one line. */
struct reading {
	struct rule *rule;
	const char *at;
	const char *end;
	unsigned seen; /* options, bits by their place in the table */
	char *why;
	size_t why_size;
};

/* An option: either a list of names, or when. */
struct option {
	const char *word;
	const char *example;
	int kind; /* enum term_kind; TERM_KINDS: when */
	when_reader *read;
};

static const struct option options[] = {
	{ "service", "service sshd,portal", TERM_SERVICE, NULL },
	{ "user", "user alice,bob", TERM_USER, NULL },
	{ "group", "group agents", TERM_GROUP, NULL },
	{ "attribute", "attribute role=nurse", TERM_ATTRIBUTE, NULL },
	{ "from", "from 2026-12-01", TERM_KINDS, when_read_from },
	{ "until", "until 2026-12-31", TERM_KINDS, when_read_until },
	{ "days", "days mon-fri", TERM_KINDS, when_read_days },
	{ "hours", "hours 08:00-18:00", TERM_KINDS, when_read_hours },
};
#define OPTIONS (sizeof(options) / sizeof(options[0]))

#define complain(reading, ...)                                                 \
	(snprintf((reading)->why, (reading)->why_size, __VA_ARGS__),           \
	    GATE_EINVAL)

static int
shown(struct piece piece)
{
	return piece.length < 64 ? (int)piece.length : 64;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static void
skip_blanks(struct reading *reading)
{
	while (reading->at < reading->end && is_blank(*reading->at))
		reading->at++;
}

/* The next word, up to a blank; empty where there is none. */
static struct piece
next_word(struct reading *reading)
{
	struct piece word;

	skip_blanks(reading);
	word.at = reading->at;
	while (reading->at < reading->end && !is_blank(*reading->at))
		reading->at++;
	word.length = (size_t)(reading->at - word.at);
	return word;
}

/* --- options --- */

/*
 * The next name of a list, which ends at a comma or a blank, or stands in
 * quotes. 0; 1 where there is none; GATE_EINVAL.
 */
static int
next_name(struct reading *reading, struct piece *name)
{
	const char *end;

	skip_blanks(reading);
	*name = (struct piece){ reading->at, 0 };
	if (reading->at == reading->end)
		return 1;
	if (*reading->at == '"') {
		name->at++;
		end = memchr(name->at, '"', (size_t)(reading->end - name->at));
		if (end == NULL)
			return complain(reading,
			    "the quotation mark before %.64s is not closed",
			    name->at);
		reading->at = end + 1;
		if (reading->at < reading->end && !is_blank(*reading->at) &&
		    *reading->at != ',')
			return complain(reading,
			    "behind a closing quotation mark stands a blank or "
			    "a comma; a name is quoted as a whole");
	} else {
		end = name->at;
		while (end < reading->end && !is_blank(*end) && *end != ',')
			end++;
		reading->at = end;
	}
	name->length = (size_t)(end - name->at);
	if (memchr(name->at, '"', name->length) != NULL)
		return complain(reading,
		    "%.*s: a name is quoted as a whole, or not at all",
		    shown(*name), name->at);
	return name->length == 0;
}

static int
add_term(
    struct reading *reading, const struct option *option, struct piece name)
{
	struct rule *rule = reading->rule;
	struct piece value = { "", 0 };
	const char *equals;

	if (rule->term_count == RULE_TERMS_MAX)
		return complain(reading,
		    "more than %d names in one rule; write several",
		    RULE_TERMS_MAX);
	if (option->kind == TERM_ATTRIBUTE) {
		equals = memchr(name.at, '=', name.length);
		if (equals == NULL || equals == name.at ||
		    equals + 1 == name.at + name.length)
			return complain(reading,
			    "\"%.*s\" is not an attribute and its value: "
			    "write attribute role=nurse, or role=* for any",
			    shown(name), name.at);
		value.at = equals + 1;
		value.length = name.length - (size_t)(value.at - name.at);
		name.length = (size_t)(equals - name.at);
	}
	/* it would match nothing: whoever writes it means something else */
	if (memchr(name.at, '*', name.length) != NULL ||
	    (memchr(value.at, '*', value.length) != NULL && value.length > 1))
		return complain(reading,
		    "%.*s: there are no patterns; for everybody leave %s out",
		    shown(name), name.at, option->word);
	rule->terms[rule->term_count++] =
	    term_make((enum term_kind)option->kind, name, value);
	return 0;
}

/* One value is all of it: commas are the attribute's, as in a DN. */
static int
read_attribute(struct reading *reading, const struct option *option)
{
	struct piece name;
	int r;

	skip_blanks(reading);
	if (reading->at < reading->end && *reading->at == '"')
		r = next_name(reading, &name);
	else
		name = next_word(reading), r = name.length == 0;
	if (r > 0)
		return complain(reading,
		    "behind attribute stands one, as in %s", option->example);
	if (r == 0 && memchr(name.at, '"', name.length) != NULL)
		return complain(reading,
		    "%.*s: an attribute is quoted as a whole, as in "
		    "\"ou=Front Office\"",
		    shown(name), name.at);
	return r == 0 ? add_term(reading, option, name) : r;
}

static int
read_names(struct reading *reading, const struct option *option)
{
	struct piece name;
	int r, more;

	do {
		r = next_name(reading, &name);
		if (r > 0)
			return complain(reading,
			    "a name is missing behind %s or a comma; write %s",
			    option->word, option->example);
		if (r < 0 || (r = add_term(reading, option, name)) != 0)
			return r;
		skip_blanks(reading);
		more = reading->at < reading->end && *reading->at == ',';
		reading->at += more;
	} while (more);
	return 0;
}

static int
read_when(struct reading *reading, const struct option *option)
{
	const struct piece word = next_word(reading);
	struct rule *rule = reading->rule;

	if (word.length == 0)
		return complain(reading,
		    "a value is missing behind %s; write %s", option->word,
		    option->example);
	if (!rule->has_when)
		memset(&rule->when, 0, sizeof(rule->when));
	rule->has_when = 1;
	return option->read(
	    &rule->when, word.at, word.length, reading->why, reading->why_size);
}

static int
not_an_option(struct reading *reading, struct piece word)
{
	char text[32];
	size_t i;

	snprintf(text, sizeof(text), "%.*s", shown(word), word.at);
	for (i = 0; i < OPTIONS; i++)
		if (spelling_resembles(text, options[i].word))
			return complain(reading,
			    "\"%.*s\" is not understood; did you mean %s?",
			    shown(word), word.at, options[i].word);
	return complain(reading,
	    "\"%.*s\" is not understood; behind the address stand service, "
	    "user, group, attribute, from, until, days, hours, or # and a note",
	    shown(word), word.at);
}

static int
read_options(struct reading *reading)
{
	struct piece word;
	size_t i;
	int r = 0;

	while (r == 0 && (word = next_word(reading)).length > 0) {
		for (i = 0; i < OPTIONS; i++)
			if (piece_is(word, options[i].word))
				break;
		if (i == OPTIONS)
			return not_an_option(reading, word);
		if (reading->seen >> i & 1 && options[i].kind != TERM_ATTRIBUTE)
			return complain(reading,
			    "%s stands twice; write %s once, with commas or in "
			    "two rules",
			    options[i].word, options[i].word);
		reading->seen |= 1u << i;
		r = options[i].read != NULL ? read_when(reading, &options[i])
		    : options[i].kind == TERM_ATTRIBUTE
		    ? read_attribute(reading, &options[i])
		    : read_names(reading, &options[i]);
	}
	return r;
}

/* --- lines --- */

static int
read_target(struct reading *reading, struct target *target)
{
	struct piece word = next_word(reading);
	int r;

	if (word.length == 0)
		return complain(reading,
		    "an address is missing; write allow 203.0.113.0/24");
	r = target_read(target, word, reading->why, reading->why_size);
	if (r == 0 && target->kind == TARGET_COUNTRY)
		r = target_country(target, next_word(reading), reading->why,
		    reading->why_size);
	return r;
}

static int
read_rule(struct reading *reading, enum rule_kind kind)
{
	struct rule *rule = reading->rule;
	int r;

	if ((r = read_target(reading, &rule->target)) != 0)
		return r;
	if (reading->at < reading->end && (r = read_options(reading)) != 0)
		return r;
	if (rule->target.kind == TARGET_LOCAL && kind == RULE_ALLOW &&
	    (rule->term_count == 0 || (reading->seen & 1) == 0))
		return complain(reading,
		    "local lets in whoever comes without an address: name the "
		    "services, as in allow local service login,su");
	if (rule->has_when && rule->when.until != 0 &&
	    rule->when.until <= rule->when.from)
		return complain(reading, "it ends before it begins");
	rule->kind = kind;
	return 0;
}

static int
read_set(struct reading *reading)
{
	struct rule *rule = reading->rule;
	struct target target;
	struct piece items;
	int r;

	skip_blanks(reading);
	rule->set.at = reading->at;
	while (reading->at < reading->end && !is_blank(*reading->at) &&
	    *reading->at != '=')
		reading->at++;
	rule->set.length = (size_t)(reading->at - rule->set.at);
	skip_blanks(reading);
	if (reading->at == reading->end || *reading->at != '=')
		return complain(reading,
		    "a set is written set office = 203.0.113.0/24, "
		    "2001:db8::/32");
	if (!target_is_set_name(rule->set))
		return complain(reading,
		    "\"%.*s\" cannot be a set's name: letters, digits, - and "
		    "_, a letter first, and no word of the rules",
		    shown(rule->set), rule->set.at);
	reading->at++;
	rule->items.at = reading->at;
	rule->items.length = (size_t)(reading->end - reading->at);
	items = rule->items;
	do
		r = rule_item(&items, &target, reading->why, reading->why_size);
	while (r == 1);
	rule->kind = r == 0 ? RULE_DEFINES : RULE_NONE;
	return r;
}

/* The next word of a set; between items commas and blanks are the same. */
static struct piece
next_item(struct reading *reading)
{
	struct piece word;

	while (reading->at < reading->end &&
	    (is_blank(*reading->at) || *reading->at == ','))
		reading->at++;
	word.at = reading->at;
	while (reading->at < reading->end && !is_blank(*reading->at) &&
	    *reading->at != ',')
		reading->at++;
	word.length = (size_t)(reading->at - word.at);
	return word;
}

int
rule_item(
    struct piece *items, struct target *target, char *why, size_t why_size)
{
	struct reading reading = { .at = items->at,
		.end = items->at + items->length,
		.why = why,
		.why_size = why_size };
	const struct piece word = next_item(&reading);
	int r;

	if (word.length == 0) {
		items->length = 0;
		return 0;
	}
	r = target_read(target, word, why, why_size);
	if (r == 0 && target->kind == TARGET_COUNTRY)
		r = target_country(target, next_item(&reading), why, why_size);
	if (r == 0 && target->kind == TARGET_LOCAL)
		r = complain(&reading,
		    "local is no address: it cannot be in a set, and has rules "
		    "of its own");
	items->at = reading.at;
	items->length = (size_t)(reading.end - reading.at);
	return r == 0 ? 1 : r;
}

/* Cuts off the note, which begins at a # that is not in quotes. 0, or
 * GATE_EINVAL for what is not text. */
static int
cut_note(struct reading *reading)
{
	struct rule *rule = reading->rule;
	const char *at;
	int quoted = 0;

	rule->note = (struct piece){ reading->end, 0 };
	for (at = reading->at; at < reading->end; at++) {
		if ((unsigned char)*at < ' ' && *at != '\t')
			return complain(reading,
			    *at == '\0' ? "a NUL byte; is this a text file?"
					: "a control character");
		if (*at == '"')
			quoted = !quoted;
		if (*at == '#' && !quoted && rule->note.at == reading->end) {
			rule->note.at = at;
			rule->note.length = (size_t)(reading->end - at);
			quoted = 0;
		}
	}
	reading->end = rule->note.at;
	while (reading->end > reading->at && is_blank(reading->end[-1]))
		reading->end--;
	while (rule->note.length > 0 &&
	    (rule->note.at[0] == '#' || is_blank(rule->note.at[0]))) {
		rule->note.at++;
		rule->note.length--;
	}
	return 0;
}

int
rule_read(struct rule *rule, const char *line, size_t length, char *why,
    size_t why_size)
{
	struct reading reading = { .rule = rule,
		.at = line,
		.end = line + length,
		.why = why,
		.why_size = why_size };
	struct piece verb;
	int r;

	rule->kind = RULE_NONE;
	rule->term_count = 0;
	rule->has_when = 0;
	if (length > RULE_LINE_MAX)
		return complain(&reading,
		    "longer than %d bytes; write several rules or sets",
		    RULE_LINE_MAX);
	if ((r = cut_note(&reading)) != 0)
		return r;
	skip_blanks(&reading);
	rule->text.at = reading.at;
	rule->text.length = (size_t)(reading.end - reading.at);
	verb = next_word(&reading);
	if (verb.length == 0)
		return 0;
	if (piece_is(verb, "allow"))
		return read_rule(&reading, RULE_ALLOW);
	if (piece_is(verb, "deny"))
		return read_rule(&reading, RULE_DENY);
	if (piece_is(verb, "set"))
		return read_set(&reading);
	return complain(&reading,
	    "\"%.*s\" is not a rule; a line begins with allow, deny or set, as "
	    "in allow 203.0.113.0/24",
	    shown(verb), verb.at);
}
