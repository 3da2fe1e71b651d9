/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/config_preset.h"
#include "lib/config_rules.h"
#include "lib/config_value.h"
#include "lib/error.h"
#include "lib/words.h"

#define BLANK " \t"

static const char any_value[] = "*";

/* What a rule looks at. Those with a class are known at sign-in only. */
enum subject_kind {
	KIND_USER,
	KIND_SERVICE,
	KIND_GROUP,
	KIND_ATTRIBUTE,
	KINDS
};

static const char *const prefixes[KINDS] = {
	[KIND_USER] = "user:",
	[KIND_SERVICE] = "service:",
	[KIND_GROUP] = "group:",
	[KIND_ATTRIBUTE] = "attribute:",
};

struct rule {
	char *text; /* as it stands in the file */
	char *ask;  /* "group:agents", "attribute:role=nurse" */
	char *name; /* "agents", "role" */
	char *value;
	enum subject_kind kind;
	int bit; /* of the class; -1: none */
	int line;
	int64_t limit; /* milliseconds; 0: none */
};

struct idle_rules {
	enum config_preset preset;
	struct idle_verdict otherwise;
	struct rule *rules; /* by kind, name and value */
	size_t count;
	int bits;
	char *names;
	char *asks;
};

/* A limit of seconds is one that there may be: 0, or GATE_ECONFIG. */
static int
check_limit(
    enum config_preset preset, int64_t seconds, char *why, size_t why_size)
{
	const struct config_key *key = config_find_key("idle", "limit");
	char rule[256];

	if (seconds > key->max) {
		snprintf(why, why_size,
		    "an idle limit of %lld s is too long: it must be %lld s or "
		    "less",
		    (long long)seconds, (long long)key->max);
		return GATE_ECONFIG;
	}
	if (config_preset_refuses(preset, key, seconds, rule, sizeof(rule)) ==
	    0)
		return 0;
	if (seconds == 0)
		snprintf(why, why_size, "no idle limit is against %s", rule);
	else
		snprintf(why, why_size, "an idle limit of %lld s is against %s",
		    (long long)seconds, rule);
	return GATE_ECONFIG;
}

static int
make(struct idle_rules **rules, enum config_preset preset, int64_t seconds,
    int line)
{
	if ((*rules = calloc(1, sizeof(**rules))) == NULL)
		return GATE_ENOMEM;
	(*rules)->preset = preset;
	(*rules)->otherwise = (struct idle_verdict){ seconds * 1000, line, "" };
	(*rules)->names = strdup("");
	(*rules)->asks = strdup("");
	if ((*rules)->names == NULL || (*rules)->asks == NULL)
		idle_rules_free(rules);
	return *rules != NULL ? 0 : GATE_ENOMEM;
}

int
idle_rules_new(struct idle_rules **rules, enum config_preset preset,
    int64_t seconds, int line, char *why, size_t why_size)
{
	int r;

	*rules = NULL;
	if ((unsigned)preset > PRESET_HIPAA)
		return GATE_EINVAL;
	r = check_limit(preset, seconds, why, why_size);
	return r == 0 ? make(rules, preset, seconds, line) : r;
}

/* Adds all rules of a configuration; *bad counts those that are none. */
static int
add_all(struct idle_rules *rules, const struct config *config, const char *file,
    config_complaint *complain, void *data, int *bad)
{
	const struct config_rule *rule = config->idle_rules;
	const struct config_rule *end = rule + config->idle_rule_count;
	char text[512], why[400];
	int r = 0;

	for (; rule < end && (r == 0 || r == GATE_ECONFIG); rule++) {
		r = idle_rules_add(
		    rules, rule->text, rule->line, why, sizeof(why));
		if (r != GATE_ECONFIG)
			continue;
		snprintf(text, sizeof(text), "[idle] %s", why);
		complain(file, rule->line, text, data);
		++*bad;
	}
	return r == GATE_ECONFIG ? 0 : r;
}

