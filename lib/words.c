/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/words.h"

#include <stddef.h>
#include <string.h>

#define BLANKS " \t\r\n"

int
words_have(const char *list, const char *word)
{
	const size_t size = strlen(word);
	size_t length;

	for (list += strspn(list, BLANKS); *list != '\0';
	     list += length, list += strspn(list, BLANKS)) {
		length = strcspn(list, BLANKS);
		if (length == size && memcmp(list, word, size) == 0)
			return 1;
	}
	return 0;
}
