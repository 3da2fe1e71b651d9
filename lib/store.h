/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_H
#define GATE_STORE_H

#include <stddef.h>
#include <stdint.h>

/*
 * What the gate remembers, in the gate's words. gatehoused is its only
 * caller. The schema is in store_sql.h, the engines behind store_engine.h.
 *
 * All that changes the store is done within store_write: what a function
 * given to it does, is done as a whole or not at all, and is durable before
 * store_write returns. Calls of several threads share one commit.
 */
struct store;
struct store_tx;

struct store_options {
	const char *engine; /* "sqlite" */
	const char *path;   /* the database file; created with mode 0600 */
};

/*
 * Opens the store, makes or migrates its schema. A database file of another
 * owner, or that others may read or write, is refused (GATE_EUNSAFE); one
 * written by a newer version too (GATE_ESCHEMA). why gets a sentence.
 */
int store_open(struct store **store, const struct store_options *options,
    char *why, size_t why_size);
void store_free(struct store **store);

/*
 * Runs change(tx, data) in a transaction and commits it durably. If change
 * returns nonzero, its part is undone and that value is returned. GATE_ESTORE
 * or GATE_EFULL: nothing of it is done, and the next call may succeed.
 * change may be run by another thread, must not block, and must not call
 * store_write or store_read.
 */
typedef int store_change(struct store_tx *tx, void *data);
int store_write(struct store *store, store_change *change, void *data);

/*
 * The same, but durable only when a store_write that is called later returns 0:
 * until then a power cut may undo it. Everybody sees it at once. For what has
 * to be on disk before an answer is given, but not before it is known what the
 * answer is.
 */
int store_write_soon(struct store *store, store_change *change, void *data);

/* 0 when all that was written soon is durable: a store_write of nothing. */
int store_settle(struct store *store);

/*
 * Runs look(tx, data) on a consistent view; it must not change anything. Many
 * may read at once, also while one writes.
 */
int store_read(struct store *store, store_change *look, void *data);

/* Texts that a row gives are copied here; cut is impossible, caps are checked
 * on the way in (GATE_ETOOBIG). */
#define STORE_USER_MAX     256
#define STORE_NAME_MAX     256
#define STORE_SERVICE_MAX  64
#define STORE_ADDRESS_MAX  64
#define STORE_LANGUAGE_MAX 16
#define STORE_ID_MAX       1025 /* SAML core 8.3.6 has 1024, and a NUL */
#define STORE_HASH_SIZE    32

/* --- replay marks (SAML core 5.4.1, profiles 4.1.4.5) --- */

/*
 * Claims the one use of an assertion: 0, or GATE_EEXISTS if it was claimed
 * before. The mark is kept until the epoch time until, after which the
 * assertion is refused for its age.
 */
int store_replay_claim(struct store_tx *tx, const char *issuer,
    const char *assertion_id, int64_t until);

/* --- tickets --- */

/* Who a ticket stands for: what was read from a validated assertion. */
struct store_ticket {
	uint8_t hash[STORE_HASH_SIZE]; /* SHA-256 of the ticket */
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX]; /* the only one; "" for any */
	char issuer[STORE_ID_MAX];
	char name_id[STORE_ID_MAX];
	char session_index[STORE_ID_MAX];
	char name_id_format[STORE_ID_MAX];
	char name_qualifier[STORE_ID_MAX];
	char sp_name_qualifier[STORE_ID_MAX];
	char authn_context[STORE_ID_MAX];
	int64_t authn_instant;
	int64_t has_attributes; /* 1: some are kept, see store_ticket_owner */
	/* lib/attribute_names.h: which would be, if the IdP had said them */
	char kept_names[2 * STORE_HASH_SIZE + 1];
	int64_t session_not_on_or_after; /* 0: none */
	int64_t expires;
};

/* 0, or GATE_EEXISTS if there is a ticket with this hash. */
int store_ticket_put(struct store_tx *tx, const struct store_ticket *ticket);

/*
 * Looks at a ticket without using it up / takes it, which nobody can do
 * twice: 0, or GATE_ENOTFOUND. An expired one is given too: compare expires.
 */
int store_ticket_peek(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_ticket *ticket);
int store_ticket_take(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_ticket *ticket);

/* --- requests: AuthnRequests and LogoutRequests that wait for an answer --- */

#define STORE_REQUEST_ID_MAX   80
#define STORE_REQUEST_DATA_MAX 2049

enum store_request_kind {
	REQUEST_AUTHN = 0,
	REQUEST_LOGOUT,
};

