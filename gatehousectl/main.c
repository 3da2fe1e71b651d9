/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "gatehousectl/json.h"
#include "gatehousectl/options.h"
#include "gatehousectl/say.h"
#include "gatehousectl/command.h"
#include "lib/guard.h"
#include "lib/log.h"
#include "lib/secret.h"

#define OUTPUT_BUFFER (64u << 10)

static const char head[] = "usage: gatehousectl [OPTION...] VERB [ARGUMENT]\n"
			   "\n"
			   "Asks and administers the access gate.\n"
			   "\n";

static const char tail[] =
    "\n"
    "Options, anywhere on the line:\n"
    "  --socket PATH     where gatehoused listens\n"
    "  --config FILE     the configuration; without --socket, its socket\n"
    "  --timeout SECONDS how long to wait for gatehoused (10)\n"
    "  --json            JSON instead of text\n"
    "  --help            this help; after a noun, that of its verbs\n"
    "  --version\n"
    "\n"
    "Exit status: 0 done or yes, 1 refused or no, 2 used wrongly,\n"
    "3 gatehoused cannot be reached, 4 another failure.\n";

/* All of it; or, after words, the verbs that begin with them. */
static int
help(const struct options *options, FILE *to)
{
	int all = options->word_count == 0;

	if (all)
		fputs(head, to);
	if (command_list(options, to) != 0) {
		complain("there is no such verb; see gatehousectl --help");
		return CTL_USAGE;
	}
	if (all)
		fputs(tail, to);
	return CTL_DONE;
}

static int
run(int argc, char **argv)
{
	struct options options;
	const struct command *command;

	if (options_parse(&options, argc, argv) != CTL_DONE)
		return CTL_USAGE;
	if (options.version) {
		puts("gatehousectl " GATE_VERSION);
		return CTL_DONE;
	}
	if (options.help)
		return help(&options, stdout);
	if (options.word_count == 0) {
		(void)help(&options, stderr);
		return CTL_USAGE;
	}
	command = command_find(&options);
	return command != NULL ? command->run(&options) : CTL_USAGE;
}

/* A ticket that nobody got is not done. */
static int
finish_output(int r)
{
	int failed = ferror(stdout);

	if (fclose(stdout) == 0 && !failed)
		return r;
	complain("standard output: %s",
	    errno != 0 ? strerror(errno) : "could not be written");
	return CTL_FAILED;
}

int
main(int argc, char **argv)
{
	/* tickets and seeds go out through it */
	char *buffer = secret_alloc(OUTPUT_BUFFER);
	int r;

	guard_process();
	if (buffer == NULL ||
	    setvbuf(stdout, buffer, _IOFBF, OUTPUT_BUFFER) != 0) {
		complain("out of memory");
		return CTL_FAILED;
	}
	json_wipe();
	log_to_stderr("gatehousectl");
	r = finish_output(run(argc, argv));
	secret_free(buffer, OUTPUT_BUFFER);
	/* what was copied through a register may have been saved there */
	secret_wipe_stack();
	return r;
}
