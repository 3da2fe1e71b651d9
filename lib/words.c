/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/words.h"

#include <string.h>

#define BLANKS " \t\r\n"

const char *
words_next(const char **list, size_t *length)
{
	const char *word = *list + strspn(*list, BLANKS);

	*length = strcspn(word, BLANKS);
	*list = word + *length;
	return *length > 0 ? word : NULL;
}

int
words_have(const char *list, const char *word)
{
	const size_t size = strlen(word);
	const char *one;
	size_t length;

	while ((one = words_next(&list, &length)) != NULL)
		if (length == size && memcmp(one, word, size) == 0)
			return 1;
	return 0;
}