struct store_request {
	char id[STORE_REQUEST_ID_MAX]; /* as it stands in the message */
	enum store_request_kind kind;
	char idp[STORE_ID_MAX];          /* the entityID it was sent to */
	char service[STORE_SERVICE_MAX]; /* "" for any */
	int64_t force_authn;
	int64_t created;
	int64_t expires;
	char data[STORE_REQUEST_DATA_MAX]; /* the caller's own */
};

/* 0, or GATE_EEXISTS if there is one with this id. */
int store_request_add(struct store_tx *tx, const struct store_request *request);

/*
 * Looks at one without using it up / takes it, which nobody can do twice: 0, or
 * GATE_ENOTFOUND. An expired one is given too: compare expires.
 */
int store_request_peek(
    struct store_tx *tx, const char *id, struct store_request *request);
int store_request_take(
    struct store_tx *tx, const char *id, struct store_request *request);

/* How many there are, expired ones that were not dropped yet too. */
int store_request_count(struct store_tx *tx, int64_t *count);

/* --- attributes that are kept with a ticket, and then with its session --- */

/* Their owner: a session's id, or a ticket's hash in hexadecimal. */
#define STORE_OWNER_MAX (2 * STORE_HASH_SIZE + 1)
void store_ticket_owner(
    const uint8_t hash[STORE_HASH_SIZE], char owner[STORE_OWNER_MAX]);

/*
 * Keeps bytes of attributes_encode for an owner (none, for NULL), GATE_EEXISTS
 * if it has some / gives them, *bytes freed by the caller and NULL for none /
 * hands them to another owner. They go when their owner does: with a session
 * or a ticket that is pruned, or a ticket that is revoked.
 */
int store_attributes_put(
    struct store_tx *tx, const char *owner, const uint8_t *bytes, size_t size);
int store_attributes_get(
    struct store_tx *tx, const char *owner, uint8_t **bytes, size_t *size);
int store_attributes_move(
    struct store_tx *tx, const char *owner, const char *to);
int store_attributes_drop(struct store_tx *tx, const char *owner);

/* --- sessions --- */

#define STORE_SESSION_ID_MAX 32

enum store_session_state {
	SESSION_SIGNED_IN = 0, /* proofs given; no session hook called yet */
	SESSION_OPEN,
	SESSION_ENDED,
};

/* End_reasons that the schema knows too: of one that was idle for too long,
 * that its application has closed, whose process is gone. */
#define STORE_END_IDLE   "idle"
#define STORE_END_CLOSED "closed"
#define STORE_END_GONE   "gone"

struct store_session {
	char id[STORE_SESSION_ID_MAX];
	enum store_session_state state;
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
	char address[STORE_ADDRESS_MAX]; /* "" where there is none */
	char tty[STORE_NAME_MAX];
	int64_t pid;     /* the session's leader; 0 unknown */
	char method[32]; /* "sso", "password+otp", ... */
	char issuer[STORE_ID_MAX];
	char name_id[STORE_ID_MAX];
	char session_index[STORE_ID_MAX];
	char name_id_format[STORE_ID_MAX];
	char name_qualifier[STORE_ID_MAX];
	char sp_name_qualifier[STORE_ID_MAX];
	char authn_context[STORE_ID_MAX];
	int64_t authn_instant; /* 0: no assertion */
	int64_t pid_started;   /* the leader's start, in ticks; 0 unknown */
	int64_t signed_in;     /* epoch seconds */
	int64_t opened;        /* 0: never */
	int64_t ended;         /* 0: not yet */
	int64_t not_after;     /* SessionNotOnOrAfter; 0: none */
	char end_reason[32];
	char previous[STORE_SESSION_ID_MAX]; /* what was handed over to it */
	int64_t handed; /* 1: it was handed over to a later one */
	/* Milliseconds of the steady clock (session/steady.h). */
	int64_t last;  /* activity, as far as it was put on record */
	int64_t start; /* of the absolute limit; never changes */
	int64_t ends;  /* the absolute end; INT64_MAX: none */
	int64_t idle;  /* the limit, as the row has it; 0: none */
	/* Which rules match (session/idle.h), and the number of what its bits
	 * stand for (store_live.h; 0: nothing). */
	uint64_t class;
	int64_t asks;
};

/* 0, GATE_EEXISTS if there is one with this id, GATE_EINVAL without id or
 * user. */
int store_session_add(struct store_tx *tx, const struct store_session *session);

/* 0 or GATE_ENOTFOUND. */
int store_session_get(
    struct store_tx *tx, const char *id, struct store_session *session);

/*
 * Writes back state, tty, pid, pid_started, address, method, opened, previous.
 * While it lives also ends, idle, class, asks, but never last: that is moved by
 * store_activity_put (store_live.h). With SESSION_ENDED also ended, which is
 * not 0 then, end_reason, and last if it is later than what is there; start,
 * ends, idle, class and asks are gone. 0, or GATE_ENOTFOUND, also for one that
 * has ended and is to go on.
 */
