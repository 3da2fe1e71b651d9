/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/duration.h"

#include <stddef.h>

#include "lib/error.h"

struct unit {
	char letter;
	int64_t seconds;
};

/* In the order in which they must come; 'T' parts the days from the hours. */
static const struct unit dates[] = {
	{ 'Y', 365 * 86400 },
	{ 'M', 30 * 86400 },
	{ 'D', 86400 },
};
static const struct unit times[] = {
	{ 'H', 3600 },
	{ 'M', 60 },
	{ 'S', 1 },
};

#define UNITS (sizeof(dates) / sizeof(dates[0]))

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Digits, capped far below where an int64_t ends. */
static int64_t
take_number(const char **text)
{
	int64_t number = 0;

	for (; is_digit(**text); (*text)++) {
		if (number <= SAML_DURATION_MAX)
			number = number * 10 + (**text - '0');
	}
	return number;
}

/* A fraction, which only seconds may have, and which counts for nothing. */
static int
skip_fraction(const char **text)
{
	const char *p = *text;

	if (*p != '.')
		return 0;
	if (!is_digit(*++p))
		return GATE_EINVAL;
	while (is_digit(*p))
		p++;
	*text = p;
	return *p == 'S' ? 0 : GATE_EINVAL;
}

/* Numbers with a unit each, as long as there are digits. */
static int
take_units(const char **text, const struct unit *units, int64_t *seconds)
{
	int64_t number;
	size_t i = 0;

	while (is_digit(**text)) {
		number = take_number(text);
		if (skip_fraction(text) != 0)
			return GATE_EINVAL;
		while (i < UNITS && units[i].letter != **text)
			i++;
		if (i == UNITS)
			return GATE_EINVAL;
		if (number > SAML_DURATION_MAX / units[i].seconds)
			*seconds = SAML_DURATION_MAX;
		else
			*seconds += number * units[i].seconds;
		if (*seconds > SAML_DURATION_MAX)
			*seconds = SAML_DURATION_MAX;
		i++;
		(*text)++;
	}
	return 0;
}

int
saml_duration_parse(const char *text, int64_t *seconds)
{
	const char *start;

	*seconds = 0;
	if (*text++ != 'P')
		return GATE_EINVAL;
	start = text;
	if (take_units(&text, dates, seconds) != 0)
		return GATE_EINVAL;
	if (*text == 'T') {
		start = ++text;
		if (take_units(&text, times, seconds) != 0)
			return GATE_EINVAL;
	}
	/* neither "P" nor "P1DT" */
	return *text == '\0' && text > start ? 0 : GATE_EINVAL;
}
