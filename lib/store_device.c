/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_device, member)

static const struct store_field device_fields[] = {
	FIELD(FIELD_BYTES, hash),
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_TEXT, service),
	FIELD(FIELD_TEXT, address),
	FIELD(FIELD_INT64, created),
	FIELD(FIELD_INT64, expires),
};
static const struct store_shape device_shape =
    STORE_SHAPE(struct store_device, device_fields);

int
store_device_put(struct store_tx *tx, const struct store_device *device)
{
	int r;

	if (device->user[0] == '\0')
		return GATE_EINVAL;
	r = store_keep(tx, SQL_DEVICE_PUT, &device_shape, device, GATE_ESTORE);
	if (r != 0)
		return r;
	return store_run(tx, SQL_DEVICE_TRIM,
	    STORE_PARAMS(store_text(device->user),
		store_bytes(device->hash, STORE_HASH_SIZE),
		store_number(STORE_DEVICES_MOST - 1)),
	    NULL, NULL, NULL);
}

int
store_device_get(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_device *device)
{
	return store_fetch(tx, SQL_DEVICE_GET,
	    STORE_PARAMS(store_bytes(hash, STORE_HASH_SIZE)), &device_shape,
	    device);
}

int
store_device_count(
    struct store_tx *tx, const char *user, int64_t now, int64_t *count)
{
	*count = 0;
	return store_run(tx, SQL_DEVICE_COUNT,
	    STORE_PARAMS(store_text(user), store_number(now)), store_number_row,
	    count, NULL);
}

int
store_device_forget(struct store_tx *tx, const char *user, int64_t *dropped)
{
	return store_run(tx, SQL_DEVICE_FORGET, STORE_PARAMS(store_text(user)),
	    NULL, NULL, dropped);
}
