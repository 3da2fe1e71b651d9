/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "access/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/words.h"

#define BLANK   " \t"
#define DEFAULT "default"

static const char attribute_prefix[] = "attribute:";
static const char any_value[] = "*";

/* What of a sign-in a rule looks at. */
struct condition {
	const char *word;
	size_t offset; /* of the text in struct access_subject */
	int by_idp;    /* only an IdP can say it */
};

static const struct condition conditions[] = {
	{ "authn_context", offsetof(struct access_subject, authn_context), 1 },
	{ "issuer", offsetof(struct access_subject, issuer), 1 },
	{ "user", offsetof(struct access_subject, user), 0 },
	{ "method", offsetof(struct access_subject, method), 0 },
};

/* When a rule decides, and what. */
struct verb {
	const char *word;
	int holds; /* it decides where the condition does, or does not, hold */
	int allowed; /* what it decides */
};

static const struct verb verbs[] = {
	{ "allow", 1, 1 },
	{ "deny", 1, 0 },
	{ "require", 0, 0 },
};

/* Who comes by this one has an administrator to speak for him. */
static const char emergency[] = "emergency";

/* The ways to sign in that there are, as the record has them. */
static const char *const methods[] = { "sso", "password", "otp", "password+otp",
	"external", emergency, any_value };

struct rule {
	const struct verb *verb;
	const struct condition *condition; /* NULL: an attribute */
	char *words;      /* the text, cut into the two that follow */
	const char *name; /* of the attribute, or NULL */
	const char **values;
	size_t value_count;
	char *text; /* as it stands in the file */
	int line;
};

/* The rules of one service, or the general ones. */
struct section {
	char *service;
	struct rule *rules;
	size_t rule_count;
	char *default_text; /* NULL: not said */
	int default_line;
	int default_allowed;
};

struct access_rules {
	struct section *sections;
	size_t section_count;
	char *names;
};

int
access_rules_new(struct access_rules **rules)
{
	if ((*rules = calloc(1, sizeof(**rules))) == NULL)
		return GATE_ENOMEM;
	if (((*rules)->names = strdup("")) == NULL)
		access_rules_free(rules);
	return *rules != NULL ? 0 : GATE_ENOMEM;
}

static void
clear_rule(struct rule *rule)
{
	free(rule->words);
	free(rule->values);
	free(rule->text);
}

void
access_rules_free(struct access_rules **rules)
{
	struct section *section;
	size_t i, j;

	if (*rules == NULL)
		return;
	for (i = 0; i < (*rules)->section_count; i++) {
		section = &(*rules)->sections[i];
		for (j = 0; j < section->rule_count; j++)
			clear_rule(&section->rules[j]);
		free(section->rules);
		free(section->default_text);
		free(section->service);
	}
	free((*rules)->sections);
	free((*rules)->names);
	free(*rules);
	*rules = NULL;
}

static struct section *
find_section(const struct access_rules *rules, const char *service)
{
	size_t i;

	for (i = 0; i < rules->section_count; i++) {
		if (strcmp(rules->sections[i].service, service) == 0)
			return &rules->sections[i];
	}
	return NULL;
}

static int
need_section(
    struct access_rules *rules, const char *service, struct section **section)
{
	struct section *sections;

	if ((*section = find_section(rules, service)) != NULL)
		return 0;
	sections = reallocarray(
	    rules->sections, rules->section_count + 1, sizeof(*sections));
	if (sections == NULL)
		return GATE_ENOMEM;
	rules->sections = sections;
	*section = &sections[rules->section_count];
	**section = (struct section){ .service = strdup(service) };
	if ((*section)->service == NULL)
		return GATE_ENOMEM;
	rules->section_count++;
	return 0;
}

/* Takes off the blanks around a text, which it writes to. */
static char *
trim(char *text)
{
	size_t length;

	text += strspn(text, BLANK);
	length = strlen(text);
	while (length > 0 && strchr(BLANK, text[length - 1]) != NULL)
		length--;
	text[length] = '\0';
	return text;
}

static int
refuse(char *why, size_t size, const char *text)
{
	snprintf(why, size, "%s", text);
	return GATE_ECONFIG;
}

static int
parse_verb(struct rule *rule, const char *word, char *why, size_t why_size)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (strcmp(verbs[i].word, word) == 0) {
			rule->verb = &verbs[i];
			return 0;
		}
	}
	snprintf(why, why_size,
	    "a rule begins with allow, deny, require or default, not with "
	    "\"%s\"",
	    word);
	return GATE_ECONFIG;
}

