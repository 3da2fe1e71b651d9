/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_SCRATCH_STORE_H
#define GATE_TESTS_SCRATCH_STORE_H

#include "lib/store.h"
#include "tests/unit/scratch.h"

/* A scratch folder with an empty store in it, for each test. */
static struct store *store;

static int
store_setup(void **state)
{
	struct store_options options = { .engine = "sqlite" };
	char why[256];

	if (scratch_setup(state) != 0)
		return -1;
	options.path = scratch_path("gate.db");
	return store_open(&store, &options, why, sizeof(why));
}

static int
store_teardown(void **state)
{
	store_free(&store);
	return store == NULL ? scratch_teardown(state) : -1;
}

#endif
