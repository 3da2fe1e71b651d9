/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "gatehousectl/say.h"
#include "lib/address.h"
#include "lib/config.h"
#include "lib/config_value.h"
#include "lib/languages.h"
#include "lib/protocol.h"
#include "twofactor/factor.h"

#define TIMEOUT     10
#define TIMEOUT_MAX 3600
#define INTERVAL    1
#define DIGITS      "0123456789"

/* An option: takes its value into the place of the options that it has. 0, or
 * -1 for one that will not do. */
struct row {
	const char *name;
	option_set bit; /* 0: every verb takes it */
	int (*take)(
	    struct options *options, const struct row *row, const char *value);
	size_t offset;
	int64_t least, most;
	const char *value; /* what it must be; NULL: there is none */
};

static void *
place(struct options *options, const struct row *row)
{
	return (char *)options + row->offset;
}

/* Its bit says it. */
static int
take_flag(struct options *options, const struct row *row, const char *value)
{
	(void)options;
	(void)row;
	(void)value;
	return 0;
}

static int
take_always(struct options *options, const struct row *row, const char *value)
{
	(void)value;
	*(int *)place(options, row) = 1;
	return 0;
}

/* A text that may be empty, which says: none. */
static int
take_any(struct options *options, const struct row *row, const char *value)
{
	*(const char **)place(options, row) = value;
	return 0;
}

static int
take_text(struct options *options, const struct row *row, const char *value)
{
	*(const char **)place(options, row) = value;
	return value[strspn(value, " ")] != '\0' ? 0 : -1;
}

static int
take_path(struct options *options, const struct row *row, const char *value)
{
	*(const char **)place(options, row) = value;
	return value[0] == '/' ? 0 : -1;
}

/* A whole number, and nothing else. */
static int
take_number(struct options *options, const struct row *row, const char *value)
{
	int64_t *number = place(options, row);
	char *end;

	errno = 0;
	*number = strtoll(value, &end, 10);
	if (value[0] < '0' || value[0] > '9' || *end != '\0' || errno != 0 ||
	    *number < row->least || *number > row->most)
		return -1;
	return 0;
}

/* As the configuration has it: 30m. */
static int
take_duration(struct options *options, const struct row *row, const char *value)
{
	const struct config_key duration = { .type = CONFIG_DURATION,
		.offset = row->offset,
		.min = row->least,
		.max = row->most };
	char why[CONFIG_VALUE_SIZE];

	return config_value_set(options, &duration, value, why, sizeof(why));
}

/* May be given again and again. */
static int
take_attribute(
    struct options *options, const struct row *row, const char *value)
{
	const char *equals = strchr(value, '=');

	(void)row;
	if (equals == NULL || equals == value ||
	    options->attribute_count == OPTIONS_ATTRIBUTES)
		return -1;
	options->attributes[options->attribute_count++] = value;
	return 0;
}

static int
take_address(struct options *options, const struct row *row, const char *value)
{
	struct address address;

	(void)row;
	options->address = value;
	return address_parse(value, &address) == 0 ? 0 : -1;
}

static int
take_language(struct options *options, const struct row *row, const char *value)
{
	(void)row;
	options->language = value; /* "": none */
	return value[0] == '\0' || language_is_spoken(value) ? 0 : -1;
}

static int
take_period(struct options *options, const struct row *row, const char *value)
{
	return take_number(options, row, value) == 0 &&
		(options->period == 30 || options->period == 60)
	    ? 0
	    : -1;
}

static int
take_algorithm(
    struct options *options, const struct row *row, const char *value)
{
	enum factor_algorithm algorithm;

	(void)row;
	options->algorithm = value;
	return factor_algorithm_find(value, &algorithm);
}

/* Which of the words it is: a number, or -1. */
static int
word_of(const char *const *words, size_t count, const char *value)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (words[i] != NULL && strcmp(words[i], value) == 0)
			return (int)i;
	return -1;
}

#define WORD_OF(words, value)                                                  \
	word_of((words), sizeof(words) / sizeof((words)[0]), (value))

