/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_ARGUMENTS_H
#define GATE_ARGUMENTS_H

#include <security/pam_modules.h>

#include "lib/protocol.h"

#define ARGUMENTS_TIMEOUT     10 /* seconds */
#define ARGUMENTS_TIMEOUT_MAX 60

/* Sets of steps, for what a hook takes. */
#define STEP_BIT(step) (1u << (step))

/* In such a set: the line is one of the type session. */
#define STEP_OF_SESSION STEP_BIT(31)

/* What stands behind pam_gatehouse.so on a line of a PAM stack. */
struct arguments {
	enum step step;
	const char *socket; /* belongs to argv, or is static */
	int timeout;        /* seconds for each answer of the daemon */
	int debug;
	int enroll;   /* of the step otp: who has no second factor gets one */
	int detached; /* of a session line: no process stands for a session */
};

/*
 * Reads the arguments of a line; steps is the set of those that the hook
 * knows. 0, or GATE_EINVAL, told in the system's log, for an unknown argument,
 * a bad value, two keywords, or a keyword of another hook: the line is then to
 * fail, for nobody knows what it was meant to check.
 */
int arguments_parse(struct arguments *arguments, pam_handle_t *pamh,
    unsigned int steps, int argc, const char **argv);

#endif
