/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "session/steady.h"

#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"

#define BOOT_ID "/proc/sys/kernel/random/boot_id"

/* No process outlives its boot. */
static char boot_id[STORE_BOOT_MAX];

static void
read_boot_id(void)
{
	int fd = open(BOOT_ID, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd == -1)
		return;
	n = read(fd, boot_id, sizeof(boot_id) - 1);
	close(fd);
	boot_id[n > 0 ? strcspn(boot_id, "\n") : 0] = '\0';
}

int
steady_read(struct store_steady *reading)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	memset(reading, 0, sizeof(*reading));
	pthread_once(&once, read_boot_id);
	if (boot_id[0] == '\0')
		return GATE_EIO;
	memcpy(reading->boot, boot_id, sizeof(reading->boot));
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

	reading->time = 0;
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
