/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_HOLDS_H
#define GATEHOUSED_HOLDS_H

#include "gatehoused/gate.h"

/*
 * Puts the holds that are on record back into the table, once its sessions are
 * there and before any of them is ended: so that a restart ends no call. Those
 * of sessions that are not there are left out. 0, or an error of the store.
 */
int holds_load(struct gate *gate);

#endif
