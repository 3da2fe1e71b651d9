/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_RULES_H
#define PASSWORD_RULES_H

#include <stddef.h>

#include "lib/config.h"
#include "password/age.h"
#include "password/policy.h"

/* Everything that [password] says, ready to be applied. */
struct password_rules {
	/* for whom the password is all there is; for users who have a
	 * confirmed second factor too */
	struct password_policy policy, policy_mfa;
	struct age_policy age, age_mfa;
	size_t history; /* how many old ones may not come again */
	int cost;       /* of new verifiers */
	/* what the policies refer to */
	struct blocklist *blocklist;
	struct breached *breached;
	char *words;
};

/*
 * Makes the rules of a configuration, and loads the files that it names: 0; or
 * an error of blocklist_load or breached_open, GATE_EIO where there is no
 * dictionary and there should be one, GATE_ENOMEM; why gets a phrase that names
 * the key. Never changed once made: threads may share them.
 */
int password_rules_load(struct password_rules **rules,
    const struct config *config, char *why, size_t why_size);
void password_rules_free(struct password_rules **rules);

#endif
