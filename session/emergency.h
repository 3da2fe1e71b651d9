/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_EMERGENCY_H
#define SESSION_EMERGENCY_H

#include "lib/reason.h"
#include "lib/store_fallback.h"
#include "session/handle.h"

/*
 * An emergency pass: one way in, once, for one user, for when neither IdP nor
 * second factor is to be had (emergency access procedure, 45 CFR
 * 164.312(a)(2)(ii)). An administrator issues it, for a reason that stays on
 * record. Only the SHA-256 of its token is kept.
 */
#define EMERGENCY_PREFIX       "ge-"
#define EMERGENCY_SIZE         HANDLE_SIZE
#define EMERGENCY_LIFETIME_MIN 60
#define EMERGENCY_LIFETIME_MAX (24 * 60 * 60)

/* What an administrator asks for. */
struct emergency_order {
	const char *user;
	const char *reason; /* one line, not blank */
	const char *issued_by;
	int64_t lifetime; /* seconds */
};

/*
 * Issues a pass at now (epoch seconds): the row for store_pass_put, and the
 * token, shown once. 0; GATE_EINVAL where user, issued_by or reason are
 * empty, blank, not UTF-8 or have control characters, GATE_ETOOBIG where they
 * are too long, GATE_EINVAL for a lifetime out of range; GATE_EIO.
 */
int emergency_issue(const struct emergency_order *order, int64_t now,
    struct store_pass *pass, char token[EMERGENCY_SIZE]);

/* The hash of what somebody shows; GATE_EINVAL if it is no pass. */
int emergency_hash(const char *token, uint8_t hash[STORE_HASH_SIZE]);

/*
 * Is the pass on record good for this user at now? 0, or GATE_EREFUSED. It is
 * used up by store_pass_use, in the transaction that lets in: of two who show
 * it at once, one gets in.
 */
int emergency_judge(const struct store_pass *pass, const char *user,
    int64_t now, struct refusal *refusal);

#endif
