/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/lockout.h"
#include "session/steady.h"

/* More rows than these nobody reads. */
#define ROWS_MOST 10000

struct lockout_row {
	struct store_tries tries;
	struct lockout_state state;
};

struct look {
	struct lockout_policy policy;
	struct rows rows;
	const char *user; /* NULL: all */
	int all;          /* those that are not blocked too */
	int64_t now;
};

static int
collect(const struct store_tries *tries, void *data)
{
	struct look *look = data;
	struct lockout_state state;
	struct lockout_row *row;

	lockout_state(&look->policy, look->now, tries, &state);
	if (state.tries == 0 || (!state.blocked && !look->all) ||
	    look->rows.count >= ROWS_MOST)
		return 0;
	row = rows_add(&look->rows);
	if (row == NULL)
		return GATE_ENOMEM;
	row->tries = *tries;
	row->state = state;
	return 0;
}

static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	int r = steady_look(tx, &look->now);

	if (r == 0)
		r = store_tries_list(
		    tx, look->user, STORE_TRIES_MOST, collect, look);
	return r;
}

static int
send_row(struct request *request, const struct look *look,
    const struct lockout_row *row)
{
	static const char *const words[] = {
		[LOCKOUT_ADDRESS] = "address",
		[LOCKOUT_PAIR] = "address for user",
		[LOCKOUT_USER] = "user",
	};
	const struct lockout_state *state = &row->state;

	wire_begin(request->out, VERB_ROW);
	wire_put_str(request->out, TAG_KEY, words[state->count]);
	wire_put_str(request->out, TAG_USER, row->tries.user);
	wire_put_str(request->out, TAG_ADDRESS, row->tries.address);
	wire_put_num(request->out, TAG_COUNT, state->tries);
	wire_put_num(request->out, TAG_LIMIT, state->limit);
	wire_put_str(request->out, TAG_STATE,
	    !state->blocked                     ? "counting"
		: state->until == LOCKOUT_NEVER ? "until released"
						: "blocked");
	if (state->blocked && state->until != LOCKOUT_NEVER)
		wire_put_num(request->out, TAG_EXPIRES,
		    clock_wall() + state->until - look->now);
	return request_send(request);
}

int
lockout_list(struct request *request)
{
	struct look look = { .rows = { .size = sizeof(struct lockout_row) },
		.user = wire_str(request->in, TAG_USER),
		.all = wire_num(request->in, TAG_ALL, 0) != 0 };
	size_t i;
	int r;

	lockout_policy(request->policy->config, &look.policy);
	r = store_read(gate_store(request->gate), look_at, &look);
	for (i = 0; i < look.rows.count && r == 0; i++)
		r = send_row(request, &look, rows_at(&look.rows, i));
	rows_clear(&look.rows);
	if (r == 0)
		request_done(request);
	return r;
}

struct reset {
	const char *user;    /* NULL: of all */
	const char *address; /* NULL: of all */
	int64_t dropped;
};

static int
drop(struct store_tx *tx, void *data)
{
	struct reset *reset = data;

	return store_tries_reset(
	    tx, reset->user, reset->address, &reset->dropped);
}

int
lockout_reset(struct request *request)
{
	struct reset reset = { .user = wire_str(request->in, TAG_USER) };
	const char *address = wire_str(request->in, TAG_ADDRESS);
	struct store_tries keys[LOCKOUT_COUNTS];
	int r;

	if (reset.user == NULL && address == NULL)
		return GATE_EINVAL;
	if (address != NULL) {
		/* as the counts name it: 2001:db8::7 is one of a /64 */
		lockout_keys("-", address, keys);
		reset.address = keys[LOCKOUT_ADDRESS].address;
		if (reset.address[0] == '\0')
			return GATE_EINVAL;
	}
	r = store_write(gate_store(request->gate), drop, &reset);
	if (r != 0)
		return r;
	request_record(request, "lockout_reset",
	    reset.user != NULL ? reset.user : reset.address);
	request_done(request);
	wire_put_num(request->out, TAG_COUNT, reset.dropped);
	return 0;
}
