/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CLOCK_H
#define GATE_CLOCK_H

#include <stdint.h>

/* Milliseconds of CLOCK_MONOTONIC: what deadlines are reckoned in. */
int64_t clock_mono_ms(void);

/* Milliseconds of CLOCK_BOOTTIME, which suspend does not stop: idle time. */
int64_t clock_boot_ms(void);

/* Seconds since the epoch: SAML times and the ages of records only. */
int64_t clock_wall(void);

/*
 * Milliseconds left until deadline (clock_mono_ms), as poll(2) wants them:
 * 0 when it has passed, never negative, capped at INT_MAX.
 */
int clock_left_ms(int64_t deadline);

/* Sleeps until a time of clock_mono_ms; returns at once where it is past. */
void clock_sleep_until(int64_t time);

/* Room for "2026-11-22T03:25:43Z" and its NUL. */
#define CLOCK_TEXT_SIZE 21

/* Writes an epoch time as RFC 3339 in UTC; "-" for zero or less. */
void clock_text(int64_t epoch, char text[CLOCK_TEXT_SIZE]);

#endif
