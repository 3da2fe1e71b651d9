/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_BEAT_H
#define GATEHOUSED_BEAT_H

/*
 * Something that is done once a second, in a thread of its own: at full seconds
 * of CLOCK_BOOTTIME, and where one takes longer, at the next that comes.
 */
struct beat;

typedef void beat_do(void *data);

/* 0, GATE_ENOMEM, or GATE_EIO where there is no thread. */
int beat_new(struct beat **beat, beat_do *what, void *data);

/* Waits for what is under way. */
void beat_free(struct beat **beat);

#endif
