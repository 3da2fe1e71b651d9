/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "password/dictionary.h"

/* The numbers; none is negative, nor larger than a size_t. */
static void
set_policies(struct password_rules *rules, const struct config *config)
{
	rules->policy = (struct password_policy){
		.min_length = (size_t)config->password_min_length,
		.max_length = (size_t)config->password_max_length,
		.min_letters = (size_t)config->password_min_letters,
		.min_lower = (size_t)config->password_min_lower,
		.min_upper = (size_t)config->password_min_upper,
		.min_digits = (size_t)config->password_min_digits,
		.min_others = (size_t)config->password_min_others,
		.min_kinds = (size_t)config->password_min_kinds,
		.max_repeat = (size_t)config->password_max_repeat,
		.max_sequence = (size_t)config->password_max_sequence,
		.max_kind_run = (size_t)config->password_max_kind_run,
		.min_changed = (size_t)config->password_min_changed,
		.dictionary = config->password_dictionary != 0,
		.words = rules->words,
		.blocklist = rules->blocklist,
		.breached = rules->breached,
	};
	rules->policy_mfa = rules->policy;
	if (config->password_min_length_mfa > 0)
		rules->policy_mfa.min_length =
		    (size_t)config->password_min_length_mfa;
}

static void
set_ages(struct password_rules *rules, const struct config *config)
{
	rules->age = (struct age_policy){
		.max = config->password_max_age,
		.min = config->password_min_age,
		.warn = config->password_warn,
		.grace = config->password_grace,
	};
	rules->age_mfa = rules->age;
	if (config->password_max_age_for == MAX_AGE_FOR_SINGLE_FACTOR)
		rules->age_mfa.max = 0;
}

static int
load_files(struct password_rules *rules, const struct config *config, char *why,
    size_t why_size)
{
	const char *key = "dictionary", *path = "";
	char phrase[512] = "there is none; install cracklib-runtime";
	int r = 0;

	if (config->password_dictionary)
		r = dictionary_find();
	if (r == 0 && config->password_blocklist[0] != '\0') {
		key = "blocklist";
		path = config->password_blocklist;
		r = blocklist_load(
		    &rules->blocklist, path, phrase, sizeof(phrase));
	}
	if (r == 0 && config->password_breached[0] != '\0') {
		key = "breached";
		path = config->password_breached;
		r = breached_open(
		    &rules->breached, path, phrase, sizeof(phrase));
	}
	if (r != 0)
		snprintf(why, why_size, "[password] %s: %s%s%s", key, path,
		    path[0] != '\0' ? ": " : "", phrase);
	return r;
}

int
password_rules_load(struct password_rules **rules, const struct config *config,
    char *why, size_t why_size)
{
	struct password_rules *new = calloc(1, sizeof(*new));
	int r = GATE_ENOMEM;

	snprintf(why, why_size, "%s", gate_strerror(r));
	if (new == NULL ||
	    (new->words = strdup(config->password_words)) == NULL)
		goto out;
	r = load_files(new, config, why, why_size);
	if (r != 0)
		goto out;
	set_policies(new, config);
	set_ages(new, config);
	new->history = (size_t)config->password_history;
	new->cost = (int)config->password_cost;
	*rules = new;
	new = NULL;
	why[0] = '\0';
out:
	password_rules_free(&new);
	return r;
}

void
password_rules_free(struct password_rules **rules)
{
	if (*rules == NULL)
		return;
	blocklist_free(&(*rules)->blocklist);
	breached_free(&(*rules)->breached);
	free((*rules)->words);
	free(*rules);
	*rules = NULL;
}
