/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_COVERING_H
#define IPWHITELIST_COVERING_H

#include "ipwhitelist/source.h"

/*
 * How what two rules ask is related. Both answers are sure if they are nonzero;
 * 0 may also mean that it is not known.
 */

/* Nonzero if one holds whenever the other does. */
int covering_covers(const struct condition *one, const struct condition *other);

/* Nonzero if both never hold at once. */
int covering_excludes(
    const struct condition *one, const struct condition *other);

#endif