int
idle_rules_load(struct idle_rules **rules, const struct config *config,
    const char *file, config_complaint *complain, void *data)
{
	const enum config_preset preset =
	    (enum config_preset)config->password_preset;
	int line = config_origin(config, config_find_key("idle", "limit"), 0);
	int bad = 0, r;
	char text[512], why[400];

	if (line < 0)
		line = 0;
	if (check_limit(preset, config->idle_limit, why, sizeof(why)) != 0) {
		snprintf(text, sizeof(text), "[idle] limit: %s", why);
		complain(file, line, text, data);
		bad = 1;
	}
	r = make(rules, preset, config->idle_limit, line);
	if (r == 0)
		r = add_all(*rules, config, file, complain, data, &bad);
	if (r != 0)
		complain(file, 0, gate_strerror(r), data);
	else if (bad)
		r = GATE_ECONFIG;
	if (r != 0)
		idle_rules_free(rules);
	return r;
}

static void
clear_rule(struct rule *rule)
{
	free(rule->text);
	free(rule->ask);
	free(rule->name);
	free(rule->value);
}

void
idle_rules_free(struct idle_rules **rules)
{
	size_t i;

	if (*rules == NULL)
		return;
	for (i = 0; i < (*rules)->count; i++)
		clear_rule(&(*rules)->rules[i]);
	free((*rules)->rules);
	free((*rules)->names);
	free((*rules)->asks);
	free(*rules);
	*rules = NULL;
}

/* KINDS if it begins with none of the words. */
static enum subject_kind
kind_of(const char *text)
{
	size_t i;

	for (i = 0; i < KINDS; i++)
		if (strncmp(text, prefixes[i], strlen(prefixes[i])) == 0)
			break;
	return (enum subject_kind)i;
}

/* A copy of what stands between begin and end, without the blanks around it. */
static char *
copy_trimmed(const char *begin, const char *end)
{
	while (begin < end && strchr(BLANK, *begin) != NULL)
		begin++;
	while (end > begin && strchr(BLANK, end[-1]) != NULL)
		end--;
	return strndup(begin, (size_t)(end - begin));
}

static int
say(char *why, size_t why_size, const char *text)
{
	snprintf(why, why_size, "%s", text);
	return GATE_ECONFIG;
}

/* Cuts what stands between the prefix and the limit into name and value. */
static int
read_ask(struct rule *rule, const char *begin, const char *end)
{
	const char *name = begin + strlen(prefixes[rule->kind]);
	const char *stop = end;

	if (rule->kind == KIND_ATTRIBUTE) {
		stop = memchr(name, '=', (size_t)(end - name));
		if (stop == NULL)
			stop = end;
	}
	rule->name = copy_trimmed(name, stop);
	rule->value = copy_trimmed(stop < end ? stop + 1 : end, end);
	if (rule->name == NULL || rule->value == NULL)
		return GATE_ENOMEM;
	if (asprintf(&rule->ask, "%s%s%s%s", prefixes[rule->kind], rule->name,
		rule->kind == KIND_ATTRIBUTE ? "=" : "", rule->value) < 0) {
		rule->ask = NULL;
		return GATE_ENOMEM;
	}
	return 0;
}

/* What would silently mean nothing is refused. */
static int
check_ask(const struct rule *rule, char *why, size_t why_size)
{
	const char *last =
	    rule->kind == KIND_ATTRIBUTE ? rule->value : rule->name;
	const char *no_service;

	if (rule->name[0] == '\0')
		return say(why, why_size,
		    "a name is missing, as in group:agents = 10m; everybody's "
		    "limit is set by limit = 15m");
	if (last[0] == '\0')
		return say(why, why_size,
		    "a value is missing, as in attribute:role=nurse = 5m; * "
		    "is any value");
	if (rule->kind == KIND_ATTRIBUTE &&
	    strpbrk(rule->name, BLANK "*") != NULL)
		return say(why, why_size,
		    "attribute: is followed by the attribute's Name, without "
		    "blanks and *");
	if (rule->kind == KIND_SERVICE &&
	    (no_service = config_rule_no_service(rule->name)) != NULL) {
		snprintf(why, why_size, "%.128s is of no service: %s",
		    rule->ask, no_service);
		return GATE_ECONFIG;
	}
	if (last[0] == '"' || last[0] == '\'')
		return say(why, why_size,
		    "names and values are written without quotes");
	if (strchr(last, '*') != NULL &&
	    (rule->kind != KIND_ATTRIBUTE || strcmp(last, any_value) != 0))
		return say(why, why_size,
		    "there are no patterns: * stands alone, for any value of "
		    "an attribute");
	return 0;
}

