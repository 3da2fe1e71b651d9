/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_REGARD_H
#define GATEHOUSED_REGARD_H

#include "gatehoused/gate.h"

/*
 * Looking at persons again whose sessions go on: at their groups and the
 * attributes that were kept, for what the rules of [idle] ask now and did not
 * ask when they signed in.
 */
#define REGARD_MAX 64

/*
 * Looks at those of these sessions that are open still, at most REGARD_MAX, and
 * gives them their limits, in the table and on record. 0, or the first error:
 * the others have theirs all the same. Blocks; not within a transaction.
 */
int regard_again(
    struct gate *gate, const char (*ids)[STORE_SESSION_ID_MAX], size_t count);

#endif
