/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_SESSION_H
#define SESSION_SESSION_H

#include <stdint.h>

#include "lib/reason.h"
#include "lib/store.h"

/*
 * The life of a session: signed in (the proofs were given), open (the
 * application opened it), ended. Plain functions over the record.
 */

/* Starts a record at now with a fresh id; 0 or GATE_EIO. */
int session_begin(struct store_session *session, int64_t now);

/* Is this record this user's, for this service? 0 or GATE_EREFUSED. */
int session_is_of(const struct store_session *session, const char *user,
    const char *service, struct refusal *refusal);

/*
 * Can the application go on with this record at now? It has not ended, and a
 * sign-in that was not opened yet is at most grace seconds old: 0 or
 * GATE_EREFUSED.
 */
int session_claim(const struct store_session *session, int64_t now,
    int64_t grace, struct refusal *refusal);

/* Opens it. The caller has claimed it. */
void session_opened(
    struct store_session *session, const char *tty, int64_t pid, int64_t now);

/* Ends it for this reason ("closed", "administrator", ...). */
void session_ended(
    struct store_session *session, const char *reason, int64_t now);

/* "signed_in", "open", "ended"; "unknown" for a number that is none. */
const char *session_state_word(enum store_session_state state);

/* Puts on it what is remembered of an assertion, but for the user. */
void session_claims(
    struct store_session *session, const struct store_ticket *claims);

/* Adds one more proof to the method: "password" and "otp" give
 * "password+otp". */
void session_add_method(struct store_session *session, const char *method);

#endif
