/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/mail_address.h"

#include <string.h>

#define LOCAL_MOST   64
#define ADDRESS_MOST 254 /* a Path has 256, with its "<" and ">" */
#define LABEL_MOST   63

/* Not isalnum(3): what it takes is the locale's to say. */
#define ALNUM                                                                  \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ"                                           \
	"abcdefghijklmnopqrstuvwxyz"                                           \
	"0123456789"

/* RFC 5322, 3.2.3: atext. */
#define ATEXT ALNUM "!#$%&'*+-/=?^_`{|}~"

/* Parts of these characters, with one dot between them, up to end. */
static int
is_dotted(const char *text, const char *end, const char *characters)
{
	size_t length;

	for (;; text++) {
		length = strspn(text, characters);
		text += length;
		if (length == 0 || text > end)
			return 0;
		if (text == end || *text != '.')
			return text == end;
	}
}

/* RFC 1123, 2.1: no label begins or ends with "-", or is too long. */
static int
has_sound_labels(const char *domain)
{
	size_t length;

	for (;; domain++) {
		length = strcspn(domain, ".");
		if (length > LABEL_MOST || domain[0] == '-' ||
		    domain[length - 1] == '-')
			return 0;
		domain += length;
		if (*domain == '\0')
			return 1;
	}
}

const char *
mail_address_domain(const char *text)
{
	return strchr(text, '@') + 1;
}

int
mail_address_is_sound(const char *text)
{
	const char *at = strchr(text, '@');
	size_t length = strlen(text);

	return at != NULL && length <= ADDRESS_MOST &&
	    at - text <= LOCAL_MOST && text[0] != '-' &&
	    is_dotted(text, at, ATEXT) &&
	    is_dotted(at + 1, text + length, ALNUM "-") &&
	    has_sound_labels(at + 1);
}
