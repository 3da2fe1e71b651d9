/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ipwhitelist/array.h"
#include "lib/error.h"
#include "lib/file.h"

#define FILE_MAX (256u << 20)

/* What a line comes to. There may be a million. */
struct record {
	uint32_t text; /* where it begins, and ends with a NUL */
	uint32_t line;
	uint32_t flags; /* and how many conditions come before its own */
};
#define FLAG_ALLOWS   0x80000000u
#define FLAG_ASKS     0x40000000u
#define FLAG_NOTE     0x20000000u
#define CONDITION_MAX 0x1fffffffu

/* The condition of a rule, in the arrays of all terms and times. */
struct stored {
	uint32_t first_term;
	uint32_t term_count;
	uint32_t when; /* one more than its place; 0: none */
};

struct array {
	size_t count;
	size_t room;
};

struct source {
	int owners;
	char *name;
	char *text; /* of the file, cut into lines */
	struct record *records;
	struct array record_array;
	struct stored *conditions;
	struct array condition_array;
	struct term *terms;
	struct array term_array;
	struct when *whens;
	struct array when_array;
	uint32_t *specials;
	struct array special_array;
	struct source_set *sets;
	struct array set_array;
};

/* The reading of one file. */
struct reading {
	struct source *source;
	uint32_t line;
	int errors;
	source_complaint *complain;
	void *data;
	struct rule rule;
};

/* Adds an item to one of the arrays of a source: 0 or GATE_ENOMEM. */
#define ADD(items, array, item)                                                \
	__extension__({                                                        \
		void *more_ = array_grown((items), (array)->count, 1,          \
		    &(array)->room, sizeof(*(items)));                         \
                                                                               \
		if (more_ != NULL) {                                           \
			(items) = more_;                                       \
			(items)[(array)->count++] = (item);                    \
		}                                                              \
		more_ != NULL ? 0 : GATE_ENOMEM;                               \
	})

static int
add_condition(struct source *source, const struct rule *rule)
{
	struct stored stored = {
		.first_term = (uint32_t)source->term_array.count,
		.term_count = (uint32_t)rule->term_count,
	};
	size_t i;
	int r = 0;

	for (i = 0; r == 0 && i < rule->term_count; i++)
		r = ADD(source->terms, &source->term_array, rule->terms[i]);
	if (r == 0 && rule->has_when) {
		r = ADD(source->whens, &source->when_array, rule->when);
		stored.when = (uint32_t)source->when_array.count;
	}
	if (r == 0)
		r = ADD(source->conditions, &source->condition_array, stored);
	return r;
}

static int
add_rule(struct source *source, const struct rule *rule, uint32_t line)
{
	struct record record = {
		.text = (uint32_t)(rule->text.at - source->text),
		.line = line,
		.flags = (uint32_t)source->condition_array.count,
	};
	const uint32_t number = (uint32_t)source->record_array.count;
	int r = 0;

	record.flags |= rule->kind == RULE_ALLOW ? FLAG_ALLOWS : 0;
	record.flags |= rule->note.length > 0 ? FLAG_NOTE : 0;
	if (rule->has_when || rule->term_count > 0) {
		record.flags |= FLAG_ASKS;
		r = add_condition(source, rule);
	}
	if (r == 0 && rule->target.kind != TARGET_NETWORK &&
	    rule->target.kind != TARGET_RANGE &&
	    rule->target.kind != TARGET_ANY)
		r = ADD(source->specials, &source->special_array, number);
	if (r == 0)
		r = ADD(source->records, &source->record_array, record);
	return r;
}

static void
complain(struct reading *reading, const char *text)
{
	reading->errors++;
	reading->complain(
	    reading->source->name, (int)reading->line, text, reading->data);
}

/* Reads a line of the source's text, which it may write to. */
static int
read_line(struct reading *reading, char *line, size_t length)
{
	struct source *source = reading->source;
	struct rule *rule = &reading->rule;
	struct source_set set;
	char why[512];

	if (length > 0 && line[length - 1] == '\r')
		length--;
	if (rule_read(rule, line, length, why, sizeof(why)) != 0) {
		complain(reading, why);
		return 0;
	}
	if (rule->kind == RULE_NONE)
		return 0;
	if (rule->kind == RULE_DEFINES) {
		set = (struct source_set){ rule->set, rule->items,
			(int)reading->line };
		return ADD(source->sets, &source->set_array, set);
	}
	line[rule->text.at + rule->text.length - line] = '\0';
	line[length] = '\0';
	return add_rule(source, rule, reading->line);
}

static int
read_lines(struct reading *reading, size_t size)
{
	char *text = reading->source->text, *end = text + size, *newline;
	size_t length;
	int r = 0;

	for (; r == 0 && text < end; text += length + 1) {
		newline = memchr(text, '\n', (size_t)(end - text));
		length = (size_t)((newline != NULL ? newline : end) - text);
		reading->line++;
		r = read_line(reading, text, length);
	}
	return r;
}

