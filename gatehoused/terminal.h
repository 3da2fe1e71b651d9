/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_TERMINAL_H
#define GATEHOUSED_TERMINAL_H

#include <stdint.h>
#include <sys/types.h>

#include "gatehoused/leader.h"
#include "gatehoused/process.h"
#include "session/activity.h"

/*
 * A terminal device, and the process by which it is known to be a session's.
 *
 * Names and numbers of terminals are used again at once, and an application
 * may say what it likes, or nothing: sshd opens its PAM session before there is
 * a terminal, and says "ssh". What the kernel says cannot be mistaken: that it
 * controls a process which the session's leader is an ancestor of, or is. As
 * long as that process has it nobody else can. So its owner does not matter,
 * who in su(1) is not the session's user anyway.
 */
struct terminal {
	dev_t device;
	struct leader holder;
	struct activity_look look; /* the last one */
};

/* The device of this name, PAM_TTY's ("tty1", "pts/3", "/dev/pts/3"); 0 for
 * whatever is no terminal, such as "ssh", "cron" or ":0". */
dev_t terminal_named(const char *name);

/*
 * The one that controls this process, not looked at yet: 0, or GATE_ENOTFOUND
 * where it has none, or one of another world: in a container the same number is
 * another terminal.
 */
int terminal_of(const struct process *process, struct terminal *terminal);

/*
 * Looks whether there was input since the look before, of which the first is
 * but the beginning. 0, and *when it was by the steady clock, which is now, or
 * ACTIVITY_NONE; GATE_ENOTFOUND: it is not the session's any more.
 */
int terminal_look(struct terminal *terminal, int64_t now, int64_t *when);

/*
 * Shows a line of text, if that is possible without waiting: 0,
 * GATE_ENOTFOUND as above, or GATE_EIO (errno) where it does not take it, as
 * with mesg(1) set to no.
 */
int terminal_tell(const struct terminal *terminal, const char *text);

#endif
