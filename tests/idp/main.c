/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * test-idp: the identity provider of the demo, the tests and the benchmarks.
 * It vouches for whatever name it is told to, and is never installed.
 */
#include <lasso/lasso.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/log.h"
#include "tests/idp/encode.h"
#include "tests/idp/keys.h"
#include "tests/idp/login.h"
#include "tests/idp/logout.h"
#include "tests/idp/metadata.h"
#include "tests/idp/options.h"
#include "tests/idp/response.h"

#ifdef __SANITIZE_ADDRESS__
/* lasso forgets to free what it has read of a signed request. */
const char *__asan_default_options(void) __attribute__((visibility("default")));

const char *
__asan_default_options(void)
{
	return "detect_leaks=0";
}
#endif

/* Issues what lasso has built for a login, as often as was asked for. */
static int
issue(const struct login *login, const struct keys *keys,
    const struct options *options)
{
	struct response *response = NULL;
	xmlDoc *doc = NULL;
	xmlChar *xml;
	int64_t number = 1;
	int r, size;

	r = login_build(login, &doc);
	if (r == 0)
		r = response_new(&response, doc, keys, options);
	if (r != 0)
		goto out;
	do {
		r = response_issue(response, number, &xml, &size);
		if (r != 0)
			break;
		r = encode_print(options->format, xml, size, stdout);
		xmlFree(xml);
	} while (r == 0 && number++ < options->count);
	if (r == 0 && fflush(stdout) != 0)
		r = GATE_EIO;
out:
	response_free(&response);
	return r;
}

static int
run_respond(const struct options *options)
{
	struct login login = { .sp = options->sp };
	struct keys *keys = NULL;
	char *sp_metadata;
	int r;

	sp_metadata = metadata_sp(options->sp, options->acs);
	if (sp_metadata == NULL)
		return GATE_ENOMEM;
	r = keys_load(&keys, options->dir);
	if (r == 0) {
		login.idp_metadata = keys_metadata(keys);
		login.sp_metadata = sp_metadata;
		r = issue(&login, keys, options);
	}
	keys_free(&keys);
	xmlFree(sp_metadata);
	return r;
}

/*
 * The whole of standard input as lasso takes it: a query string, without the
 * URL before it, or base64. The caller frees *request with g_free.
 */
static int
read_request(char **request)
{
	char *text = NULL, *query;
	size_t room = 0;

	if (getdelim(&text, &room, '\0', stdin) <= 0) {
		log_error("no AuthnRequest on standard input");
		free(text);
		return GATE_EIO;
	}
	g_strchomp(text);
	query = strncmp(text, "http", 4) == 0 ? strchr(text, '?') : NULL;
	if (query != NULL)
		*request = g_strdup(query + 1);
	else if (text[0] == '<')
		*request = g_base64_encode((guchar *)text, strlen(text));
	else
		*request = g_strdup(text);
	free(text);
	return 0;
}

static int
run_answer(const struct options *options)
{
	struct login login = { 0 };
	struct keys *keys = NULL;
	char *request = NULL, *sp_metadata = NULL;
	int r;

	if (!g_file_get_contents(
		options->sp_metadata, &sp_metadata, NULL, NULL)) {
		log_error("%s: cannot be read", options->sp_metadata);
		return GATE_EIO;
	}
	r = read_request(&request);
	if (r == 0)
		r = keys_load(&keys, options->dir);
	if (r == 0) {
		login.idp_metadata = keys_metadata(keys);
		login.sp_metadata = sp_metadata;
		login.request = request;
		r = issue(&login, keys, options);
	}
	keys_free(&keys);
	g_free(request);
	g_free(sp_metadata);
	return r;
}

static int
print_logout(const struct options *options, enum command command)
{
	struct keys *keys = NULL;
	int r = keys_load(&keys, options->dir);

	if (r == 0)
		r = logout_print(keys, options, command);
	keys_free(&keys);
	return r;
}

static int
run_logout_request(const struct options *options)
{
	return print_logout(options, COMMAND_LOGOUT_REQUEST);
}

static int
run_logout_response(const struct options *options)
{
	return print_logout(options, COMMAND_LOGOUT_RESPONSE);
}

static const struct verb {
	const char *name;
	enum command command;
	int (*run)(const struct options *);
	const char *help;
} verbs[] = {
	{ "keys", COMMAND_KEYS, keys_make,
	    "make a fresh key, its certificate and the IdP's metadata" },
	{ "respond", COMMAND_RESPOND, run_respond,
	    "print a Response that nobody has asked for" },
	{ "answer", COMMAND_ANSWER, run_answer,
	    "print the Response to the AuthnRequest on standard input" },
	{ "logout-request", COMMAND_LOGOUT_REQUEST, run_logout_request,
	    "print a LogoutRequest" },
	{ "logout-response", COMMAND_LOGOUT_RESPONSE, run_logout_response,
	    "print a LogoutResponse" },
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
usage(FILE *out)
{
	size_t i;

	for (i = 0; i < VERB_COUNT; i++) {
		fprintf(out, "%stest-idp %s OPTIONS: %s\n", i > 0 ? "\n" : "",
		    verbs[i].name, verbs[i].help);
		options_help(verbs[i].command, out);
	}
}

static int
run(const struct verb *verb, int argc, char **argv)
{
	struct options options;
	int r;

	r = options_parse(&options, verb->command, argc, argv);
	if (r == 0) {
		r = verb->run(&options);
		if (r != 0)
			log_error("%s: %s", verb->name, gate_strerror(r));
	}
	options_release(&options);
	return r < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
}

int
main(int argc, char **argv)
{
	size_t i;
	int status;

	log_to_stderr("test-idp");
	if (argc > 1 && strcmp(argv[1], "--help") == 0) {
		usage(stdout);
		return EXIT_SUCCESS;
	}
	for (i = 0; argc > 1 && i < VERB_COUNT; i++)
		if (strcmp(verbs[i].name, argv[1]) == 0)
			break;
	if (argc < 2 || i == VERB_COUNT) {
		usage(stderr);
		return EXIT_FAILURE;
	}
	/* lasso would load the system's CA bundle, for each key: 100 ms. */
	setenv("SSL_CERT_FILE", "/nonexistent", 1);
	setenv("SSL_CERT_DIR", "/nonexistent", 1);
	if (lasso_init() != 0) { /* libxml2 and xmlsec1 too */
		log_error("lasso does not start");
		return EXIT_FAILURE;
	}
	argv[1] = argv[0]; /* what getopt_long begins its complaints with */
	status = run(&verbs[i], argc - 1, argv + 1);
	lasso_shutdown();
	return status;
}
