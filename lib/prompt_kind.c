/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/prompt_kind.h"

#include <stddef.h>
#include <string.h>

static const char *const words[KIND_COUNT] = {
	[KIND_TEXT] = "text",
	[KIND_USER] = "user",
	[KIND_AUTHTOK] = "authtok",
	[KIND_CODE] = "code",
	[KIND_OLDAUTHTOK] = "oldauthtok",
	[KIND_NEW_AUTHTOK] = "newauthtok",
	[KIND_OTPAUTH] = "otpauth",
	[KIND_RECOVERY] = "recovery",
};

const char *
prompt_kind_word(enum prompt_kind kind)
{
	return words[kind];
}

enum prompt_kind
prompt_kind_find(const char *word)
{
	int kind;

	for (kind = 0; kind < KIND_COUNT && word != NULL; kind++)
		if (strcmp(words[kind], word) == 0)
			return (enum prompt_kind)kind;
	return KIND_TEXT;
}
