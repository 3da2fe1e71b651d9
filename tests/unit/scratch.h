/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_SCRATCH_H
#define GATE_TESTS_SCRATCH_H

#include <ftw.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * A folder of its own for each test, below TMPDIR or /tmp, with mode 0700:
 * give scratch_setup and scratch_teardown to cmocka_unit_test_setup_teardown.
 * Included by one test program each, hence static.
 */
static char scratch[PATH_MAX - 64];

static int
scratch_setup(void **state)
{
	const char *top = getenv("TMPDIR");
	int n;

	(void)state;
	n = snprintf(scratch, sizeof(scratch), "%s/gate.XXXXXX",
	    top != NULL && top[0] == '/' ? top : "/tmp");
	if (n < 0 || (size_t)n >= sizeof(scratch))
		return -1;
	return mkdtemp(scratch) == NULL ? -1 : 0;
}

static int
scratch_remove(
    const char *path, const struct stat *st, int type, struct FTW *walk)
{
	(void)st;
	(void)type;
	(void)walk;
	return remove(path);
}

static int
scratch_teardown(void **state)
{
	(void)state;
	return nftw(scratch, scratch_remove, 8, FTW_DEPTH | FTW_PHYS);
}

/* The path of name in the folder; lives until the fourth call after. */
static __attribute__((unused)) const char *
scratch_path(const char *name)
{
	static char paths[4][PATH_MAX];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, PATH_MAX, "%s/%s", scratch, name);
	return path;
}

#endif
