/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ACCESS_RULES_H
#define ACCESS_RULES_H

#include <stddef.h>

#include "lib/attributes.h"
#include "lib/config.h"

/*
 * Who may enter which service, by what the IdP says of them. One rule a line:
 *
 *	VERB CONDITION = VALUE [| VALUE...]
 *
 *	allow    the condition holds: let in, look no further
 *	deny     the condition holds: refuse, look no further
 *	require  the condition does not hold: refuse, look no further
 *
 * Conditions: attribute:NAME, authn_context, issuer, user, method. A value is
 * compared as it stands; * alone is any value, and there are no patterns. The
 * first rule that decides, decides; where none does, the default: "default =
 * allow" or "default = deny" on a line of its own; without one it is deny where
 * there is an allow rule, else allow. A service with rules of its own does not
 * look at the general ones. An assertion that lacks what a rule asks for does
 * not meet it; nor does a sign-in without an assertion. But by the method
 * "emergency" an administrator stands for what an IdP would say (attribute,
 * authn_context, issuer): an allow or a require of that is met, a deny is not.
 */
struct access_rules;

/* What is known of a sign-in; NULL texts are unknown, and meet nothing. */
struct access_subject {
	const char *service;
	const char *user;
	const char *method; /* "sso", "password+otp", ... */
	const char *issuer;
	const char *authn_context;
	const struct attributes *attributes; /* NULL: none */
};

/*
 * What decided, for people, and whose section it stands in. Where neither a
 * rule nor a "default =" did, line is 0 and rule says what holds then. Points
 * into the rules.
 */
struct access_verdict {
	int allowed;
	int line;
	const char *rule;
	const char *service; /* "": the general section */
};

/* No rules: everybody is allowed. 0 or GATE_ENOMEM. */
int access_rules_new(struct access_rules **rules);
void access_rules_free(struct access_rules **rules);

/*
 * Adds a rule or a default for a service ("": the general ones). 0,
 * GATE_ENOMEM; GATE_ECONFIG, and why says what is wrong and what would be
 * right.
 */
int access_rules_add(struct access_rules *rules, const char *service,
    const char *text, int line, char *why, size_t why_size);

/*
 * Adds all rules of a configuration, and complains of each that is none, as
 * config_load does: 0, GATE_ENOMEM, GATE_ECONFIG.
 */
int access_rules_load(struct access_rules **rules, const struct config *config,
    const char *file, config_complaint *complain, void *data);

/* The names of attributes that rules look at, blank-separated, each once; ""
 * for none. The rules' own. */
const char *access_rules_names(const struct access_rules *rules);

/* Decides. The verdict says by what in either case. */
void access_decide(const struct access_rules *rules,
    const struct access_subject *subject, struct access_verdict *verdict);

#endif
