/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/languages.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

const char *const language_words[] = { "en", "de", "ko", NULL };

#define COUNT (sizeof(language_words) / sizeof(language_words[0]) - 1)

int
language_is_spoken(const char *word)
{
	const char *const *ours = language_words;

	while (*ours != NULL && strcmp(*ours, word) != 0)
		ours++;
	return *ours != NULL;
}

struct languages {
	struct catalogue *catalogues[COUNT]; /* NULL: English, or none */
};

int
languages_open(struct languages **languages, const char *directory,
    languages_complaint *complaint, void *data)
{
	struct languages *new = calloc(1, sizeof(*new));
	size_t i;
	int r;

	if (new == NULL)
		return GATE_ENOMEM;
	for (i = 0; i < COUNT; i++) {
		r = catalogue_open(
		    &new->catalogues[i], directory, language_words[i]);
		if (r == GATE_ENOMEM) {
			languages_free(&new);
			return r;
		}
		if (r != 0)
			complaint(language_words[i], r, data);
	}
	*languages = new;
	return 0;
}

void
languages_free(struct languages **languages)
{
	size_t i;

	if (*languages == NULL)
		return;
	for (i = 0; i < COUNT; i++)
		catalogue_free(&(*languages)->catalogues[i]);
	free(*languages);
	*languages = NULL;
}

/* Is a name, "de_AT", this language or one of its regions? */
static int
is_of(const char *name, const char *language)
{
	size_t length = strlen(language);

	return strncmp(name, language, length) == 0 &&
	    (name[length] == '\0' || name[length] == '_');
}

int
languages_find(const struct languages *languages, const char *language,
    const struct catalogue **catalogue)
{
	char name[CATALOGUE_LANGUAGE_SIZE];
	size_t i;

	if (catalogue_language(name, language) != 0)
		return GATE_ENOTFOUND;
	if (name[0] == '\0') {
		*catalogue = NULL;
		return 0;
	}
	for (i = 0; i < COUNT; i++)
		if (languages->catalogues[i] != NULL &&
		    is_of(name, language_words[i])) {
			*catalogue = languages->catalogues[i];
			return 0;
		}
	return GATE_ENOTFOUND;
}
