/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/demand.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"
#include "lib/network.h"
#include "lib/words.h"

enum subject {
	SUBJECT_GROUP,
	SUBJECT_USER,
	SUBJECT_SERVICE,
	SUBJECT_COUNT,
};

/* A word of either text, and what it was read as. */
struct word {
	char *text;
	struct network network;
	enum subject subject;
	const char *name; /* in text */
};

struct words {
	struct word *words;
	size_t count;
};

struct demand_rules {
	struct words skip_from;
	struct words required_for;
};

static int
is_group(const struct demand_login *login, const char *name)
{
	return login->in_group != NULL && login->in_group(name, login->data);
}

/* Directories know their users in capitals as well, and this line must not be
 * the one that does not. */
static int
is_user(const struct demand_login *login, const char *name)
{
	return strcasecmp(login->user, name) == 0;
}

static int
is_service(const struct demand_login *login, const char *name)
{
	return strcmp(login->service, name) == 0;
}

static const struct {
	const char *prefix;
	int (*is)(const struct demand_login *login, const char *name);
} subjects[SUBJECT_COUNT] = {
	[SUBJECT_GROUP] = { "group:", is_group },
	[SUBJECT_USER] = { "user:", is_user },
	[SUBJECT_SERVICE] = { "service:", is_service },
};

static int
read_network(struct word *word, char *why, size_t why_size)
{
	if (network_parse(word->text, &word->network, why, why_size) != 0)
		return GATE_ECONFIG;
	/* 0.0.0.0/0 stands at the prefix where all IPv4 does */
	if (word->network.prefix == 0 ||
	    (word->network.prefix == NETWORK_PREFIX_V4 &&
		address_is_v4(&word->network.address))) {
		snprintf(why, why_size,
		    "%s is everywhere: the second factor would never be asked "
		    "for; name the networks",
		    word->text);
		return GATE_ECONFIG;
	}
	return 0;
}

static int
read_subject(struct word *word, char *why, size_t why_size)
{
	size_t i, length;

	for (i = 0; i < SUBJECT_COUNT; i++) {
		length = strlen(subjects[i].prefix);
		if (strncmp(word->text, subjects[i].prefix, length) != 0 ||
		    word->text[length] == '\0')
			continue;
		word->subject = (enum subject)i;
		word->name = word->text + length;
		return 0;
	}
	snprintf(why, why_size,
	    "\"%.128s\" is none of group:NAME, user:NAME, service:NAME",
	    word->text);
	return GATE_ECONFIG;
}

/* A key of [2fa], and what reads each of its words. */
struct key {
	const char *name;
	int (*read)(struct word *word, char *why, size_t why_size);
};

static const struct key skip_from_key = { "skip_from", read_network };
static const struct key required_for_key = { "required_for", read_subject };

static int
read_words(struct words *words, const struct key *key, const char *list,
    char *why, size_t why_size)
{
	struct word *larger, *word;
	const char *text;
	char phrase[256];
	size_t length;
	int r = 0;

	while (r == 0 && (text = words_next(&list, &length)) != NULL) {
		larger = reallocarray(
		    words->words, words->count + 1, sizeof(*larger));
		if (larger == NULL)
			return GATE_ENOMEM;
		words->words = larger;
		word = &larger[words->count];
		*word = (struct word){ .text = strndup(text, length) };
		if (word->text == NULL)
			return GATE_ENOMEM;
		words->count++;
		r = key->read(word, phrase, sizeof(phrase));
		if (r != 0)
			snprintf(
			    why, why_size, "[2fa] %s: %s", key->name, phrase);
	}
	return r;
}

static void
words_clear(struct words *words)
{
	size_t i;

	for (i = 0; i < words->count; i++)
		free(words->words[i].text);
	free(words->words);
}

int
demand_rules_new(struct demand_rules **rules, const char *skip_from,
    const char *required_for, char *why, size_t why_size)
{
	int r = GATE_ENOMEM;

	*rules = calloc(1, sizeof(**rules));
	if (*rules == NULL)
		return r;
	r = read_words(
	    &(*rules)->skip_from, &skip_from_key, skip_from, why, why_size);
	if (r == 0)
		r = read_words(&(*rules)->required_for, &required_for_key,
		    required_for, why, why_size);
	if (r != 0)
		demand_rules_free(rules);
	return r;
}

void
demand_rules_free(struct demand_rules **rules)
{
	if (*rules == NULL)
		return;
	words_clear(&(*rules)->skip_from);
	words_clear(&(*rules)->required_for);
	free(*rules);
	*rules = NULL;
}

/* The network that has the address, or NULL. */
static const char *
skipped(const struct demand_rules *rules, const struct address *address)
{
	const struct words *words;
	size_t i;

	if (rules == NULL || address == NULL)
		return NULL;
	words = &rules->skip_from;
	for (i = 0; i < words->count; i++)
		if (network_has(&words->words[i].network, address))
			return words->words[i].text;
	return NULL;
}

/* The word that names this login, "" where none is needed, or NULL. */
static const char *
required(const struct demand_rules *rules, const struct demand_login *login)
{
	const struct words *words = &rules->required_for;
	const struct word *word;
	size_t i;

	for (i = 0; i < words->count; i++) {
		word = &words->words[i];
		if (subjects[word->subject].is(login, word->name))
			return word->text;
	}
	return words->count == 0 ? "" : NULL;
}

enum demand
demand_decide(const struct demand_rules *rules,
    const struct demand_login *login, const char **by)
{
	const char *word = skipped(rules, login->address);
	enum demand demand = DEMAND_SKIPPED;

	if (word == NULL) {
		word = rules != NULL ? required(rules, login) : "";
		demand = word == NULL   ? DEMAND_NOT_REQUIRED
		    : login->remembered ? DEMAND_REMEMBERED
					: DEMAND_CODE;
	}
	if (by != NULL)
		*by = word != NULL && demand != DEMAND_REMEMBERED ? word : "";
	return demand;
}

int
demand_is_general(
    const struct demand_rules *rules, const struct demand_login *login)
{
	struct demand_login anywhere = *login;

	/* the name of no service */
	anywhere.service = "";
	return rules == NULL ||
	    (rules->skip_from.count == 0 && required(rules, &anywhere) != NULL);
}
