/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_WHEN_H
#define IPWHITELIST_WHEN_H

#include <stddef.h>
#include <stdint.h>

/*
 * When a rule holds. Dates, days and hours are those of the machine's time zone
 * unless a date ends in Z (UTC):
 *
 *	from 2026-12-01           from the beginning of that day
 *	until 2026-12-31          to the end of that day
 *	until 2026-12-31T18:00    to that moment
 *	days mon-fri              also mon,wed or sat-mon
 *	hours 08:00-18:00         also 22:00-06:00, and several:
 *08:00-12:00,13:00-17:00
 *
 * The end of hours is not in them. Hours over midnight belong to the day on
 * which they begin.
 */
#define WHEN_HOURS_MAX 8

struct when {
	int64_t from;  /* seconds of the epoch; 0: always was */
	int64_t until; /* not at it any more; 0: forever */
	uint8_t days;  /* bit 0 is Sunday; 0: all */
	uint8_t hour_count;
	struct {
		uint16_t from; /* minutes of the day, 0 to 1440 */
		uint16_t until;
	} hours[WHEN_HOURS_MAX];
};

/* The words that say when. Each reads its value, which is not ended by NUL: 0;
 * or GATE_EINVAL, and why says what would be right. */
typedef int when_reader(struct when *when, const char *text, size_t length,
    char *why, size_t why_size);
when_reader when_read_from;
when_reader when_read_until;
when_reader when_read_days;
when_reader when_read_hours;

/* Nonzero if now is in it. */
int when_holds(const struct when *when, int64_t now);

/* Nonzero if it is over for good. */
int when_is_over(const struct when *when, int64_t now);

#endif
