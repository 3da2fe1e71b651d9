/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LOADING_H
#define GATEHOUSED_LOADING_H

#include "gatehoused/gate.h"

/*
 * At a start, into the gate's presence, which is empty: all sessions that are
 * open on record, with the limits of the policy in force. After a boot, those
 * that a process stood for are ended as "gone" instead. *unsettled is nonzero
 * if there are some whose persons could not be looked at again: they have their
 * old limits. 0, or an error of the store, GATE_ENOMEM, GATE_EIO.
 */
int loading_run(struct gate *gate, int has_rebooted, int *unsettled);

#endif
