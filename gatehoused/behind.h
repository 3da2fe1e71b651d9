/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_BEHIND_H
#define GATEHOUSED_BEHIND_H

#include "gatehoused/gate.h"

/*
 * Puts the activity of sessions on record, behind them: in one transaction a
 * second at most, by a thread of its own. What is lost of it ends a session
 * early, never late.
 */
struct behind;

/* 0, GATE_ENOMEM, or GATE_EIO where there is no thread. */
int behind_new(struct behind **behind, struct gate *gate);

/* Puts on record all that is not yet, and waits for it to be durable. */
void behind_free(struct behind **behind);

#endif
