/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_PRESENCE_H
#define GATEHOUSED_PRESENCE_H

#include <stdint.h>

#include "gatehoused/gate.h"
#include "gatehoused/policy.h"
#include "lib/attributes.h"
#include "lib/reason.h"
#include "lib/store.h"
#include "session/live.h"

struct terms;

/*
 * Who is present: the sessions that are open, with the limits of the policy in
 * force, on the steady clock. The record of them is the store's, and who has
 * not opened a session yet is in that alone; the table of those that are open
 * (session/live.h) is made from it at a start.
 *
 * Whoever changes a record says so here: presence_enter within the transaction
 * that opens it, presence_leave once the one that ends it is durable.
 */
struct presence;

/* Without anybody, by the policy in force. 0, or an error that was logged. The
 * gate must live as long, with its store and shells. */
int presence_new(struct presence **presence, struct gate *gate);
void presence_free(struct presence **presence);

/*
 * Loads all sessions that are open. Those whose process went with an earlier
 * boot are ended on record instead, as "gone". 0, or an error that was logged.
 */
int presence_load(struct presence *presence);

/* Milliseconds of the steady clock (session/steady.h), now. */
int64_t presence_now(const struct presence *presence);

/* The table, for what is not said here. */
struct live *presence_live(struct presence *presence);

/*
 * Another policy is in force: its limits are those of all that live, from now
 * on. Where its rules ask of persons what those before did not, all of them
 * are looked at again, which takes as long as the store and the system's user
 * database; one thread at a time. 0, or an error: whose limits could not be
 * told keep the ones they had.
 */
int presence_follow(struct presence *presence, struct policy *policy);

/* The terms in force, a reference. */
struct terms *presence_terms(struct presence *presence);

/*
 * For a record that begins: fills in start, ends, idle, class and asks, by the
 * policy in force, the user's groups, and attributes (NULL: none were given).
 * 0, or an error of what keeps the groups.
 */
int presence_describe(struct presence *presence, struct store_session *session,
    const struct attributes *attributes);

/* Would one more session of this user be one too many, which is to be refused?
 * 0, GATE_EREFUSED and *refusal. For who can be told early: presence_enter is
 * what counts. */
int presence_has_room(
    struct presence *presence, const char *user, struct refusal *refusal);

/*
 * A session opens: sets last, ends, idle, class and asks of its record, which
 * is not written yet, and puts it into the table. 0; GATE_EREFUSED and
 * *refusal: one too many, or at its absolute end before it has begun. If its
 * transaction fails then: presence_leave. If it does not: presence_settle.
 */
int presence_enter(struct presence *presence, struct store_session *session,
    struct refusal *refusal);

/*
 * A session that was entered is open, on record. If the configuration was read
 * again since its sign-in, the person may have to be looked at again.
 */
void presence_settle(
    struct presence *presence, const struct store_session *session);

/* Sets last of a record that is to end, to the activity that is known; what is
 * on record of it is behind. */
void presence_note(struct presence *presence, struct store_session *session);

/* It is there no more; nothing, where it was not. */
void presence_leave(struct presence *presence, const char *id);

/* Does this session go on now? 0, or GATE_EREFUSED with REASON_SESSION_IDLE,
 * REASON_SESSION_OVER or REASON_NO_SESSION. */
int presence_check(
    struct presence *presence, const char *id, struct refusal *refusal);

#endif
