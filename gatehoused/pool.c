/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/pool.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#include "lib/error.h"
#include "lib/wire.h"

struct job {
	struct job *next;
	pool_job *run;
	void *data;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t work;
	struct job *first;
	struct job **last;
	int stopping;
	pthread_t *threads;
	struct wire_msg **outs; /* one for each thread */
	size_t count;
	size_t next_out;
};

/* The next job; NULL when the pool stops and none is left. */
static struct job *
take(struct pool *pool)
{
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	while (pool->first == NULL && !pool->stopping)
		pthread_cond_wait(&pool->work, &pool->lock);
	job = pool->first;
	if (job != NULL) {
		pool->first = job->next;
		if (pool->first == NULL)
			pool->last = &pool->first;
	}
	pthread_mutex_unlock(&pool->lock);
	return job;
}

static void *
work(void *data)
{
	struct pool *pool = data;
	struct wire_msg *out;
	struct job *job;

	pthread_mutex_lock(&pool->lock);
	out = pool->outs[pool->next_out++];
	pthread_mutex_unlock(&pool->lock);
	while ((job = take(pool)) != NULL) {
		job->run(job->data, out);
		free(job);
	}
	return NULL;
}

static int
start_threads(struct pool *pool, size_t threads)
{
	sigset_t all, old;
	int r = 0;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	for (; pool->count < threads && r == 0; pool->count++) {
		r = wire_msg_new(&pool->outs[pool->count], WIRE_BODY_LOGIN);
		if (r == 0 &&
		    pthread_create(
			&pool->threads[pool->count], NULL, work, pool) != 0) {
			wire_msg_free(&pool->outs[pool->count]);
			r = GATE_EIO;
		}
		if (r != 0)
			break;
	}
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	return r;
}

int
pool_new(struct pool **pool, size_t threads)
{
	struct pool *p = calloc(1, sizeof(*p));
	int r = GATE_ENOMEM;

	if (p == NULL)
		return r;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->work, NULL);
	p->last = &p->first;
	p->threads = calloc(threads, sizeof(*p->threads));
	p->outs = calloc(threads, sizeof(struct wire_msg *));
	if (p->threads != NULL && p->outs != NULL)
		r = start_threads(p, threads);
	if (r == 0)
		*pool = p;
	else
		pool_free(&p);
	return r;
}

void
pool_free(struct pool **pool)
{
	struct pool *p = *pool;
	size_t i;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = 1;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->count; i++)
		pthread_join(p->threads[i], NULL);
	for (i = 0; i < p->count; i++)
		wire_msg_free(&p->outs[i]);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p->outs);
	free(p);
	*pool = NULL;
}

int
pool_submit(struct pool *pool, pool_job *run, void *data)
{
	struct job *job = calloc(1, sizeof(*job));

	if (job == NULL)
		return GATE_ENOMEM;
	job->run = run;
	job->data = data;
	pthread_mutex_lock(&pool->lock);
	*pool->last = job;
	pool->last = &job->next;
	pthread_cond_signal(&pool->work);
	pthread_mutex_unlock(&pool->lock);
	return 0;
}
