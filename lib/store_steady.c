/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_steady, member)

static const struct store_field steady_fields[] = {
	FIELD(FIELD_TEXT, boot),
	FIELD(FIELD_INT64, boot_time),
	FIELD(FIELD_INT64, wall),
	FIELD(FIELD_INT64, time),
};
static const struct store_shape steady_shape =
    STORE_SHAPE(struct store_steady, steady_fields);

int
store_steady_get(struct store_tx *tx, struct store_steady *steady)
{
	int r;

	memset(steady, 0, sizeof(*steady));
	r = store_fetch(tx, SQL_STEADY_GET, NULL, 0, &steady_shape, steady);
	return r == GATE_ENOTFOUND ? 0 : r;
}

int
store_steady_put(struct store_tx *tx, const struct store_steady *steady)
{
	return store_keep(
	    tx, SQL_STEADY_PUT, &steady_shape, steady, GATE_ESTORE);
}