int store_session_update(
    struct store_tx *tx, const struct store_session *session);

/*
 * Calls each for the sessions, the newest first: of one user if user is not
 * NULL, ended ones only with all, at most limit. Stops when each returns
 * nonzero, and returns that.
 */
typedef int store_session_each(const struct store_session *session, void *data);
int store_session_list(struct store_tx *tx, const char *user, int all,
    int64_t limit, store_session_each *each, void *data);

/*
 * The sessions that an IdP knows by this name (SAML core 3.7.3): not ended, of
 * this issuer and name_id and, if session_index is not NULL, of this index.
 * Calls each as store_session_list does.
 */
int store_session_named(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, store_session_each *each,
    void *data);

/* Drops the tickets that such a logout reaches; *dropped counts. */
int store_ticket_revoke(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, int64_t *dropped);

/* --- marks of logouts (SAML core 3.7.3.1) --- */

/*
 * Remembers until the epoch time until that a logout of this name, and of this
 * index if session_index is not NULL, was issued then. Of several the last one
 * counts.
 */
int store_logout_mark(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, int64_t issued,
    int64_t until);

/*
 * 0 if a mark reaches an assertion of this index ("": none) and of a sign-in at
 * authn_instant, which is not later than the logout; else GATE_ENOTFOUND.
 */
int store_logout_find(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, int64_t authn_instant);

/* --- users of the fallback --- */

#define STORE_VERIFIER_MAX 384

struct store_user {
	char name[STORE_USER_MAX];
	char verifier[STORE_VERIFIER_MAX]; /* crypt(5), "" : no password */
	int64_t changed;                   /* epoch of the password's change */
	int disabled;
	int64_t created;
	int elsewhere;        /* 1: the password is kept by others (pam_unix);
				 here are its age and history alone */
	int must_change;      /* 1: the password, before anything else */
	int64_t grace_used;   /* logins with an expired password */
	int64_t last_login;   /* 0: never */
	int64_t enroll_asked; /* when a second factor was first asked for */
	char real_name[STORE_NAME_MAX];
	char mail[STORE_NAME_MAX]; /* where codes are sent; "": none are */
	char language[STORE_LANGUAGE_MAX]; /* "": no wish */
};

/*
 * GATE_EEXISTS / GATE_ENOTFOUND. Removing a user leaves sessions on record, and
 * takes what store_fallback.h says. A new password is nothing that must be
 * changed, and has all its grace logins.
 */
int store_user_add(struct store_tx *tx, const struct store_user *user);
int store_user_get(
    struct store_tx *tx, const char *name, struct store_user *user);
int store_user_remove(struct store_tx *tx, const char *name);
int store_user_password(
    struct store_tx *tx, const char *name, const char *verifier, int64_t now);

/* Writes back what is not the password: disabled, elsewhere, must_change to
 * enroll_asked, real_name, mail, language. */
int store_user_update(struct store_tx *tx, const struct store_user *user);

/*
 * Sets last_login and nothing else, and tells whether the user is disabled: 0,
 * GATE_ENOTFOUND, also if the password was changed at another time than
 * changed, unless that is STORE_USER_ANY.
 */
#define STORE_USER_ANY (-1)
int store_user_seen(struct store_tx *tx, const char *name, int64_t now,
    int64_t changed, int *disabled);

/*
 * The same password under a better verifier: its age stays. GATE_ENOTFOUND if
 * the user has not the old one any more: somebody has changed it meanwhile.
 */
int store_user_rehash(struct store_tx *tx, const char *name, const char *old,
    const char *verifier);

typedef int store_user_each(const struct store_user *user, void *data);
int store_user_list(struct store_tx *tx, store_user_each *each, void *data);

/* --- the wall clock's high-water mark --- */

/* The latest wall time on record, 0 on the first start. */
int store_clock_get(struct store_tx *tx, int64_t *wall);

/* Raises it; never lowers it. */
int store_clock_raise(struct store_tx *tx, int64_t wall);

/* Sets it, for the administrator who has mended a clock that ran ahead. */
int store_clock_set(struct store_tx *tx, int64_t wall);

/* --- keeping house --- */

/*
 * Drops requests past their time; tickets, and marks of replays and logouts,
 * slack seconds after theirs; sign-ins that were never opened and sessions
 * ended before the epoch time ended_before, with their attributes. At most
 * limit rows of each, so that it never holds up a login for long. *dropped
 * counts.
 */
int store_prune(struct store_tx *tx, int64_t now, int64_t slack,
    int64_t ended_before, int64_t limit, int64_t *dropped);

#endif