static int
parse_condition(struct rule *rule, const char *word, char *why, size_t why_size)
{
	const size_t length = sizeof(attribute_prefix) - 1;
	size_t i;

	if (strncmp(word, attribute_prefix, length) == 0) {
		rule->name = word + length;
		if (rule->name[0] != '\0' &&
		    strpbrk(rule->name, BLANK "*") == NULL)
			return 0;
		return refuse(why, why_size,
		    "attribute: is followed by the attribute's Name, without "
		    "blanks and *");
	}
	for (i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
		if (strcmp(conditions[i].word, word) == 0) {
			rule->condition = &conditions[i];
			return 0;
		}
	}
	snprintf(why, why_size,
	    "\"%s\" is no condition: it must be attribute:NAME, authn_context, "
	    "issuer, user or method",
	    word);
	return GATE_ECONFIG;
}

/* Whether a sign-in can have this value at all, as far as that is known. */
static int
is_possible(const struct rule *rule, const char *value)
{
	size_t i;

	if (rule->condition == NULL ||
	    rule->condition->offset != offsetof(struct access_subject, method))
		return 1;
	for (i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if (strcmp(methods[i], value) == 0)
			return 1;
	}
	return 0;
}

/* A value that would silently mean nothing is refused. */
static int
parse_value(struct rule *rule, const char *value, char *why, size_t why_size)
{
	if (value[0] == '\0')
		return refuse(
		    why, why_size, "a value is missing; * is any value");
	if (value[0] == '"' || value[0] == '\'')
		return refuse(
		    why, why_size, "values are written without quotes");
	if (strchr(value, '*') != NULL && strcmp(value, any_value) != 0)
		return refuse(why, why_size,
		    "* stands alone, for any value: there are no patterns");
	if (!is_possible(rule, value)) {
		snprintf(why, why_size,
		    "\"%s\" is no method: it must be sso, password, otp, "
		    "password+otp, external or emergency",
		    value);
		return GATE_ECONFIG;
	}
	rule->values[rule->value_count++] = value;
	return 0;
}

static int
parse_values(struct rule *rule, char *text, char *why, size_t why_size)
{
	const char *p;
	char *next;
	size_t count = 1;
	int r = 0;

	for (p = text; (p = strchr(p, '|')) != NULL; p++)
		count++;
	rule->values = calloc(count, sizeof(*rule->values));
	if (rule->values == NULL)
		return GATE_ENOMEM;
	for (; text != NULL && r == 0; text = next) {
		if ((next = strchr(text, '|')) != NULL)
			*next++ = '\0';
		r = parse_value(rule, trim(text), why, why_size);
	}
	return r;
}

/* Reads a rule; clear_rule frees it, also after an error. */
static int
parse_rule(struct rule *rule, const char *text, char *why, size_t why_size)
{
	char *verb, *condition, *values;
	int r;

	rule->text = strdup(text);
	rule->words = strdup(text);
	if (rule->text == NULL || rule->words == NULL)
		return GATE_ENOMEM;
	if ((values = strchr(rule->words, '=')) == NULL)
		return refuse(why, why_size,
		    "a rule is written VERB CONDITION = VALUE, as in require "
		    "attribute:role = agent");
	*values++ = '\0';
	verb = trim(rule->words);
	condition = verb + strcspn(verb, BLANK);
	if (*condition != '\0')
		*condition++ = '\0';
	r = parse_verb(rule, verb, why, why_size);
	if (r == 0)
		r = parse_condition(rule, trim(condition), why, why_size);
	if (r == 0)
		r = parse_values(rule, values, why, why_size);
	return r;
}

/* The value of "default = VALUE", or NULL if the text is no such line. */
static const char *
default_value(const char *text)
{
	const size_t length = sizeof(DEFAULT) - 1;

	if (strncmp(text, DEFAULT, length) != 0)
		return NULL;
	text += length + strspn(text + length, BLANK);
	return *text == '=' ? text + 1 + strspn(text + 1, BLANK) : NULL;
}

static int
add_default(struct section *section, const char *text, const char *value,
    int line, char *why, size_t why_size)
{
	int allowed = strcmp(value, "allow") == 0;

	if (!allowed && strcmp(value, "deny") != 0)
		return refuse(
		    why, why_size, "the default must be allow or deny");
	if (section->default_text != NULL) {
		snprintf(why, why_size,
		    "the default is given twice, first in line %d",
		    section->default_line);
		return GATE_ECONFIG;
	}
	if ((section->default_text = strdup(text)) == NULL)
		return GATE_ENOMEM;
	section->default_line = line;
	section->default_allowed = allowed;
	return 0;
}

static int
add_name(struct access_rules *rules, const char *name)
{
	char *names;

	if (words_have(rules->names, name))
		return 0;
	if (asprintf(&names, "%s%s%s", rules->names,
		rules->names[0] != '\0' ? " " : "", name) < 0)
		return GATE_ENOMEM;
	free(rules->names);
	rules->names = names;
	return 0;
}

