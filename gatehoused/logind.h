/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_LOGIND_H
#define GATEHOUSED_LOGIND_H

#include <stddef.h>

#include "gatehoused/leader.h"
#include "session/activity.h"

/*
 * Sessions as systemd-logind(8) keeps them, where there is one. It is asked by
 * loginctl(1), for a few seconds at most: so no thread may that others wait
 * for.
 */
#define LOGIND_ID_MAX 32

struct logind {
	char id[LOGIND_ID_MAX]; /* "": none */
	int has_screen;         /* that can be locked: X11, Wayland */
};

/*
 * The session that this process is the leader of for logind too: one that runs
 * su(1) is in a session of somebody else. 0, or GATE_ENOTFOUND and no id.
 */
int logind_find(const struct leader *leader, struct logind *logind);

/* Ends sessions, with all that is left in them; those that have no id, or that
 * logind has forgotten, are left out. */
void logind_end(const struct logind *logind, size_t count);

/* Has the session's screen locked: 0, GATE_ENOTFOUND where it has none, or
 * GATE_EIO, which was logged. */
int logind_lock(const struct logind *logind);

/*
 * What the desktop of a session that has a screen says of it: is_idle and since
 * of *hint, the rest of which is the caller's. 0; GATE_ENOTFOUND where it has
 * no screen or is no more; GATE_EIO; GATE_EINVAL as below.
 */
int logind_hint(const struct logind *logind, struct activity_hint *hint);

/* The same, of what loginctl has printed: 0, or GATE_EINVAL for what does
 * not say both, once each. */
int logind_read_hint(const char *text, struct activity_hint *hint);

/* Nonzero where logind keeps sessions, as far as can be seen. */
int logind_runs(void);

#endif
