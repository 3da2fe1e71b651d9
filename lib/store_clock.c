/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

static int
clock_row(const struct store_value *columns, size_t count, void *wall)
{
	if (count != 1 || columns[0].type != STORE_NUMBER)
		return GATE_ESTORE;
	*(int64_t *)wall = columns[0].number;
	return 0;
}

int
store_clock_get(struct store_tx *tx, int64_t *wall)
{
	*wall = 0;
	return store_run(tx, SQL_CLOCK_GET, NULL, 0, clock_row, wall, NULL);
}

int
store_clock_raise(struct store_tx *tx, int64_t wall)
{
	return store_run(tx, SQL_CLOCK_RAISE, STORE_PARAMS(store_number(wall)),
	    NULL, NULL, NULL);
}

int
store_clock_set(struct store_tx *tx, int64_t wall)
{
	return store_run(tx, SQL_CLOCK_SET, STORE_PARAMS(store_number(wall)),
	    NULL, NULL, NULL);
}
