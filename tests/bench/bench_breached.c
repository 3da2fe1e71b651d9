/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * bench_breached DIR ENTRIES: one lookup among so many stolen passwords, which
 * are spread as hashes are, beside reading 8 bytes of that file at random; with
 * the file in memory, and with none of it there. Interleaved; medians.
 */
#include <err.h>
#include <fcntl.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "password/breached.h"
#include "password/breached_import.h"
#include "tests/bench/bench.h"

#define LOOKUPS 10000
#define COLD    200 /* of them, with nothing in memory */

/* A number from 0 to 1, neither of them. */
static double
draw(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return ((double)(*state >> 11) + 0.5) / 9007199254740992.0;
}

/*
 * A file of so many entries, brought in as the published lists are: in order.
 * Of hashes, which are spread evenly, the steps from one to the next are
 * exponentially distributed.
 */
static void
make_breached(const char *path, uint64_t entries)
{
	struct breached_import *import = NULL;
	uint64_t i, state = 88172645463325252u, entry = 0, count;
	double step = 18446744073709551616.0 / ((double)entries * 1.001);
	char line[41];

	if (breached_import_new(&import, path, BREACHED_IMPORT_ENTRIES) != 0)
		err(1, "%s", path);
	for (i = 0; i < entries; i++) {
		entry += (uint64_t)(-log(draw(&state)) * step) + 1;
		snprintf(line, sizeof(line), "%016llX%024d",
		    (unsigned long long)entry, 0);
		if (breached_import_line(import, NULL, line, 40) != 0)
			err(1, "%s", path);
	}
	if (breached_import_finish(import, &count) != 0)
		err(1, "%s", path);
	if (count != entries)
		errx(1, "%s: %llu entries", path, (unsigned long long)count);
	breached_import_free(&import);
}

/* The file, and what is measured of it. */
struct stolen {
	const char *path;
	int fd;
	struct breached *breached;
	uint64_t state; /* of chance */
	double lookup[LOOKUPS];
	double read[LOOKUPS];
};

static void
open_stolen(struct stolen *stolen)
{
	char why[256];

	if ((stolen->fd = open(stolen->path, O_RDONLY | O_CLOEXEC)) == -1)
		err(1, "%s", stolen->path);
	if (breached_open(&stolen->breached, stolen->path, why, sizeof(why)) !=
	    0)
		errx(1, "%s: %s", stolen->path, why);
}

static void
close_stolen(struct stolen *stolen)
{
	breached_free(&stolen->breached);
	close(stolen->fd);
}

/* Nothing of the file is in memory; the kernel keeps what somebody maps. */
static void
make_cold(struct stolen *stolen)
{
	close_stolen(stolen);
	if ((stolen->fd = open(stolen->path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    fsync(stolen->fd) != 0 ||
	    posix_fadvise(stolen->fd, 0, 0, POSIX_FADV_DONTNEED) != 0)
		err(1, "%s", stolen->path);
	close(stolen->fd);
	open_stolen(stolen);
	(void)posix_fadvise(stolen->fd, 0, 0, POSIX_FADV_RANDOM);
}

static void
look_up(struct stolen *stolen, int i)
{
	char one[32];
	double start;

	snprintf(one, sizeof(one), "password %d", i);
	start = bench_wall_us();
	if (breached_has(stolen->breached, one) != 0)
		errx(1, "%s is found, and was not put in", one);
	stolen->lookup[i] = bench_wall_us() - start;
}

static void
read_one(struct stolen *stolen, int i)
{
	uint64_t entry, count = breached_count(stolen->breached);
	off_t at = (off_t)(draw(&stolen->state) * (double)count) * 8;
	double start = bench_wall_us();

	if (pread(stolen->fd, &entry, sizeof(entry),
		BREACHED_HEADER_SIZE + at) != sizeof(entry))
		err(1, "%s", stolen->path);
	stolen->read[i] = bench_wall_us() - start;
}

static void
report(const char *name, struct stolen *stolen, size_t count)
{
	bench_row(name, "us", bench_median(stolen->lookup, count),
	    bench_median(stolen->read, count), "<= 1000 us");
}

static void
measure(const char *dir, uint64_t entries)
{
	static struct stolen stolen = { .state = 88172645463325252u };
	char path[4096];
	int i;

	snprintf(path, sizeof(path), "%s/breached", dir);
	stolen.path = path;
	make_breached(path, entries);
	open_stolen(&stolen);
	/* it has just been written, and is in memory */
	for (i = 0; i < LOOKUPS; i++) {
		look_up(&stolen, i);
		read_one(&stolen, i);
	}
	report("password_breached", &stolen, LOOKUPS);
	for (i = 0; i < COLD; i++) {
		make_cold(&stolen);
		look_up(&stolen, i);
		make_cold(&stolen);
		read_one(&stolen, i);
	}
	report("password_breached_cold", &stolen, COLD);
	close_stolen(&stolen);
	unlink(path);
}

int
main(int argc, char **argv)
{
	if (argc != 3)
		errx(2, "DIR ENTRIES");
	measure(argv[1], strtoull(argv[2], NULL, 10));
	return 0;
}