static int
add_rule(struct access_rules *rules, struct section *section, const char *text,
    int line, char *why, size_t why_size)
{
	struct rule rule = { .line = line }, *list;
	int r;

	if ((r = parse_rule(&rule, text, why, why_size)) != 0)
		goto out;
	if (rule.name != NULL && (r = add_name(rules, rule.name)) != 0)
		goto out;
	list = reallocarray(
	    section->rules, section->rule_count + 1, sizeof(*list));
	if (list == NULL) {
		r = GATE_ENOMEM;
		goto out;
	}
	section->rules = list;
	list[section->rule_count++] = rule;
	rule = (struct rule){ 0 };
out:
	clear_rule(&rule);
	return r;
}

int
access_rules_add(struct access_rules *rules, const char *service,
    const char *text, int line, char *why, size_t why_size)
{
	struct section *section;
	const char *value = default_value(text);
	int r;

	if ((r = need_section(rules, service, &section)) != 0)
		return r;
	if (value != NULL)
		return add_default(section, text, value, line, why, why_size);
	return add_rule(rules, section, text, line, why, why_size);
}

int
access_rules_load(struct access_rules **rules, const struct config *config,
    const char *file, config_complaint *complain, void *data)
{
	const struct config_rule *rule;
	char why[256];
	size_t i;
	int bad = 0;
	int r = access_rules_new(rules);

	for (i = 0; i < config->rule_count && r == 0; i++) {
		rule = &config->rules[i];
		r = access_rules_add(*rules, rule->service, rule->text,
		    rule->line, why, sizeof(why));
		if (r != GATE_ECONFIG)
			continue;
		complain(file, rule->line, why, data);
		bad = 1;
		r = 0;
	}
	if (r != 0)
		complain(file, 0, gate_strerror(r), data);
	else if (bad)
		r = GATE_ECONFIG;
	if (r != 0)
		access_rules_free(rules);
	return r;
}

const char *
access_rules_names(const struct access_rules *rules)
{
	return rules->names;
}

/* Whether the subject has this one value. */
static int
has_value(const struct rule *rule, const struct access_subject *subject,
    const char *value)
{
	const char *text;
	int any = strcmp(value, any_value) == 0;

	if (rule->condition == NULL)
		return subject->attributes != NULL &&
		    attributes_have(
			subject->attributes, rule->name, any ? NULL : value);
	text = *(const char *const *)((const char *)subject +
	    rule->condition->offset);
	return text != NULL && text[0] != '\0' &&
	    (any || strcmp(text, value) == 0);
}

/* Whether the rule asks for what the administrator has said in the IdP's
 * place. */
static int
is_vouched_for(const struct rule *rule, const struct access_subject *subject)
{
	return subject->method != NULL &&
	    strcmp(subject->method, emergency) == 0 &&
	    (rule->condition == NULL || rule->condition->by_idp);
}

static int
holds(const struct rule *rule, const struct access_subject *subject)
{
	size_t i;

	/* for the person: an allow and a require are met, a deny is not */
	if (is_vouched_for(rule, subject))
		return rule->verb->allowed || !rule->verb->holds;
	for (i = 0; i < rule->value_count; i++) {
		if (has_value(rule, subject, rule->values[i]))
			return 1;
	}
	return 0;
}

/* Where there is an allow rule, who is not allowed is not meant to get in. */
static int
has_allow(const struct section *section)
{
	size_t i;

	for (i = 0; i < section->rule_count; i++) {
		if (section->rules[i].verb->allowed)
			return 1;
	}
	return 0;
}

static void
decide_default(const struct section *section, struct access_verdict *verdict)
{
	if (section->default_text != NULL) {
		verdict->allowed = section->default_allowed;
		verdict->line = section->default_line;
		verdict->rule = section->default_text;
	} else if (has_allow(section)) {
		verdict->allowed = 0;
		verdict->rule =
		    "no allow rule fits, and then the default is deny";
	} else {
		verdict->allowed = 1;
		verdict->rule =
		    "no rule is against it, and the default is allow";
	}
}

void
access_decide(const struct access_rules *rules,
    const struct access_subject *subject, struct access_verdict *verdict)
{
	static char general[] = "";
	static const struct section none = { .service = general };
	const struct section *section = NULL;
	const struct rule *rule;
	size_t i;

	if (subject->service != NULL)
		section = find_section(rules, subject->service);
	if (section == NULL && (section = find_section(rules, "")) == NULL)
		section = &none;
	*verdict = (struct access_verdict){ .service = section->service };
	for (i = 0; i < section->rule_count; i++) {
		rule = &section->rules[i];
		if (holds(rule, subject) != rule->verb->holds)
			continue;
		verdict->allowed = rule->verb->allowed;
		verdict->line = rule->line;
		verdict->rule = rule->text;
		return;
	}
	decide_default(section, verdict);
}
