/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/clock.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static int64_t
read_ms(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
clock_mono_ms(void)
{
	return read_ms(CLOCK_MONOTONIC);
}

int64_t
clock_boot_ms(void)
{
	return read_ms(CLOCK_BOOTTIME);
}

int64_t
clock_wall(void)
{
	/* not time(2): its coarse clock may lag behind an earlier reading */
	return read_ms(CLOCK_REALTIME) / 1000;
}

int
clock_left_ms(int64_t deadline)
{
	int64_t now = clock_mono_ms();

	/* compared first: the difference to a far past would overflow */
	if (deadline <= now)
		return 0;
	return deadline - now > INT_MAX ? INT_MAX : (int)(deadline - now);
}

void
clock_sleep_until(int64_t time)
{
	const struct timespec until = { .tv_sec = time / 1000,
		.tv_nsec = time % 1000 * 1000000 };

	while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL) ==
	    EINTR)
		;
}

void
clock_text(int64_t epoch, char text[CLOCK_TEXT_SIZE])
{
	time_t t = (time_t)epoch;
	struct tm tm;

	if (epoch <= 0 || gmtime_r(&t, &tm) == NULL ||
	    strftime(text, CLOCK_TEXT_SIZE, "%Y-%m-%dT%H:%M:%SZ", &tm) == 0)
		memcpy(text, "-", 2);
}
