/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_LIVE_H
#define GATE_STORE_LIVE_H

#include "lib/store.h"

/*
 * What the gate remembers of the sessions that live, besides what is on record
 * of all of them (lib/store.h): activity, limits, tokens, holds. It goes when
 * the session ends. Times are milliseconds of the steady clock (session/
 * steady.h) unless they are said to be epoch seconds.
 */

/* A session that lives, as it is loaded at a start. */
struct store_live {
	char id[STORE_SESSION_ID_MAX];
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
	char tty[STORE_NAME_MAX];
	enum store_session_state state;
	int64_t pid;         /* the leader; 0 unknown */
	int64_t pid_started; /* in ticks */
	int64_t signed_in;   /* epoch seconds, as opened and not_after */
	int64_t opened;
	int64_t not_after;
	int64_t last;  /* 0: of before it was kept */
	int64_t start; /* these as in struct store_session */
	int64_t ends;
	int64_t idle;
	uint64_t class;
	int64_t asks;
	uint8_t token[STORE_HASH_SIZE];
	size_t token_size; /* 0: none */
};

/*
 * Calls each for at most limit of them, in the order of their ids, from the one
 * behind after on ("": from the first). Stops when each returns nonzero, and
 * returns that. The record is gone when each returns; each must not call this.
 */
typedef int store_live_each(const struct store_live *live, void *data);
int store_session_live(struct store_tx *tx, const char *after, int64_t limit,
    store_live_each *each, void *data);

/*
 * There was activity at last. Of a session that has ended, or was active later
 * by what is on record, it changes nothing: 0. Many go the quicker in the order
 * of their ids.
 */
int store_activity_put(struct store_tx *tx, const char *id, int64_t last);

/* --- session tokens --- */

/*
 * Gives a session the token of this hash, in place of the one it had, or none
 * for NULL: 0, GATE_ENOTFOUND if it does not live, GATE_EEXISTS if it is
 * another's. No session that has ended has one.
 */
int store_session_token_put(
    struct store_tx *tx, const char *id, const uint8_t *hash);
int store_session_token_find(struct store_tx *tx,
    const uint8_t hash[STORE_HASH_SIZE], char id[STORE_SESSION_ID_MAX]);

/* --- processes that outlive their sessions --- */

/*
 * Calls each with the ids of those that somebody else than their application
 * has ended, and whose process is to end still: until it is let go. each must
 * not call the store.
 */
typedef int store_holder_each(const char *id, void *data);
int store_session_holders(
    struct store_tx *tx, store_holder_each *each, void *data);

/* The process of one that has ended, or of all of those, is nobody's business
 * any more: pid_started is 0 from then on. 0 also where there is none. */
int store_session_let_go(struct store_tx *tx, const char *id);
int store_session_let_all_go(struct store_tx *tx);

/* --- work that survives --- */

/*
 * Hands over the session of this user for this service that idled out last, at
 * the epoch time since or later, and was not handed over yet: 0 and its id, and
 * nobody gets it again; GATE_ENOTFOUND.
 */
int store_session_previous(struct store_tx *tx, const char *user,
    const char *service, int64_t since, char id[STORE_SESSION_ID_MAX]);

/* --- what the bits of classes stand for (idle_rules_asks) --- */

#define STORE_ASKS_MAX 65536

/* The number of a text, the same for the same text; 0 for an empty one, which
 * is not kept. GATE_ETOOBIG. */
int store_asks_put(struct store_tx *tx, const char *text, int64_t *number);

/* Calls each for all there are; text is gone when it returns. */
typedef int store_asks_each(int64_t number, const char *text, void *data);
int store_asks_list(struct store_tx *tx, store_asks_each *each, void *data);

/* --- holds (session/hold.h) --- */

#define STORE_HOLD_MAX 64

struct store_hold {
	char session[STORE_SESSION_ID_MAX];
	char holder[STORE_HOLD_MAX];
	char label[STORE_HOLD_MAX];
	int64_t taken;
	int64_t until;
	int64_t end; /* no renewal goes beyond it */
};

/*
 * Puts it there, in place of the one of this session, holder and label:
 * GATE_ENOTFOUND if the session does not live, GATE_EINVAL without any of the
 * three, GATE_ETOOBIG / gives it / drops it, GATE_ENOTFOUND if there is none.
 */
int store_hold_put(struct store_tx *tx, const struct store_hold *hold);
int store_hold_get(struct store_tx *tx, const char *session, const char *holder,
    const char *label, struct store_hold *hold);
int store_hold_drop(struct store_tx *tx, const char *session,
    const char *holder, const char *label);

/* Calls each for at most limit of them, of one session if session is not NULL,
 * ordered by session, holder and label. */
typedef int store_hold_each(const struct store_hold *hold, void *data);
int store_hold_list(struct store_tx *tx, const char *session, int64_t limit,
    store_hold_each *each, void *data);

/*
 * Drops at most limit of those whose end was before; *dropped counts. They are
 * not to be dropped when they run out: one that is asked for again still has
 * its end.
 */
int store_hold_prune(
    struct store_tx *tx, int64_t before, int64_t limit, int64_t *dropped);

#endif
