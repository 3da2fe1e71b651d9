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
#include "twofactor/factor.h"

#define TIMEOUT     10
#define TIMEOUT_MAX 3600

/* A whole number from least to most, and nothing else. */
static int
read_number(const char *text, int64_t least, int64_t most, int64_t *number)
{
	char *end;

	errno = 0;
	*number = strtoll(text, &end, 10);
	if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 ||
	    *number < least || *number > most)
		return -1;
	return 0;
}

static int
take_socket(struct options *options, const char *value)
{
	options->socket = value;
	return value[0] == '/' ? 0 : -1;
}

static int
take_config(struct options *options, const char *value)
{
	options->config = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_timeout(struct options *options, const char *value)
{
	return read_number(value, 1, TIMEOUT_MAX, &options->timeout);
}

static int
take_json(struct options *options, const char *value)
{
	(void)value;
	options->json = 1;
	return 0;
}

static int
take_help(struct options *options, const char *value)
{
	(void)value;
	options->help = 1;
	return 0;
}

static int
take_version(struct options *options, const char *value)
{
	(void)value;
	options->version = 1;
	return 0;
}

static int
take_user(struct options *options, const char *value)
{
	options->user = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_request(struct options *options, const char *value)
{
	options->in_response_to = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_now(struct options *options, const char *value)
{
	return read_number(value, 0, INT64_MAX, &options->now);
}

static int
take_certificate(struct options *options, const char *value)
{
	options->certificate = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_service(struct options *options, const char *value)
{
	options->service = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_method(struct options *options, const char *value)
{
	options->method = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_issuer(struct options *options, const char *value)
{
	options->issuer = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_authn_context(struct options *options, const char *value)
{
	options->authn_context = value;
	return value[0] != '\0' ? 0 : -1;
}

/* May be given again and again. */
static int
take_attribute(struct options *options, const char *value)
{
	const char *equals = strchr(value, '=');

	if (equals == NULL || equals == value ||
	    options->attribute_count == OPTIONS_ATTRIBUTES)
		return -1;
	options->attributes[options->attribute_count++] = value;
	return 0;
}

static int
take_idp(struct options *options, const char *value)
{
	options->idp = value;
	return value[0] != '\0' ? 0 : -1;
}

static int
take_address(struct options *options, const char *value)
{
	struct address address;

	options->address = value;
	return address_parse(value, &address) == 0 ? 0 : -1;
}

static int
take_real_name(struct options *options, const char *value)
{
	options->real_name = value; /* "": none */
	return 0;
}

static int
take_mail(struct options *options, const char *value)
{
	options->mail = value; /* "": none */
	return 0;
}

static int
take_language(struct options *options, const char *value)
{
	options->language = value; /* "": none */
	return value[0] == '\0' || language_is_spoken(value) ? 0 : -1;
}

static int
take_digits(struct options *options, const char *value)
{
	return read_number(
	    value, FACTOR_DIGITS_MIN, FACTOR_DIGITS_MAX, &options->digits);
}

static int
take_period(struct options *options, const char *value)
{
	return read_number(value, 30, 60, &options->period) == 0 &&
		(options->period == 30 || options->period == 60)
	    ? 0
	    : -1;
}

static int
take_algorithm(struct options *options, const char *value)
{
	enum factor_algorithm algorithm;

	options->algorithm = value;
	return factor_algorithm_find(value, &algorithm);
}

/* As the configuration has it: 30m. */
static int
take_for(struct options *options, const char *value)
{
	static const struct config_key duration = { .type = CONFIG_DURATION,
		.offset = offsetof(struct options, lifetime),
		.min = 60,
		.max = 86400 };
	char why[CONFIG_VALUE_SIZE];

	return config_value_set(options, &duration, value, why, sizeof(why));
}

static int
take_reason(struct options *options, const char *value)
{
	options->reason = value;
	return value[strspn(value, " ")] != '\0' ? 0 : -1;
}

static int
take_flag(struct options *options, const char *value)
{
	(void)options;
	(void)value;
	return 0; /* its bit says it */
}

static const struct {
	const char *name;
	int has_value;
	unsigned bit; /* 0: every verb takes it */
	int (*take)(struct options *options, const char *value);
	const char *value; /* what it must be */
} rows[] = {
	{ "socket", 1, 0, take_socket, "must be an absolute path" },
	{ "config", 1, 0, take_config, "must be a file" },
	{ "timeout", 1, 0, take_timeout, "must be seconds, 1 to 3600" },
	{ "json", 0, 0, take_json, NULL },
	{ "help", 0, 0, take_help, NULL },
	{ "version", 0, 0, take_version, NULL },
	{ "user", 1, OPTION_USER, take_user, "must be a user's name" },
	{ "all", 0, OPTION_ALL, take_flag, NULL },
	{ "in-response-to", 1, OPTION_IN_RESPONSE_TO, take_request,
	    "must be the ID of a request" },
	{ "any-request", 0, OPTION_ANY_REQUEST, take_flag, NULL },
	{ "idp", 1, OPTION_IDP, take_idp, "must be the entityID of an IdP" },
	{ "address", 1, OPTION_ADDRESS, take_address,
	    "must be an address, not a name" },
	{ "explain", 0, OPTION_EXPLAIN, take_flag, NULL },
	{ "force", 0, OPTION_FORCE, take_flag, NULL },
	{ "passive", 0, OPTION_PASSIVE, take_flag, NULL },
	{ "post", 0, OPTION_POST, take_flag, NULL },
	{ "signed", 0, OPTION_SIGNED, take_flag, NULL },
	{ "certificate", 1, OPTION_CERTIFICATE, take_certificate,
	    "must be a file" },
	{ "now", 1, OPTION_NOW, take_now, "must be seconds since 1970" },
	{ "service", 1, OPTION_SERVICE, take_service,
	    "must be the name of a PAM service" },
	{ "method", 1, OPTION_METHOD, take_method,
	    "must be a way to sign in, such as sso or password+otp" },
	{ "issuer", 1, OPTION_ISSUER, take_issuer,
	    "must be the entityID of an IdP" },
	{ "authn-context", 1, OPTION_AUTHN_CONTEXT, take_authn_context,
	    "must be the class of a proof" },
	{ "attribute", 1, OPTION_ATTRIBUTE, take_attribute,
	    "must be NAME=VALUE, at most 64 times" },
	{ "real-name", 1, OPTION_REAL_NAME, take_real_name, NULL },
	{ "mail", 1, OPTION_MAIL, take_mail, NULL },
	{ "language", 1, OPTION_LANGUAGE, take_language,
	    "must be en, de or ko" },
	{ "must-change", 0, OPTION_MUST_CHANGE, take_flag, NULL },
	{ "elsewhere", 0, OPTION_ELSEWHERE, take_flag, NULL },
	{ "hotp", 0, OPTION_HOTP, take_flag, NULL },
	{ "digits", 1, OPTION_DIGITS, take_digits, "must be 6, 7 or 8" },
	{ "algorithm", 1, OPTION_ALGORITHM, take_algorithm,
	    "must be SHA1, SHA256 or SHA512" },
	{ "period", 1, OPTION_PERIOD, take_period, "must be 30 or 60" },
	{ "for", 1, OPTION_FOR, take_for, "must be 1m to 1d, such as 30m" },
	{ "reason", 1, OPTION_REASON, take_reason,
	    "must be a line with something in it" },
	{ "no-confirm", 0, OPTION_NO_CONFIRM, take_flag, NULL },
	{ "dry-run", 0, OPTION_DRY_RUN, take_flag, NULL },
};

#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* What getopt_long gives for rows[0]: beyond every character. */
#define FIRST 256

static int
take(struct options *options, int c, const char *word)
{
	size_t i = (size_t)(c - FIRST);

	if (c == ':') {
		complain("%s: needs a value; see gatehousectl --help", word);
		return CTL_USAGE;
	}
	if (c < FIRST) {
		complain(
		    "%s: is not understood; see gatehousectl --help", word);
		return CTL_USAGE;
	}
	if (rows[i].take(options, optarg) != 0) {
		complain("--%s %s: %s", rows[i].name, optarg, rows[i].value);
		return CTL_USAGE;
	}
	options->given |= rows[i].bit;
	return CTL_DONE;
}

int
options_parse(struct options *options, int argc, char **argv)
{
	struct option longs[ROWS + 1] = { 0 };
	size_t i;
	int c;
	int r = CTL_DONE;

	*options = (struct options){ .timeout = TIMEOUT };
	for (i = 0; i < ROWS; i++) {
		longs[i].name = rows[i].name;
		longs[i].has_arg = rows[i].has_value;
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
option_name(unsigned bit)
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
