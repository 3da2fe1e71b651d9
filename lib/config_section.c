/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_section.h"

#include <stdlib.h>
#include <string.h>

#include "lib/config_value.h"
#include "lib/error.h"

/* Where struct config has the sections of a kind. */
struct kind {
	const char *word;
	size_t size;  /* of one */
	size_t items; /* offset of the array */
	size_t count; /* offset of their number */
};

static const struct kind kinds[] = {
	[SECTION_IDP] = { "idp", sizeof(struct config_idp),
	    offsetof(struct config, idps), offsetof(struct config, idp_count) },
	[SECTION_SERVICE] = { "service", sizeof(struct config_service),
	    offsetof(struct config, services),
	    offsetof(struct config, service_count) },
	[SECTION_SOURCE] = { "metadata", sizeof(struct config_source),
	    offsetof(struct config, sources),
	    offsetof(struct config, source_count) },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

#define IS_NAMED(type)                                                         \
	_Static_assert(offsetof(struct type, name) ==                          \
		    offsetof(struct config_named, name) &&                     \
		offsetof(struct type, line) ==                                 \
		    offsetof(struct config_named, line),                       \
	    #type " begins as config_named does")
IS_NAMED(config_idp);
IS_NAMED(config_service);
IS_NAMED(config_source);

const char *
config_section_word(enum config_section kind)
{
	return kinds[kind].word;
}

enum config_section
config_section_kind(const char *word)
{
	size_t kind;

	for (kind = SECTION_ONE + 1; kind < KINDS; kind++) {
		if (strcmp(kinds[kind].word, word) == 0)
			return (enum config_section)kind;
	}
	return SECTION_ONE;
}

static char **
items_of(const struct config *config, enum config_section kind)
{
	return (char **)((char *)config + kinds[kind].items);
}

static size_t *
count_of(const struct config *config, enum config_section kind)
{
	return (size_t *)((char *)config + kinds[kind].count);
}

size_t
config_section_count(const struct config *config, enum config_section kind)
{
	return kind == SECTION_ONE ? 1 : *count_of(config, kind);
}

void *
config_section_at(
    const struct config *config, enum config_section kind, size_t place)
{
	return kind == SECTION_ONE
	    ? (void *)config
	    : *items_of(config, kind) + place * kinds[kind].size;
}

int
config_section_add(struct config *config, enum config_section kind,
    const char *name, int line, void **object)
{
	const size_t size = kinds[kind].size;
	size_t *count = count_of(config, kind);
	struct config_named *named;
	char *items;

	items = reallocarray(*items_of(config, kind), *count + 1, size);
	if (items == NULL)
		return GATE_ENOMEM;
	*items_of(config, kind) = items;
	*object = memset(items + *count * size, 0, size);
	/* From here on config_free frees it, whole or not. */
	(*count)++;
	named = *object;
	named->line = line;
	if ((named->name = strdup(name)) == NULL)
		return GATE_ENOMEM;
	return config_section_default(*object, kind);
}

static int
add_rule(struct config_rule **rules, size_t *count, const char *service,
    const char *text, int line)
{
	struct config_rule *larger, *rule;

	larger = reallocarray(*rules, *count + 1, sizeof(*larger));
	if (larger == NULL)
		return GATE_ENOMEM;
	*rules = larger;
	rule = &larger[(*count)++];
	*rule = (struct config_rule){
		.service = strdup(service), .text = strdup(text), .line = line
	};
	return rule->service != NULL && rule->text != NULL ? 0 : GATE_ENOMEM;
}

int
config_section_add_rule(
    struct config *config, const char *service, const char *text, int line)
{
	return add_rule(
	    &config->rules, &config->rule_count, service, text, line);
}

int
config_section_add_idle_rule(struct config *config, const char *text, int line)
{
	return add_rule(
	    &config->idle_rules, &config->idle_rule_count, "", text, line);
}

/* Where one value comes from. */
struct config_origin {
	const struct config_key *key;
	size_t place;
	int origin;
};

int
config_section_origin(struct config *config, const struct config_key *key,
    size_t place, int origin)
{
	struct config_origin *origins;

	origins = reallocarray(
	    config->origins, config->origin_count + 1, sizeof(*origins));
	if (origins == NULL)
		return GATE_ENOMEM;
	config->origins = origins;
	origins[config->origin_count++] =
	    (struct config_origin){ key, place, origin };
	return 0;
}

int
config_origin(
    const struct config *config, const struct config_key *key, size_t place)
{
	size_t i;

	for (i = 0; i < config->origin_count; i++)
		if (config->origins[i].key == key &&
		    config->origins[i].place == place)
			return config->origins[i].origin;
	return CONFIG_FROM_DEFAULT;
}

int
config_section_default(void *object, enum config_section kind)
{
	const struct config_key *keys;
	size_t i, count;
	char why[256];
	int r = 0;

	keys = config_keys(&count);
	for (i = 0; i < count && r == 0; i++) {
		if (keys[i].kind == kind)
			r = config_value_set(object, &keys[i], keys[i].fallback,
			    why, sizeof(why));
	}
	return r;
}

void
config_section_clear(void *object, enum config_section kind)
{
	const struct config_key *keys;
	size_t i, count;

	keys = config_keys(&count);
	for (i = 0; i < count; i++) {
		if (keys[i].kind == kind)
			config_value_free(object, &keys[i]);
	}
}

static void
free_kind(struct config *config, enum config_section kind)
{
	struct config_named *named;
	size_t i;

	for (i = 0; i < config_section_count(config, kind); i++) {
		named = config_section_at(config, kind, i);
		config_section_clear(named, kind);
		free(named->name);
	}
	free(*items_of(config, kind));
}

static void
free_rules(struct config_rule *rules, size_t count)
{
	size_t i;

	for (i = 0; i < count; i++) {
		free(rules[i].service);
		free(rules[i].text);
	}
	free(rules);
}

void
config_section_free_all(struct config *config)
{
	size_t i;

	for (i = SECTION_ONE + 1; i < KINDS; i++)
		free_kind(config, (enum config_section)i);
	free_rules(config->rules, config->rule_count);
	free_rules(config->idle_rules, config->idle_rule_count);
	free(config->origins);
}
