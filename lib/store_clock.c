/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_tx.h"

int
store_clock_get(struct store_tx *tx, int64_t *wall)
{
	*wall = 0;
	return store_run(
	    tx, SQL_CLOCK_GET, NULL, 0, store_number_row, wall, NULL);
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
