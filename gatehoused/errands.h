/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_ERRANDS_H
#define GATEHOUSED_ERRANDS_H

/*
 * Work that nobody waits for, done in threads of its own: a few at once, the
 * rest in a row. The threads come with the first errand and stay.
 */
struct errands;

#define ERRANDS_THREADS 4
#define ERRANDS_WAITING 256

/*
 * Runs with data, which is its own to free. stop_fd is readable when the daemon
 * ends: one that waits for anything watches it too, and gives up. One that is
 * begun only then is handed it so from the start, and only has to tidy up.
 */
typedef void errand(void *data, int stop_fd);

/* 0, GATE_ENOMEM, or GATE_EIO (errno). */
int errands_new(struct errands **errands);

/* Has all that is under way give up, and waits for it. */
void errands_free(struct errands **errands);

/*
 * Takes one more, and does not wait: 0, or GATE_EFULL where ERRANDS_WAITING are
 * waiting, GATE_EIO, and data is still the caller's.
 */
int errands_add(struct errands *errands, errand *run, void *data);

#endif
