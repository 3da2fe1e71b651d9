/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "session/live_record.h"

/* What the holds it has, and those it had, come to at now. */
static void
settle(struct live *live, uint32_t i, int64_t now)
{
	struct record *record = record_at(live, i);
	int64_t until = hold_until(live->holds, &record->holds);

	if (record->held > now)
		record->held = now;
	if (until > record->held)
		record->held = until;
}

int
live_hold(struct live *live, const struct live_key *key,
    const struct hold_order *order, int64_t now, int64_t *until)
{
	struct record *record;
	uint32_t i;
	int r;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) == SLAB_NONE) {
		r = GATE_ENOTFOUND;
		goto out;
	}
	record = record_at(live, i);
	if (record_state(record, now) != LIVE_GOES_ON) {
		r = GATE_EREFUSED;
		goto out;
	}
	r = hold_take(
	    live->holds, &record->holds, order, now, record->activity, until);
	if (r != 0)
		goto out;
	if (*until > record_age_end(record))
		*until = record_age_end(record);
	settle(live, i, now);
	record_schedule(live, i);
	record_moved(live, i, now);
out:
	pthread_mutex_unlock(&live->lock);
	return r;
}

int
live_hold_put(
    struct live *live, const char *id, const struct hold *hold, int64_t now)
{
	uint32_t i;
	int r = GATE_ENOTFOUND;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, LIVE_ID(id))) != SLAB_NONE)
		r = hold_put(live->holds, &record_at(live, i)->holds, hold);
	if (r == 0) {
		settle(live, i, now);
		record_schedule(live, i);
		record_moved(live, i, now);
	}
	pthread_mutex_unlock(&live->lock);
	return r;
}

int
live_release(struct live *live, const struct live_key *key, const char *holder,
    const char *label, int64_t now, struct hold *was)
{
	struct record *record;
	uint32_t i;
	int over, r;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) == SLAB_NONE) {
		r = GATE_ENOTFOUND;
		goto out;
	}
	record = record_at(live, i);
	over = record_state(record, now) != LIVE_GOES_ON;
	r = hold_release(live->holds, &record->holds, holder, label, was);
	if (r != 0)
		goto out;
	settle(live, i, now);
	record_schedule(live, i);
	record_moved(live, i, now);
	if (over)
		r = GATE_EREFUSED;
out:
	pthread_mutex_unlock(&live->lock);
	return r;
}

size_t
live_holds(
    struct live *live, const struct live_key *key, struct hold all[HOLD_MAX])
{
	size_t count = 0;
	uint32_t i;

	pthread_mutex_lock(&live->lock);
	if ((i = record_find(live, key)) != SLAB_NONE)
		count = hold_list(live->holds, &record_at(live, i)->holds, all);
	pthread_mutex_unlock(&live->lock);
	return count;
}
