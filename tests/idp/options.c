/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "tests/idp/options.h"

#define ISSUE  (COMMAND_RESPOND | COMMAND_ANSWER)
#define LOGOUT (COMMAND_LOGOUT_REQUEST | COMMAND_LOGOUT_RESPONSE)
#define EVERY  (COMMAND_KEYS | ISSUE | LOGOUT)

enum kind {
	TEXT,
	LIST,
	NUMBER,
	CHOICE
};

struct spec {
	const char *name;
	enum kind kind;
	unsigned int commands; /* that take it */
	unsigned int required; /* of those, the ones that need it */
	size_t offset;
	const char *const *words; /* of a choice; its value is the index */
	const char *argument;
	const char *help;
};

static const char *const key_words[] = { "rsa2048", "rsa3072", "ec256", NULL };
static const char *const sign_words[] = { "none", "assertion", "response",
	"both", NULL };
static const char *const digest_words[] = { "sha1", "sha256", "sha384",
	"sha512", NULL };
static const char *const binding_words[] = { "redirect", "post", NULL };
static const char *const format_words[] = { "base64", "deflate", "xml", NULL };

#define AT(member) offsetof(struct options, member)

/* clang-format off */
static const struct spec specs[] = {
	{ "dir", TEXT, EVERY, EVERY, AT(dir), NULL,
	    "DIR", "the IdP's folder: key.pem, cert.pem, metadata.xml" },
	{ "key", CHOICE, COMMAND_KEYS, 0, AT(key), key_words,
	    "KIND", "rsa2048 (default), rsa3072 or ec256" },
	{ "entity-id", TEXT, COMMAND_KEYS | LOGOUT, 0, AT(entity_id), NULL,
	    "URI", "the IdP's entityID; https://idp.example/metadata" },
	{ "sso", TEXT, COMMAND_KEYS, 0, AT(sso), NULL,
	    "URL", "the IdP's SingleSignOnService; https://idp.example/sso" },
	{ "slo", TEXT, COMMAND_KEYS, 0, AT(slo), NULL,
	    "URL", "its SingleLogoutService; none" },
	{ "slo-response", TEXT, COMMAND_KEYS, 0, AT(slo_response), NULL,
	    "URL", "the ResponseLocation of that; the same" },
	{ "sp", TEXT, COMMAND_RESPOND, COMMAND_RESPOND, AT(sp), NULL,
	    "ENTITYID", "the SP that the Response is for" },
	{ "acs", TEXT, COMMAND_RESPOND, COMMAND_RESPOND, AT(acs), NULL,
	    "URL", "the SP's AssertionConsumerService" },
	{ "sp-metadata", TEXT, COMMAND_ANSWER, COMMAND_ANSWER,
	    AT(sp_metadata), NULL,
	    "FILE", "metadata of the SP that asks" },
	{ "name-id", TEXT, ISSUE | COMMAND_LOGOUT_REQUEST,
	    COMMAND_LOGOUT_REQUEST, AT(name_id), NULL,
	    "NAME", "the NameID; with --count, %d in it is the number" },
	{ "name-id-prefix", TEXT, ISSUE, 0, AT(name_id_prefix), NULL,
	    "NAME", "with --count, the NameID is NAME and the number" },
	{ "name-id-format", TEXT, ISSUE | COMMAND_LOGOUT_REQUEST, 0,
	    AT(name_id_format), NULL,
	    "URI", "its Format; what the SP asks for, or unspecified" },
	{ "attribute", LIST, ISSUE, 0, AT(attributes), NULL,
	    "NAME=VALUE", "an attribute; same NAME: one more value" },
	{ "sign", CHOICE, ISSUE | LOGOUT, 0, AT(sign), sign_words,
	    "WHAT", "assertion (default), response, both or none" },
	{ "digest", CHOICE, ISSUE | LOGOUT, 0, AT(digest), digest_words,
	    "NAME", "sha1, sha256 (default), sha384 or sha512" },
	{ "in-response-to", TEXT, ISSUE | COMMAND_LOGOUT_RESPONSE,
	    COMMAND_LOGOUT_RESPONSE, AT(in_response_to), NULL,
	    "ID", "the request's ID; none, or that of the request" },
	{ "now", NUMBER, ISSUE | LOGOUT, 0, AT(now), NULL,
	    "EPOCH", "what time it is; the clock's" },
	{ "not-before", NUMBER, ISSUE, 0, AT(not_before), NULL,
	    "SECONDS", "start of validity from now; -60" },
	{ "not-on-or-after", NUMBER, ISSUE | COMMAND_LOGOUT_REQUEST, 0,
	    AT(not_on_or_after), NULL,
	    "SECONDS", "end of validity from now; 300" },
	{ "session-index", TEXT, ISSUE, 0, AT(session_index), NULL,
	    "TEXT", "the SessionIndex; random" },
	{ "session-not-on-or-after", NUMBER, ISSUE, 0,
	    AT(session_not_on_or_after), NULL,
	    "SECONDS", "end of the session from now; none" },
	{ "audience", LIST, ISSUE, 0, AT(audiences), NULL,
	    "URI", "an Audience instead of the SP; may be repeated" },
	{ "recipient", TEXT, ISSUE, 0, AT(recipient), NULL,
	    "URL", "Recipient of the confirmation; the SP's ACS" },
	{ "destination", TEXT, ISSUE | LOGOUT, LOGOUT, AT(destination), NULL,
	    "URL", "Destination of the message; the SP's ACS" },
	{ "authn-context", TEXT, ISSUE, 0, AT(authn_context), NULL,
	    "URI", "AuthnContextClassRef; PasswordProtectedTransport" },
	{ "assertion-id", TEXT, ISSUE, 0, AT(assertion_id), NULL,
	    "ID", "the assertion's ID; random" },
	{ "count", NUMBER, ISSUE, 0, AT(count), NULL,
	    "N", "that many Responses, one a line" },
	{ "size", NUMBER, ISSUE, 0, AT(size), NULL,
	    "BYTES", "pad with attribute values to about this much XML" },
	{ "format", CHOICE, ISSUE, 0, AT(format), format_words,
	    "FORM", "base64 (default), deflate (then base64) or xml" },
	{ "id", TEXT, LOGOUT, 0, AT(id), NULL,
	    "ID", "the message's ID; random" },
	{ "index", LIST, COMMAND_LOGOUT_REQUEST, 0, AT(indexes), NULL,
	    "TEXT", "a SessionIndex; may be repeated" },
	{ "status", TEXT, COMMAND_LOGOUT_RESPONSE, 0, AT(status), NULL,
	    "WORD", "the StatusCode; Success" },
	{ "status-second", TEXT, COMMAND_LOGOUT_RESPONSE, 0,
	    AT(status_second), NULL,
	    "WORD", "the StatusCode below it; none" },
	{ "relay-state", TEXT, LOGOUT, 0, AT(relay_state), NULL,
	    "TEXT", "RelayState; none" },
	{ "binding", CHOICE, LOGOUT, 0, AT(binding), binding_words,
	    "WAY", "redirect (default): a URL; post: a form's body" },
};
/* clang-format on */

