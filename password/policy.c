/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/policy.h"

#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "password/change.h"
#include "password/dictionary.h"
#include "password/letters.h"
#include "password/names.h"
#include "password/shape.h"
#include "password/verifier.h"

/* One judging; all of it is as secret as the password. */
struct judging {
	const struct password_policy *policy;
	const struct password_person *person;
	const char *password;
	struct password_judgement *judgement;
	struct letters plain, folded;
	struct names_room names;
	struct change_room change;
};

void
password_fault_add(struct password_judgement *judgement,
    enum password_fault_id id, size_t has, size_t needs, const char *word)
{
	struct password_fault *fault;
	size_t i;

	for (i = 0; i < judgement->count; i++)
		if (judgement->faults[i].id == id)
			return;
	fault = &judgement->faults[judgement->count++];
	*fault = (struct password_fault){ id, has, needs, "" };
	if (word != NULL)
		snprintf(fault->word, sizeof(fault->word), "%s", word);
}

static void
fault(struct judging *j, enum password_fault_id id, size_t has, size_t needs)
{
	password_fault_add(j->judgement, id, has, needs, NULL);
}

static int
judge_length(struct judging *j)
{
	const struct password_policy *policy = j->policy;
	size_t count = j->plain.count;

	if (strlen(j->password) > PASSWORD_MAX)
		fault(j, FAULT_TOO_MANY_BYTES, 0, PASSWORD_MAX);
	else if (policy->max_length > 0 && count > policy->max_length)
		fault(j, FAULT_TOO_LONG, count, policy->max_length);
	if (count < policy->min_length)
		fault(j, FAULT_TOO_SHORT, count, policy->min_length);
	return 0;
}

static int
judge_kinds(struct judging *j)
{
	const struct password_policy *policy = j->policy;
	size_t counts[LETTER_KINDS] = { 0 }, letters = 0, kinds = 0, i;

	for (i = 0; i < j->plain.count; i++) {
		counts[letter_kind(j->plain.at[i])]++;
		letters += letter_is_letter(j->plain.at[i]) != 0;
	}
	for (i = 0; i < LETTER_KINDS; i++)
		kinds += counts[i] > 0;
	if (letters < policy->min_letters)
		fault(j, FAULT_FEW_LETTERS, letters, policy->min_letters);
	if (counts[LETTER_LOWER] < policy->min_lower)
		fault(j, FAULT_FEW_LOWER, counts[LETTER_LOWER],
		    policy->min_lower);
	if (counts[LETTER_UPPER] < policy->min_upper)
		fault(j, FAULT_FEW_UPPER, counts[LETTER_UPPER],
		    policy->min_upper);
	if (counts[LETTER_DIGIT] < policy->min_digits)
		fault(j, FAULT_FEW_DIGITS, counts[LETTER_DIGIT],
		    policy->min_digits);
	if (counts[LETTER_OTHER] < policy->min_others)
		fault(j, FAULT_FEW_OTHERS, counts[LETTER_OTHER],
		    policy->min_others);
	if (kinds < policy->min_kinds)
		fault(j, FAULT_FEW_KINDS, kinds, policy->min_kinds);
	return 0;
}

static int
judge_shape(struct judging *j)
{
	const struct password_policy *policy = j->policy;
	size_t n;

	n = shape_repeat(&j->plain);
	if (policy->max_repeat > 0 && n > policy->max_repeat)
		fault(j, FAULT_REPEATS, n, policy->max_repeat);
	n = shape_sequence(&j->plain);
	if (policy->max_sequence > 0 && n > policy->max_sequence)
		fault(j, FAULT_SEQUENCE, n, policy->max_sequence);
	n = shape_kind_run(&j->plain);
	if (policy->max_kind_run > 0 && n > policy->max_kind_run)
		fault(j, FAULT_KIND_RUN, n, policy->max_kind_run);
	return 0;
}

static int
judge_names(struct judging *j)
{
	const struct password_person *person = j->person;
	const struct {
		const char *text;
		const struct names_rule *rule;
		enum password_fault_id id;
	} sources[] = {
		{ person->user, &names_of_user, FAULT_HOLDS_USER },
		{ person->real_name, &names_of_person, FAULT_HOLDS_NAME },
		{ person->host, &names_of_host, FAULT_HOLDS_HOST },
		{ person->service, &names_of_service, FAULT_HOLDS_SERVICE },
		{ j->policy->words, &names_of_words, FAULT_HOLDS_WORD },
	};
	char word[FAULT_WORD_SIZE];
	size_t i;

	for (i = 0; i < sizeof(sources) / sizeof(sources[0]); i++)
		if (sources[i].text != NULL &&
		    names_held(&j->names, &j->folded, sources[i].text,
			sources[i].rule, word, sizeof(word)))
			password_fault_add(
			    j->judgement, sources[i].id, 0, 0, word);
	return 0;
}

