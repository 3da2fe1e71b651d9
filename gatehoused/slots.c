/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/slots.h"

#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"

/* What one origin may have of the queue. */
#define SHARE 4

struct slots {
	pthread_mutex_t lock; /* over all that follows but fd */
	int fd;               /* counts those in turns */
	size_t threads;
	size_t count;
	size_t held;
	size_t most; /* may wait, */
	size_t waiting;
	struct slot *queue; /* in the order of their turns */
	struct slot *turns; /* those whose turn has come */
	struct slot **last; /* the end of turns */
};

int
slots_new(struct slots **slots, size_t threads)
{
	struct slots *s = calloc(1, sizeof(*s));

	if (s == NULL)
		return GATE_ENOMEM;
	s->fd = eventfd(0, EFD_SEMAPHORE | EFD_CLOEXEC | EFD_NONBLOCK);
	if (s->fd < 0) {
		free(s);
		return GATE_EIO;
	}
	pthread_mutex_init(&s->lock, NULL);
	s->threads = threads;
	s->count = 1;
	s->last = &s->turns;
	*slots = s;
	return 0;
}

void
slots_free(struct slots **slots)
{
	struct slots *s = *slots;

	if (s == NULL)
		return;
	close(s->fd);
	pthread_mutex_destroy(&s->lock);
	free(s);
	*slots = NULL;
}

static int
is_gone(const struct slot *slot)
{
	struct pollfd p = { .fd = slot->fd };

	return poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR)) != 0;
}

/* Out of the queue: somebody is to go on with it. */
static void
leave(struct slots *s, struct slot **at, enum slot_state state)
{
	struct slot *slot = *at;
	const uint64_t one = 1;

	*at = slot->next;
	slot->next = NULL;
	slot->state = state;
	s->waiting--;
	*s->last = slot;
	s->last = &slot->next;
	(void)!write(s->fd, &one, sizeof(one));
}

static void
hold(struct slots *s, struct slot *slot)
{
	slot->state = SLOT_HELD;
	slot->held = 1;
	s->held++;
}

/* Slots that are free go to the first in the queue. */
static void
share_out(struct slots *s)
{
	struct slot *first;

	while (s->held < s->count && s->queue != NULL) {
		first = s->queue;
		if (is_gone(first)) {
			leave(s, &s->queue, SLOT_GONE);
			continue;
		}
		leave(s, &s->queue, SLOT_HELD);
		hold(s, first);
	}
}

void
slots_set(struct slots *s, size_t count, size_t waiting)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);

	if (count == 0)
		count = processors > 0 ? (size_t)processors : 1;
	if (count >= s->threads)
		count = s->threads > 1 ? s->threads - 1 : 1;
	pthread_mutex_lock(&s->lock);
	s->count = count;
	s->most = waiting;
	share_out(s);
	pthread_mutex_unlock(&s->lock);
}

int
slots_try(struct slots *s, struct slot *slot)
{
	pthread_mutex_lock(&s->lock);
	/* while anybody waits, none is free */
	if (s->held < s->count)
		hold(s, slot);
	pthread_mutex_unlock(&s->lock);
	return slot->state == SLOT_HELD;
}

/* Why there is none for a caller whose turn has come. */
static const char *const reasons[] = {
	[SLOT_FULL] = "as many wait already as [password] waiting allows",
	[SLOT_SHARE] = "a quarter of those who wait, [password] waiting, are "
		       "of the same origin",
	[SLOT_LATE] = "none of [password] parallel became free in time",
};

int
slots_take(struct slots *s, struct slot *slot, const char *from,
    struct refusal *refusal)
{
	enum slot_state state = slot->state;

	if (state == SLOT_HELD)
		return 0;
	slot->state = SLOT_IDLE;
	if (state != SLOT_IDLE)
		return refuse(refusal, REASON_OVERLOAD, "%s", reasons[state]);
	snprintf(slot->from, sizeof(slot->from), "%s", from);
	return slots_try(s, slot) ? 0 : SLOTS_WAIT;
}

static size_t
count_same(const struct slots *s, const char *from)
{
	const struct slot *at;
	size_t same = 0;

	for (at = s->queue; at != NULL; at = at->next)
		same += strcmp(at->from, from) == 0;
	return same;
}

/* Behind those who have as many of their own before them, or fewer. */
static void
insert(struct slots *s, struct slot *slot)
{
	struct slot **at = &s->queue;

	while (*at != NULL && (*at)->before <= slot->before)
		at = &(*at)->next;
	slot->state = SLOT_QUEUED;
	slot->since = clock_mono_ms();
	slot->next = *at;
	*at = slot;
	s->waiting++;
}

int
slots_wait(struct slots *s, struct slot *slot)
{
	size_t share = s->most / SHARE;
	int at_once = 1;

	pthread_mutex_lock(&s->lock);
	slot->before = count_same(s, slot->from);
	if (s->held < s->count)
		hold(s, slot);
	else if (s->waiting >= s->most)
		slot->state = SLOT_FULL;
	else if (slot->before >= share)
		slot->state = SLOT_SHARE;
	else {
		insert(s, slot);
		at_once = 0;
	}
	pthread_mutex_unlock(&s->lock);
	return at_once;
}

int
slots_fd(const struct slots *s)
{
	return s->fd;
}

struct slot *
slots_turn(struct slots *s)
{
	struct slot *slot;
	uint64_t one;

	pthread_mutex_lock(&s->lock);
	slot = s->turns;
	if (slot != NULL) {
		s->turns = slot->next;
		if (s->turns == NULL)
			s->last = &s->turns;
		slot->next = NULL;
		(void)!read(s->fd, &one, sizeof(one));
	}
	pthread_mutex_unlock(&s->lock);
	return slot;
}

size_t
slots_widen(struct slots *s, struct slot *slot, size_t most)
{
	pthread_mutex_lock(&s->lock);
	while (slot->held < most && s->held < s->count) {
		slot->held++;
		s->held++;
	}
	pthread_mutex_unlock(&s->lock);
	return slot->held;
}

void
slots_give_back(struct slots *s, struct slot *slot)
{
	slot->state = SLOT_IDLE;
	if (slot->held == 0)
		return;
	pthread_mutex_lock(&s->lock);
	s->held -= slot->held;
	slot->held = 0;
	share_out(s);
	pthread_mutex_unlock(&s->lock);
}

void
slots_sweep(struct slots *s, int64_t now)
{
	struct slot **at = &s->queue;

	pthread_mutex_lock(&s->lock);
	while (*at != NULL) {
		if (is_gone(*at))
			leave(s, at, SLOT_GONE);
		else if (now - (*at)->since >= SLOTS_PATIENCE)
			leave(s, at, SLOT_LATE);
		else
			at = &(*at)->next;
	}
	pthread_mutex_unlock(&s->lock);
}

void
slots_count(struct slots *s, size_t *held, size_t *waiting)
{
	pthread_mutex_lock(&s->lock);
	*held = s->held;
	*waiting = s->waiting;
	pthread_mutex_unlock(&s->lock);
}
