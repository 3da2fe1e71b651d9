/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ipwhitelist/when.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "lib/error.h"

#define MINUTES_OF_DAY (24 * 60)
#define DAYS_OF_WEEK   7

static const char day_names[DAYS_OF_WEEK][4] = { "sun", "mon", "tue", "wed",
	"thu", "fri", "sat" };

/* Reads so many digits: their number, or -1. Moves on behind them. */
static int
digits(const char **at, const char *end, int count)
{
	int n = 0;

	for (; count > 0; count--, (*at)++) {
		if (*at == end || !isdigit((unsigned char)**at))
			return -1;
		n = n * 10 + (**at - '0');
	}
	return n;
}

static int
skip(const char **at, const char *end, char c)
{
	if (*at == end || **at != c)
		return 0;
	(*at)++;
	return 1;
}

/* Reads HH:MM; minutes of the day, or -1. */
static int
minutes(const char **at, const char *end)
{
	int hour = digits(at, end, 2), minute;

	if (hour < 0 || !skip(at, end, ':'))
		return -1;
	minute = digits(at, end, 2);
	if (minute < 0 || minute > 59 || hour > 24 ||
	    (hour == 24 && minute > 0))
		return -1;
	return hour * 60 + minute;
}

/*
 * Reads YYYY-MM-DD or YYYY-MM-DDTHH:MM, with or without Z. days are added to
 * one without a time. 0 or GATE_EINVAL.
 */
static int
read_date(const char *text, size_t length, int days, int64_t *epoch)
{
	const char *at = text, *end = text + length;
	struct tm tm = { .tm_isdst = -1 }, made;
	int minute = 0;
	time_t t;

	tm.tm_year = digits(&at, end, 4) - 1900;
	if (!skip(&at, end, '-'))
		return GATE_EINVAL;
	tm.tm_mon = digits(&at, end, 2) - 1;
	if (!skip(&at, end, '-'))
		return GATE_EINVAL;
	tm.tm_mday = digits(&at, end, 2);
	if (tm.tm_year < 70 || tm.tm_mon < 0 || tm.tm_mday < 1)
		return GATE_EINVAL;
	/* is there such a day? */
	made = tm;
	if (timegm(&made) < 0 || made.tm_mon != tm.tm_mon ||
	    made.tm_mday != tm.tm_mday)
		return GATE_EINVAL;
	if (skip(&at, end, 'T')) {
		if ((minute = minutes(&at, end)) < 0)
			return GATE_EINVAL;
		days = 0;
	}
	tm.tm_hour = minute / 60;
	tm.tm_min = minute % 60;
	tm.tm_mday += days;
	t = skip(&at, end, 'Z') ? timegm(&tm) : mktime(&tm);
	if (at != end || t <= 0)
		return GATE_EINVAL;
	*epoch = t;
	return 0;
}

static int
read_end(const char *word, int days, int64_t *epoch, const char *text,
    size_t length, char *why, size_t why_size)
{
	if (read_date(text, length, days, epoch) == 0)
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not a date: write %s 2026-12-31, %s "
	    "2026-12-31T18:00 or, in UTC, %s 2026-12-31T18:00Z",
	    (int)(length < 64 ? length : 64), text, word, word, word);
	return GATE_EINVAL;
}

int
when_read_from(struct when *when, const char *text, size_t length, char *why,
    size_t why_size)
{
	return read_end("from", 0, &when->from, text, length, why, why_size);
}

int
when_read_until(struct when *when, const char *text, size_t length, char *why,
    size_t why_size)
{
	return read_end("until", 1, &when->until, text, length, why, why_size);
}

static int
read_day(const char **at, const char *end)
{
	int i;

	for (i = 0; i < DAYS_OF_WEEK && end - *at >= 3; i++) {
		if (strncasecmp(*at, day_names[i], 3) == 0) {
			*at += 3;
			return i;
		}
	}
	return -1;
}

int
when_read_days(struct when *when, const char *text, size_t length, char *why,
    size_t why_size)
{
	const char *at = text, *end = text + length;
	int first, last;

	when->days = 0;
	do {
		first = last = read_day(&at, end);
		if (first >= 0 && skip(&at, end, '-'))
			last = read_day(&at, end);
		if (first < 0 || last < 0)
			break;
		for (; first != last; first = (first + 1) % DAYS_OF_WEEK)
			when->days |= (uint8_t)(1 << first);
		when->days |= (uint8_t)(1 << last);
	} while (skip(&at, end, ','));
	if (first >= 0 && last >= 0 && at == end)
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not days of the week: write days mon-fri or days "
	    "mon,wed,fri",
	    (int)(length < 64 ? length : 64), text);
	return GATE_EINVAL;
}

int
when_read_hours(struct when *when, const char *text, size_t length, char *why,
    size_t why_size)
{
	const char *at = text, *end = text + length;
	int from, until;

	when->hour_count = 0;
	do {
		from = minutes(&at, end);
		until = skip(&at, end, '-') ? minutes(&at, end) : -1;
		if (from < 0 || until < 0 || from == until ||
		    from == MINUTES_OF_DAY ||
		    when->hour_count == WHEN_HOURS_MAX) {
			at = NULL;
			break;
		}
		when->hours[when->hour_count].from = (uint16_t)from;
		when->hours[when->hour_count++].until = (uint16_t)until;
	} while (skip(&at, end, ','));
	if (at == end)
		return 0;
	snprintf(why, why_size,
	    "\"%.*s\" is not hours: write hours 08:00-18:00, at most %d "
	    "times with commas between",
	    (int)(length < 64 ? length : 64), text, WHEN_HOURS_MAX);
	return GATE_EINVAL;
}

static int
is_day(const struct when *when, int day)
{
	return when->days == 0 ||
	    (when->days >> (day + DAYS_OF_WEEK) % DAYS_OF_WEEK & 1);
}

int
when_holds(const struct when *when, int64_t now)
{
	time_t t = (time_t)now;
	struct tm tm;
	int minute, from, until, i;

	if (now < when->from || when_is_over(when, now))
		return 0;
	if (when->days == 0 && when->hour_count == 0)
		return 1;
	if (localtime_r(&t, &tm) == NULL)
		return 0;
	if (when->hour_count == 0)
		return is_day(when, tm.tm_wday);
	minute = tm.tm_hour * 60 + tm.tm_min;
	for (i = 0; i < when->hour_count; i++) {
		from = when->hours[i].from;
		until = when->hours[i].until;
		if (minute >= from && (minute < until || until < from) &&
		    is_day(when, tm.tm_wday))
			return 1;
		if (until < from && minute < until &&
		    is_day(when, tm.tm_wday - 1))
			return 1;
	}
	return 0;
}

int
when_is_over(const struct when *when, int64_t now)
{
	return when->until != 0 && now >= when->until;
}
