/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/fault.h"

#include <stdio.h>

static const struct {
	const char *word;
	const char *text;
} faults[] = {
#define ROW(name, word, text) [FAULT_##name] = { word, text },
	PASSWORD_FAULTS(ROW)
};

const char *
fault_word(enum password_fault_id id)
{
	return faults[id].word;
}

const char *
fault_message(enum password_fault_id id)
{
	return faults[id].text;
}

size_t
fault_text(const struct password_fault *fault,
    const struct catalogue *catalogue, char *text, size_t size)
{
	char has[24], needs[24];
	const struct catalogue_field fields[] = {
		{ "has", has },
		{ "needs", needs },
		{ "word", fault->word },
		{ NULL, NULL },
	};

	snprintf(has, sizeof(has), "%zu", fault->has);
	snprintf(needs, sizeof(needs), "%zu", fault->needs);
	return catalogue_fill(
	    catalogue, faults[fault->id].text, fields, text, size);
}
