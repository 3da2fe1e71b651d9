/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <getopt.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/config.h"
#include "lib/error.h"
#include "lib/log.h"
#include "web/login/serve.h"

/* Where systemd puts the first socket: sd_listen_fds(3). */
#define SYSTEMD_FD 3

static const char usage[] =
    "usage: gatehouse-login [--config FILE] [--user NAME] [--listen PATH]\n"
    "Runs the PAM conversations of gatehouse-web, one process for each. With\n"
    "no --listen it is one connection's, as systemd starts it.\n"
    "  --config FILE  instead of " CONFIG_FILE "\n"
    "  --listen PATH  make this socket, and a process for each who comes\n"
    "  --user NAME    who may ask, besides root; else [web] run_as\n"
    "  --debug        say more on standard error\n"
    "  --help, --version\n"
    "Signals: HUP reads the configuration anew, TERM and INT end it.\n";

struct options {
	const char *config;
	const char *listen;
	const char *user;
	int debug;
	int done; /* --help or --version was all */
};

static int
parse(int argc, char **argv, struct options *options)
{
	static const struct option longs[] = { { "config", required_argument,
						   NULL, 'c' },
		{ "listen", required_argument, NULL, 'l' },
		{ "user", required_argument, NULL, 'u' },
		{ "debug", no_argument, NULL, 'd' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' }, { NULL, 0, NULL, 0 } };
	int c;

	while ((c = getopt_long(argc, argv, "c:l:u:dhV", longs, NULL)) != -1) {
		if (c == 'c')
			options->config = optarg;
		else if (c == 'l')
			options->listen = optarg;
		else if (c == 'u')
			options->user = optarg;
		else if (c == 'd')
			options->debug = 1;
		else if (c == 'h' || c == 'V') {
			fputs(c == 'h' ? usage
				       : "gatehouse-login " GATE_VERSION "\n",
			    stdout);
			options->done = 1;
		} else
			return GATE_EINVAL;
	}
	if (optind == argc)
		return 0;
	fprintf(stderr, "gatehouse-login: \"%s\" is not understood\n",
	    argv[optind]);
	return GATE_EINVAL;
}

static int
find_user(const char *name, uid_t *uid)
{
	char buffer[16384];
	struct passwd entry, *found = NULL;

	if (getpwnam_r(name, &entry, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL) {
		log_error("there is no user \"%s\"", name);
		return GATE_ENOTFOUND;
	}
	*uid = found->pw_uid;
	return 0;
}

/* The connection that systemd passes on (Accept=yes), or none. */
static int
has_connection(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	struct stat st;
	int has = pid != NULL && count != NULL && strcmp(count, "1") == 0 &&
	    strtol(pid, NULL, 10) == (long)getpid() &&
	    fstat(SYSTEMD_FD, &st) == 0 && S_ISSOCK(st.st_mode);

	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
	return has;
}

static int
run(const struct options *options)
{
	struct config *config = NULL;
	const char *user;
	uid_t peer = 0;
	int r = config_load(&config, options->config, log_complaint, NULL);

	if (r != 0)
		return r;
	user = options->user != NULL ? options->user : config->web_run_as;
	r = find_user(user, &peer);
	if (r == 0 && options->listen != NULL)
		r = serve_listen(
		    options->listen, options->config, &config, peer);
	else if (r == 0 && has_connection())
		r = serve_connection(SYSTEMD_FD, config, peer);
	else if (r == 0) {
		log_error("neither --listen nor a connection of systemd's");
		r = GATE_EINVAL;
	}
	config_free(&config);
	return r;
}

int
main(int argc, char **argv)
{
	struct options options = { .config = CONFIG_FILE };

	if (parse(argc, argv, &options) != 0) {
		fputs(usage, stderr);
		return 2;
	}
	if (options.done)
		return 0;
	umask(077);
	log_to_stderr("gatehouse-login");
	if (options.debug)
		log_level_set(LOG_LEVEL_DEBUG);
	return run(&options) == 0 ? 0 : 1;
}
