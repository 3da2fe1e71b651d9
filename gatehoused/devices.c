/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/devices.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/network.h"

static_assert(
    DEVICE_HASH_SIZE == STORE_HASH_SIZE, "a device is found by its hash");

static int
fill(const struct device_binding *binding, const struct device *device,
    struct store_device *row)
{
	struct address home;

	*row = (struct store_device){ .created = device->created,
		.expires = device->expires };
	memcpy(row->hash, device->hash, sizeof(row->hash));
	network_home(binding->address, &home);
	address_text(&home, row->address);
	if ((size_t)snprintf(row->user, sizeof(row->user), "%s",
		binding->user) >= sizeof(row->user) ||
	    (size_t)snprintf(row->service, sizeof(row->service), "%s",
		binding->service) >= sizeof(row->service))
		return GATE_ETOOBIG;
	return 0;
}

int
devices_put(
    struct store_tx *tx, const struct device_binding *binding, int64_t lifetime)
{
	const int64_t now = clock_wall();
	struct device device;
	struct store_device row;
	int r = device_remember(binding, now, now + lifetime, NULL, &device);

	if (r == 0)
		r = fill(binding, &device, &row);
	if (r == 0)
		r = store_device_put(tx, &row);
	return r == 0 ? store_clock_raise(tx, now) : r;
}

int
devices_find(
    struct store_tx *tx, const struct device_binding *binding, int *remembered)
{
	uint8_t hash[DEVICE_HASH_SIZE];
	struct store_device row;
	struct device device;
	int64_t seen;
	int r = device_hash(binding, NULL, hash);

	*remembered = 0;
	if (r == 0)
		r = store_device_get(tx, hash, &row);
	if (r == 0)
		r = store_clock_get(tx, &seen);
	if (r != 0)
		return r == GATE_ENOTFOUND ? 0 : r;
	device =
	    (struct device){ .created = row.created, .expires = row.expires };
	memcpy(device.hash, row.hash, sizeof(device.hash));
	*remembered = device_is_remembered(&device, hash, clock_wall(), seen);
	return 0;
}
