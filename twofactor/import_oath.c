/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <openssl/crypto.h>
#include <stdio.h>
#include <string.h>

#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/import_format.h"
#include "twofactor/otp.h"

/*
 * A users file: a token a line, fields parted by blanks and tabs, "#" begins a
 * comment:
 *
 *	TYPE USER PIN KEY [COUNT [FAILURES] [CODE [TIME [ADDRESS]]]]
 *
 * TYPE is HOTP, HOTP/E/6, HOTP/T30, HOTP/T30/6 and so on; KEY is in
 * hexadecimal; PIN is "-" for none and "+" for one kept elsewhere. COUNT of an
 * event token is to be read by CODE, the last one that was used: with pam_oath
 * it is that code's own count, with mod_authn_otp the next.
 */
#define FIELDS_MAX 10
#define BLANKS     " \t\v\f"
#define OFFSET_MAX 10 /* steps that a time token may be off */

enum {
	TYPE,
	USER,
	PIN,
	KEY,
	COUNT,
	CODE, /* or the failures before it */
};

struct fields {
	char *text[FIELDS_MAX];
	size_t count;
};

static const struct {
	const char *prefix;
	enum factor_kind kind;
	int period;
} types[] = {
	/* the longer before what they begin with */
	{ "HOTP/E", FACTOR_HOTP, 0 },
	{ "HOTP/T30", FACTOR_TOTP, 30 },
	{ "HOTP/T60", FACTOR_TOTP, 60 },
	{ "HOTP", FACTOR_HOTP, 0 },
};

static void
split(char *line, struct fields *fields)
{
	size_t length;

	memset(fields, 0, sizeof(*fields));
	while (fields->count < FIELDS_MAX) {
		line += strspn(line, BLANKS);
		length = strcspn(line, BLANKS);
		if (length == 0)
			return;
		fields->text[fields->count++] = line;
		line += length;
		if (*line != '\0')
			*line++ = '\0';
	}
}

static int
read_type(const char *text, struct factor *factor)
{
	const char *rest;
	size_t i;

	for (i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (strncmp(text, types[i].prefix, strlen(types[i].prefix)) !=
		    0)
			continue;
		rest = text + strlen(types[i].prefix);
		factor_init(factor, types[i].kind);
		factor->period = types[i].period;
		if (*rest == '\0')
			return 0;
		if (rest[0] != '/' || rest[1] < '6' || rest[1] > '8' ||
		    rest[2] != '\0')
			return GATE_EINVAL;
		factor->digits = rest[1] - '0';
		return 0;
	}
	return GATE_EINVAL;
}

static int
read_key(const char *text, struct factor_seed *seed)
{
	/* OpenSSL reports an odd or foreign digit; it is not asked about more
	 */
	if (OPENSSL_hexstr2buf_ex(seed->bytes, sizeof(seed->bytes), &seed->size,
		text, '\0') != 1) {
		explicit_bzero(seed, sizeof(*seed));
		return GATE_EINVAL;
	}
	return seed->size < FACTOR_SEED_MIN ? GATE_EINVAL : 0;
}

/* The last code that was used: of the two fields where it may stand the one
 * before a time, else the first. NULL if there is none. */
static const char *
last_code(const struct fields *fields)
{
	const size_t other = CODE + 1;

	if (fields->count <= CODE)
		return NULL;
	if (fields->count > other && strchr(fields->text[other], 'T') == NULL)
		return fields->text[other];
	return fields->text[CODE];
}

/* Whether the code is that of the count: then this one was used. */
static int
was_used(const struct import_entry *entry, int64_t count, const char *code)
{
	char right[FACTOR_DIGITS_MAX + 1];
	int equal;

	if (code == NULL ||
	    otp_code(&entry->factor, &entry->seed, count, right) != 0)
		return 0;
	equal = secret_equal(right, strlen(right), code, strlen(code));
	explicit_bzero(right, sizeof(right));
	return equal;
}

static int
read_count(struct import_reading *reading, const struct fields *fields)
{
	struct import_entry *entry = reading->entry;
	struct factor *factor = &entry->factor;
	int64_t n = 0;

	if (fields->count > COUNT &&
	    import_number(fields->text[COUNT], FACTOR_COUNT_MAX - 1, &n) != 0)
		return GATE_EINVAL;
	if (factor->kind == FACTOR_HOTP) {
		if (n < 0)
			return GATE_EINVAL;
		factor->last = n - 1;
		if (was_used(entry, n, last_code(fields)))
			factor->last = n;
		return 0;
	}
	if (n > OFFSET_MAX || n < -OFFSET_MAX) {
		import_say(reading,
		    "a clock wrong by more than %d steps: set it right",
		    OFFSET_MAX);
		n = 0;
	}
	factor->drift = n * FACTOR_DRIFT_UNIT;
	return 0;
}

/* What is wrong with the fields, as a phrase, or NULL. */
static const char *
read_fields(struct import_reading *reading, const struct fields *fields)
{
	struct import_entry *entry = reading->entry;

	if (fields->count <= KEY)
		return "less than TYPE USER PIN KEY";
	if (read_type(fields->text[TYPE], &entry->factor) != 0)
		return "a type that is not HOTP, by event or by 30 or 60 "
		       "seconds, with 6 to 8 digits";
	if (strlen(fields->text[USER]) >= sizeof(entry->user))
		return "a user name that is too long";
	strncpy(entry->user, fields->text[USER], sizeof(entry->user) - 1);
	if (read_key(fields->text[KEY], &entry->seed) != 0)
		return "a key that is not hexadecimal, or not of 10 to 64 "
		       "bytes";
	if (read_count(reading, fields) != 0)
		return "a count that is not a number, or too large";
	return NULL;
}

static int
read_token(struct import_reading *reading)
{
	struct import_entry *entry = reading->entry;
	struct fields fields;
	const char *wrong;

	split(reading->line, &fields);
	if (fields.count == 0 || fields.text[0][0] == '#')
		return 0;
	entry->line = reading->number;
	wrong = read_fields(reading, &fields);
	if (wrong != NULL) {
		import_bad(reading, "%s", wrong);
		explicit_bzero(entry, sizeof(*entry));
		return 0;
	}
	if (strcmp(fields.text[PIN], "-") != 0 &&
	    strcmp(fields.text[PIN], "+") != 0)
		import_say(reading,
		    "the PIN is not taken over: the gate asks for a password "
		    "before the code, not in front of it");
	return import_give(reading);
}

int
import_oath(struct import_reading *reading)
{
	int r = 0;

	while (r == 0 && import_line(reading))
		r = read_token(reading);
	return r;
}
