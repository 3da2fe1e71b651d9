/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_AUDIT_H
#define GATEHOUSED_AUDIT_H

#include <stdint.h>
#include <sys/types.h>

#include "lib/reason.h"

/*
 * The audit log: one JSON line for each decision, to syslog, to standard error
 * or to a file. It never holds a secret or an assertion.
 */
struct audit;

/* One decision. Texts may be NULL: they are left out then. */
struct audit_event {
	const char *verb;
	const char *user;
	const char *address;
	const char *service;
	const char *session;
	const char *method;
	const char *issuer;
	const char *step;
	uid_t peer_uid;
	pid_t peer_pid;
	enum reason reason; /* REASON_NONE: granted */
	const char *detail;
};

/*
 * to is "syslog", "stderr" or an absolute path; a file is made with mode 0600
 * and appended to, a symbolic link is refused. 0, or GATE_EIO (errno).
 */
int audit_new(struct audit **audit, const char *to);
void audit_free(struct audit **audit);

/* Opens it anew, after a rotation or for another place. */
int audit_reopen(struct audit *audit, const char *to);

/*
 * Writes one line. A line that cannot be written is told to the daemon's own
 * log; the record of the sign-in itself is in the store.
 */
void audit_write(struct audit *audit, const struct audit_event *event);

#endif
