/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_worker PROGRAM METADATA RESPONSE SP ACS TARGET: from the start of a
 * worker to its first verified Response, against the start and end of a
 * process that does nothing. Interleaved; medians.
 */
#include <err.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "lib/clock.h"
#include "saml/worker.h"
#include "tests/bench/bench.h"

#define ROUNDS 41

static void
start_and_verify(const char *program, const struct saml_settings *settings,
    const struct saml_request *request)
{
	struct saml_worker *worker = NULL;
	struct saml_identity *identity = NULL;
	struct refusal refusal;
	int64_t deadline = clock_mono_ms() + 10000;
	char why[256];

	if (saml_worker_new(
		&worker, program, settings, deadline, why, sizeof(why)) != 0)
		errx(1, "%s: %s", program, why);
	if (saml_worker_verify(
		worker, request, deadline, &identity, &refusal) != 0)
		errx(1, "refused: %s", refusal.detail);
	saml_identity_free(&identity);
	saml_worker_free(&worker);
}

static void
start_nothing(void)
{
	static char name[] = "/bin/true";
	char *argv[] = { name, NULL };
	char *envp[] = { NULL };
	pid_t pid;

	if (posix_spawn(&pid, name, NULL, NULL, argv, envp) != 0)
		errx(1, "%s", name);
	waitpid(pid, NULL, 0);
}

int
main(int argc, char **argv)
{
	static char name[] = "metadata", name_id[] = "name_id";
	struct saml_document document = { .name = name };
	struct saml_settings settings = { .user_from = name_id,
		.clock_skew = 60,
		.max_response = 1 << 20,
		.max_validity = 3600,
		.memory_limit = 256 << 20,
		.allow_unsolicited = 1,
		.documents = &document,
		.document_count = 1 };
	struct saml_request request = { .now = clock_wall() };
	double ours[ROUNDS], nothing[ROUNDS], start;
	int i;

	if (argc != 7)
		errx(2, "PROGRAM METADATA RESPONSE SP ACS TARGET");
	document.text = bench_read(argv[2], &document.size);
	request.response = bench_read(argv[3], &request.response_size);
	settings.entity_id = argv[4];
	settings.acs_url = argv[5];
	for (i = 0; i < ROUNDS; i++) {
		start = bench_wall_us();
		start_and_verify(argv[1], &settings, &request);
		ours[i] = (bench_wall_us() - start) / 1e3;
		start = bench_wall_us();
		start_nothing();
		nothing[i] = (bench_wall_us() - start) / 1e3;
	}
	bench_row("worker_start", "ms", bench_median(ours, ROUNDS),
	    bench_median(nothing, ROUNDS), argv[6]);
	return 0;
}
