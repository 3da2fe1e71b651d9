/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_DEMAND_H
#define TWOFACTOR_DEMAND_H

#include <stddef.h>

#include "lib/address.h"

/*
 * When a second factor is asked for, beside the password: of everybody and
 * everywhere, unless the administrator has said less. Rules are never changed
 * once made, so that any number of threads may look at them.
 */
struct demand_rules;

/* Of whom it might be asked. */
struct demand_login {
	const char *user;
	const char *service;
	const struct address *address; /* NULL: unknown, in no network */
	int remembered;                /* by device_is_remembered */
	/* Nonzero where the user is in the group, and where nobody can tell.
	 * Only asked where a rule names one; NULL: in none. */
	int (*in_group)(const char *group, void *data);
	void *data;
};

enum demand {
	DEMAND_CODE = 0,     /* ask */
	DEMAND_SKIPPED,      /* the address is in a network of skip_from */
	DEMAND_NOT_REQUIRED, /* required_for names others */
	DEMAND_REMEMBERED,   /* a code was shown with this device */
};

/*
 * Makes rules of two texts, blank-separated words each:
 *
 *	skip_from     networks that it is not asked from, as 10.0.0.0/8
 *	required_for  group:NAME, user:NAME, service:NAME: who it is asked
 *	              of, nobody else; "": everybody
 *
 * 0, GATE_ENOMEM; GATE_ECONFIG, and why says which word of which key is wrong.
 * A network of prefix length 0 is wrong: it would switch the factor off by a
 * slip.
 */
int demand_rules_new(struct demand_rules **rules, const char *skip_from,
    const char *required_for, char *why, size_t why_size);
void demand_rules_free(struct demand_rules **rules);

/*
 * Decides: from a network of skip_from it is asked of nobody at all, and
 * nothing else is looked at, so that the missing question tells nothing there;
 * elsewhere of whom required_for names, unless the device is remembered, which
 * depends on the user: leave it out only after a right password. NULL rules
 * ask. *by, if by is not NULL, is the word that decided, the rules' own, ""
 * where none did.
 */
enum demand demand_decide(const struct demand_rules *rules,
    const struct demand_login *login, const char **by);

/*
 * Nonzero if the rules ask the user for a code wherever it is and for whatever
 * service: login's service, address and remembered are not looked at.
 */
int demand_is_general(
    const struct demand_rules *rules, const struct demand_login *login);

#endif
