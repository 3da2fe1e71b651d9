/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/beat.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <time.h>

#include "lib/clock.h"
#include "lib/error.h"

#define SECOND 1000

/* Just behind the second, so that what is due at it is. */
#define BEHIND 2

struct beat {
	beat_do *what;
	void *data;
	pthread_t thread;
	pthread_mutex_t lock; /* over what follows */
	pthread_cond_t come;
	int stopping;
};

/*
 * With the lock held: nonzero when a second has begun, 0 to stop. It is waited
 * for on CLOCK_MONOTONIC, as on no other one can; after a suspend that is late
 * by less than a second.
 */
static int
wait_for_second(struct beat *b)
{
	int64_t wait = SECOND - clock_boot_ms() % SECOND + BEHIND;
	int64_t until = clock_mono_ms() + wait;
	const struct timespec at = { .tv_sec = until / SECOND,
		.tv_nsec = until % SECOND * 1000000 };

	while (!b->stopping && clock_mono_ms() < until)
		pthread_cond_timedwait(&b->come, &b->lock, &at);
	return !b->stopping;
}

static void *
go_on(void *data)
{
	struct beat *b = data;

	pthread_mutex_lock(&b->lock);
	while (wait_for_second(b)) {
		pthread_mutex_unlock(&b->lock);
		b->what(b->data);
		pthread_mutex_lock(&b->lock);
	}
	pthread_mutex_unlock(&b->lock);
	return NULL;
}

int
beat_new(struct beat **beat, beat_do *what, void *data)
{
	struct beat *b = calloc(1, sizeof(*b));
	pthread_condattr_t monotonic;

	if (b == NULL)
		return GATE_ENOMEM;
	b->what = what;
	b->data = data;
	pthread_mutex_init(&b->lock, NULL);
	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&b->come, &monotonic);
	pthread_condattr_destroy(&monotonic);
	if (pthread_create(&b->thread, NULL, go_on, b) == 0) {
		*beat = b;
		return 0;
	}
	pthread_cond_destroy(&b->come);
	pthread_mutex_destroy(&b->lock);
	free(b);
	return GATE_EIO;
}

void
beat_free(struct beat **beat)
{
	struct beat *b = *beat;

	if (b == NULL)
		return;
	pthread_mutex_lock(&b->lock);
	b->stopping = 1;
	pthread_cond_broadcast(&b->come);
	pthread_mutex_unlock(&b->lock);
	pthread_join(b->thread, NULL);
	pthread_cond_destroy(&b->come);
	pthread_mutex_destroy(&b->lock);
	free(b);
	*beat = NULL;
}