static int
take_state(struct options *options, const struct row *row, const char *value)
{
	static const char *const words[] = { "open", "signed_in", "ended" };

	(void)row;
	options->state = value;
	return WORD_OF(words, value) < 0 ? -1 : 0;
}

static int
take_activity(struct options *options, const struct row *row, const char *value)
{
	static const char *const words[EVIDENCE_COUNT] = {
		[EVIDENCE_REQUEST] = "request",
		[EVIDENCE_NAVIGATION] = "navigation",
		[EVIDENCE_INPUT] = "input",
	};

	(void)row;
	options->activity = WORD_OF(words, value);
	return options->activity < 0 ? -1 : 0;
}

/* It is the script's, and handed on as it is. */
static int
take_age(struct options *options, const struct row *row, const char *value)
{
	(void)row;
	options->age = value;
	return value[0] != '\0' && value[strspn(value, DIGITS)] == '\0' ? 0
									: -1;
}

#define AT(field) offsetof(struct options, field), 0, 0
#define RANGE(field, least, most)                                              \
	offsetof(struct options, field), (least), (most)
#define NOWHERE 0, 0, 0

static const struct row rows[] = {
	{ "socket", 0, take_path, AT(socket), "must be an absolute path" },
	{ "config", 0, take_text, AT(config), "must be a file" },
	{ "timeout", 0, take_number, RANGE(timeout, 1, TIMEOUT_MAX),
	    "must be seconds, 1 to 3600" },
	{ "json", 0, take_always, AT(json), NULL },
	{ "help", 0, take_always, AT(help), NULL },
	{ "version", 0, take_always, AT(version), NULL },
	{ "user", OPTION_USER, take_text, AT(user), "must be a user's name" },
	{ "all", OPTION_ALL, take_flag, NOWHERE, NULL },
	{ "in-response-to", OPTION_IN_RESPONSE_TO, take_text,
	    AT(in_response_to), "must be the ID of a request" },
	{ "any-request", OPTION_ANY_REQUEST, take_flag, NOWHERE, NULL },
	{ "idp", OPTION_IDP, take_text, AT(idp),
	    "must be the entityID of an IdP" },
	{ "address", OPTION_ADDRESS, take_address, NOWHERE,
	    "must be an address, not a name" },
	{ "explain", OPTION_EXPLAIN, take_flag, NOWHERE, NULL },
	{ "force", OPTION_FORCE, take_flag, NOWHERE, NULL },
	{ "passive", OPTION_PASSIVE, take_flag, NOWHERE, NULL },
	{ "post", OPTION_POST, take_flag, NOWHERE, NULL },
	{ "signed", OPTION_SIGNED, take_flag, NOWHERE, NULL },
	{ "certificate", OPTION_CERTIFICATE, take_text, AT(certificate),
	    "must be a file" },
	{ "now", OPTION_NOW, take_number, RANGE(now, 0, INT64_MAX),
	    "must be seconds since 1970" },
	{ "service", OPTION_SERVICE, take_text, AT(service),
	    "must be the name of a PAM service" },
	{ "method", OPTION_METHOD, take_text, AT(method),
	    "must be a way to sign in, such as sso or password+otp" },
	{ "issuer", OPTION_ISSUER, take_text, AT(issuer),
	    "must be the entityID of an IdP" },
	{ "authn-context", OPTION_AUTHN_CONTEXT, take_text, AT(authn_context),
	    "must be the class of a proof" },
	{ "attribute", OPTION_ATTRIBUTE, take_attribute, NOWHERE,
	    "must be NAME=VALUE, at most 64 times" },
	{ "real-name", OPTION_REAL_NAME, take_any, AT(real_name),
	    "must be a name" },
	{ "mail", OPTION_MAIL, take_any, AT(mail), "must be an address" },
	{ "language", OPTION_LANGUAGE, take_language, NOWHERE,
	    "must be en, de or ko" },
	{ "must-change", OPTION_MUST_CHANGE, take_flag, NOWHERE, NULL },
	{ "elsewhere", OPTION_ELSEWHERE, take_flag, NOWHERE, NULL },
	{ "hotp", OPTION_HOTP, take_flag, NOWHERE, NULL },
	{ "digits", OPTION_DIGITS, take_number,
	    RANGE(digits, FACTOR_DIGITS_MIN, FACTOR_DIGITS_MAX),
	    "must be 6, 7 or 8" },
	{ "algorithm", OPTION_ALGORITHM, take_algorithm, NOWHERE,
	    "must be SHA1, SHA256 or SHA512" },
	{ "period", OPTION_PERIOD, take_period, RANGE(period, 30, 60),
	    "must be 30 or 60" },
	{ "for", OPTION_FOR, take_duration, RANGE(lifetime, 60, 86400),
	    "must be 1m to 1d, such as 30m" },
	{ "reason", OPTION_REASON, take_text, AT(reason),
	    "must be a line with something in it" },
	{ "no-confirm", OPTION_NO_CONFIRM, take_flag, NOWHERE, NULL },
	{ "dry-run", OPTION_DRY_RUN, take_flag, NOWHERE, NULL },
	{ "state", OPTION_STATE, take_state, NOWHERE,
	    "must be open, signed_in or ended" },
	{ "held", OPTION_HELD, take_flag, NOWHERE, NULL },
	{ "yes", OPTION_YES, take_flag, NOWHERE, NULL },
	{ "label", OPTION_LABEL, take_text, AT(label),
	    "must be a line with something in it" },
	{ "lease", OPTION_LEASE, take_duration, RANGE(lease, 1, 60),
	    "must be 1s to 1m, such as 30s" },
	{ "renew", OPTION_RENEW, take_flag, NOWHERE, NULL },
	{ "holder", OPTION_HOLDER, take_text, AT(holder),
	    "must be a user's name" },
	{ "id", OPTION_ID, take_text, AT(id), "must be a session's ID" },
	{ "activity", OPTION_ACTIVITY, take_activity, NOWHERE,
	    "must be request, navigation or input" },
	{ "age", OPTION_AGE, take_age, NOWHERE, "must be milliseconds" },
	{ "interval", OPTION_INTERVAL, take_duration, RANGE(interval, 1, 3600),
	    "must be 1s to 1h, such as 5s" },
	{ "once", OPTION_ONCE, take_flag, NOWHERE, NULL },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What getopt_long gives for rows[0]: beyond every character. */
#define FIRST 256

static int
take(struct options *options, int c, const char *word)
{
	const struct row *row;

	if (c == ':') {
		complain("%s: needs a value; see gatehousectl --help", word);
		return CTL_USAGE;
	}
	if (c < FIRST) {
		complain(
		    "%s: is not understood; see gatehousectl --help", word);
		return CTL_USAGE;
	}
	row = &rows[c - FIRST];
	if (row->take(options, row, optarg) != 0) {
		complain("--%s %s: %s", row->name, optarg, row->value);
		return CTL_USAGE;
	}
	options->given |= row->bit;
	return CTL_DONE;
}

int
options_parse(struct options *options, int argc, char **argv)
{
	struct option longs[ROWS + 1] = { 0 };
	size_t i;
	int c;
	int r = CTL_DONE;

	*options = (struct options){ .timeout = TIMEOUT, .interval = INTERVAL };
	for (i = 0; i < ROWS; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].value != NULL;
		longs[i].val = FIRST + (int)i;
	}
	opterr = 0; /* the messages are ours */
	while (r == CTL_DONE &&
	    (c = getopt_long(argc, argv, ":", longs, NULL)) != -1)
		r = take(options, c, argv[optind - 1]);
	options->words = (const char *const *)argv + optind;
	options->word_count = (size_t)(argc - optind);
	return r;
}

const char *
option_name(option_set bit)
{
	size_t i;

	for (i = 0; i < ROWS; i++)
		if (rows[i].bit == bit)
			return rows[i].name;
	return "";
}

const char *
options_config(const struct options *options)
{
	return options->config != NULL ? options->config : CONFIG_FILE;
}
