/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_CONCURRENT_H
#define GATEHOUSED_CONCURRENT_H

#include "gatehoused/ending.h"

/*
 * [session] concurrent_action = end_oldest: who opens one session too many ends
 * his oldest ones.
 */

/*
 * Within the transaction that opens session: ends as many of its user's other
 * sessions that no more go on than the policy allows. 0 or an error of the
 * store.
 */
int concurrent_end(struct ending *ending, struct store_tx *tx,
    struct gate *gate, const struct policy *policy,
    const struct store_session *session);

/*
 * After the commit: they are refused from now on; their processes are hung up
 * on later, as nobody waits for them. Takes what is in ending.
 */
void concurrent_hang_up(
    struct ending *ending, struct gate *gate, const struct peer *by);

#endif
