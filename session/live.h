/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_LIVE_H
#define SESSION_LIVE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/store.h"
#include "session/hold.h"
#include "session/idle.h"

/*
 * All sessions that live, in memory: who is still there, since when he has done
 * nothing, and when his session ends. The record of them is the store's; what
 * is here is made again from it at a start.
 *
 * A session ends at the earlier of two moments: its idle limit after its last
 * activity, and its absolute end, which nothing moves but a changed setting.
 * Once past it, it is over: it is refused from that moment on, whether or not
 * live_expire has come to it, and nothing brings it back. While a hold runs
 * (hold.h) it counts as active.
 *
 * Times are milliseconds of the steady clock (steady.h), given by the caller;
 * no function reads a clock. Threads may call whatever they like at any time,
 * but one at a time live_expire and live_retime. One mutex is held inside for
 * microseconds; functions of the caller are run outside of it, unless their
 * type says so.
 */
struct live;

#define LIVE_NEVER     INT64_MAX
#define LIVE_HASH_SIZE STORE_HASH_SIZE

/* What the settings say of a session, which may change while it lives. */
struct live_limits {
	int64_t idle;    /* milliseconds; 0: none */
	int64_t max_age; /* the same */
	idle_class class;
	uint32_t version; /* of the settings: with each change one more */
};

/* A session as it comes in. */
struct live_session {
	const char *id;
	const uint8_t *token; /* SHA-256 of its session token; NULL: none */
	const char *user;
	const char *service;
	int64_t start;     /* of its absolute limit; never changes */
	int64_t activity;  /* the last one */
	int64_t not_after; /* what the IdP said; 0: nothing */
	struct live_limits limits;
};

/* How a session stands. */
enum live_state {
	LIVE_GOES_ON,
	LIVE_IDLE,    /* over: idle for too long */
	LIVE_MAX_AGE, /* over: at its absolute end */
};

/* A session as it is looked at. */
struct live_view {
	char id[STORE_SESSION_ID_MAX];
	char user[STORE_USER_MAX];
	char service[STORE_SERVICE_MAX];
	enum live_state state;
	int64_t start;
	int64_t activity;  /* the last one, of a person or a hold */
	int64_t idle_left; /* LIVE_NEVER where there is no limit; 0: over */
	int64_t age_left;
	struct live_limits limits;
	int held; /* a hold runs */
};

/* Which session: one of the two is NULL. */
struct live_key {
	const char *id;
	const uint8_t *token; /* the hash */
};
#define LIVE_ID(id)      (&(const struct live_key){ (id), NULL })
#define LIVE_TOKEN(hash) (&(const struct live_key){ NULL, (hash) })

/*
 * An empty table. warn is how long before its end live_expire tells of a
 * session (0: not at all), or half its idle limit where that is less.
 * 0, GATE_ENOMEM, GATE_EIO.
 */
int live_new(struct live **live, int64_t now, int64_t warn);
void live_free(struct live **live);

/* Another warn, for those that come in from now on, or that live_retime gives
 * other limits. */
void live_set_warn(struct live *live, int64_t warn);

/*
 * Adds a session. most (0: any number) is how many a user may have, with this
 * one, of those that are not over at now. A start or an activity later than now
 * was now. 0, GATE_EEXISTS for an id or a token that is there, GATE_EREFUSED
 * for one too many, GATE_ECONFIG where live_retime has got newer settings since
 * its limits were made: make them again; GATE_EINVAL without id or user,
 * GATE_ETOOBIG, GATE_ENOMEM.
 */
int live_add(struct live *live, const struct live_session *session, int64_t now,
    uint32_t most);

/*
 * Adds so many, as live_add does without a bound, in less time: for a start.
 * Stops at the first that does not come in, and returns why. The table is
 * locked for LIVE_ADD_CHUNK of them at a time.
 */
#define LIVE_ADD_CHUNK 16
int live_add_all(struct live *live, const struct live_session *sessions,
    size_t count, int64_t now);

/* Removes one; 0 or GATE_ENOTFOUND. */
int live_remove(struct live *live, const struct live_key *key);

/* Looks at one, over or not: 0 or GATE_ENOTFOUND. */
int live_get(struct live *live, const struct live_key *key, int64_t now,
    struct live_view *view);

/* Does it go on? 0 and *view; GATE_EREFUSED if it is over, and view says
 * how; GATE_ENOTFOUND. */
int live_check(struct live *live, const struct live_key *key, int64_t now,
    struct live_view *view);

/*
 * There was activity at when. Later than now it was now; earlier than the last
 * it changes nothing. 0; GATE_EREFUSED if the session is over at now, whenever
 * it was; GATE_ENOTFOUND.
 */
int live_touch(
    struct live *live, const struct live_key *key, int64_t now, int64_t when);

/* Gives it another token, or none for NULL: 0, GATE_ENOTFOUND, GATE_EEXISTS. */
int live_token(
    struct live *live, const char *id, const uint8_t token[LIVE_HASH_SIZE]);

/*
 * Other limits for one session, from now on. 0; GATE_EREFUSED if it is over
 * by those it had; GATE_ECONFIG as live_add; GATE_ENOTFOUND.
 */
int live_limit(struct live *live, const char *id, int64_t now,
    const struct live_limits *limits);

