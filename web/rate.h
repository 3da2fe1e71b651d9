/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_RATE_H
#define WEB_RATE_H

#include <stdint.h>

#include "lib/address.h"

/*
 * How often something may be begun from one address: so many times a minute,
 * and as many at once. What is counted as one address is an IPv4 address or an
 * IPv6 network of 64 bits, which one machine has to itself. Threads share it;
 * its memory does not grow.
 */
struct rate;

/* 0; GATE_ENOMEM, GATE_EIO. */
int rate_new(struct rate **rate, int64_t per_minute);
void rate_free(struct rate **rate);

/* Counts one more at a time of clock_mono_ms: 0; GATE_EREFUSED if that is too
 * many, and then it does not count. */
int rate_take(struct rate *rate, const struct address *address, int64_t now);

/* What is counted as one address. */
uint64_t rate_network(const struct address *address);

#endif
