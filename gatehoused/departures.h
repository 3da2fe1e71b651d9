/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_DEPARTURES_H
#define GATEHOUSED_DEPARTURES_H

#include <stddef.h>
#include <stdint.h>

#include "gatehoused/gate.h"

/*
 * Sessions that are to end because of what the gate itself has found, such as
 * that their time is over: on record first, many in one transaction, then the
 * processes that hold them. Nobody who adds one waits for a disk or a process.
 * What cannot be put on record is tried again each second.
 */
struct departures;

/*
 * 0, GATE_ENOMEM, or an error of the store; the gate must live as long. Begins
 * with the processes of sessions that ended on record before this start, and
 * that nobody could end any more: before any other session ends.
 */
int departures_new(struct departures **departures, struct gate *gate);

/* Does what is to be done still, each thing once, and as fast as it can be. */
void departures_free(struct departures **departures);

/*
 * A session ends soon; reason is a literal, for the record, and last its last
 * activity, 0 for one that is in the table of those present. 0, GATE_ENOMEM or
 * GATE_EIO, where nothing comes of it.
 */
int departures_add(struct departures *departures, const char *reason,
    const char *id, int64_t last);

/* The same for all of a user's that have not ended, signed in or open. */
int departures_add_user(
    struct departures *departures, const char *reason, const char *user);

/* The process of one that has ended, of which the audit log has been told, is
 * to end soon; the same errors. */
int departures_hang_up(struct departures *departures, const char *id);

/* How many are not on record yet / hold a process that is to end. */
void departures_count(
    struct departures *departures, size_t *unrecorded, size_t *held);

#endif
