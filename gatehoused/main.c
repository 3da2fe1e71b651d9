/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gatehoused/gate.h"
#include "gatehoused/harden.h"
#include "gatehoused/keys.h"
#include "gatehoused/server.h"
#include "lib/error.h"
#include "lib/listener.h"
#include "lib/log.h"
#include "lib/notify.h"

static const char usage[] =
    "usage: gatehoused [--config FILE] [--debug]\n"
    "The gate's daemon: owns all state and every decision. It stays in the\n"
    "foreground, as a service manager wants it.\n"
    "  --config FILE  instead of " CONFIG_FILE "\n"
    "  --debug        say more on standard error\n"
    "  --help, --version\n"
    "Signals: HUP reads the configuration anew, TERM and INT end it.\n";

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
			fputs(
			    c == 'h' ? usage : "gatehoused " GATE_VERSION "\n",
			    stdout);
			options->done = 1;
		} else
			return GATE_EINVAL;
	}
	if (optind < argc) {
		fprintf(stderr, "gatehoused: \"%s\" is not understood\n",
		    argv[optind]);
		return GATE_EINVAL;
	}
	return 0;
}

/* Who it becomes stands in the configuration, read once before anything. */
static int
become(const char *path)
{
	struct config *config = NULL;
	int r = config_load(&config, path, log_complaint, NULL);

	if (r == 0)
		r = harden_become(config->run_as);
	config_free(&config);
	return r;
}

/*
 * Where the socket is, for as long as the daemon runs. A copy: to hold on to
 * the policy would keep the workers of the first one after every reload.
 */
static int
copy_socket(struct gate *gate, char **socket)
{
	struct policy *policy = gate_policy(gate);

	*socket = strdup(policy->config->socket);
	policy_unref(&policy);
	return *socket != NULL ? 0 : GATE_ENOMEM;
}

static int
run(const struct options *options)
{
	struct gate *gate = NULL;
	char *socket = NULL;
	int fd = -1;
	int r = become(options->config);

	if (r == 0)
		r = gate_new(&gate, options->config);
	if (r == 0)
		r = copy_socket(gate, &socket);
	if (r == 0)
		r = listener_open(socket, 0666, "[gate] socket", &fd);
	if (r == 0) {
		keys_look(gate);
		log_info("ready on %s", socket);
		notify_state("READY=1");
		r = server_run(gate, fd);
		notify_state("STOPPING=1");
		(void)unlink(socket);
		close(fd);
	}
	free(socket);
	gate_free(&gate);
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
	log_to_stderr("gatehoused");
	if (options.debug)
		log_level_set(LOG_LEVEL_DEBUG);
	sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	harden_memory();
	r = run(&options);
	if (r != 0)
		log_error("not running");
	return r == 0 ? 0 : 1;
}
