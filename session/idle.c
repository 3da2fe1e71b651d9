/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/idle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* What a preset allows, in seconds. */
struct bounds {
	const char *word;
	int64_t least;
	int64_t most;
	int none; /* whether no limit at all */
	const char *source;
};

#define MINUTE 60

static const struct bounds all_bounds[] = {
	[PRESET_NONE] = { "none", 1, IDLE_MOST, 1, "" },
	[PRESET_NIST] = { "nist", 1, 60 * MINUTE, 0,
	    "SP 800-63B-4: AAL2, 1 h or less" },
	[PRESET_PCI] = { "pci", 1, 15 * MINUTE, 0, "PCI DSS 4.0, 8.2.8" },
	[PRESET_CIS] = { "cis", 1, 15 * MINUTE, 0,
	    "CIS Ubuntu 24.04 and RHEL 9, TMOUT" },
	[PRESET_STIG] = { "stig", 1, 10 * MINUTE, 0,
	    "DISA STIG Ubuntu 24.04 and RHEL 9" },
	/* HIPAA has no numbers: the largest is NIST's, and under the least
	 * people are logged off while they work */
	[PRESET_HIPAA] = { "hipaa", 5 * MINUTE, 60 * MINUTE, 0,
	    "45 CFR 164.312(a)(2)(iii), automatic logoff" },
};

struct idle_rules {
	const struct bounds *bounds;
	struct idle_verdict otherwise;
	struct rule *rules; /* by kind, name and value */
	size_t count;
	int bits;
	char *names;
	char *asks;
};

/* A limit of seconds is one that the preset allows: 0, or GATE_ECONFIG. */
static int
check_limit(
    const struct bounds *bounds, int64_t seconds, char *why, size_t why_size)
{
	if (seconds == 0 && bounds->none)
		return 0;
	if (seconds == 0) {
		snprintf(why, why_size,
		    "preset %s has no session without an idle limit (%s): set "
		    "one of %lld s to %lld s",
		    bounds->word, bounds->source, (long long)bounds->least,
		    (long long)bounds->most);
		return GATE_ECONFIG;
	}
	if (seconds >= bounds->least && seconds <= bounds->most)
		return 0;
	snprintf(why, why_size,
	    "an idle limit of %lld s is too %s%s%s%s%s: it must be %lld s to "
	    "%lld s",
	    (long long)seconds, seconds < bounds->least ? "short" : "long",
	    bounds->none ? "" : " for preset ",
	    bounds->none ? "" : bounds->word, bounds->none ? "" : ", ",
	    bounds->none ? "" : bounds->source, (long long)bounds->least,
	    (long long)bounds->most);
	return GATE_ECONFIG;
}

int
idle_rules_new(struct idle_rules **rules, enum config_preset preset,
    int64_t seconds, int line, char *why, size_t why_size)
{
	const size_t presets = sizeof(all_bounds) / sizeof(all_bounds[0]);
	int r;

	*rules = NULL;
	if ((unsigned)preset >= presets)
		return GATE_EINVAL;
	r = check_limit(&all_bounds[preset], seconds, why, why_size);
	if (r != 0)
		return r;
	if ((*rules = calloc(1, sizeof(**rules))) == NULL)
		return GATE_ENOMEM;
	(*rules)->bounds = &all_bounds[preset];
	(*rules)->otherwise = (struct idle_verdict){ seconds * 1000, line, "" };
	(*rules)->names = strdup("");
	(*rules)->asks = strdup("");
	if ((*rules)->names == NULL || (*rules)->asks == NULL)
		idle_rules_free(rules);
	return *rules != NULL ? 0 : GATE_ENOMEM;
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

int
idle_is_rule(const char *text)
{
	return kind_of(text + strspn(text, BLANK)) != KINDS;
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
read_limit(struct rule *rule, const struct bounds *bounds, const char *text,
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
		r = check_limit(bounds, seconds, why, why_size);
	rule->limit = seconds * 1000;
	return r;
}

/* Reads a rule; clear_rule frees it, also after an error. */
static int
read_rule(struct rule *rule, const struct bounds *bounds, const char *text,
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
		r = read_limit(rule, bounds, limit, why, why_size);
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

	if ((r = read_rule(&rule, rules->bounds, text, why, why_size)) != 0)
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
