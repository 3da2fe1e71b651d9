/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_DEVICES_H
#define GATEHOUSED_DEVICES_H

#include <stdint.h>

#include "lib/store_fallback.h"
#include "twofactor/device.h"

/*
 * Remembered devices between the room that knows what they are and the store
 * that keeps them. PAM applications keep no token: here a device is the user,
 * the service and the network that it was a right code from.
 *
 * All of these are for a transaction of the store.
 */

/*
 * Remembers one from now on for lifetime seconds, which is a mark for the clock
 * (store_clock_raise). 0, GATE_EINVAL without an address, or an error of
 * device_remember or the store.
 */
int devices_put(struct store_tx *tx, const struct device_binding *binding,
    int64_t lifetime);

/* Whether one is remembered: 0 and *remembered, or an error of these. */
int devices_find(
    struct store_tx *tx, const struct device_binding *binding, int *remembered);

#endif
