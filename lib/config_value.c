/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/config_value.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/error.h"

struct unit {
	char letter;
	int64_t factor;
};

/* The largest first: a value is written in the largest that divides it. */
static const struct unit duration_units[] = {
	{ 'd', 86400 },
	{ 'h', 3600 },
	{ 'm', 60 },
	{ 's', 1 },
	{ 0, 0 },
};
static const struct unit size_units[] = {
	{ 'G', 1 << 30 },
	{ 'M', 1 << 20 },
	{ 'K', 1 << 10 },
	{ 0, 0 },
};

/*
 * A type is either a number in its struct (it has read and print) or a
 * text there (it has fits).
 */
struct type {
	const char *name;
	const char *form; /* where the name does not say it */
	const struct unit *units;
	int (*read)(const struct config_key *key, const char *text, int64_t *);
	void (*print)(const struct config_key *key, int64_t, char *, size_t);
	int (*fits)(const struct config_key *key, const char *text);
	void (*rule)(const struct config_key *key, char *why, size_t size);
};

static const struct type types[];

/* Digits only: no sign, no blanks, no hexadecimal; -1 where it is none. */
static int64_t
read_digits(const char **text)
{
	const char *p = *text;
	int64_t value = 0;

	if (*p < '0' || *p > '9')
		return -1;
	for (; *p >= '0' && *p <= '9'; p++) {
		if (__builtin_mul_overflow(value, 10, &value) ||
		    __builtin_add_overflow(value, *p - '0', &value))
			return -1;
	}
	*text = p;
	return value;
}

static int
read_number(const struct config_key *key, const char *text, int64_t *value)
{
	*value = read_digits(&text);
	return *value >= key->min && *value <= key->max && *text == '\0';
}

static int
read_scaled(const struct config_key *key, const char *text, int64_t *value)
{
	const struct unit *unit = types[key->type].units;

	*value = read_digits(&text);
	while (unit->letter != 0 && unit->letter != *text)
		unit++;
	if (*value < 0 || unit->letter == 0 || text[1] != '\0' ||
	    __builtin_mul_overflow(*value, unit->factor, value))
		return 0;
	return *value >= key->min && *value <= key->max;
}

static int
read_bool(const struct config_key *key, const char *text, int64_t *value)
{
	(void)key;
	*value = strcmp(text, "yes") == 0;
	return *value || strcmp(text, "no") == 0;
}

static int
read_choice(const struct config_key *key, const char *text, int64_t *value)
{
	for (*value = 0; key->choices[*value] != NULL; (*value)++) {
		if (strcmp(key->choices[*value], text) == 0)
			return 1;
	}
	return 0;
}

static void
print_number(
    const struct config_key *key, int64_t value, char *text, size_t size)
{
	(void)key;
	snprintf(text, size, "%lld", (long long)value);
}

static void
print_scaled(
    const struct config_key *key, int64_t value, char *text, size_t size)
{
	const struct unit *unit = types[key->type].units;

	/* Nothing is written in days: every unit divides it. */
	while (unit[1].letter != 0 && (value == 0 || value % unit->factor != 0))
		unit++;
	snprintf(text, size, "%lld%c", (long long)(value / unit->factor),
	    unit->letter);
}

static void
print_bool(const struct config_key *key, int64_t value, char *text, size_t size)
{
	(void)key;
	snprintf(text, size, "%s", value ? "yes" : "no");
}

static void
print_choice(
    const struct config_key *key, int64_t value, char *text, size_t size)
{
	snprintf(text, size, "%s", key->choices[value]);
}

static int
fits_text(const struct config_key *key, const char *text)
{
	int64_t place;

	return key->choices == NULL || read_choice(key, text, &place);
}

static int
fits_path(const struct config_key *key, const char *text)
{
	(void)key;
	return text[0] == '/';
}

/* A host that no packet to leaves the machine for. */
static int
is_loopback(const char *host)
{
	static const char *const names[] = { "localhost", "127.0.0.1",
		"[::1]" };
	size_t i, length;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		length = strlen(names[i]);
		/* strchr finds the end, too. */
		if (strncasecmp(host, names[i], length) == 0 &&
		    strchr("/:", host[length]) != NULL)
			return 1;
	}
	return 0;
}

static int
fits_url(const struct config_key *key, const char *text)
{
	const char *host;

	(void)key;
	if (strpbrk(text, " \t#\"<>\\") != NULL)
		return 0;
	if (strncasecmp(text, "https://", 8) == 0)
		host = text + 8;
	else if (strncasecmp(text, "http://", 7) == 0 && is_loopback(text + 7))
		host = text + 7;
	else
		return 0;
	/* Of a user name in a URL nothing good can come. */
	return strcspn(host, "/:?@") > 0 && strchr(host, '@') == NULL;
}