static int
judge_dictionary(struct judging *j)
{
	static const enum password_fault_id faults[] = {
		[DICTIONARY_WORD] = FAULT_DICTIONARY,
		[DICTIONARY_FEW_DIFFERENT] = FAULT_FEW_DIFFERENT,
		[DICTIONARY_SYSTEMATIC] = FAULT_SYSTEMATIC,
	};
	enum dictionary_verdict verdict;
	int r;

	if (!j->policy->dictionary)
		return 0;
	if (j->plain.count > 1 && shape_is_palindrome(&j->folded))
		fault(j, FAULT_PALINDROME, 0, 0);
	r = dictionary_check(j->password, &verdict);
	if (r == 0 && verdict != DICTIONARY_FINE)
		fault(j, faults[verdict], 0, 0);
	return r;
}

static int
judge_lists(struct judging *j)
{
	int r;

	if (j->policy->blocklist != NULL &&
	    blocklist_has(j->policy->blocklist, &j->folded))
		fault(j, FAULT_BLOCKED, 0, 0);
	if (j->policy->breached == NULL)
		return 0;
	r = breached_has(j->policy->breached, j->password);
	if (r == GATE_EREFUSED) {
		fault(j, FAULT_BREACHED, 0, 0);
		r = 0;
	}
	return r;
}

static int
judge_change(struct judging *j)
{
	size_t distance;

	if (j->person->old == NULL || j->person->old[0] == '\0')
		return 0;
	switch (change_of(&j->change, j->person->old, j->password, &distance)) {
	case CHANGE_NONE:
		fault(j, FAULT_IS_OLD, 0, 0);
		break;
	case CHANGE_TRIVIAL:
		fault(j, FAULT_LIKE_OLD, 0, 0);
		break;
	case CHANGE_REAL:
		if (distance < j->policy->min_changed)
			fault(j, FAULT_NEAR_OLD, distance,
			    j->policy->min_changed);
		break;
	}
	return 0;
}

/* In the order in which a person would mend them. */
static int (*const judges[])(struct judging *j) = { judge_length, judge_kinds,
	judge_shape, judge_names, judge_dictionary, judge_lists, judge_change };

int
password_judge(const struct password_policy *policy,
    const struct password_person *person, const char *password,
    struct password_judgement *judgement)
{
	struct judging *j = secret_alloc(sizeof(*j));
	size_t i;
	int r = 0;

	judgement->count = 0;
	judgement->strength = 0;
	if (j == NULL)
		return GATE_ENOMEM;
	j->policy = policy;
	j->person = person;
	j->password = password;
	j->judgement = judgement;
	if (letters_read(&j->plain, password) != 0)
		fault(j, FAULT_NOT_TEXT, 0, 0);
	j->folded = j->plain;
	letters_fold(&j->folded);
	for (i = 0; r == 0 && i < sizeof(judges) / sizeof(judges[0]); i++)
		r = judges[i](j);
	secret_free(j, sizeof(*j));
	if (r == 0 && judgement->count > 0)
		r = GATE_EREFUSED;
	if (r == 0)
		judgement->strength = dictionary_strength(password);
	return r;
}

void
password_judgement_text(const struct password_judgement *judgement,
    const struct catalogue *catalogue, char *text, size_t size)
{
	size_t used = 0, i;

	if (size > 0)
		text[0] = '\0';
	for (i = 0; i < judgement->count && used < size; i++) {
		if (i > 0)
			text[used++] = ' ';
		used += fault_text(
		    &judgement->faults[i], catalogue, text + used, size - used);
	}
	if (size > 0)
		text[size - 1] = '\0';
}

void
password_strength_text(const struct password_judgement *judgement,
    const struct catalogue *catalogue, char *text, size_t size)
{
	char has[24];
	const struct catalogue_field fields[] = { { "has", has },
		{ NULL, NULL } };

	snprintf(has, sizeof(has), "%d", judgement->strength);
	catalogue_fill(
	    catalogue, "Strength: {has} of 100.", fields, text, size);
}
