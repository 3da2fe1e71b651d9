/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/attribute_names.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/words.h"

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Cuts a list into its words, in place, and counts them. */
static size_t
cut(char *list, const char **words)
{
	const char *rest = list, *word;
	size_t count = 0, length;
	char *end;

	while ((word = words_next(&rest, &length)) != NULL) {
		end = list + (rest - list);
		if (*end != '\0')
			rest++;
		*end = '\0';
		words[count++] = word;
	}
	return count;
}

/* In order, and each of them once. */
static size_t
sort(const char **words, size_t count)
{
	size_t i, kept = 0;

	qsort(words, count, sizeof(*words), compare);
	for (i = 0; i < count; i++)
		if (kept == 0 || strcmp(words[kept - 1], words[i]) != 0)
			words[kept++] = words[i];
	return kept;
}

int
attribute_names(const char *list, char text[ATTRIBUTE_NAMES_SIZE])
{
	/* all of them, and some by name, are all of them */
	char *copy = strdup(words_have(list, "*") ? "*" : list);
	const char **words = calloc(strlen(list) + 1, sizeof(*words));
	uint8_t digest[DIGEST_SIZE];
	int r = GATE_ENOMEM;

	if (copy != NULL && words != NULL)
		r = digest_texts(words, sort(words, cut(copy, words)), digest);
	if (r == 0)
		digest_text(digest, text);
	free(words);
	free(copy);
	return r;
}
