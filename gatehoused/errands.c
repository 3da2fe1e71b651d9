/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/errands.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/error.h"

struct waiting {
	errand *run;
	void *data;
};

struct errands {
	int stop_fd;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t come;
	int stopping;
	pthread_t threads[ERRANDS_THREADS];
	size_t thread_count;
	size_t idle;                             /* threads */
	struct waiting waiting[ERRANDS_WAITING]; /* a ring */
	size_t first, count;
};

int
errands_new(struct errands **errands)
{
	struct errands *e = calloc(1, sizeof(*e));

	if (e == NULL)
		return GATE_ENOMEM;
	e->stop_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	if (e->stop_fd < 0) {
		free(e);
		return GATE_EIO;
	}
	pthread_mutex_init(&e->lock, NULL);
	pthread_cond_init(&e->come, NULL);
	*errands = e;
	return 0;
}

/* With the lock held: the next one; nonzero, or 0 when there will be none. */
static int
wait_for(struct errands *e, struct waiting *next)
{
	e->idle++;
	while (e->count == 0 && !e->stopping)
		pthread_cond_wait(&e->come, &e->lock);
	e->idle--;
	if (e->count == 0)
		return 0;
	*next = e->waiting[e->first];
	e->first = (e->first + 1) % ERRANDS_WAITING;
	e->count--;
	return 1;
}

static void *
work(void *data)
{
	struct errands *e = data;
	struct waiting next;

	pthread_mutex_lock(&e->lock);
	while (wait_for(e, &next)) {
		pthread_mutex_unlock(&e->lock);
		next.run(next.data, e->stop_fd);
		pthread_mutex_lock(&e->lock);
	}
	pthread_mutex_unlock(&e->lock);
	return NULL;
}

/* With the lock held: somebody to do it, now or, with what is under way,
 * later. */
static int
hire(struct errands *e)
{
	if (e->idle > e->count || e->thread_count == ERRANDS_THREADS)
		return 0;
	if (pthread_create(&e->threads[e->thread_count], NULL, work, e) == 0)
		e->thread_count++;
	return e->thread_count > 0 ? 0 : GATE_EIO;
}

int
errands_add(struct errands *e, errand *run, void *data)
{
	int r = 0;

	pthread_mutex_lock(&e->lock);
	if (e->count == ERRANDS_WAITING)
		r = GATE_EFULL;
	if (r == 0)
		r = hire(e);
	if (r == 0) {
		e->waiting[(e->first + e->count) % ERRANDS_WAITING] =
		    (struct waiting){ run, data };
		e->count++;
		pthread_cond_signal(&e->come);
	}
	pthread_mutex_unlock(&e->lock);
	return r;
}

void
errands_free(struct errands **errands)
{
	struct errands *e = *errands;
	uint64_t one = 1;
	size_t i;

	if (e == NULL)
		return;
	(void)!write(e->stop_fd, &one, sizeof(one));
	pthread_mutex_lock(&e->lock);
	e->stopping = 1;
	pthread_cond_broadcast(&e->come);
	pthread_mutex_unlock(&e->lock);
	for (i = 0; i < e->thread_count; i++)
		pthread_join(e->threads[i], NULL);
	close(e->stop_fd);
	pthread_cond_destroy(&e->come);
	pthread_mutex_destroy(&e->lock);
	free(e);
	*errands = NULL;
}