/* --- many of them --- */

/* How many there are, over or not. */
uint32_t live_count(struct live *live);

/* How many of a user's are not over at now, and the one with the earliest
 * start of them unless oldest is NULL. */
uint32_t live_user(
    struct live *live, const char *user, int64_t now, struct live_view *oldest);

/*
 * Looks at the sessions of a user, or at all of them: at most max from *place
 * on, which is 0 at first and moves on. How many; 0: there are no more. One
 * that comes or goes meanwhile may be missed; of a user, one that goes may hide
 * others: begin anew until there are none.
 */
size_t live_user_list(struct live *live, const char *user, int64_t now,
    struct live_view *views, size_t max, uint32_t *place);
size_t live_list(struct live *live, int64_t now, struct live_view *views,
    size_t max, uint32_t *place);

/*
 * The settings have changed: limits are the old ones, for the new ones to be
 * put in their place. Is run with the table locked: it must not call it, nor
 * wait. id, user and service are gone afterwards.
 */
typedef void live_relimit(const char *id, const char *user, const char *service,
    struct live_limits *limits, void *data);

/*
 * Gives all sessions the limits of this version of the settings, but for those
 * that have them, and those that are over by the old ones. The table is locked
 * for LIVE_RETIME_CHUNK of them at a time. From its beginning no session comes
 * in with limits of an older version.
 */
#define LIVE_RETIME_CHUNK 1024
void live_retime(struct live *live, int64_t now, uint32_t version,
    live_relimit *relimit, void *data);

/* --- ends --- */

enum live_event {
	LIVE_WARN, /* it will end soon, unless there is activity */
	LIVE_END,  /* it is over: view's state says how */
};

/*
 * Is told of a session. Of LIVE_END: 0, and it is removed; else it stays,
 * refused as it is, and is told of again LIVE_RETRY later. May call the table.
 */
typedef int live_tell(
    enum live_event event, const struct live_view *view, void *data);
#define LIVE_RETRY 1000

/* What a call of live_expire did. */
struct live_sweep {
	int64_t next;  /* when to call it again; now: there is more to do */
	size_t looked; /* at so many sessions */
	size_t ended;
};

/*
 * Tells of the sessions whose time has come, within a second of it; looks at
 * max of them at most. Its work is by what ends, and by one look at
 * each of the others in the time of its limit, however often they are touched.
 * next is right unless a session comes in or limits change: see live_soonest.
 */
void live_expire(struct live *live, int64_t now, size_t max, live_tell *tell,
    void *data, struct live_sweep *sweep);

/*
 * A session that is over for being idle goes on all the same, as if it had been
 * active now: where its screen was locked instead. 0, also if it is not over;
 * GATE_EREFUSED at its absolute end; GATE_ENOTFOUND.
 */
int live_again(struct live *live, const char *id, int64_t now);

/* When live_expire has something to do; LIVE_NEVER. */
int64_t live_soonest(struct live *live);

/* --- write-behind --- */

/* The last activity, to be put on record. */
struct live_activity {
	char id[STORE_SESSION_ID_MAX];
	int64_t activity;
	int64_t written; /* what is there already */
};

/*
 * Takes at most max sessions whose activity has moved on since it was last
 * taken, by LIVE_STEP of their limit or more: what is on record is so
 * much behind at the most, and never later than the truth. Taken is written;
 * if that fails, live_dirty_back.
 */
#define LIVE_STEP_MOST 60000
size_t live_dirty(struct live *live, int64_t now,
    struct live_activity *activities, size_t max);
void live_dirty_back(
    struct live *live, const struct live_activity *activities, size_t count);

/* Has live_dirty take every session whose activity has moved on at all, as
 * before a stop. Takes as long as there are sessions. */
void live_dirty_all(struct live *live, int64_t now);

/* The step: a tenth of the idle limit, or LIVE_STEP_MOST if that is less. */
int64_t live_step(int64_t idle);

/* --- holds --- */

/*
 * Takes or renews a hold (hold_take) on a session, which is activity too. 0 and
 * *until, which is not beyond the session's absolute end; GATE_ENOTFOUND,
 * GATE_EREFUSED if the session is over or the hold at its end, and what
 * hold_take says.
 */
int live_hold(struct live *live, const struct live_key *key,
    const struct hold_order *order, int64_t now, int64_t *until);

/*
 * Puts back a hold that was on record, at a start, as it was: where it has run
 * out, the moment it did was activity. Brings back a session that is over
 * without it. 0, GATE_ENOTFOUND for the session, and what hold_put says.
 */
int live_hold_put(
    struct live *live, const char *id, const struct hold *hold, int64_t now);

/*
 * Releases one: if it runs, that moment is activity. Where it ran out, the
 * moment it did was. 0, and what it was in *was unless that is NULL;
 * GATE_ENOTFOUND for the session or the hold; GATE_EREFUSED if the session is
 * over, and it is released all the same.
 */
int live_release(struct live *live, const struct live_key *key,
    const char *holder, const char *label, int64_t now, struct hold *was);

/* A session's holds; how many, 0 also where there is no such session. */
size_t live_holds(
    struct live *live, const struct live_key *key, struct hold all[HOLD_MAX]);

#endif
