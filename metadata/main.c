/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gatehouse-metadata: keeps the metadata of IdPs fresh. It is run every few
 * minutes, looks at what is due, and ends.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/become.h"
#include "lib/config.h"
#include "lib/guard.h"
#include "lib/log.h"
#include "metadata/fetch.h"
#include "metadata/reload.h"
#include "metadata/source.h"

#define TIMEOUT     300
#define TIMEOUT_MAX 3600

enum status {
	STATUS_GOOD = 0,
	STATUS_FAILED = 1,
	STATUS_USAGE = 2,
	STATUS_CONFIG = 3
};

static const char usage[] =
    "usage: gatehouse-metadata [OPTION...] [NAME...]\n"
    "Fetches the metadata of each [metadata NAME] of the configuration that is\n"
    "due, or of those named, and puts what is found good in its place.\n"
    "  --config FILE      instead of " CONFIG_FILE "\n"
    "  --force            look now, due or not\n"
    "  --accept-shrunken  min_entities does not count this time\n"
    "  --accept-older     it may end before the one in place this time\n"
    "  --proxy URL        by way of a proxy; the environment does not count\n"
    "  --timeout SECONDS  for one document (300)\n"
    "  --debug            say more on standard error\n"
    "  --help, --version\n"
    "Exit status: 0 all is well, 1 a source failed, 2 used wrongly, 3 the\n"
    "configuration is not acceptable.\n";

struct options {
	const char *config;
	struct source_options source;
	int debug;
	int done; /* --help or --version was all */
	char **names;
	int name_count;
};

static int
take_timeout(const char *text, int64_t *seconds)
{
	char *end;

	errno = 0;
	*seconds = strtoll(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && *end == '\0' && errno == 0 &&
	    *seconds >= 1 && *seconds <= TIMEOUT_MAX)
		return 0;
	fprintf(stderr,
	    "gatehouse-metadata: --timeout %s: must be seconds, 1 to %d\n",
	    text, TIMEOUT_MAX);
	return -1;
}

static int
take(struct options *options, int c)
{
	switch (c) {
	case 'c':
		options->config = optarg;
		return 0;
	case 'f':
		options->source.force = 1;
		return 0;
	case 's':
		options->source.accept_shrunken = 1;
		return 0;
	case 'o':
		options->source.accept_older = 1;
		return 0;
	case 'p':
		options->source.proxy = optarg;
		return 0;
	case 't':
		return take_timeout(optarg, &options->source.timeout);
	case 'd':
		options->debug = 1;
		return 0;
	case 'h':
	case 'V':
		fputs(
		    c == 'h' ? usage : "gatehouse-metadata " GATE_VERSION "\n",
		    stdout);
		options->done = 1;
		return 0;
	default:
		return -1;
	}
}

static int
parse(struct options *options, int argc, char **argv)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "force", no_argument, NULL, 'f' },
		{ "accept-shrunken", no_argument, NULL, 's' },
		{ "accept-older", no_argument, NULL, 'o' },
		{ "proxy", required_argument, NULL, 'p' },
		{ "timeout", required_argument, NULL, 't' },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = getopt_long(argc, argv, "", longs, NULL)) != -1)
		if (take(options, c) != 0)
			return -1;
	options->names = argv + optind;
	options->name_count = argc - optind;
	return 0;
}

/* Whether this source is meant: without names, all are. */
static int
is_meant(const struct options *options, const char *name)
{
	int i;

	for (i = 0; i < options->name_count; i++)
		if (strcmp(options->names[i], name) == 0)
			return 1;
	return options->name_count == 0;
}

static int
is_source(const struct config *config, const char *name)
{
	size_t i;

	for (i = 0; i < config->source_count; i++)
		if (strcmp(config->sources[i].name, name) == 0)
			return 1;
	return 0;
}

static int
check_names(const struct options *options, const struct config *config)
{
	int i;

	for (i = 0; i < options->name_count; i++)
		if (!is_source(config, options->names[i])) {
			log_error("%s: there is no [metadata %s]",
			    options->names[i], options->names[i]);
			return STATUS_USAGE;
		}
	return STATUS_GOOD;
}

/* Has gatehoused read what is new, and notes that it did. */
static int
tell(const struct options *options, const struct config *config)
{
	const struct config_source *source = config->sources;
	int r = reload_ask(config->socket);

	for (; r == 0 && source < config->sources + config->source_count;
	     source++)
		if (is_meant(options, source->name))
			source_read(source);
	return r;
}

static int
refresh(const struct options *options, const struct config *config)
{
	const struct config_source *source = config->sources;
	int status = STATUS_GOOD, news = 0;
	enum source_outcome outcome;

	for (; source < config->sources + config->source_count; source++) {
		if (!is_meant(options, source->name))
			continue;
		outcome = source_refresh(config, source, &options->source);
		if (outcome == SOURCE_FAILED)
			status = STATUS_FAILED;
		news |= outcome == SOURCE_NEWS;
	}
	if (news && tell(options, config) != 0)
		status = STATUS_FAILED;
	return status;
}

static int
run(const struct options *options)
{
	struct config *config = NULL;
	char why[256] = "";
	int status = STATUS_CONFIG;

	if (config_load(&config, options->config, log_complaint, NULL) != 0)
		goto out;
	/* what comes from the network is not root's to read, and what root
	 * may read and write is not what gatehoused can */
	if (become_daemon(config, why, sizeof(why)) != 0) {
		log_error("%s", why);
		goto out;
	}
	if (geteuid() == 0)
		log_warn("running as root: gatehouse-metadata.service "
			 "names a better user");
	status = check_names(options, config);
	if (status != STATUS_GOOD)
		goto out;
	if (fetch_init() != 0) {
		log_error("libcurl cannot be set up");
		status = STATUS_FAILED;
		goto out;
	}
	status = refresh(options, config);
out:
	config_free(&config);
	return status;
}

int
main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE,
		.source = { .timeout = TIMEOUT } };

	if (parse(&options, argc, argv) != 0) {
		fputs(usage, stderr);
		return STATUS_USAGE;
	}
	if (options.done)
		return STATUS_GOOD;
	umask(022);
	guard_process();
	log_to_stderr("gatehouse-metadata");
	if (options.debug)
		log_level_set(LOG_LEVEL_DEBUG);
	return run(&options);
}
