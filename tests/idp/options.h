/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IDP_OPTIONS_H
#define IDP_OPTIONS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* The sub-commands, as bits: an option says which of them take it. */
enum command {
	COMMAND_KEYS = 1,
	COMMAND_RESPOND = 2,
	COMMAND_ANSWER = 4,
	COMMAND_LOGOUT_REQUEST = 8,
	COMMAND_LOGOUT_RESPONSE = 16
};

enum key_kind {
	KEY_RSA2048,
	KEY_RSA3072,
	KEY_EC256
};

/* What is signed: bits, so that "both" is the sum. */
enum sign_parts {
	SIGN_NONE = 0,
	SIGN_ASSERTION = 1,
	SIGN_RESPONSE = 2,
	SIGN_BOTH = 3
};

enum digest {
	DIGEST_SHA1,
	DIGEST_SHA256,
	DIGEST_SHA384,
	DIGEST_SHA512
};

enum binding {
	BY_REDIRECT,
	BY_POST
};

enum format {
	FORMAT_BASE64,
	FORMAT_DEFLATE,
	FORMAT_XML
};

/* The values of an option that may stand several times. */
struct option_list {
	const char **items;
	size_t count;
};

/* --session-not-on-or-after was not given. */
#define OPTION_ABSENT INT64_MIN

/*
 * The command line. Texts point into argv and are NULL where not given; times
 * are seconds, offsets from now except now itself, an epoch.
 */
struct options {
	const char *dir;

	int64_t key; /* enum key_kind */
	const char *entity_id;
	const char *sso;
	const char *slo;
	const char *slo_response;

	const char *sp;
	const char *acs;
	const char *sp_metadata;

	const char *name_id;
	const char *name_id_prefix;
	const char *name_id_format;
	struct option_list attributes;
	int64_t sign;   /* enum sign_parts */
	int64_t digest; /* enum digest */
	const char *in_response_to;
	int64_t now;
	int64_t not_before;
	int64_t not_on_or_after;
	const char *session_index;
	int64_t session_not_on_or_after;
	struct option_list audiences;
	const char *recipient;
	const char *destination;
	const char *authn_context;
	const char *assertion_id;
	int64_t count;  /* 0: one, and the name is taken as it stands */
	int64_t size;   /* bytes of XML to reach by padding; 0: no padding */
	int64_t format; /* enum format */

	/* logout messages */
	const char *id;
	struct option_list indexes;
	const char *status, *status_second;
	const char *relay_state;
	int64_t binding; /* enum binding */
};

/*
 * Reads the options of one sub-command, argv[0] being its name. 0; 1 when
 * --help was asked for and printed; or GATE_EINVAL, GATE_ENOMEM, said on
 * standard error. To be released either way.
 */
int options_parse(
    struct options *options, enum command command, int argc, char **argv);
void options_release(struct options *options);

/* Prints a line for each option that the sub-command takes. */
void options_help(enum command command, FILE *out);

#endif
