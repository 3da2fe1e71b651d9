/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void
bench_row(const char *name, const char *unit, double value, double baseline,
    const char *target)
{
	printf("%s\t%s\t%.3f\t%.3f\t%.3f\t%s\n", name, unit, value, baseline,
	    baseline > 0 ? value / baseline : 0, target);
	fflush(stdout);
}

static double
read_us(clockid_t id)
{
	struct timespec ts;

	clock_gettime(id, &ts);
	return (double)ts.tv_sec * 1e6 + (double)ts.tv_nsec / 1e3;
}

double
bench_cpu_us(void)
{
	return read_us(CLOCK_PROCESS_CPUTIME_ID);
}

double
bench_wall_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

static int
compare(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

double
bench_median(double *values, size_t count)
{
	if (count == 0)
		errx(1, "nothing was measured");
	qsort(values, count, sizeof(*values), compare);
	return count % 2 ? values[count / 2]
			 : (values[count / 2 - 1] + values[count / 2]) / 2;
}

char *
bench_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "r");
	char *bytes = NULL;
	size_t room = 0;
	ssize_t n;

	if (file == NULL)
		err(1, "%s", path);
	n = getdelim(&bytes, &room, '\0', file);
	if (n < 0)
		errx(1, "%s is empty", path);
	while (n > 0 && bytes[n - 1] == '\n')
		bytes[--n] = '\0';
	fclose(file);
	*size = (size_t)n;
	return bytes;
}
