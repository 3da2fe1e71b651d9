/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "lib/error.h"

struct task {
	pool_function *function;
	void *data;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t wake;
	struct task *ring;
	size_t room, first, count;
	int stops;
	size_t thread_count;
	pthread_t threads[];
};

static void *
work(void *data)
{
	struct pool *pool = data;
	struct task task;

	for (;;) {
		pthread_mutex_lock(&pool->lock);
		while (pool->count == 0 && !pool->stops)
			pthread_cond_wait(&pool->wake, &pool->lock);
		if (pool->stops) {
			pthread_mutex_unlock(&pool->lock);
			return NULL;
		}
		task = pool->ring[pool->first];
		pool->first = (pool->first + 1) % pool->room;
		pool->count--;
		pthread_mutex_unlock(&pool->lock);
		task.function(task.data);
	}
}

int
pool_new(struct pool **pool, size_t threads, size_t queue)
{
	struct pool *p = calloc(1, sizeof(*p) + threads * sizeof(*p->threads));

	if (p == NULL)
		return GATE_ENOMEM;
	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->wake, NULL);
	p->room = queue;
	p->ring = calloc(queue, sizeof(*p->ring));
	if (p->ring == NULL) {
		pool_free(&p);
		return GATE_ENOMEM;
	}
	for (; p->thread_count < threads; p->thread_count++)
		if (pthread_create(
			&p->threads[p->thread_count], NULL, work, p) != 0) {
			pool_free(&p);
			return GATE_EIO;
		}
	*pool = p;
	return 0;
}

void
pool_free(struct pool **pool)
{
	struct pool *p = *pool;
	size_t i;

	if (p == NULL)
		return;
	pthread_mutex_lock(&p->lock);
	p->stops = 1;
	pthread_cond_broadcast(&p->wake);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->thread_count; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->wake);
	pthread_mutex_destroy(&p->lock);
	free(p->ring);
	free(p);
	*pool = NULL;
}

int
pool_add(struct pool *pool, pool_function *function, void *data)
{
	int r = GATE_ETOOBIG;

	pthread_mutex_lock(&pool->lock);
	if (pool->count < pool->room && !pool->stops) {
		pool->ring[(pool->first + pool->count++) % pool->room] =
		    (struct task){ function, data };
		pthread_cond_signal(&pool->wake);
		r = 0;
	}
	pthread_mutex_unlock(&pool->lock);
	return r;
}