/* Takes the text, which has a byte more than size, and may be freed. */
static int
read_text(struct source **source, const char *name, char *text, size_t size,
    source_complaint *complaint, void *data)
{
	struct reading *reading = calloc(1, sizeof(*reading));
	struct source *made = calloc(1, sizeof(*made));
	int r = GATE_ENOMEM;

	*source = NULL;
	if (made == NULL || reading == NULL) {
		free(text);
		goto out;
	}
	made->owners = 1;
	made->text = text;
	if ((made->name = strdup(name)) == NULL)
		goto out;
	*reading = (struct reading){
		.source = made, .complain = complaint, .data = data
	};
	r = read_lines(reading, size);
	if (r == 0 && reading->errors > 0)
		r = GATE_ECONFIG;
	if (r == 0) {
		made->records = array_shrunk(made->records,
		    made->record_array.count, sizeof(*made->records));
		*source = made;
		made = NULL;
	}
out:
	source_free(&made);
	free(reading);
	return r;
}

int
source_load(struct source **source, const char *path,
    source_complaint *complaint, void *data)
{
	char why[256] = "";
	char *text = NULL;
	size_t size;
	int r;

	*source = NULL;
	r = file_read(
	    path, FILE_TRUSTED, FILE_MAX, &text, &size, why, sizeof(why));
	if (r != 0) {
		complaint(
		    path, 0, why[0] != '\0' ? why : gate_strerror(r), data);
		return r;
	}
	r = read_text(source, path, text, size, complaint, data);
	if (r == GATE_ENOMEM)
		complaint(path, 0, gate_strerror(r), data);
	return r;
}

int
source_parse(struct source **source, const char *name, const char *text,
    size_t size, source_complaint *complaint, void *data)
{
	char *copy;

	*source = NULL;
	if (size > FILE_MAX)
		return GATE_ETOOBIG;
	if ((copy = malloc(size + 1)) == NULL)
		return GATE_ENOMEM;
	memcpy(copy, text, size);
	copy[size] = '\0';
	return read_text(source, name, copy, size, complaint, data);
}

struct source *
source_keep(struct source *source)
{
	__atomic_add_fetch(&source->owners, 1, __ATOMIC_RELAXED);
	return source;
}

void
source_free(struct source **source)
{
	struct source *s = *source;

	*source = NULL;
	if (s == NULL ||
	    __atomic_sub_fetch(&s->owners, 1, __ATOMIC_ACQ_REL) > 0)
		return;
	free(s->name);
	free(s->text);
	free(s->records);
	free(s->conditions);
	free(s->terms);
	free(s->whens);
	free(s->specials);
	free(s->sets);
	free(s);
}

const char *
source_name(const struct source *source)
{
	return source->name;
}

uint32_t
source_count(const struct source *source)
{
	return (uint32_t)source->record_array.count;
}

int
source_line(const struct source *source, uint32_t rule)
{
	return (int)source->records[rule].line;
}

int
source_allows(const struct source *source, uint32_t rule)
{
	return (source->records[rule].flags & FLAG_ALLOWS) != 0;
}

const char *
source_text(const struct source *source, uint32_t rule)
{
	return source->text + source->records[rule].text;
}

const char *
source_note(const struct source *source, uint32_t rule)
{
	const char *text = source_text(source, rule);

	if ((source->records[rule].flags & FLAG_NOTE) == 0)
		return "";
	text += strlen(text) + 1;
	return text + strspn(text, "# \t");
}

void
source_target(const struct source *source, uint32_t rule, struct target *target)
{
	struct piece rest;
	char unused[8];

	rest.at = source_text(source, rule);
	rest.at += strcspn(rest.at, " \t");
	rest.length = strlen(rest.at);
	/* read once without complaint, it is as the first item of a set, but
	 * that local would not do there: it is told all the same */
	(void)rule_item(&rest, target, unused, sizeof(unused));
}

int
source_condition(
    const struct source *source, uint32_t rule, struct condition *condition)
{
	const uint32_t flags = source->records[rule].flags;
	const struct stored *stored;

	*condition = (struct condition){ .terms = NULL };
	if ((flags & FLAG_ASKS) == 0)
		return 0;
	stored = &source->conditions[flags & CONDITION_MAX];
	if (stored->term_count > 0)
		condition->terms = source->terms + stored->first_term;
	condition->term_count = stored->term_count;
	if (stored->when > 0)
		condition->when = &source->whens[stored->when - 1];
	return 1;
}

uint32_t
source_special(const struct source *source, uint32_t place)
{
	return place < source->special_array.count ? source->specials[place]
						   : SOURCE_NONE;
}

size_t
source_sets(const struct source *source, const struct source_set **sets)
{
	*sets = source->sets;
	return source->set_array.count;
}