static void
rule_range(const struct config_key *key, char *why, size_t size)
{
	const struct type *type = &types[key->type];
	char min[32], max[32];

	type->print(key, key->min, min, sizeof(min));
	type->print(key, key->max, max, sizeof(max));
	snprintf(why, size, "must be a %s from %s to %s%s", type->name, min,
	    max, type->form);
}

static void
rule_bool(const struct config_key *key, char *why, size_t size)
{
	(void)key;
	snprintf(why, size, "must be yes or no");
}

static void
rule_words(const struct config_key *key, char *why, size_t size)
{
	const char *const *choice;
	size_t used = 0;

	if (key->choices == NULL) {
		snprintf(why, size, "must not be empty");
		return;
	}
	for (choice = key->choices; *choice != NULL && used < size; choice++) {
		used += (size_t)snprintf(why + used, size - used, "%s%s",
		    choice == key->choices  ? "must be "
			: choice[1] != NULL ? ", "
					    : " or ",
		    *choice);
	}
}

static void
rule_path(const struct config_key *key, char *why, size_t size)
{
	(void)key;
	snprintf(why, size, "must be an absolute path");
}

static void
rule_url(const struct config_key *key, char *why, size_t size)
{
	(void)key;
	snprintf(why, size,
	    "must be an https:// URL (http:// only to localhost, 127.0.0.1 or "
	    "[::1])");
}

static const struct type types[] = {
	[CONFIG_TEXT] = { .name = "text",
	    .fits = fits_text,
	    .rule = rule_words },
	[CONFIG_PATH] = { .name = "path",
	    .fits = fits_path,
	    .rule = rule_path },
	[CONFIG_URL] = { .name = "URL", .fits = fits_url, .rule = rule_url },
	[CONFIG_BOOL] = { .name = "yes or no",
	    .read = read_bool,
	    .print = print_bool,
	    .rule = rule_bool },
	[CONFIG_NUMBER] = { .name = "number",
	    .form = "",
	    .read = read_number,
	    .print = print_number,
	    .rule = rule_range },
	[CONFIG_DURATION] = { .name = "duration",
	    .form = " (a number and s, m, h or d)",
	    .units = duration_units,
	    .read = read_scaled,
	    .print = print_scaled,
	    .rule = rule_range },
	[CONFIG_SIZE] = { .name = "size",
	    .form = " (a number and K, M or G)",
	    .units = size_units,
	    .read = read_scaled,
	    .print = print_scaled,
	    .rule = rule_range },
	[CONFIG_CHOICE] = { .name = "choice",
	    .read = read_choice,
	    .print = print_choice,
	    .rule = rule_words },
};

const char *
config_type_name(enum config_type type)
{
	return types[type].name;
}

static char **
text_of(void *object, const struct config_key *key)
{
	return (char **)((char *)object + key->offset);
}

static int64_t *
number_of(void *object, const struct config_key *key)
{
	return (int64_t *)((char *)object + key->offset);
}

static int
set_text(void *object, const struct config_key *key, const char *text)
{
	char *copy;

	/* What has a default cannot be switched off by leaving it empty. */
	if (text[0] == '\0' && key->fallback[0] != '\0')
		return GATE_EINVAL;
	if (text[0] != '\0' && !types[key->type].fits(key, text))
		return GATE_EINVAL;
	if ((copy = strdup(text)) == NULL)
		return GATE_ENOMEM;
	free(*text_of(object, key));
	*text_of(object, key) = copy;
	return 0;
}

static int
set_number(void *object, const struct config_key *key, const char *text)
{
	int64_t value;

	if (!types[key->type].read(key, text, &value))
		return GATE_EINVAL;
	*number_of(object, key) = value;
	return 0;
}

int
config_value_set(void *object, const struct config_key *key, const char *text,
    char *why, size_t why_size)
{
	const struct type *type = &types[key->type];
	int r;

	r = type->read != NULL ? set_number(object, key, text)
			       : set_text(object, key, text);
	if (r == GATE_EINVAL)
		type->rule(key, why, why_size);
	return r;
}

void
config_value_free(void *object, const struct config_key *key)
{
	if (types[key->type].read == NULL)
		free(*text_of(object, key));
}

int
config_value(
    const void *object, const struct config_key *key, char *text, size_t size)
{
	const struct type *type = &types[key->type];
	const char *member = (const char *)object + key->offset;
	char printed[CONFIG_VALUE_SIZE];
	const char *value = printed;

	if (type->print != NULL)
		type->print(
		    key, *(const int64_t *)member, printed, sizeof(printed));
	else
		value = *(char *const *)member;
	if ((size_t)snprintf(text, size, "%s", value) >= size)
		return GATE_ETOOBIG;
	return 0;
}
