/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_OPTIONS_H
#define GATEHOUSECTL_OPTIONS_H

#include <stddef.h>
#include <stdint.h>

/* The exit status of the command. */
enum ctl_exit {
	CTL_DONE = 0,        /* done, or the answer is yes */
	CTL_NO = 1,          /* refused, or the answer is no */
	CTL_USAGE = 2,       /* the command was used wrongly */
	CTL_UNREACHABLE = 3, /* gatehoused cannot be reached, or hangs */
	CTL_FAILED = 4,      /* anything else */
};

/* Options that only some verbs take, as bits of an option_set. */
typedef uint64_t option_set;
enum option_bit {
	OPTION_USER = 1 << 0,
	OPTION_ALL = 1 << 1,
	OPTION_IN_RESPONSE_TO = 1 << 2,
	OPTION_NOW = 1 << 3,
	OPTION_SERVICE = 1 << 4,
	OPTION_METHOD = 1 << 5,
	OPTION_ISSUER = 1 << 6,
	OPTION_AUTHN_CONTEXT = 1 << 7,
	OPTION_ATTRIBUTE = 1 << 8,
	OPTION_IDP = 1 << 9,
	OPTION_ADDRESS = 1 << 10,
	OPTION_ANY_REQUEST = 1 << 11,
	OPTION_EXPLAIN = 1 << 12,
	OPTION_CERTIFICATE = 1 << 13,
	OPTION_FOR = 1 << 14,
	OPTION_REASON = 1 << 15,
	OPTION_FORCE = 1 << 16,
	OPTION_PASSIVE = 1 << 17,
	OPTION_POST = 1 << 18,
	OPTION_SIGNED = 1 << 19,
	OPTION_REAL_NAME = 1 << 20,
	OPTION_MAIL = 1 << 21,
	OPTION_MUST_CHANGE = 1 << 22,
	OPTION_ELSEWHERE = 1 << 23,
	OPTION_HOTP = 1 << 24,
	OPTION_DIGITS = 1 << 25,
	OPTION_ALGORITHM = 1 << 26,
	OPTION_PERIOD = 1 << 27,
	OPTION_NO_CONFIRM = 1 << 28,
	OPTION_DRY_RUN = 1 << 29,
	OPTION_LANGUAGE = 1 << 30,
	OPTION_STATE = 1L << 31,
	OPTION_HELD = 1L << 32,
	OPTION_YES = 1L << 33,
	OPTION_LABEL = 1L << 34,
	OPTION_LEASE = 1L << 35,
	OPTION_RENEW = 1L << 36,
	OPTION_HOLDER = 1L << 37,
	OPTION_ID = 1L << 38,
	OPTION_ACTIVITY = 1L << 39,
	OPTION_AGE = 1L << 40,
	OPTION_INTERVAL = 1L << 41,
	OPTION_ONCE = 1L << 42,
};

/* How often --attribute may be given. */
#define OPTIONS_ATTRIBUTES 64

/* What was said on the command line; the texts are argv's. */
struct options {
	const char *socket; /* NULL: not given */
	const char *config; /* NULL: not given */
	int64_t timeout;    /* seconds */
	int json;
	int help;
	int version;
	option_set given;
	const char *user;
	const char *in_response_to;
	const char *idp;         /* an entityID */
	const char *address;     /* of a client */
	int64_t now;             /* epoch seconds */
	const char *certificate; /* a file */
	const char *service;
	const char *method;
	const char *issuer;
	const char *authn_context;
	const char *attributes[OPTIONS_ATTRIBUTES]; /* NAME=VALUE */
	size_t attribute_count;
	const char *real_name;
	const char *mail;
	const char *language;  /* one of language_words */
	int64_t digits;        /* of one-time codes */
	int64_t period;        /* seconds */
	const char *algorithm; /* of enum factor_algorithm */
	int64_t lifetime;      /* seconds */
	const char *reason;    /* why, for the record */
	const char *state;     /* of a session */
	const char *label;     /* of a hold, as holder is */
	const char *holder;
	int64_t lease;            /* seconds */
	const char *id;           /* of a session */
	int64_t activity;         /* enum evidence */
	const char *age;          /* of the last input, milliseconds */
	int64_t interval;         /* seconds */
	const char *const *words; /* noun, verb, arguments */
	size_t word_count;
	const char *argument; /* the verb's, set with the verb; NULL: none */
	const char *const *arguments; /* where it takes many */
	size_t argument_count;
};

/*
 * Reads the command line; options may stand anywhere. CTL_DONE or CTL_USAGE,
 * which it has complained about.
 */
int options_parse(struct options *options, int argc, char **argv);

/* The name of the option with this bit, without its dashes. */
const char *option_name(option_set bit);

/* The file that --config names, or the default one. */
const char *options_config(const struct options *options);

#endif