#define SPEC_COUNT (sizeof(specs) / sizeof(specs[0]))

/* What getopt_long returns: apart from '?', which is its own word for no. */
#define OPTION_HELP  256
#define OPTION_FIRST 257

static void *
member(struct options *options, const struct spec *spec)
{
	return (char *)options + spec->offset;
}

static int
take_text(struct options *options, const struct spec *spec, const char *text)
{
	*(const char **)member(options, spec) = text;
	return 0;
}

static int
take_list(struct options *options, const struct spec *spec, const char *text)
{
	struct option_list *list = member(options, spec);
	const char **items;

	items =
	    reallocarray(list->items, list->count + 1, sizeof(list->items[0]));
	if (items == NULL)
		return GATE_ENOMEM;
	list->items = items;
	list->items[list->count++] = text;
	return 0;
}

static int
take_number(struct options *options, const struct spec *spec, const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno != 0 || end == text || *end != '\0') {
		log_error("--%s: \"%s\" is not a number", spec->name, text);
		return GATE_EINVAL;
	}
	*(int64_t *)member(options, spec) = number;
	return 0;
}

static int
take_choice(struct options *options, const struct spec *spec, const char *text)
{
	int64_t i;

	for (i = 0; spec->words[i] != NULL; i++) {
		if (strcmp(spec->words[i], text) == 0) {
			*(int64_t *)member(options, spec) = i;
			return 0;
		}
	}
	log_error("--%s: \"%s\" is none of its words", spec->name, text);
	return GATE_EINVAL;
}

