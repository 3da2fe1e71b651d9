/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/become.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/notify.h"
#include "web/entrance.h"
#include "web/sandbox.h"
#include "web/server.h"
#include "web/site.h"

/* Descriptors for all but the connections. */
#define OTHER_FDS 512

static const char usage[] =
    "usage: gatehouse-web [--config FILE] [--debug]\n"
    "The portal's front door, behind a proxy: signs people in, and says of each\n"
    "request who is there. It stays in the foreground, and serves on [web]\n"
    "listen, or on the socket that systemd has opened.\n"
    "  --config FILE  instead of " CONFIG_FILE "\n"
    "  --debug        say more on standard error\n"
    "  --help, --version\n"
    "Signals: TERM and INT end it. Its configuration is read at the start.\n";

struct options {
	const char *config;
	int debug;
	int done; /* --help or --version was all */
};

static int
parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = { { "config", required_argument,
						   NULL, 'c' },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "c:dhV", longs, NULL)) != -1) {
		if (c == 'c')
			options->config = optarg;
		else if (c == 'd')
			options->debug = 1;
		else if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? usage
				       : "gatehouse-web " GATE_VERSION "\n",
			    stdout);
			options->done = 1;
		} else
			return GATE_EINVAL;
	}
	if (optind < argc) {
		fprintf(stderr, "gatehouse-web: \"%s\" is not understood\n",
		    argv[optind]);
		return GATE_EINVAL;
	}
	return 0;
}

/* Everything is open, and read, before the doors are shut. */
static int
serve(const struct config *config, struct site *site, int fd)
{
	struct server *server = NULL;
	int r = server_new(&server, site, fd);

	if (r != 0)
		return r;
	r = web_sandbox_enter();
	if (r == 0) {
		log_info("ready on %s", config->web_listen);
		notify_state("READY=1");
		server_run(server);
		notify_state("STOPPING=1");
	}
	server_free(&server);
	return r;
}

static int
run(const struct options *options)
{
	struct config *config = NULL;
	struct site *site = NULL;
	int fd = -1, r;

	r = config_load(&config, options->config, log_complaint, NULL);
	if (r == 0)
		r = site_new(&site, config);
	if (r == 0)
		r = entrance_open(config, &fd);
	if (r == 0)
		r = become(config->web_run_as, -1);
	if (r == 0)
		r = web_sandbox_drop(
		    (unsigned long)config->web_connections + OTHER_FDS);
	if (r == 0) {
		if (geteuid() == 0)
			log_warn("running as root; [web] run_as names a better "
				 "user");
		r = serve(config, site, fd);
		fd = -1;
	}
	if (fd >= 0)
		close(fd);
	site_free(&site);
	config_free(&config);
	return r;
}

int
main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE };
	sigset_t all;
	int r;

	if (parse(argc, argv, &options) != 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.done)
		return 0;
	umask(077);
	log_to_stderr("gatehouse-web");
	if (options.debug)
		log_level_set(LOG_LEVEL_DEBUG);
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	/* it reads a file of its own the first time */
	(void)OPENSSL_init_crypto(OPENSSL_INIT_LOAD_CONFIG, NULL);
	r = run(&options);
	if (r != 0)
		log_error("not running");
	return r == 0 ? 0 : 1;
}
