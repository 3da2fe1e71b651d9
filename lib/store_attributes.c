/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/attributes.h"
#include "lib/error.h"
#include "lib/store_tx.h"

int
store_attributes_put(
    struct store_tx *tx, const char *owner, const uint8_t *bytes, size_t size)
{
	int64_t added;
	int r;

	if (owner[0] == '\0')
		return GATE_EINVAL;
	if (bytes == NULL)
		return 0;
	if (size > ATTRIBUTES_ENCODED_MAX)
		return GATE_ETOOBIG;
	r = store_run(tx, SQL_ATTRIBUTES_PUT,
	    STORE_PARAMS(store_text(owner), store_bytes(bytes, size)), NULL,
	    NULL, &added);
	if (r != 0)
		return r;
	return added == 1 ? 0 : GATE_EEXISTS;
}

struct kept {
	uint8_t *bytes;
	size_t size;
};

static int
kept_row(const struct store_value *columns, size_t count, void *data)
{
	struct kept *kept = data;

	if (count != 1 || columns[0].type != STORE_BYTES ||
	    columns[0].size == 0 || columns[0].size > ATTRIBUTES_ENCODED_MAX)
		return GATE_ESTORE;
	kept->bytes = malloc(columns[0].size);
	if (kept->bytes == NULL)
		return GATE_ENOMEM;
	memcpy(kept->bytes, columns[0].bytes, columns[0].size);
	kept->size = columns[0].size;
	return 0;
}

int
store_attributes_get(
    struct store_tx *tx, const char *owner, uint8_t **bytes, size_t *size)
{
	struct kept kept = { 0 };
	int r;

	r = store_run(tx, SQL_ATTRIBUTES_GET, STORE_PARAMS(store_text(owner)),
	    kept_row, &kept, NULL);
	if (r != 0) {
		free(kept.bytes);
		kept = (struct kept){ 0 };
	}
	*bytes = kept.bytes;
	*size = kept.size;
	return r;
}

int
store_attributes_move(struct store_tx *tx, const char *owner, const char *to)
{
	return store_run(tx, SQL_ATTRIBUTES_MOVE,
	    STORE_PARAMS(store_text(to), store_text(owner)), NULL, NULL, NULL);
}

int
store_attributes_drop(struct store_tx *tx, const char *owner)
{
	return store_run(tx, SQL_ATTRIBUTES_DROP,
	    STORE_PARAMS(store_text(owner)), NULL, NULL, NULL);
}
