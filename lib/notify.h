/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_NOTIFY_H
#define GATE_NOTIFY_H

/* Tells the service manager a state such as "READY=1" (sd_notify(3)'s
 * protocol); does nothing where there is none. */
void notify_state(const char *state);

#endif