static int
read_limit(struct rule *rule, enum config_preset preset, const char *text,
    char *why, size_t why_size)
{
	static const struct config_key key = { .type = CONFIG_DURATION,
		.max = INT64_MAX / 1000 };
	int64_t seconds = 0;
	char unused[256];
	int r = 0;

	if (strcmp(text, "none") != 0 && strcmp(text, "0") != 0 &&
	    config_value_set(&seconds, &key, text, unused, sizeof(unused)) != 0)
		r = say(why, why_size,
		    "behind the last = stands the limit: a number and s, m, h "
		    "or d, or none");
	if (r == 0)
		r = check_limit(preset, seconds, why, why_size);
	rule->limit = seconds * 1000;
	return r;
}

/* Reads a rule; clear_rule frees it, also after an error. */
static int
read_rule(struct rule *rule, enum config_preset preset, const char *text,
    char *why, size_t why_size)
{
	const char *begin = text + strspn(text, BLANK);
	const char *last = strrchr(begin, '=');
	char *limit;
	int r;

	rule->kind = kind_of(begin);
	if (rule->kind == KINDS)
		return say(why, why_size,
		    "a rule begins with group:, user:, service: or attribute:");
	if (last == NULL)
		return say(why, why_size,
		    "a rule is written WHO = LIMIT, as in group:agents = 10m");
	rule->text = copy_trimmed(begin, begin + strlen(begin));
	limit = copy_trimmed(last + 1, begin + strlen(begin));
	r = rule->text == NULL || limit == NULL ? GATE_ENOMEM : 0;
	if (r == 0)
		r = read_ask(rule, begin, last);
	if (r == 0)
		r = check_ask(rule, why, why_size);
	if (r == 0)
		r = read_limit(rule, preset, limit, why, why_size);
	free(limit);
	return r;
}

static int
compare(const struct rule *rule, enum subject_kind kind, const char *name,
    const char *value)
{
	int c = (int)rule->kind - (int)kind;

	if (c == 0)
		c = strcmp(rule->name, name);
	return c != 0 ? c : strcmp(rule->value, value);
}

/* Where such a rule is, or where it would be; nonzero in *found if it is. */
static size_t
find(const struct idle_rules *rules, enum subject_kind kind, const char *name,
    const char *value, int *found)
{
	size_t low = 0, high = rules->count, middle;
	int c;

	*found = 0;
	while (low < high && !*found) {
		middle = low + (high - low) / 2;
		c = compare(&rules->rules[middle], kind, name, value);
		*found = c == 0;
		if (c < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return *found ? high : low;
}

/* Adds a word behind a separator to a list of words. */
static int
append(char **list, const char *word, const char *separator)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *list,
		(*list)[0] != '\0' ? separator : "", word) < 0)
		return GATE_ENOMEM;
	free(*list);
	*list = longer;
	return 0;
}

/* Gives a bit to a rule of what is known at sign-in only. */
static int
add_class(
    struct idle_rules *rules, struct rule *rule, char *why, size_t why_size)
{
	int r = 0;

	rule->bit = -1;
	if (rule->kind != KIND_GROUP && rule->kind != KIND_ATTRIBUTE)
		return 0;
	if (rules->bits == IDLE_CLASS_MAX) {
		snprintf(why, why_size,
		    "there may be %d rules of groups and attributes in all",
		    IDLE_CLASS_MAX);
		return GATE_ECONFIG;
	}
	if (rule->kind == KIND_ATTRIBUTE &&
	    !words_have(rules->names, rule->name))
		r = append(&rules->names, rule->name, " ");
	if (r == 0)
		r = append(&rules->asks, rule->ask, "\n");
	if (r == 0)
		rule->bit = rules->bits++;
	return r;
}

int
idle_rules_add(struct idle_rules *rules, const char *text, int line, char *why,
    size_t why_size)
{
	struct rule rule = { .line = line }, *larger;
	size_t place;
	int found, r;

	if ((r = read_rule(&rule, rules->preset, text, why, why_size)) != 0)
		goto out;
	place = find(rules, rule.kind, rule.name, rule.value, &found);
	if (found) {
		snprintf(why, why_size,
		    "%.128s is given twice, first in line %d", rule.ask,
		    rules->rules[place].line);
		r = GATE_ECONFIG;
		goto out;
	}
	r = GATE_ENOMEM;
	larger = reallocarray(rules->rules, rules->count + 1, sizeof(*larger));
	if (larger == NULL)
		goto out;
	rules->rules = larger;
	if ((r = add_class(rules, &rule, why, why_size)) != 0)
		goto out;
	memmove(larger + place + 1, larger + place,
	    (rules->count++ - place) * sizeof(*larger));
	larger[place] = rule;
	rule = (struct rule){ 0 };
out:
	clear_rule(&rule);
	return r;
}

