/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "session/live_record.h"

/* Told of at a time: what a lock is taken for. */
#define BATCH 32

struct telling {
	enum live_event event;
	struct live_view view;
};

/*
 * A look at a session that was in the wheel: 1 if there is something to tell.
 * Either way it is in the wheel again.
 */
static int
look(struct live *live, uint32_t i, int64_t now, struct telling *telling)
{
	struct record *record = record_at(live, i);
	int over = record_state(record, now) != LIVE_GOES_ON;
	int told = 0;

	if (over && record->retry <= now) {
		record->retry = now + LIVE_RETRY;
		telling->event = LIVE_END;
		told = 1;
	} else if (!over && live->warn > 0 && !record->warned &&
	    record_warn_at(live, record) <= now) {
		record->warned = 1;
		telling->event = LIVE_WARN;
		told = 1;
	}
	if (told)
		record_view(live, i, now, &telling->view);
	record_schedule(live, i);
	return told;
}

/* The next ones to tell of; fewer than BATCH if there are no more, or if max
 * were looked at. */
static size_t
gather(struct live *live, int64_t now, size_t max, struct telling *batch,
    struct live_sweep *sweep)
{
	size_t count = 0;
	uint32_t i = SLAB_NONE;

	pthread_mutex_lock(&live->lock);
	while (count < BATCH && sweep->looked < max) {
		i = wheel_take(&live->wheel, now / 1000);
		if (i == SLAB_NONE)
			break;
		sweep->looked++;
		count += (size_t)look(live, i, now, &batch[count]);
	}
	sweep->next = i != SLAB_NONE ? now : wheel_next(&live->wheel);
	if (i == SLAB_NONE && sweep->next != WHEEL_NEVER)
		sweep->next *= 1000;
	pthread_mutex_unlock(&live->lock);
	return count;
}

void
live_expire(struct live *live, int64_t now, size_t max, live_tell *tell,
    void *data, struct live_sweep *sweep)
{
	struct telling batch[BATCH];
	size_t i, count;

	memset(sweep, 0, sizeof(*sweep));
	do {
		count = gather(live, now, max, batch, sweep);
		for (i = 0; i < count; i++) {
			if (tell(batch[i].event, &batch[i].view, data) != 0 ||
			    batch[i].event != LIVE_END)
				continue;
			(void)live_remove(live, LIVE_ID(batch[i].view.id));
			sweep->ended++;
		}
	} while (count == BATCH && sweep->looked < max);
}

int
live_again(struct live *live, const char *id, int64_t now)
{
	struct record *record;
	uint32_t i;
	int r = 0;

	pthread_mutex_lock(&live->lock);
	i = record_find(live, LIVE_ID(id));
	record = i != SLAB_NONE ? record_at(live, i) : NULL;
	if (record == NULL)
		r = GATE_ENOTFOUND;
	else if (record_age_end(record) <= now)
		r = GATE_EREFUSED;
	else if (record_state(record, now) == LIVE_IDLE) {
		record->activity = now;
		record->retry = 0;
		record->warned = 0;
		record_schedule(live, i);
		record_moved(live, i, now);
	}
	pthread_mutex_unlock(&live->lock);
	return r;
}

int64_t
live_soonest(struct live *live)
{
	int64_t second;

	pthread_mutex_lock(&live->lock);
	second = wheel_next(&live->wheel);
	pthread_mutex_unlock(&live->lock);
	return second == WHEEL_NEVER ? LIVE_NEVER : second * 1000;
}

/* --- write-behind --- */

size_t
live_dirty(struct live *live, int64_t now, struct live_activity *activities,
    size_t max)
{
	struct record *record;
	size_t count = 0;

	pthread_mutex_lock(&live->lock);
	for (; count < max && live->dirty.first != SLAB_NONE; count++) {
		record = record_at(live, live->dirty.first);
		list_remove(&live->of_dirty, &live->dirty, live->dirty.first);
		record->dirty = 0;
		memcpy(activities[count].id, record->id, sizeof(record->id));
		activities[count].written = record->written;
		record->written = record_active(record, now);
		activities[count].activity = record->written;
	}
	pthread_mutex_unlock(&live->lock);
	return count;
}

static void
put_back(struct live *live, const struct live_activity *activity)
{
	uint32_t i = record_find(live, LIVE_ID(activity->id));
	struct record *record;

	if (i == SLAB_NONE)
		return;
	record = record_at(live, i);
	if (record->written == activity->activity)
		record->written = activity->written;
	if (record->dirty)
		return;
	record->dirty = 1;
	list_append(&live->of_dirty, &live->dirty, i);
}

void
live_dirty_back(
    struct live *live, const struct live_activity *activities, size_t count)
{
	size_t i;

	pthread_mutex_lock(&live->lock);
	for (i = 0; i < count; i++)
		put_back(live, &activities[i]);
	pthread_mutex_unlock(&live->lock);
}

void
live_dirty_all(struct live *live, int64_t now)
{
	struct record *record;
	uint32_t i;

	pthread_mutex_lock(&live->lock);
	for (i = 0; i < live->slab.top; i++) {
		record = record_at(live, i);
		if (!record->used || record->dirty ||
		    record_active(record, now) <= record->written)
			continue;
		record->dirty = 1;
		list_append(&live->of_dirty, &live->dirty, i);
	}
	pthread_mutex_unlock(&live->lock);
}
