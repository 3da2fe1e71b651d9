/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/span.h"

#include <inttypes.h>
#include <stdio.h>

static const struct {
	int64_t seconds;
	char unit;
} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };

#define LAST (sizeof(units) / sizeof(units[0]) - 1)

void
span_text(int64_t milliseconds, char text[SPAN_TEXT_SIZE])
{
	int64_t seconds = milliseconds / 1000;
	int64_t rest = 0;
	size_t i = 0;
	int n;

	if (milliseconds < 0) {
		snprintf(text, SPAN_TEXT_SIZE, "-");
		return;
	}
	while (i < LAST && seconds < units[i].seconds)
		i++;
	if (i < LAST)
		rest = seconds % units[i].seconds / units[i + 1].seconds;
	n = snprintf(text, SPAN_TEXT_SIZE, "%" PRId64 "%c",
	    seconds / units[i].seconds, units[i].unit);
	if (rest > 0)
		snprintf(text + n, SPAN_TEXT_SIZE - (size_t)n, "%" PRId64 "%c",
		    rest, units[i + 1].unit);
}
