/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_IDLE_H
#define SESSION_IDLE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/attributes.h"
#include "lib/config.h"

/*
 * How long a session may be idle (automatic logoff, 45 CFR 164.312(a)(2)(iii)).
 * A default for all, and rules, one a line:
 *
 *	group:NAME = LIMIT
 *	user:NAME = LIMIT
 *	service:NAME = LIMIT
 *	attribute:NAME=VALUE = LIMIT
 *
 * The last "=" of a line stands before the limit, the first one of an attribute
 * before its value, so that a value may be a distinguished name. Names and
 * values are compared as they stand; VALUE * is any value, and there are no
 * patterns. LIMIT is a number and s, m, h or d; none (or 0) is no limit. Of the
 * rules that match, the shortest replaces the default, whichever is longer.
 * Once made, rules are never changed, so that any number of threads may look at
 * them.
 */
struct idle_rules;

#define IDLE_CLASS_MAX 64 /* rules of groups and attributes */

/*
 * No rules, and a default of so many seconds (0: none) from this line of the
 * file (0: not from there). What the preset forbids is refused
 * (lib/config_preset.h), and so is what [idle] limit could not be. 0,
 * GATE_ENOMEM; GATE_ECONFIG, and why says what would be right.
 */
int idle_rules_new(struct idle_rules **rules, enum config_preset preset,
    int64_t seconds, int line, char *why, size_t why_size);
void idle_rules_free(struct idle_rules **rules);

/* Adds a rule; 0, GATE_ENOMEM, GATE_ECONFIG and why. */
int idle_rules_add(struct idle_rules *rules, const char *text, int line,
    char *why, size_t why_size);

/*
 * The default and all rules of a configuration. Complains of each that is none,
 * as config_load does: 0, GATE_ENOMEM, GATE_ECONFIG.
 */
int idle_rules_load(struct idle_rules **rules, const struct config *config,
    const char *file, config_complaint *complain, void *data);

/* The names of attributes that rules look at, blank-separated, each once: what
 * has to be kept with a session. The rules' own. */
const char *idle_rules_names(const struct idle_rules *rules);

/* Of whom a limit is asked. NULL attributes: none. */
struct idle_subject {
	const char *user;
	const char *service;
	const char *const *groups; /* that the user is in */
	size_t group_count;
	const struct attributes *attributes;
};

/* Which rules of groups and attributes match: bit i is the rule whose text is
 * the i-th of idle_rules_asks. */
typedef uint64_t idle_class;

/* What holds, and the rule that decided, the rules' own; "" for the default. */
struct idle_verdict {
	int64_t limit; /* milliseconds; 0: none */
	int line;
	const char *rule;
};

/* Which rules match of those that only what is known at sign-in can tell. */
idle_class idle_class_of(
    const struct idle_rules *rules, const struct idle_subject *subject);

/* The limit, by the class that these rules gave. */
void idle_limit(const struct idle_rules *rules, const char *user,
    const char *service, idle_class class, struct idle_verdict *verdict);

/*
 * What the bits of a class stand for, one line each, to be kept with classes
 * that are kept. The rules' own.
 */
const char *idle_rules_asks(const struct idle_rules *rules);

/*
 * From classes of other rules, whose idle_rules_asks were these, to classes of
 * these rules: whatever the limits are, and wherever a rule stands. 0, or
 * GATE_ENOTFOUND where these ask of a group or attribute that those did not:
 * idle_class_of has to look again.
 */
struct idle_carry {
	int8_t from[IDLE_CLASS_MAX]; /* the bit of those; -1: of none */
};
int idle_carry_make(
    struct idle_carry *carry, const char *asks, const struct idle_rules *rules);
idle_class idle_carry(const struct idle_carry *carry, idle_class class);

/*
 * When a session ends however active it is: max_age (0: none) after its start,
 * which never changes, or at not_after (0: none), what the IdP said
 * (SessionNotOnOrAfter, SAML core 2.7.2), if that is earlier. IDLE_NEVER if
 * neither. Milliseconds of the steady clock; no overflow.
 */
#define IDLE_NEVER INT64_MAX
int64_t idle_absolute_end(int64_t start, int64_t max_age, int64_t not_after);

#endif
