/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/accept_language.h"

#include <string.h>
#include <strings.h>

#define DIGITS  "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define SUBTAG  8 /* RFC 5646, 2.1 */

#define UNKNOWN (-1)

/* A range, and its weight in thousandths. */
struct range {
	const char *tag;
	size_t length;
	int weight;
};

/* "en", "zh-Hant-TW", "*" */
static size_t
tag_length(const char *text)
{
	size_t part = strspn(text, LETTERS), length = part;

	if (*text == '*')
		return 1;
	while (part > 0 && part <= SUBTAG && text[length] == '-') {
		part = strspn(text + length + 1, LETTERS DIGITS);
		length += part + 1;
	}
	return part > 0 && part <= SUBTAG ? length : 0;
}

/* "0.123" of qvalue (RFC 9110, 12.4.2), moved past; UNKNOWN if it is none. */
static int
take_weight(const char **text)
{
	int weight, unit = 100;

	if (**text != '0' && **text != '1')
		return UNKNOWN;
	weight = (*(*text)++ - '0') * 1000;
	if (**text != '.')
		return weight;
	for ((*text)++; **text >= '0' && **text <= '9'; (*text)++) {
		weight += (**text - '0') * unit;
		if ((unit /= 10) == 0 && (*text)[1] >= '0' && (*text)[1] <= '9')
			return UNKNOWN;
	}
	return weight <= 1000 ? weight : UNKNOWN;
}

static const char *
skip_blanks(const char *text)
{
	return text + strspn(text, " \t");
}

/* One range of the list; nonzero if it is one. */
static int
read_range(const char *text, struct range *range)
{
	text = skip_blanks(text);
	range->tag = text;
	range->length = tag_length(text);
	range->weight = 1000;
	if (range->length == 0)
		return 0;
	text = skip_blanks(text + range->length);
	if (*text == ';') {
		text = skip_blanks(text + 1);
		if (strncasecmp(text, "q=", 2) != 0)
			return 0;
		text += 2;
		range->weight = take_weight(&text);
		text = skip_blanks(text);
	}
	return range->weight != UNKNOWN && (*text == ',' || *text == '\0');
}

/* Whether a range speaks of a language: by its first part. */
static int
is_of(const struct range *range, const char *language)
{
	size_t length = strlen(language);

	return range->length >= length &&
	    strncasecmp(range->tag, language, length) == 0 &&
	    (range->length == length || range->tag[length] == '-');
}

/*
 * The weight of a language, by the ranges that speak of it or else by "*"; and
 * the place of that range.
 */
static int
weigh(const char *header, const char *language, int *place)
{
	int weight = UNKNOWN, any = UNKNOWN, any_place = 0, i;
	struct range range;

	for (i = 0; i < ACCEPT_LANGUAGE_MAX; i++) {
		if (read_range(header, &range)) {
			if (range.tag[0] == '*' && any == UNKNOWN) {
				any = range.weight;
				any_place = i;
			} else if (is_of(&range, language) &&
			    range.weight > weight) {
				weight = range.weight;
				*place = i;
			}
		}
		header += strcspn(header, ",");
		if (*header++ == '\0')
			break;
	}
	if (weight == UNKNOWN)
		*place = any_place;
	return weight != UNKNOWN ? weight : any;
}

const char *
accept_language(const char *header, const char *const *spoken)
{
	const char *best = spoken[0];
	int best_weight = 0, best_place = 0, weight, place;

	for (; header != NULL && *spoken != NULL; spoken++) {
		place = 0;
		weight = weigh(header, *spoken, &place);
		if (weight > best_weight ||
		    (weight == best_weight && weight > 0 &&
			place < best_place)) {
			best = *spoken;
			best_weight = weight;
			best_place = place;
		}
	}
	return best;
}
