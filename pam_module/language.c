/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/language.h"

#include <locale.h>
#include <string.h>

/* In gettext's order. */
static const char *const names[] = { "LANGUAGE", "LC_ALL", "LC_MESSAGES",
	"LANG" };

static int
is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
	    c == '-';
}

/* The first of LANGUAGE's list, which may have a character set behind it. */
static int
take(const char *value, char language[LANGUAGE_SIZE])
{
	size_t i, length;

	if (value == NULL)
		return -1;
	length = strcspn(value, ".@:");
	if (length == 0 || length >= LANGUAGE_SIZE)
		return -1;
	for (i = 0; i < length; i++) {
		if (!is_letter(value[i]))
			return -1;
		language[i] = value[i];
	}
	language[length] = '\0';
	return strcmp(language, "C") == 0 || strcmp(language, "POSIX") == 0 ? -1
									    : 0;
}

int
language_read(pam_handle_t *pamh, char language[LANGUAGE_SIZE])
{
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (take(pam_getenv(pamh, names[i]), language) == 0)
			return 0;
	}
	return take(setlocale(LC_MESSAGES, NULL), language);
}