const char *
idle_rules_names(const struct idle_rules *rules)
{
	return rules->names;
}

const char *
idle_rules_asks(const struct idle_rules *rules)
{
	return rules->asks;
}

static int
matches(const struct rule *rule, const struct idle_subject *subject)
{
	size_t i;

	if (rule->kind == KIND_ATTRIBUTE)
		return subject->attributes != NULL &&
		    attributes_have(subject->attributes, rule->name,
			strcmp(rule->value, any_value) == 0 ? NULL
							    : rule->value);
	for (i = 0; i < subject->group_count; i++)
		if (strcmp(subject->groups[i], rule->name) == 0)
			return 1;
	return 0;
}

idle_class
idle_class_of(
    const struct idle_rules *rules, const struct idle_subject *subject)
{
	const struct rule *rule = rules->rules;
	const struct rule *end = rule + rules->count;
	idle_class class = 0;

	for (; rule < end; rule++)
		if (rule->bit >= 0 && matches(rule, subject))
			class |= (idle_class)1 << rule->bit;
	return class;
}

/* Nonzero if rule goes before the one that is best so far: the shorter one, and
 * of the same length the first in the file. */
static int
goes_before(const struct rule *rule, const struct rule *best)
{
	if (best == NULL)
		return 1;
	if (rule->limit == best->limit)
		return rule->line < best->line;
	if (rule->limit == 0 || best->limit == 0)
		return best->limit == 0;
	return rule->limit < best->limit;
}

void
idle_limit(const struct idle_rules *rules, const char *user,
    const char *service, idle_class class, struct idle_verdict *verdict)
{
	const char *const names[] = {
		[KIND_USER] = user, [KIND_SERVICE] = service
	};
	const struct rule *best = NULL, *rule;
	size_t i, place;
	int found;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		place = find(rules, (enum subject_kind)i, names[i], "", &found);
		if (found && goes_before(&rules->rules[place], best))
			best = &rules->rules[place];
	}
	for (i = rules->count; i > 0 && rules->rules[i - 1].bit >= 0; i--) {
		rule = &rules->rules[i - 1];
		if ((class >> rule->bit & 1) != 0 && goes_before(rule, best))
			best = rule;
	}
	*verdict = rules->otherwise;
	if (best != NULL)
		*verdict = (struct idle_verdict){ best->limit, best->line,
			best->text };
}

/* The place of a line in a text of lines, or -1. */
static int
line_of(const char *lines, const char *line)
{
	const size_t size = strlen(line);
	size_t length;
	int place;

	for (place = 0; *lines != '\0'; place++) {
		length = strcspn(lines, "\n");
		if (length == size && memcmp(lines, line, size) == 0)
			return place < IDLE_CLASS_MAX ? place : -1;
		lines += length + (lines[length] == '\n');
	}
	return -1;
}

int
idle_carry_make(
    struct idle_carry *carry, const char *asks, const struct idle_rules *rules)
{
	const struct rule *rule = rules->rules;
	const struct rule *end = rule + rules->count;
	int r = 0;

	memset(carry->from, -1, sizeof(carry->from));
	for (; rule < end; rule++) {
		if (rule->bit < 0)
			continue;
		carry->from[rule->bit] = (int8_t)line_of(asks, rule->ask);
		if (carry->from[rule->bit] < 0)
			r = GATE_ENOTFOUND;
	}
	return r;
}

idle_class
idle_carry(const struct idle_carry *carry, idle_class class)
{
	idle_class carried = 0;
	int i;

	for (i = 0; i < IDLE_CLASS_MAX; i++)
		if (carry->from[i] >= 0)
			carried |= (class >> carry->from[i] & 1) << i;
	return carried;
}

int64_t
idle_absolute_end(int64_t start, int64_t max_age, int64_t not_after)
{
	int64_t end = IDLE_NEVER;

	if (max_age > 0 && __builtin_add_overflow(start, max_age, &end))
		end = IDLE_NEVER;
	if (not_after > 0 && not_after < end)
		end = not_after;
	return end;
}
