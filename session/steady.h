/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_STEADY_H
#define SESSION_STEADY_H

#include "lib/store_fallback.h"

/*
 * The clock by which locks are reckoned: seconds that nobody's setting of the
 * wall clock moves, and that go on over a reboot. While the machine runs it is
 * CLOCK_BOOTTIME, which suspend does not stop and which cannot be set. Over
 * a reboot, where that begins anew, it goes on by as much as the wall clock did
 * between the last mark and now, and never backwards. So a wall clock that is
 * set forward opens no lock, and one set backward lengthens none by more than
 * the time the machine was off.
 */

/* Reads the machine's clocks; time is 0. 0 or GATE_EIO. */
int steady_read(struct store_steady *reading);

/* What the clock says at a reading, by the mark of an earlier one; by none,
 * all zero, it begins at the wall clock's time. */
int64_t steady_time(
    const struct store_steady *mark, const struct store_steady *reading);

/*
 * The time now, with the mark in the store, which is moved where it is older
 * than STEADY_MARK_EVERY: within store_write, or store_read, where it is not
 * moved, at the price of a mark that is older at the next reboot.
 */
#define STEADY_MARK_EVERY 30
int steady_now(struct store_tx *tx, int64_t *now);
int steady_look(struct store_tx *tx, int64_t *now);

/* The same, and moves the mark whatever its age: for whose transaction has to
 * write as much for everybody. */
int steady_mark(struct store_tx *tx, int64_t *now);

#endif
