/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CODES_H
#define GATE_CODES_H

#include "lib/protocol.h"

/* The hooks that ask the daemon. */
enum hook {
	HOOK_AUTHENTICATE,
	HOOK_ACCOUNT,
	HOOK_OPEN,
	HOOK_CLOSE,
	HOOK_CHAUTHTOK,
	HOOK_COUNT
};

/*
 * The PAM return code of an outcome, one of those that pam_sm_authenticate(3)
 * and its siblings allow the hook. PAM_SUCCESS for OUTCOME_GRANTED alone,
 * PAM_IGNORE never: an outcome out of range counts as OUTCOME_UNAVAILABLE.
 */
int codes_pam(enum hook hook, enum outcome outcome);

#endif
