/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pam_module/arguments.h"

#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <security/pam_ext.h>

#include "lib/client.h"
#include "lib/error.h"

#define LENGTH(table) (sizeof(table) / sizeof((table)[0]))

static const struct keyword {
	const char *word;
	enum step step;
} keywords[] = {
	{ "allowlist", STEP_ALLOWLIST },
	{ "sso", STEP_SSO },
	{ "password", STEP_PASSWORD },
	{ "otp", STEP_OTP },
	{ "check", STEP_CHECK },
	{ "record", STEP_RECORD },
};

static int
set_socket(struct arguments *arguments, const char *value)
{
	if (value[0] != '/')
		return GATE_EINVAL;
	arguments->socket = value;
	return 0;
}

static int
set_timeout(struct arguments *arguments, const char *value)
{
	size_t length = strlen(value);
	int seconds;

	/* Two digits: enough for the range, and atoi cannot overflow. */
	if (length < 1 || length > 2 || strspn(value, "0123456789") != length)
		return GATE_EINVAL;
	seconds = atoi(value);
	if (seconds < 1 || seconds > ARGUMENTS_TIMEOUT_MAX)
		return GATE_EINVAL;
	arguments->timeout = seconds;
	return 0;
}

static int
set_debug(struct arguments *arguments, const char *value)
{
	if (value[0] != '\0')
		return GATE_EINVAL;
	arguments->debug = 1;
	return 0;
}

static int
set_enroll(struct arguments *arguments, const char *value)
{
	if (value[0] != '\0')
		return GATE_EINVAL;
	arguments->enroll = 1;
	return 0;
}

static int
set_detached(struct arguments *arguments, const char *value)
{
	if (value[0] != '\0')
		return GATE_EINVAL;
	arguments->detached = 1;
	return 0;
}

/* A name that ends in = takes a value; another stands alone. */
static const struct option {
	const char *name;
	int (*set)(struct arguments *arguments, const char *value);
	const char *wants;
} options[] = {
	{ "socket=", set_socket, "an absolute path" },
	{ "timeout=", set_timeout, "1 to 60 seconds" },
	{ "debug", set_debug, "no value" },
	{ "enroll", set_enroll, "no value" },
	{ "detached", set_detached, "no value" },
};

static const struct keyword *
keyword_find(const char *argument)
{
	for (size_t i = 0; i < LENGTH(keywords); i++) {
		if (strcmp(argument, keywords[i].word) == 0)
			return &keywords[i];
	}
	return NULL;
}

static const struct option *
option_find(const char *argument)
{
	for (size_t i = 0; i < LENGTH(options); i++) {
		if (strncmp(argument, options[i].name,
			strlen(options[i].name)) == 0)
			return &options[i];
	}
	return NULL;
}

static int
take_keyword(struct arguments *arguments, pam_handle_t *pamh,
    unsigned int steps, const struct keyword *keyword)
{
	if (arguments->step != STEP_GATE) {
		pam_syslog(pamh, LOG_ERR,
		    "the line has a second keyword, \"%s\": "
		    "one line is one step",
		    keyword->word);
		return GATE_EINVAL;
	}
	if ((steps & STEP_BIT(keyword->step)) == 0) {
		pam_syslog(pamh, LOG_ERR,
		    "the keyword \"%s\" has no meaning on a line of this type",
		    keyword->word);
		return GATE_EINVAL;
	}
	arguments->step = keyword->step;
	return 0;
}

static int
take_option(
    struct arguments *arguments, pam_handle_t *pamh, const char *argument)
{
	const struct option *option = option_find(argument);
	int r;

	if (option == NULL) {
		pam_syslog(pamh, LOG_ERR, "unknown argument \"%s\"", argument);
		return GATE_EINVAL;
	}
	r = option->set(arguments, argument + strlen(option->name));
	if (r != 0)
		pam_syslog(pamh, LOG_ERR, "bad argument \"%s\": wants %s",
		    argument, option->wants);
	return r;
}

/* An option that means nothing here was meant for another line. */
static int
check_place(
    const struct arguments *arguments, pam_handle_t *pamh, unsigned int steps)
{
	if (arguments->enroll && arguments->step != STEP_OTP) {
		pam_syslog(pamh, LOG_ERR,
		    "the argument \"enroll\" is for a line with the keyword "
		    "\"otp\"");
		return GATE_EINVAL;
	}
	if (arguments->detached && (steps & STEP_OF_SESSION) == 0) {
		pam_syslog(pamh, LOG_ERR,
		    "the argument \"detached\" is for a line of the type "
		    "session");
		return GATE_EINVAL;
	}
	return 0;
}

int
arguments_parse(struct arguments *arguments, pam_handle_t *pamh,
    unsigned int steps, int argc, const char **argv)
{
	const struct keyword *keyword;
	int r = 0;

	*arguments = (struct arguments){
		.step = STEP_GATE,
		.socket = CLIENT_SOCKET,
		.timeout = ARGUMENTS_TIMEOUT,
	};
	for (int i = 0; i < argc && r == 0; i++) {
		keyword = keyword_find(argv[i]);
		if (keyword != NULL)
			r = take_keyword(arguments, pamh, steps, keyword);
		else
			r = take_option(arguments, pamh, argv[i]);
	}
	return r == 0 ? check_place(arguments, pamh, steps) : r;
}
