/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/wall_clock.h"

#include "lib/clock.h"
#include "lib/error.h"

/* The mark lags behind by so much at most: not every login must move it. */
#define MARK_EVERY 30

int
wall_clock_check(struct store_tx *tx, int64_t skew, struct refusal *refusal)
{
	char seen[CLOCK_TEXT_SIZE], current[CLOCK_TEXT_SIZE];
	int64_t now = clock_wall();
	int64_t mark;
	int r;

	r = store_clock_get(tx, &mark);
	if (r != 0)
		return r;
	if (now + skew < mark) {
		clock_text(mark, seen);
		clock_text(now, current);
		return refuse(refusal, REASON_CLOCK_BACKWARD,
		    "the wall clock says %s, but it was %s before; set it "
		    "right, or if it is right: gatehousectl clock accept",
		    current, seen);
	}
	return now >= mark + MARK_EVERY ? store_clock_raise(tx, now) : 0;
}