typedef int take(struct options *, const struct spec *, const char *);

static take *const takers[] = {
	[TEXT] = take_text,
	[LIST] = take_list,
	[NUMBER] = take_number,
	[CHOICE] = take_choice,
};

static int
check_required(const struct options *options, enum command command)
{
	const char *const *text;
	size_t i;

	for (i = 0; i < SPEC_COUNT; i++) {
		text = (const void *)((const char *)options + specs[i].offset);
		if ((specs[i].required & command) != 0 && *text == NULL) {
			log_error("--%s is needed", specs[i].name);
			return GATE_EINVAL;
		}
	}
	return 0;
}

static int
check_issue(const struct options *options)
{
	size_t i;

	if ((options->name_id == NULL) == (options->name_id_prefix == NULL)) {
		log_error("one of --name-id and --name-id-prefix is needed");
		return GATE_EINVAL;
	}
	if (options->count < 0 || options->size < 0) {
		log_error("--count and --size are not negative");
		return GATE_EINVAL;
	}
	if (options->count > 0 && options->format == FORMAT_XML) {
		log_error("--count prints lines, and xml has several of them");
		return GATE_EINVAL;
	}
	for (i = 0; i < options->attributes.count; i++) {
		if (strchr(options->attributes.items[i], '=') == NULL) {
			log_error("--attribute: \"%s\" is not NAME=VALUE",
			    options->attributes.items[i]);
			return GATE_EINVAL;
		}
	}
	return 0;
}

/* The options of this sub-command alone, so that getopt refuses the others. */
static void
long_options(enum command command, struct option longs[SPEC_COUNT + 2])
{
	size_t i, n = 0;

	for (i = 0; i < SPEC_COUNT; i++) {
		if ((specs[i].commands & command) == 0)
			continue;
		longs[n++] = (struct option){ specs[i].name, required_argument,
			NULL, OPTION_FIRST + (int)i };
	}
	longs[n++] = (struct option){ "help", no_argument, NULL, OPTION_HELP };
	longs[n] = (struct option){ 0 };
}

static void
set_defaults(struct options *options)
{
	*options = (struct options){
		.key = KEY_RSA2048,
		.entity_id = "https://idp.example/metadata",
		.sso = "https://idp.example/sso",
		.sign = SIGN_ASSERTION,
		.digest = DIGEST_SHA256,
		.now = clock_wall(),
		.not_before = -60,
		.not_on_or_after = 300,
		.session_not_on_or_after = OPTION_ABSENT,
		.authn_context = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
				 "PasswordProtectedTransport",
		.format = FORMAT_BASE64,
		.status = "Success",
		.binding = BY_REDIRECT,
	};
}

int
options_parse(
    struct options *options, enum command command, int argc, char **argv)
{
	struct option longs[SPEC_COUNT + 2];
	const struct spec *spec;
	int c, r;

	set_defaults(options);
	long_options(command, longs);
	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1) {
		if (c == OPTION_HELP) {
			options_help(command, stdout);
			return 1;
		}
		if (c < OPTION_FIRST)
			return GATE_EINVAL; /* getopt has said why */
		spec = &specs[c - OPTION_FIRST];
		r = takers[spec->kind](options, spec, optarg);
		if (r != 0)
			return r;
	}
	if (optind < argc) {
		log_error("\"%s\" is not an option", argv[optind]);
		return GATE_EINVAL;
	}
	r = check_required(options, command);
	if (r == 0 && (command & ISSUE) != 0)
		r = check_issue(options);
	return r;
}

void
options_release(struct options *options)
{
	free(options->attributes.items);
	free(options->audiences.items);
	free(options->indexes.items);
	options->attributes = (struct option_list){ 0 };
	options->audiences = (struct option_list){ 0 };
	options->indexes = (struct option_list){ 0 };
}

void
options_help(enum command command, FILE *out)
{
	char left[48];
	size_t i;

	for (i = 0; i < SPEC_COUNT; i++) {
		if ((specs[i].commands & command) == 0)
			continue;
		snprintf(left, sizeof(left), "--%s %s", specs[i].name,
		    specs[i].argument);
		fprintf(out, "  %-34s %s\n", left, specs[i].help);
	}
}
