/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_WALL_CLOCK_H
#define GATEHOUSED_WALL_CLOCK_H

#include <stdint.h>

#include "lib/reason.h"
#include "lib/store.h"

/*
 * A wall clock that is set back would make old assertions and tickets valid
 * again, after their replay marks were dropped. So the latest time ever seen
 * is kept in the store: within a transaction, 0 and the mark raised where the
 * clock is not more than skew seconds behind it, else GATE_EREFUSED.
 */
int wall_clock_check(
    struct store_tx *tx, int64_t skew, struct refusal *refusal);

#endif
