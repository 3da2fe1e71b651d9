/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "twofactor/base32.h"
#include "twofactor/import_format.h"

/*
 * ~/.google_authenticator: the seed in base32, option lines that begin with a
 * quotation mark and a blank, and eight digits a line for each scratch code
 * that was not used.
 */
#define OPTION      "\" "
#define COUNTER_MAX (FACTOR_COUNT_MAX - 1)
#define SKEW_MAX    10 /* steps: five minutes */
/* A code that was used may be of a step ahead: skew and the widest window. */
#define AHEAD_MAX (SKEW_MAX + 10)

/* The options, as far as they were understood. */
struct options {
	int hotp;
	int totp;
	int64_t counter;
	int64_t period;
	int64_t skew;
	int64_t used; /* the youngest step that was, 0: none */
};

int
import_google_is(const char *line)
{
	/* one word: a token of the other format has four and more */
	return line[0] != '\0' && line[0] != '#' &&
	    line[strcspn(line, " \t")] == '\0';
}

static void
read_number(struct import_reading *reading, const char *value, int64_t max,
    int64_t *number)
{
	if (import_number(value, max, number) != 0)
		import_bad(reading, "an option whose number is none");
}

static void
hotp_counter(
    struct import_reading *reading, const char *value, struct options *options)
{
	options->hotp = 1;
	read_number(reading, value, COUNTER_MAX, &options->counter);
	if (options->counter < 0)
		import_bad(reading, "a counter below 0");
}

static void
totp_auth(
    struct import_reading *reading, const char *value, struct options *options)
{
	(void)reading;
	(void)value;
	options->totp = 1;
}

static void
step_size(
    struct import_reading *reading, const char *value, struct options *options)
{
	int64_t period = 0;

	read_number(reading, value, COUNTER_MAX, &period);
	if (period == 30 || period == 60)
		options->period = period;
	else
		import_bad(reading,
		    "codes that change every %lld s: 30 and 60 are what the "
		    "gate knows",
		    (long long)period);
}

static void
time_skew(
    struct import_reading *reading, const char *value, struct options *options)
{
	read_number(reading, value, COUNTER_MAX, &options->skew);
	if (options->skew > SKEW_MAX || options->skew < -SKEW_MAX) {
		import_say(reading,
		    "a clock wrong by more than %d steps: set it right",
		    SKEW_MAX);
		options->skew = 0;
	}
}

/* The steps that were used lately. */
static void
disallow_reuse(
    struct import_reading *reading, const char *value, struct options *options)
{
	char step[24];
	size_t length;
	int64_t n;

	for (; *value != '\0'; value += length) {
		value += strspn(value, " ");
		length = strcspn(value, " ");
		snprintf(step, sizeof(step), "%.*s",
		    (int)(length < sizeof(step) ? length : sizeof(step) - 1),
		    value);
		n = 0;
		if (length > 0)
			read_number(reading, step, COUNTER_MAX, &n);
		if (n > options->used)
			options->used = n;
	}
}

static void
nothing_said(
    struct import_reading *reading, const char *value, struct options *options)
{
	(void)reading;
	(void)value;
	(void)options;
}

/* NULL: not taken over */
static const struct {
	const char *name;
	void (*read)(struct import_reading *reading, const char *value,
	    struct options *options);
} table[] = {
	{ "HOTP_COUNTER", hotp_counter },
	{ "TOTP_AUTH", totp_auth },
	{ "STEP_SIZE", step_size },
	{ "TIME_SKEW", time_skew },
	{ "DISALLOW_REUSE", disallow_reuse },
	{ "RATE_LIMIT", NULL },
	{ "WINDOW_SIZE", NULL },
	/* what the module noted for itself */
	{ "RESETTING_TIME_SKEW", nothing_said },
};

static void
read_option(struct import_reading *reading, struct options *options)
{
	const char *name = reading->line + strlen(OPTION);
	size_t length = strcspn(name, " "), i;

	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (strlen(table[i].name) == length &&
		    strncmp(table[i].name, name, length) == 0)
			break;
	if (i < sizeof(table) / sizeof(table[0]) && table[i].read != NULL) {
		table[i].read(reading,
		    name + length + strspn(name + length, " "), options);
		return;
	}
	if (i < sizeof(table) / sizeof(table[0])) {
		import_say(reading,
		    "%s is not taken over: the gate has its own for all users",
		    table[i].name);
		return;
	}
	/* LAST0 and so on: where a login came from, for a grace period */
	if (strncmp(name, "LAST", 4) != 0)
		import_say(reading, "an option that is not known");
}

static void
read_scratch(struct import_reading *reading)
{
	struct import_entry *entry = reading->entry;
	const char *line = reading->line;

	if (line[0] == '\0')
		return;
	if (strlen(line) != IMPORT_SCRATCH ||
	    strspn(line, "0123456789") != IMPORT_SCRATCH)
		import_bad(reading, "neither an option nor a scratch code");
	else if (entry->scratch_count == IMPORT_SCRATCH_MAX)
		import_say(
		    reading, "more than %d scratch codes", IMPORT_SCRATCH_MAX);
	else
		memcpy(entry->scratch[entry->scratch_count++], line,
		    IMPORT_SCRATCH + 1);
}

static void
read_seed(struct import_reading *reading)
{
	struct factor_seed *seed = &reading->entry->seed;
	int r = base32_decode(BASE32_RFC4648, reading->line, seed->bytes,
	    sizeof(seed->bytes), &seed->size);

	if (r != 0 || seed->size < FACTOR_SEED_MIN)
		import_bad(reading, "a seed of less than %d bytes, or too long",
		    FACTOR_SEED_MIN);
}

/* Is it one factor or the other, and what do the options make of it? */
static void
settle(struct import_reading *reading, const struct options *options)
{
	struct import_entry *entry = reading->entry;
	struct factor *factor = &entry->factor;

	reading->number = entry->line;
	if (options->hotp == options->totp)
		import_bad(
		    reading, "neither TOTP_AUTH nor HOTP_COUNTER, or both");
	factor_init(factor, options->hotp ? FACTOR_HOTP : FACTOR_TOTP);
	if (options->hotp) {
		factor->last = options->counter - 1;
		return;
	}
	factor->period = (int)options->period;
	factor->drift = options->skew * FACTOR_DRIFT_UNIT;
	if (options->used > 0)
		factor->last = options->used;
	if (factor->last > reading->import->now / options->period + AHEAD_MAX)
		import_bad(reading,
		    "a code of the future was used; is the "
		    "clock right?");
}

int
import_google(struct import_reading *reading)
{
	struct options options = { .period = 30 };
	struct import_entry *entry = reading->entry;
	int n;

	n = snprintf(entry->user, sizeof(entry->user), "%s",
	    reading->import->user != NULL ? reading->import->user : "");
	if (n <= 0 || (size_t)n >= sizeof(entry->user))
		import_bad(reading,
		    "the file does not say whose it is: name the user "
		    "(--user NAME)");
	import_line(reading);
	entry->line = reading->number;
	read_seed(reading);
	while (import_line(reading))
		if (strncmp(reading->line, OPTION, strlen(OPTION)) == 0)
			read_option(reading, &options);
		else
			read_scratch(reading);
	settle(reading, &options);
	/* a factor that is understood in part is not understood */
	return reading->bad ? 0 : import_give(reading);
}
