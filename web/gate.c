/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/gate.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "lib/client.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"

/* After one that hung, so long nobody else waits for it. */
#define AWAY_MS 1000

struct gate {
	char *socket;
	pthread_key_t key; /* of each thread's struct line */
	int64_t away_until;
	int64_t next_warning;
};

/* A thread's connection. */
struct line {
	struct client *client; /* NULL: closed */
	int64_t deadline;
};

static void
line_free(void *data)
{
	struct line *line = data;

	client_free(&line->client);
	free(line);
}

int
gate_new(struct gate **gate, const char *socket)
{
	struct gate *g = calloc(1, sizeof(*g));

	if (g != NULL)
		g->socket = strdup(socket);
	if (g == NULL || g->socket == NULL ||
	    pthread_key_create(&g->key, line_free) != 0) {
		if (g != NULL)
			free(g->socket);
		free(g);
		return GATE_ENOMEM;
	}
	*gate = g;
	return 0;
}

void
gate_free(struct gate **gate)
{
	struct gate *g = *gate;
	struct line *line;

	if (g == NULL)
		return;
	/* the others' went with their threads */
	line = pthread_getspecific(g->key);
	if (line != NULL)
		line_free(line);
	(void)pthread_key_delete(g->key);
	free(g->socket);
	free(g);
	*gate = NULL;
}

static struct line *
line_of(struct gate *g)
{
	struct line *line = pthread_getspecific(g->key);

	if (line != NULL)
		return line;
	line = calloc(1, sizeof(*line));
	if (line != NULL && pthread_setspecific(g->key, line) != 0) {
		free(line);
		line = NULL;
	}
	return line;
}

/* Once a second: who asks are many. */
static void
warn(struct gate *g, int error)
{
	int64_t now = clock_mono_ms();
	int64_t next = __atomic_load_n(&g->next_warning, __ATOMIC_RELAXED);

	if (now >= next &&
	    __atomic_compare_exchange_n(&g->next_warning, &next, now + 1000, 0,
		__ATOMIC_RELAXED, __ATOMIC_RELAXED))
		log_warn("gatehoused does not answer on %s: %s", g->socket,
		    gate_strerror(error));
}

static int
try(struct gate *g, struct line *line, uint16_t verb, gate_fill *fill,
    void *data)
{
	int r = 0;

	if (line->client == NULL)
		r = client_new(&line->client, g->socket, line->deadline);
	if (r != 0)
		return r;
	wire_begin(client_msg(line->client), verb);
	if (fill != NULL)
		fill(client_msg(line->client), data);
	r = client_ask(line->client, line->deadline);
	if (r != 0)
		client_free(&line->client);
	return r;
}

/* What a daemon that has hung up on a quiet connection, or was started anew,
 * looks like. */
static int
is_stale(int error)
{
	return error == GATE_ECLOSED || error == GATE_EIO;
}

int
gate_ask(struct gate *gate, uint16_t verb, gate_fill *fill, void *data,
    int64_t milliseconds, const struct wire_msg **answer)
{
	int64_t now = clock_mono_ms();
	struct line *line;
	int r, was_open;

	*answer = NULL;
	if (milliseconds <= GATE_CHECK_MS &&
	    now < __atomic_load_n(&gate->away_until, __ATOMIC_RELAXED))
		return GATE_ETIMEOUT;
	line = line_of(gate);
	if (line == NULL)
		return GATE_ENOMEM;
	line->deadline = now + milliseconds;
	was_open = line->client != NULL;
	r = try(gate, line, verb, fill, data);
	if (was_open && is_stale(r))
		r = try(gate, line, verb, fill, data);
	if (r == 0) {
		*answer = client_msg(line->client);
		return 0;
	}
	if (r == GATE_ETIMEOUT && milliseconds <= GATE_CHECK_MS)
		__atomic_store_n(&gate->away_until, clock_mono_ms() + AWAY_MS,
		    __ATOMIC_RELAXED);
	warn(gate, r);
	return r == GATE_ECLOSED ? GATE_EIO : r;
}

int
gate_next(struct gate *gate, const struct wire_msg **answer)
{
	struct line *line = line_of(gate);
	int r = GATE_EIO;

	*answer = NULL;
	if (line != NULL && line->client != NULL)
		r = client_next(line->client, line->deadline);
	if (r == 0)
		*answer = client_msg(line->client);
	else if (line != NULL)
		client_free(&line->client);
	return r == GATE_ECLOSED ? GATE_EIO : r;
}

int
gate_outcome(const struct wire_msg *answer)
{
	int64_t outcome = OUTCOME_UNAVAILABLE;

	if (answer != NULL && wire_verb(answer) == VERB_RESULT)
		outcome = wire_num(answer, TAG_OUTCOME, OUTCOME_UNAVAILABLE);
	return outcome >= 0 && outcome < OUTCOME_COUNT ? (int)outcome
						       : OUTCOME_UNAVAILABLE;
}
