/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef METADATA_SCHEDULE_H
#define METADATA_SCHEDULE_H

#include <stdint.h>

#include "lib/source_state.h"

/*
 * Nonzero if it is time for the next look. A last look that lies in the future
 * is no reason to wait, for the clock was wrong then; nor is a next one that is
 * more than refresh seconds away: that was set when refresh was longer.
 */
int schedule_due(
    const struct source_state *state, int64_t refresh, int64_t now);

/*
 * When the next look is due, after one at now: after refresh seconds, but
 * within half of the document's cacheDuration, and of what is left of its
 * validity; sooner after failures, from five minutes on, twice as long each
 * time. Up to a tenth is taken off by random, so that not everybody comes at
 * once. Never within a minute.
 */
int64_t schedule_next(const struct source_state *state, int64_t refresh,
    int64_t now, uint32_t random);

#endif
