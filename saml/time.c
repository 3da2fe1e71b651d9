/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stddef.h>
#include <time.h>

#include "lib/error.h"
#include "saml/time.h"

/* Days before each month of a year that is no leap year. */
static const int days_before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273,
	304, 334, 365 };

/* Takes as many digits as width, and the character that must follow. */
static int
take(const char **text, int width, char follow, int *value)
{
	int i;

	*value = 0;
	for (i = 0; i < width; i++) {
		char c = *(*text)++;

		if (c < '0' || c > '9')
			return GATE_EINVAL;
		*value = *value * 10 + (c - '0');
	}
	if (follow != '\0' && *(*text)++ != follow)
		return GATE_EINVAL;
	return 0;
}

static int
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int
days_in(int year, int month)
{
	return days_before[month] - days_before[month - 1] +
	    (month == 2 && is_leap(year));
}

/* Leap days in all years before this one. */
static int
leap_days(int year)
{
	year--;
	return year / 4 - year / 100 + year / 400;
}

/* Only what the calendar has; months are counted from 1. */
static int64_t
days_since_epoch(int year, int month, int day)
{
	int64_t days = (int64_t)(year - 1970) * 365;

	days += leap_days(year) - leap_days(1970);
	days += days_before[month - 1] + (month > 2 && is_leap(year));
	return days + day - 1;
}

/* What may follow the seconds: a fraction, and the Z. */
static int
ends_in_utc(const char *text)
{
	if (*text == '.') {
		const char *digits = ++text;

		while (*text >= '0' && *text <= '9')
			text++;
		if (text == digits)
			return 0;
	}
	return text[0] == 'Z' && text[1] == '\0';
}

int
saml_time_parse(const char *text, int64_t *epoch)
{
	int year, month, day, hour, minute, second;

	if (take(&text, 4, '-', &year) != 0 ||
	    take(&text, 2, '-', &month) != 0 ||
	    take(&text, 2, 'T', &day) != 0 || take(&text, 2, ':', &hour) != 0 ||
	    take(&text, 2, ':', &minute) != 0 ||
	    take(&text, 2, '\0', &second) != 0 || !ends_in_utc(text))
		return GATE_EINVAL;
	if (year < 1 || month < 1 || month > 12 || day < 1 ||
	    day > days_in(year, month) || hour > 23 || minute > 59 ||
	    second > 59)
		return GATE_EINVAL;
	*epoch = days_since_epoch(year, month, day) * 86400 + hour * 3600 +
	    minute * 60 + second;
	return 0;
}

/* 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z */
#define EPOCH_MIN INT64_C(-62135596800)
#define EPOCH_MAX INT64_C(253402300799)

int
saml_time_format(int64_t epoch, char text[SAML_TIME_SIZE])
{
	const time_t when = (time_t)epoch;
	struct tm tm;

	/* %4Y: the C library pads no year below 1000 by itself */
	if (epoch < EPOCH_MIN || epoch > EPOCH_MAX ||
	    gmtime_r(&when, &tm) == NULL ||
	    strftime(text, SAML_TIME_SIZE, "%4Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		return GATE_EINVAL;
	return 0;
}
