/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SCREENS_H
#define GATEHOUSED_SCREENS_H

#include "gatehoused/gate.h"

/*
 * Looks at the sessions that have a screen, as logind knows: what the desktop
 * there says of the person, its idle hint, touches the session. No other sees
 * the keyboard of a desktop. In a thread of its own: logind is waited for.
 */
struct screens;

/* Starts it: 0, GATE_ENOMEM, or GATE_EIO where there is no thread. The gate and
 * its shells must live as long. */
int screens_new(struct screens **screens, struct gate *gate);

/* Waits for the one look that is under way. */
void screens_free(struct screens **screens);

#endif
