/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_commit.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/error.h"
#include "lib/store_tx.h"

/* So that the first of a batch does not wait for the work of all others. */
#define BATCH_MAX 64

/* One call of store_write; it lives on the stack of its caller. */
struct job {
	store_change *change;
	void *data;
	int durable;
	int result;
	int done;
	int leads; /* it is up to this one's caller to run the next batch */
	pthread_cond_t wake;
	struct job *next;
};

struct store_commit {
	struct store_db *db; /* the leader's */
	pthread_mutex_t lock;
	int led; /* somebody leads, or was told to */
	struct job *first;
	struct job **last;
};

int
store_commit_new(struct store_commit **commit, struct store_db *db)
{
	*commit = calloc(1, sizeof(**commit));
	if (*commit == NULL) {
		db->engine->close(&db);
		return GATE_ENOMEM;
	}
	(*commit)->db = db;
	(*commit)->last = &(*commit)->first;
	pthread_mutex_init(&(*commit)->lock, NULL);
	return 0;
}

void
store_commit_free(struct store_commit **commit)
{
	struct store_db *db;

	if (commit == NULL || *commit == NULL)
		return;
	db = (*commit)->db;
	db->engine->close(&db);
	pthread_mutex_destroy(&(*commit)->lock);
	free(*commit);
	*commit = NULL;
}

/*
 * Runs the changes of a batch in the transaction that is open; *kept counts
 * those that stand. A change on its own needs no part to be undone alone: the
 * transaction is its part.
 */
static int
batch_change(struct store_db *db, struct job *batch, int *kept)
{
	const struct store_engine *engine = db->engine;
	struct store_tx tx = { .db = db };
	struct job *job;
	int alone = batch->next == NULL;
	int r;

	for (job = batch; job != NULL; job = job->next) {
		r = alone ? 0 : engine->mark(db);
		if (r != 0)
			return r;
		job->result = job->change(&tx, job->data);
		if (tx.error != 0)
			return tx.error;
		if (job->result == 0)
			(*kept)++;
		if (!alone)
			r = job->result == 0 ? engine->keep(db)
					     : engine->undo(db);
		if (r != 0)
			return r;
	}
	return 0;
}

/* One who needs it on disk has all of the batch there. */
static int
is_durable(const struct job *batch)
{
	for (; batch != NULL; batch = batch->next)
		if (batch->durable)
			return 1;
	return 0;
}

/*
 * Runs and commits a batch, and settles each job's result. When the engine
 * fails, all of the batch failed: nothing is known to be durable then.
 */
static void
batch_run(struct store_db *db, struct job *batch)
{
	struct job *job;
	int kept = 0, r;

	r = db->engine->begin(db, is_durable(batch));
	if (r != 0)
		goto out;
	r = batch_change(db, batch, &kept);
	if (r == 0 && kept > 0)
		r = db->engine->commit(db);
	if (r != 0 || kept == 0)
		db->engine->rollback(db);
out:
	for (job = batch; r != 0 && job != NULL; job = job->next)
		job->result = r;
}

static void
job_append(struct store_commit *commit, struct job *job)
{
	*commit->last = job;
	commit->last = &job->next;
}

/* Takes the next batch off the queue, the leader's own job at its head. */
static struct job *
batch_take(struct store_commit *commit)
{
	struct job *batch = commit->first, *end = batch;
	int count;

	for (count = 1; count < BATCH_MAX && end->next != NULL; count++)
		end = end->next;
	commit->first = end->next;
	if (commit->first == NULL)
		commit->last = &commit->first;
	end->next = NULL;
	return batch;
}

/* Called and returns with the lock held. */
static void
lead(struct store_commit *commit)
{
	struct job *batch, *job, *next;

	batch = batch_take(commit);
	pthread_mutex_unlock(&commit->lock);
	batch_run(commit->db, batch);
	pthread_mutex_lock(&commit->lock);
	for (job = batch; job != NULL; job = next) {
		next = job->next;
		job->done = 1;
		pthread_cond_signal(&job->wake);
	}
	/* Who leads serves one batch: he has an answer of his own to give. */
	commit->led = commit->first != NULL;
	if (commit->led) {
		commit->first->leads = 1;
		pthread_cond_signal(&commit->first->wake);
	}
}

int
store_commit_run(
    struct store_commit *commit, store_change *change, void *data, int durable)
{
	struct job job = { .change = change, .data = data, .durable = durable };

	pthread_cond_init(&job.wake, NULL);
	pthread_mutex_lock(&commit->lock);
	job_append(commit, &job);
	if (!commit->led)
		commit->led = job.leads = 1;
	while (!job.leads && !job.done)
		pthread_cond_wait(&job.wake, &commit->lock);
	if (job.leads)
		lead(commit);
	pthread_mutex_unlock(&commit->lock);
	pthread_cond_destroy(&job.wake);
	return job.result;
}
