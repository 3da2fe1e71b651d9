/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/keys.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/factors.h"
#include "gatehoused/request.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"

/*
 * A new master key while people sign in. The key before stays beside the new
 * one, on disk and in memory, until nothing is sealed with it: whatever happens
 * in between, all can be opened. Every secret is sealed in the transaction that
 * puts it on record (factors.h), and transactions come one after the other: so
 * those that begin after the new key is in force see all that was sealed with
 * the one before.
 */

/* Users in a transaction: logins come in between. */
#define BATCH 100

/* Batches at once, where nobody waits for the end. */
#define BATCHES_AT_ONCE 20

/* How often who waits is told how far it is, in milliseconds. */
#define TELL_EVERY 1000

/* One walk at a time, from where the last one was interrupted. */
static struct walk {
	pthread_mutex_t lock;
	char after[STORE_USER_MAX];
	int64_t changed;
} walk = { .lock = PTHREAD_MUTEX_INITIALIZER };

struct batch {
	const struct seal_key *key;
	const char *after;
	char users[BATCH][STORE_USER_MAX];
	size_t count;
	int64_t changed;
};

static int
gather(const char *user, void *data)
{
	struct batch *batch = data;

	snprintf(batch->users[batch->count++], STORE_USER_MAX, "%s", user);
	return 0;
}

static int
reseal(struct store_tx *tx, void *data)
{
	struct batch *batch = data;
	size_t i;
	int r;

	batch->count = 0;
	batch->changed = 0;
	r = store_sealed_users(tx, batch->after, BATCH, gather, batch);
	for (i = 0; i < batch->count && r == 0; i++)
		r = factors_reseal(
		    tx, batch->key, batch->users[i], &batch->changed);
	return r;
}

/* The next users: 0; 1 when all are through; or an error. */
static int
step(struct gate *gate)
{
	struct batch batch = { .key = gate_key(gate), .after = walk.after };
	int r = store_write(gate_store(gate), reseal, &batch);

	if (r != 0)
		return r;
	walk.changed += batch.changed;
	if (batch.count == BATCH) {
		memcpy(walk.after, batch.users[BATCH - 1], STORE_USER_MAX);
		return 0;
	}
	r = seal_key_settle(gate_key(gate));
	return r != 0 ? r : 1;
}

/* With the lock held: from the beginning. */
static void
begin(void)
{
	walk.after[0] = '\0';
	walk.changed = 0;
}

static void
failed(int error)
{
	log_error("the master key before is still needed, and kept: %s",
	    error == GATE_EIO ? strerror(errno) : gate_strerror(error));
}

/* Whoever is the first: one is enough to know the key by. */
static int
open_first(struct store_tx *tx, void *data)
{
	struct batch *batch = data;
	int r;

	batch->count = 0;
	r = store_sealed_users(tx, "", 1, gather, batch);
	return r == 0 && batch->count > 0
	    ? factors_open(tx, batch->key, batch->users[0])
	    : r;
}

void
keys_look(struct gate *gate)
{
	struct batch batch = { .key = gate_key(gate) };
	int r = store_read(gate_store(gate), open_first, &batch);

	if (r == GATE_ECRYPTO)
		log_error("the master key does not open what the store holds "
			  "of \"%s\": put the key of its time back, or enrol "
			  "anew",
		    batch.users[0]);
}

void
keys_go_on(struct gate *gate)
{
	int turns = 0;
	int r = 0;

	if (!seal_key_is_replaced(gate_key(gate)) ||
	    pthread_mutex_trylock(&walk.lock) != 0)
		return;
	if (seal_key_is_replaced(gate_key(gate)))
		while (r == 0 && turns++ < BATCHES_AT_ONCE)
			r = step(gate);
	if (r < 0)
		failed(r);
	else if (r == 1) {
		log_info("everything is sealed with the new master key");
		begin();
	}
	pthread_mutex_unlock(&walk.lock);
}

/* All of it; who waits hears of it, and need not stay. */
static int
go_through(struct request *request)
{
	int64_t tell = clock_mono_ms() + TELL_EVERY;
	int listens = 1;
	int r;

	begin();
	while ((r = step(request->gate)) == 0) {
		if (!listens || clock_mono_ms() < tell)
			continue;
		wire_begin(request->out, VERB_ROW);
		wire_put_num(request->out, TAG_COUNT, walk.changed);
		listens = request_send(request) == 0;
		tell = clock_mono_ms() + TELL_EVERY;
	}
	return r == 1 ? 0 : r;
}

int
key_rotate(struct request *request)
{
	struct seal_key *key = gate_key(request->gate);
	int64_t changed = 0;
	int r = 0;

	pthread_mutex_lock(&walk.lock);
	/* one that was interrupted goes before */
	if (seal_key_is_replaced(key))
		r = go_through(request);
	if (r == 0)
		r = seal_key_rotate(key);
	if (r == 0) {
		request_record(request, "key_rotate", NULL);
		r = go_through(request);
		changed = walk.changed;
	}
	if (r != 0 && seal_key_is_replaced(key))
		failed(r);
	else if (r == GATE_EIO)
		log_error("the master key: %s", strerror(errno));
	begin();
	pthread_mutex_unlock(&walk.lock);
	if (r == 0) {
		request_done(request);
		wire_put_num(request->out, TAG_COUNT, changed);
	}
	return r;
}
