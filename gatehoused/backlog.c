/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/backlog.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/error.h"

#define THREADS_MAX 8

struct item {
	struct item *next;
	const char *reason;
	int64_t value;
	int alone; /* not with others: one of them may be why it failed */
	char name[];
};

/* What one thread has in hand. */
struct batch {
	struct item *first, *last;
	struct backlog_item items[BACKLOG_BATCH];
	size_t count;
};

struct backlog {
	struct backlog_plan plan;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t come;
	int stopping;
	int64_t not_before; /* clock_mono_ms: something has failed */
	struct item *first, **last;
	size_t waiting;
	size_t under_way;
	size_t idle; /* threads */
	size_t thread_count;
	pthread_t threads[THREADS_MAX];
};

int
backlog_new(struct backlog **backlog, const struct backlog_plan *plan)
{
	struct backlog *b = calloc(1, sizeof(*b));
	pthread_condattr_t monotonic;

	if (b == NULL)
		return GATE_ENOMEM;
	b->plan = *plan;
	b->last = &b->first;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&b->come, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*backlog = b;
	return 0;
}

static int
same_reason(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}

/* With the lock held: waits for the time when there is something to do.
 * Nonzero, or 0 when there will be nothing any more. */
static int
wait_for_work(struct backlog *b)
{
	struct timespec until;

	b->idle++;
	while (!b->stopping &&
	    (b->first == NULL || clock_mono_ms() < b->not_before)) {
		until.tv_sec = b->not_before / 1000;
		until.tv_nsec = b->not_before % 1000 * 1000000;
		if (b->first == NULL)
			pthread_cond_wait(&b->come, &b->lock);
		else
			pthread_cond_timedwait(&b->come, &b->lock, &until);
	}
	b->idle--;
	return b->first != NULL && (!b->stopping || b->plan.finish);
}

/* With the lock held: the next ones that have one reason in common. */
static void
take(struct backlog *b, struct batch *batch)
{
	struct item *item = b->first;

	batch->first = item;
	batch->count = 0;
	while (item != NULL && batch->count < b->plan.batch &&
	    same_reason(item->reason, batch->first->reason) &&
	    (batch->count == 0 || (!item->alone && !batch->first->alone))) {
		batch->items[batch->count++] =
		    (struct backlog_item){ item->name, item->value };
		batch->last = item;
		item = item->next;
	}
	batch->last->next = NULL;
	b->first = item;
	if (item == NULL)
		b->last = &b->first;
	b->waiting -= batch->count;
	b->under_way += batch->count;
}

static void
drop(struct item *item)
{
	struct item *next;

	for (; item != NULL; item = next) {
		next = item->next;
		free(item);
	}
}

static void
put_first(struct backlog *b, struct batch *batch)
{
	struct item *item;

	for (item = batch->first; item != NULL; item = item->next)
		item->alone = 1;
	batch->last->next = b->first;
	if (b->first == NULL)
		b->last = &batch->last->next;
	b->first = batch->first;
}

static void
put_last(struct backlog *b, struct item *item)
{
	item->next = NULL;
	*b->last = item;
	b->last = &item->next;
}

/*
 * With the lock held: they are done, or are to be done again. One that fails by
 * itself, such as one whose record is damaged, must not hold up the others.
 */
static void
put_away(struct backlog *b, struct batch *batch, int failed)
{
	b->under_way -= batch->count;
	if (!failed) {
		drop(batch->first);
		return;
	}
	if (batch->count > 1)
		put_first(b, batch);
	else
		put_last(b, batch->first);
	b->waiting += batch->count;
	b->not_before = clock_mono_ms() + BACKLOG_RETRY;
	/* once is enough at the end: nothing is waited for then */
	if (b->stopping)
		b->plan.finish = 0;
}

static void *
work(void *data)
{
	struct backlog *b = data;
	struct batch batch;
	int r;

	pthread_mutex_lock(&b->lock);
	while (wait_for_work(b)) {
		take(b, &batch);
		pthread_mutex_unlock(&b->lock);
		r = b->plan.work(batch.first->reason, batch.items, batch.count,
		    b->plan.data);
		pthread_mutex_lock(&b->lock);
		put_away(b, &batch, r != 0);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

/* With the lock held: somebody to do it, now or later. */
static int
hire(struct backlog *b)
{
	size_t most =
	    b->plan.threads < THREADS_MAX ? b->plan.threads : THREADS_MAX;

	if (b->idle > b->waiting || b->thread_count == most)
		return 0;
	if (pthread_create(&b->threads[b->thread_count], NULL, work, b) == 0)
		b->thread_count++;
	return b->thread_count > 0 ? 0 : GATE_EIO;
}

int
backlog_add(
    struct backlog *b, const char *reason, const char *name, int64_t value)
{
	size_t size = strlen(name) + 1;
	struct item *item = malloc(sizeof(*item) + size);
	int r;

	if (item == NULL)
		return GATE_ENOMEM;
	item->reason = reason;
	item->value = value;
	item->alone = 0;
	memcpy(item->name, name, size);
	pthread_mutex_lock(&b->lock);
	r = hire(b);
	if (r == 0) {
		put_last(b, item);
		b->waiting++;
		pthread_cond_signal(&b->come);
	}
	pthread_mutex_unlock(&b->lock);
	if (r != 0)
		free(item);
	return r;
}

size_t
backlog_count(struct backlog *b)
{
	size_t count;

	pthread_mutex_lock(&b->lock);
	count = b->waiting + b->under_way;
	pthread_mutex_unlock(&b->lock);
	return count;
}

void
backlog_free(struct backlog **backlog)
{
	struct backlog *b = *backlog;
	size_t i;

	if (b == NULL)
		return;
	pthread_mutex_lock(&b->lock);
	b->stopping = 1;
	pthread_cond_broadcast(&b->come);
	pthread_mutex_unlock(&b->lock);
	for (i = 0; i < b->thread_count; i++)
		pthread_join(b->threads[i], NULL);
	drop(b->first);
	pthread_cond_destroy(&b->come);
	pthread_mutex_destroy(&b->lock);
	free(b);
	*backlog = NULL;
}
