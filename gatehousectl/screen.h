/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_SCREEN_H
#define GATEHOUSECTL_SCREEN_H

#include <stdint.h>

/*
 * The whole terminal, for what is drawn anew again and again. By the few
 * sequences that every terminal of today has (ECMA-48, and xterm's second
 * screen). One at a time.
 */
struct screen;

/*
 * Takes the terminal of standard input and output, which have to be one. 0 or
 * GATE_EIO. / Gives it back as it was. SIGINT, SIGTERM, SIGHUP, SIGQUIT,
 * SIGTSTP and SIGWINCH come by screen_wait in between.
 */
int screen_new(struct screen **screen);
void screen_free(struct screen **screen);

/* Columns and lines, as they are now. */
void screen_size(const struct screen *screen, int *columns, int *lines);

/* Begins a picture at the top left; what is printed then is on it, each line
 * ended by SCREEN_LINE but for the last. / It is whole, and shown. */
#define SCREEN_LINE "\033[K\n"
void screen_begin(struct screen *screen);
void screen_end(struct screen *screen);

/* Why screen_wait came back. */
enum screen_event {
	SCREEN_TIME, /* it is time (clock_mono_ms) */
	SCREEN_DRAW, /* the picture has to be drawn anew */
	SCREEN_QUIT, /* the person is done: q, a signal, or nobody is there */
};
enum screen_event screen_wait(struct screen *screen, int64_t until);

#endif
