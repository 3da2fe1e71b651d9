/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/behind.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/beat.h"
#include "gatehoused/presence.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_live.h"
#include "session/live.h"

/* In one transaction, for which whoever signs in has to wait. */
#define SLICE 16384

struct behind {
	struct gate *gate;
	struct beat *beat;
	int failing; /* which has been said */
	size_t count;
	struct live_activity slice[SLICE];
};

static int
by_id(const void *a, const void *b)
{
	const struct live_activity *one = a, *other = b;

	return strcmp(one->id, other->id);
}

static int
put_slice(struct store_tx *tx, void *data)
{
	const struct behind *b = data;
	size_t i;
	int r = 0;

	for (i = 0; i < b->count && r == 0; i++)
		r = store_activity_put(
		    tx, b->slice[i].id, b->slice[i].activity);
	return r;
}

/* Some of what is to be written; b->count is 0 when there is no more. */
static int
write_slice(struct behind *b)
{
	struct presence *presence = gate_presence(b->gate);
	struct live *live = presence_live(presence);
	int r = 0;

	b->count = live_dirty(live, presence_now(presence), b->slice, SLICE);
	if (b->count == 0)
		return 0;
	/* neighbours in the store, one after the other */
	qsort(b->slice, b->count, sizeof(b->slice[0]), by_id);
	r = store_write_soon(gate_store(b->gate), put_slice, b);
	if (r != 0)
		live_dirty_back(live, b->slice, b->count);
	if (r != 0 && !b->failing)
		log_error("activity cannot be put on record: %s; a restart "
			  "would end sessions early",
		    gate_strerror(r));
	else if (r == 0 && b->failing)
		log_info("activity is put on record again");
	b->failing = r != 0;
	return r;
}

static void
each_second(void *data)
{
	(void)write_slice(data);
}

int
behind_new(struct behind **behind, struct gate *gate)
{
	struct behind *b = calloc(1, sizeof(*b));
	int r;

	if (b == NULL)
		return GATE_ENOMEM;
	b->gate = gate;
	r = beat_new(&b->beat, each_second, b);
	if (r == 0)
		*behind = b;
	else
		free(b);
	return r;
}

void
behind_free(struct behind **behind)
{
	struct behind *b = *behind;
	struct presence *presence;
	int r;

	if (b == NULL)
		return;
	beat_free(&b->beat);
	presence = gate_presence(b->gate);
	live_dirty_all(presence_live(presence), presence_now(presence));
	do
		r = write_slice(b);
	while (r == 0 && b->count > 0);
	if (r == 0)
		(void)store_settle(gate_store(b->gate));
	free(b);
	*behind = NULL;
}
