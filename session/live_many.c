/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/live_record.h"

/* The first session of a user, or SLAB_NONE. */
static uint32_t
first_of(const struct live *live, const char *user)
{
	uint32_t name = names_find(&live->users, user);

	return name != SLAB_NONE ? names_at(&live->users, name)->users.first
				 : SLAB_NONE;
}

uint32_t
live_user(
    struct live *live, const char *user, int64_t now, struct live_view *oldest)
{
	const struct record *record;
	uint32_t i, count = 0, first = SLAB_NONE;

	pthread_mutex_lock(&live->lock);
	for (i = first_of(live, user); i != SLAB_NONE;
	     i = record->of_user.next) {
		record = record_at(live, i);
		if (record_state(record, now) != LIVE_GOES_ON)
			continue;
		if (count++ == 0 ||
		    record->start < record_at(live, first)->start)
			first = i;
	}
	if (oldest != NULL && first != SLAB_NONE)
		record_view(live, first, now, oldest);
	pthread_mutex_unlock(&live->lock);
	return count;
}

size_t
live_user_list(struct live *live, const char *user, int64_t now,
    struct live_view *views, size_t max, uint32_t *place)
{
	uint32_t i, skip = *place;
	size_t count = 0;

	pthread_mutex_lock(&live->lock);
	i = first_of(live, user);
	for (; i != SLAB_NONE && count < max;
	     i = record_at(live, i)->of_user.next) {
		if (skip > 0)
			skip--;
		else
			record_view(live, i, now, &views[count++]);
	}
	pthread_mutex_unlock(&live->lock);
	*place += (uint32_t)count;
	return count;
}

size_t
live_list(struct live *live, int64_t now, struct live_view *views, size_t max,
    uint32_t *place)
{
	size_t count = 0;

	pthread_mutex_lock(&live->lock);
	for (; *place < live->slab.top && count < max; (*place)++)
		if (record_at(live, *place)->used)
			record_view(live, *place, now, &views[count++]);
	pthread_mutex_unlock(&live->lock);
	return count;
}

static void
retime(struct live *live, uint32_t i, int64_t now, uint32_t version,
    live_relimit *relimit, void *data)
{
	const struct record *record = record_at(live, i);
	struct live_limits limits = record->limits;

	if (!record->used || limits.version >= version ||
	    record_state(record, now) != LIVE_GOES_ON)
		return;
	relimit(record->id, names_at(&live->users, record->user)->text,
	    names_at(&live->services, record->service)->text, &limits, data);
	limits.version = version;
	record_limit(live, i, now, &limits);
}

void
live_retime(struct live *live, int64_t now, uint32_t version,
    live_relimit *relimit, void *data)
{
	uint32_t i = 0, end;
	int more = 1;

	while (more) {
		pthread_mutex_lock(&live->lock);
		if (version > live->version)
			live->version = version;
		more = live->slab.top - i > LIVE_RETIME_CHUNK;
		end = more ? i + LIVE_RETIME_CHUNK : live->slab.top;
		for (; i < end; i++)
			retime(live, i, now, version, relimit, data);
		pthread_mutex_unlock(&live->lock);
	}
}
