/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/hints.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Said where the rule is there at all. */
static const struct {
	size_t offset; /* of an int64_t of struct config */
	const char *message;
} rules[] = {
	{ offsetof(struct config, password_min_letters),
	    "It must have letters: at least {needs}." },
	{ offsetof(struct config, password_min_lower),
	    "It must have small letters: at least {needs}." },
	{ offsetof(struct config, password_min_upper),
	    "It must have capital letters: at least {needs}." },
	{ offsetof(struct config, password_min_digits),
	    "It must have digits: at least {needs}." },
	{ offsetof(struct config, password_min_others),
	    "It must have characters that are neither letters nor digits: at "
	    "least {needs}." },
	{ offsetof(struct config, password_min_kinds),
	    "It must have characters of {needs} of these four kinds: small "
	    "letters, capital letters, digits, others." },
	{ offsetof(struct config, password_min_changed),
	    "It must differ from the current password in {needs} characters or "
	    "more." },
	{ offsetof(struct config, password_history),
	    "It must not be one of the last {needs} that you had." },
};

_Static_assert(sizeof(rules) / sizeof(rules[0]) + 1 < HINTS_MAX, "hints");

static void
add(struct hints *hints, size_t *count, const struct catalogue *catalogue,
    const char *message, int64_t number)
{
	char *text = hints->texts[*count], needs[24];
	const struct catalogue_field fields[] = { { "needs", needs },
		{ NULL, NULL } };

	snprintf(needs, sizeof(needs), "%lld", (long long)number);
	(void)catalogue_fill(
	    catalogue, message, fields, text, sizeof(hints->texts[0]));
	hints->fields[*count][0] =
	    (struct template_field){ .name = "hint", .text = text };
	hints->rows[*count] = hints->fields[*count];
	(*count)++;
}

void
hints_make(struct hints *hints, const struct config *config,
    const struct catalogue *catalogue)
{
	int64_t number = config->password_min_length;
	size_t i, count = 0;

	*hints = (struct hints){ 0 };
	if (config->password_min_length_mfa > 0 &&
	    config->password_min_length_mfa < number)
		number = config->password_min_length_mfa;
	add(hints, &count, catalogue,
	    "It must have {needs} characters or more.", number);
	for (i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		number =
		    *(const int64_t *)((const char *)config + rules[i].offset);
		if (number > 0)
			add(hints, &count, catalogue, rules[i].message, number);
	}
}
