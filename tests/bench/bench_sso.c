/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_sso SOCKET RESPONSES: what one login costs at gatehoused: a Response
 * handed over on the socket, verified, claimed, durably recorded, and answered
 * by a ticket, against a status request on the same connection. Interleaved;
 * medians. The counterpart of post_responses.py for service providers that
 * speak HTTP themselves.
 */
#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/protocol.h"
#include "tests/bench/bench.h"

#define ROUNDS_MAX 4000

static struct client *client;

/* Asks what stands in the message and reads to the result's end. */
static void
ask(const char *what)
{
	int64_t deadline = clock_mono_ms() + 10000;
	int r = client_ask(client, deadline);

	while (r == 0 && wire_verb(client_msg(client)) == VERB_ROW)
		r = client_next(client, deadline);
	if (r != 0 ||
	    wire_num(client_msg(client), TAG_OUTCOME, -1) != OUTCOME_GRANTED)
		errx(1, "%s: refused", what);
}

static double
exchange(const char *response)
{
	double start = bench_wall_us();

	wire_begin(client_msg(client), VERB_TICKET);
	wire_put_str(client_msg(client), TAG_TEXT, response);
	ask("ticket");
	return bench_wall_us() - start;
}

static double
look(void)
{
	double start = bench_wall_us();

	wire_begin(client_msg(client), VERB_STATUS);
	ask("status");
	return bench_wall_us() - start;
}

int
main(int argc, char **argv)
{
	double tickets[ROUNDS_MAX], looks[ROUNDS_MAX];
	char *responses, *line, *rest;
	size_t size, n = 0;

	if (argc != 3)
		errx(2, "SOCKET RESPONSES");
	responses = bench_read(argv[2], &size);
	if (client_new(&client, argv[1], clock_mono_ms() + 10000) != 0)
		errx(1, "%s: nobody answers", argv[1]);
	for (line = strtok_r(responses, "\n", &rest);
	     line != NULL && n < ROUNDS_MAX;
	     line = strtok_r(NULL, "\n", &rest), n++) {
		tickets[n] = exchange(line);
		looks[n] = look();
	}
	if (n == 0)
		errx(1, "%s: no Response", argv[2]);
	bench_row("sso_gatehouse", "us", bench_median(tickets, n),
	    bench_median(looks, n), "-");
	client_free(&client);
	free(responses);
	return 0;
}
