/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "password/letters.h"

#include <locale.h>
#include <pthread.h>
#include <string.h>
#include <wctype.h>

#include "lib/error.h"
#include "lib/utf8.h"

#define REPLACEMENT 0xfffd

/*
 * What a character is must not depend on the locale of the process, which is
 * "C" in a daemon. C.UTF-8 is a part of the C library; without it only ASCII
 * has cases, and no password gets stronger by that.
 */
static locale_t unicode;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
find_unicode(void)
{
	unicode = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
	if (unicode == (locale_t)0)
		unicode = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
}

int
letters_read(struct letters *letters, const char *text)
{
	const unsigned char *at = (const unsigned char *)text;
	const unsigned char *end = at + strnlen(text, PASSWORD_MAX);
	const unsigned char *from;
	int32_t letter;
	int r = 0;

	letters->count = 0;
	while (at < end) {
		from = at;
		letter = utf8_next(&at, end);
		/* the end may be ours, not the text's */
		if (letter == UTF8_CUT && *end != '\0')
			break;
		if (letter < 0) {
			letter = REPLACEMENT;
			at = from + 1;
			r = GATE_EINVAL;
		}
		letters->at[letters->count++] = letter;
	}
	return r;
}

enum letter_kind
letter_kind(int32_t letter)
{
	pthread_once(&once, find_unicode);
	if (letter >= '0' && letter <= '9')
		return LETTER_DIGIT;
	if (iswupper_l((wint_t)letter, unicode))
		return LETTER_UPPER;
	/* letters without a case count as lower where there is no upper one */
	if (iswlower_l((wint_t)letter, unicode) &&
	    towupper_l((wint_t)letter, unicode) != (wint_t)letter)
		return LETTER_LOWER;
	return LETTER_OTHER;
}

int
letter_is_letter(int32_t letter)
{
	pthread_once(&once, find_unicode);
	return (letter < '0' || letter > '9') &&
	    iswalpha_l((wint_t)letter, unicode);
}

void
letters_lower(struct letters *letters)
{
	size_t i;

	pthread_once(&once, find_unicode);
	for (i = 0; i < letters->count; i++)
		letters->at[i] =
		    (int32_t)towlower_l((wint_t)letters->at[i], unicode);
}

void
letters_reverse(struct letters *letters)
{
	size_t i, j;
	int32_t letter;

	for (i = 0, j = letters->count; i + 1 < j; i++) {
		letter = letters->at[i];
		letters->at[i] = letters->at[--j];
		letters->at[j] = letter;
	}
}

void
letters_fold(struct letters *letters)
{
	/* each first one stands for those behind it */
	static const char *const alike[] = { "a4@", "b8", "c(", "e3", "g69",
		"il1!|", "o0", "s5$", "t7+", "z2" };
	size_t i, j;

	letters_lower(letters);
	for (i = 0; i < letters->count; i++)
		for (j = 0; j < sizeof(alike) / sizeof(alike[0]); j++)
			if (letters->at[i] > 0 && letters->at[i] < 0x80 &&
			    strchr(alike[j], letters->at[i]) != NULL)
				letters->at[i] = alike[j][0];
}

int
letters_equal(const struct letters *a, const struct letters *b)
{
	return a->count == b->count &&
	    memcmp(a->at, b->at, a->count * sizeof(a->at[0])) == 0;
}

int
letters_hold(const struct letters *letters, const struct letters *part)
{
	return part->count > 0 &&
	    memmem(letters->at, letters->count * sizeof(letters->at[0]),
		part->at, part->count * sizeof(part->at[0])) != NULL;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t
letters_distance(const struct letters *a, const struct letters *b)
{
	/* the row of the table above the one in work, overwritten by it */
	uint16_t row[PASSWORD_MAX + 1];
	size_t i, j, corner, above, changed;

	for (j = 0; j <= b->count; j++)
		row[j] = (uint16_t)j;
	for (i = 1; i <= a->count; i++) {
		corner = row[0];
		row[0] = (uint16_t)i;
		for (j = 1; j <= b->count; j++) {
			above = row[j];
			changed = corner + (a->at[i - 1] != b->at[j - 1]);
			row[j] = (uint16_t)least(
			    changed, least(above, row[j - 1]) + 1);
			corner = above;
		}
	}
	return row[b->count];
}
