/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_RANGE_H
#define IPWHITELIST_RANGE_H

#include <stddef.h>

#include "lib/network.h"

/* The most networks that a range is cut into: two for each bit. */
#define RANGE_MAX 256

/*
 * The networks that have all addresses from first to last and no others, the
 * least number of them (RFC 4632, 5.1). Both ends are of one family and in
 * order, else none. An IPv6 range around the mapped addresses has no IPv4 in
 * it. How many there are.
 */
size_t range_networks(const struct address *first, const struct address *last,
    struct network networks[RANGE_MAX]);

#endif
