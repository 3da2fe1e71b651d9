/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef BENCH_H
#define BENCH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Rows of the bench table, printed as tab-separated lines that tests/bench/run
 * turns into the table and into bench.json:
 *
 *	name unit value baseline ratio target
 */
void bench_row(const char *name, const char *unit, double value,
    double baseline, const char *target);

/* Microseconds of this process's CPU time, and of the monotonic clock. */
double bench_cpu_us(void);
double bench_wall_us(void);

/* The median; sorts the values. */
double bench_median(double *values, size_t count);

/* Reads a whole file or ends the program with a sentence. */
char *bench_read(const char *path, size_t *size);

#endif
