/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_TERMS_H
#define GATEHOUSED_TERMS_H

#include "gatehoused/policy.h"
#include "lib/attributes.h"
#include "lib/store.h"
#include "session/live.h"

/*
 * The terms on which sessions go on: what the policy in force says of their
 * limits, and how what an earlier one asked of a person is read by it. Made
 * when that policy comes into force and never changed. Held by references, as a
 * policy.
 */
struct terms {
	struct policy *policy;
	uint32_t version; /* each one more than those before */
	int64_t asks;     /* the number of what the bits of classes stand for */
	struct earlier *earlier; /* by numbers: of other rules, and of these */
	size_t earlier_count;
	int references;
};

/*
 * The terms of a policy, a reference of which it takes; what its rules ask goes
 * on record. 0, GATE_ENOMEM, or an error of the store.
 */
int terms_new(struct terms **terms, struct store *store, struct policy *policy,
    uint32_t version);
struct terms *terms_ref(struct terms *terms);
void terms_unref(struct terms **terms);

/* What is known of a session, for its limits. */
struct terms_case {
	const char *user;
	const char *service;
	idle_class class;
	int64_t asks; /* whose class it is */
	int64_t idle; /* the limit until now, milliseconds */
};

/*
 * The limits of a session. Nonzero if its class tells all that the rules ask.
 * Else the person has to be looked at again (terms_look), and until then the
 * idle limit is the one that it was.
 */
int terms_limits(const struct terms *terms, const struct terms_case *of,
    struct live_limits *limits);

/*
 * Looks at a person, for the class: at the groups, if a rule asks for one, and
 * at these attributes (NULL: none). 0; GATE_EIO where nobody can tell the
 * groups, GATE_ENOMEM. May take as long as the system's user database.
 */
int terms_look(const struct terms *terms, const char *user, const char *service,
    const struct attributes *attributes, idle_class *class);

/*
 * SessionNotOnOrAfter on the steady clock, of a session that was signed in at
 * start, which was the epoch time signed_in; 0: none. And its absolute end.
 */
int64_t terms_not_after(int64_t start, int64_t signed_in, int64_t not_after);
int64_t terms_ends(
    const struct terms *terms, const struct store_session *session);

#endif
