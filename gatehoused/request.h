/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_REQUEST_H
#define GATEHOUSED_REQUEST_H

#include "gatehoused/gate.h"
#include "gatehoused/login.h"
#include "gatehoused/peer.h"
#include "gatehoused/rows.h"
#include "lib/wire.h"
#include "session/live.h"

/* One message of a caller, and what it takes to answer it. */
struct request {
	struct gate *gate;
	struct policy *policy;
	const struct peer *peer;
	unsigned rights;
	const struct wire_msg *in;
	struct wire_msg *out;     /* the answer, sent after the handler */
	int fd;                   /* for rows that come before the answer */
	int last;                 /* hang up after the answer */
	struct login **dialogue;  /* the connection's, NULL inside: none */
	struct slot *slot;        /* the connection's */
	struct live_view *bearer; /* the session whose token is shown; NULL */
};

/*
 * Answers a request: leaves a VERB_RESULT or VERB_PROMPT in out. A negative
 * GATE_E... is told to the caller by the dispatcher. SLOTS_WAIT: the same
 * request is to be handled again after slots_wait, and nothing was done yet.
 */
typedef int request_handler(struct request *request);

/*
 * Finds the handler of the message, checks the peer's right to ask, runs it. 0,
 * and an answer is in out, whatever came of it; or SLOTS_WAIT.
 */
int request_dispatch(struct request *request);

/* For handlers: takes a slot, until the handler returns. As slots_take. */
int request_slot(struct request *request, struct refusal *refusal);

/* For handlers: begins the result of a request that was carried out. */
void request_done(struct request *request);

/* Puts a refusal on record and into out: 0. */
int request_refused(struct request *request, const char *verb, const char *user,
    const struct refusal *refusal);

/* Puts what an administrator did on record. */
void request_record(
    struct request *request, const char *verb, const char *user);

/* The same with a sentence about it. */
void request_record_with(struct request *request, const char *verb,
    const char *user, const char *detail);

/*
 * Sends what stands in out, a row or the answer; 0 or an error of wire_send. A
 * peer without rights is not waited for: it may not hold a thread.
 */
int request_send(struct request *request);

/*
 * The whole answer of a list: sends each of the rows, and says that all is
 * done. 0, or what send returned.
 */
typedef int request_row(struct request *request, const void *row);
int request_send_rows(
    struct request *request, const struct rows *rows, request_row *send);

/* The user whom the peer itself is, by its uid; GATE_ENOTFOUND, GATE_ETOOBIG.
 */
int request_peer_name(const struct request *request, char *name, size_t size);

/* handlers: sso.c, idps.c, sessions.c, users.c, tickets.c, status.c,
 * lockouts.c, second_factors.c, keys.c, emergencies.c, checks.c, holds.c,
 * identity.c, metadata.c */
request_handler sso_begin;
request_handler idp_list;
request_handler ticket_exchange;
request_handler session_list;
request_handler session_show;
request_handler session_end;
request_handler session_check;
request_handler session_token;
request_handler session_identity;
request_handler sp_metadata;
request_handler identity_keys;
request_handler holds_take;
request_handler holds_release;
request_handler holds_list;
request_handler logout_begin;
request_handler logout_receive;
request_handler user_add;
request_handler user_remove;
request_handler user_list;
request_handler user_show;
request_handler user_set;
request_handler user_disable;
request_handler user_enable;
request_handler user_must_change;
request_handler otp_enroll;
request_handler otp_confirm;
request_handler otp_recovery;
request_handler otp_show;
request_handler otp_remove;
request_handler otp_forget;
request_handler otp_import;
request_handler key_rotate;
request_handler status_show;
request_handler allowlist_test;
request_handler clock_accept;
request_handler reload;
request_handler lockout_list;
request_handler lockout_reset;
request_handler pass_issue;
request_handler pass_list;
request_handler pass_revoke;

#endif
