/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "metadata/schedule.h"

#define RETRY_MIN    300
#define INTERVAL_MIN 60

/* Enough doublings for any refresh there may be. */
#define DOUBLINGS_MAX 12

static int64_t
least(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int
schedule_due(const struct source_state *state, int64_t refresh, int64_t now)
{
	return now >= state->next || now < state->checked ||
	    state->next - now > refresh;
}

int64_t
schedule_next(const struct source_state *state, int64_t refresh, int64_t now,
    uint32_t random)
{
	int64_t interval = refresh;

	if (state->cache_duration > 0)
		interval = least(interval, state->cache_duration / 2);
	if (state->valid_until > 0)
		interval = least(interval, (state->valid_until - now) / 2);
	if (state->failures > 0)
		interval = least(refresh,
		    (int64_t)RETRY_MIN
			<< least(state->failures - 1, DOUBLINGS_MAX));
	interval -= (int64_t)((uint64_t)(interval / 10) * random / UINT32_MAX);
	return now + (interval > INTERVAL_MIN ? interval : INTERVAL_MIN);
}
