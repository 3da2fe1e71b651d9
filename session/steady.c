/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/steady.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

int
steady_read(struct store_steady *reading)
{
	ssize_t n = -1;
	int fd;

	memset(reading, 0, sizeof(*reading));
	fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return GATE_EIO;
	n = read(fd, reading->boot, sizeof(reading->boot) - 1);
	close(fd);
	if (n <= 0)
		return GATE_EIO;
	reading->boot[strcspn(reading->boot, "\n")] = '\0';
	reading->boot_time = clock_boot_ms() / 1000;
	reading->wall = clock_wall();
	return 0;
}

int64_t
steady_time(const struct store_steady *mark, const struct store_steady *reading)
{
	int64_t passed = reading->boot_time - mark->boot_time;

	if (mark->time == 0)
		return reading->wall > 0 ? reading->wall : 1;
	/* another boot; or a container, whose clock is its own */
	if (strcmp(mark->boot, reading->boot) != 0 || passed < 0)
		passed = reading->wall - mark->wall;
	return mark->time + (passed > 0 ? passed : 0);
}

static int
look(struct store_tx *tx, struct store_steady *mark,
    struct store_steady *reading)
{
	int r = store_steady_get(tx, mark);

	if (r == 0)
		r = steady_read(reading);
	if (r == 0)
		reading->time = steady_time(mark, reading);
	return r;
}

int
steady_look(struct store_tx *tx, int64_t *now)
{
	struct store_steady mark, reading;
	int r = look(tx, &mark, &reading);

	*now = reading.time;
	return r;
}

int
steady_mark(struct store_tx *tx, int64_t *now)
{
	struct store_steady mark, reading;
	int r = look(tx, &mark, &reading);

	*now = reading.time;
	return r == 0 ? store_steady_put(tx, &reading) : r;
}

int
steady_now(struct store_tx *tx, int64_t *now)
{
	struct store_steady mark, reading;
	int r = look(tx, &mark, &reading);

	*now = reading.time;
	if (r == 0 &&
	    (strcmp(mark.boot, reading.boot) != 0 ||
		reading.time - mark.time >= STEADY_MARK_EVERY ||
		reading.boot_time < mark.boot_time))
		r = store_steady_put(tx, &reading);
	return r;
}
