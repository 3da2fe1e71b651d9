/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_SPAN_H
#define GATEHOUSECTL_SPAN_H

#include <stdint.h>

/* Room for any span as text, and its NUL. */
#define SPAN_TEXT_SIZE 32

/*
 * Writes how long so many milliseconds are, in the two largest units that say
 * it, rounded down: "42s", "14m37s", "3h12m", "2d4h". "-" for less than 0,
 * which is none.
 */
void span_text(int64_t milliseconds, char text[SPAN_TEXT_SIZE]);

#endif
