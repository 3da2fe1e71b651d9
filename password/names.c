/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/names.h"

#include <stdio.h>
#include <string.h>

const struct names_rule names_of_user = { "", 3 };
const struct names_rule names_of_person = { " ,.-\t", 3 };
const struct names_rule names_of_host = { ".", 4 };
const struct names_rule names_of_service = { "", 3 };
const struct names_rule names_of_words = { " \t", 3 };

/* A name is a piece of the text, and shorter than PASSWORD_MAX. */
static int
holds(struct names_room *room, const struct letters *folded, const char *name,
    size_t least)
{
	struct letters *part = &room->name;

	(void)letters_read(part, name);
	if (part->count < least)
		return 0;
	letters_fold(part);
	if (letters_hold(folded, part))
		return 1;
	letters_reverse(part);
	return letters_hold(folded, part);
}

int
names_held(struct names_room *room, const struct letters *folded,
    const char *text, const struct names_rule *rule, char *word,
    size_t word_size)
{
	char name[PASSWORD_MAX + 1];
	size_t length;

	for (; *text != '\0'; text += length) {
		text += strspn(text, rule->between);
		length = strcspn(text, rule->between);
		if (length == 0 || length >= sizeof(name))
			continue;
		memcpy(name, text, length);
		name[length] = '\0';
		if (holds(room, folded, name, rule->least)) {
			snprintf(word, word_size, "%s", name);
			return 1;
		}
	}
	return 0;
}
