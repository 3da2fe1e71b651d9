/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "twofactor/import.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/import_format.h"

static void
note(struct import_reading *reading, const char *format, va_list ap)
{
	char text[256];

	vsnprintf(text, sizeof(text), format, ap);
	reading->import->note(reading->number, text, reading->import->data);
}

void
import_say(struct import_reading *reading, const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	note(reading, format, ap);
	va_end(ap);
}

void
import_bad(struct import_reading *reading, const char *format, ...)
{
	va_list ap;

	reading->bad = 1;
	va_start(ap, format);
	note(reading, format, ap);
	va_end(ap);
}

int
import_line(struct import_reading *reading)
{
	const char *newline, *end;
	size_t length;

	while (reading->at < reading->end) {
		newline = memchr(
		    reading->at, '\n', (size_t)(reading->end - reading->at));
		end = newline != NULL ? newline : reading->end;
		length = (size_t)(end - reading->at);
		reading->number++;
		if (length >= IMPORT_LINE_MAX ||
		    memchr(reading->at, '\0', length) != NULL) {
			import_bad(
			    reading, "a line that is too long, or not text");
			reading->at = end + (newline != NULL);
			continue;
		}
		memcpy(reading->line, reading->at, length);
		if (length > 0 && reading->line[length - 1] == '\r')
			length--;
		reading->line[length] = '\0';
		reading->at = end + (newline != NULL);
		return 1;
	}
	return 0;
}

int
import_number(const char *text, int64_t max, int64_t *number)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;
	long long n;

	errno = 0;
	n = strtoll(text, &end, 10);
	if (*digits < '0' || *digits > '9' || *end != '\0' || errno != 0 ||
	    n > max || n < -max)
		return GATE_EINVAL;
	*number = n;
	return 0;
}

int
import_give(struct import_reading *reading)
{
	const struct import *import = reading->import;
	struct import_entry *entry = reading->entry;
	struct factor *factor = &entry->factor;
	int64_t step;
	int r;

	factor->confirmed = 1;
	if (factor->kind == FACTOR_TOTP) {
		/* what was used is younger than now on a clock that is ahead */
		step = import->now / factor->period +
		    factor->drift / FACTOR_DRIFT_UNIT;
		if (factor->last < step)
			factor->last = step;
	}
	if (entry->seed.size < 16)
		import_say(reading,
		    "the seed has %zu bits, RFC 4226 asks for 128: enrol anew "
		    "when there is time",
		    entry->seed.size * 8);
	r = import->each(entry, import->data);
	explicit_bzero(entry, sizeof(*entry));
	return r;
}

/* By the first line that says something; both skip what is empty. */
static int
is_google(const struct import_reading *reading)
{
	struct import_reading look = *reading;

	/* what is wrong with a line is noted in the reading that counts */
	look.end = memchr(look.at, '\n', (size_t)(look.end - look.at));
	if (look.end == NULL)
		look.end = reading->end;
	if (look.end - look.at >= IMPORT_LINE_MAX ||
	    memchr(look.at, '\0', (size_t)(look.end - look.at)) != NULL)
		return 0;
	return import_line(&look) && import_google_is(look.line);
}

int
import_read(const struct import *import, const char *text, size_t size)
{
	struct import_reading reading = {
		.import = import, .at = text, .end = text + size
	};
	int r = GATE_ETOOBIG;

	if (size > IMPORT_SIZE_MAX)
		return r;
	r = GATE_ENOMEM;
	reading.entry = secret_alloc(sizeof(*reading.entry));
	reading.line = secret_alloc(IMPORT_LINE_MAX);
	if (reading.entry == NULL || reading.line == NULL)
		goto out;
	r = is_google(&reading) ? import_google(&reading)
				: import_oath(&reading);
	if (r == 0 && reading.bad)
		r = GATE_EINVAL;
out:
	secret_free(reading.entry, sizeof(*reading.entry));
	secret_free(reading.line, IMPORT_LINE_MAX);
	return r;
}
