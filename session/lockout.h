/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_LOCKOUT_H
#define SESSION_LOCKOUT_H

#include <stddef.h>
#include <stdint.h>

#include "lib/catalogue.h"
#include "lib/config.h"
#include "lib/store_fallback.h"

/*
 * Lockout: who has tried too often may not try again for a while. A try is
 * charged before its proof is looked at and refunded if the proof was right,
 * so that whoever hangs up, or comes a hundred times at once, has no more of
 * them. Charge, and refund, within one transaction of the store: charge.h.
 *
 * Three counts are kept of a try: of the address over all users (spraying), of
 * the address for this user, of the user. Each has its limit, and the second is
 * always below the third, so that an address that guesses is blocked before it
 * has locked the user out. A blocked try is charged to nobody: it can neither
 * lock a user nor prolong a block. That a user is unknown makes no difference.
 *
 * Times are seconds of the steady clock (steady.h), which a wall clock that
 * jumps does not move and a reboot does not set back.
 */
enum lockout_count {
	LOCKOUT_ADDRESS, /* one address, all users */
	LOCKOUT_PAIR,    /* one address, one user */
	LOCKOUT_USER,    /* one user, all addresses */
	LOCKOUT_COUNTS
};

struct lockout_policy {
	int64_t tries;         /* for a user; 0: no limit */
	int64_t window;        /* seconds; see lockout_charge */
	int64_t duration;      /* of a user's lock; 0: until released */
	int64_t address_tries; /* of an address for one user; 0: no limit */
	int64_t spray_tries;   /* of an address, all users; 0: no limit */
	int64_t address_block; /* the first block of an address; it doubles, */
	int64_t address_block_max; /* up to this */
	int64_t delay;     /* milliseconds to wait after the first refusal, */
	int64_t delay_max; /* doubled with each try up to this */
};

/* What [lockout] says, and [gate] fail_delay. */
void lockout_policy(const struct config *config, struct lockout_policy *policy);

/*
 * Of the tries of a user that are blocked so many may still be told so, if
 * their proof is right: with more, being told would be an oracle for who goes
 * on guessing. An address that is blocked for all users is never told.
 */
#define LOCKOUT_TELLS 3

/* A time that does not come: a lock until released. */
#define LOCKOUT_NEVER INT64_MAX

/* Fills in the keys of a try's rows, of which store_tries_get finds the rest.
 * Without address, "" or one that is no literal, the user alone is counted,
 * and the rows of the other two have no key at all. */
void lockout_keys(const char *user, const char *address,
    struct store_tries rows[LOCKOUT_COUNTS]);

/* What came of a charge. */
struct lockout_verdict {
	int64_t at;            /* when it was charged */
	int blocked;           /* whatever the proof is, it does not let in */
	int tell;              /* but who gives the right one may be told so */
	enum lockout_count by; /* which count it is that blocks */
	int64_t until;         /* when it ends; LOCKOUT_NEVER */
	int64_t delay; /* milliseconds to wait before a refusal is heard */
	int fills;     /* with it the user is locked, unless it is given back */
	/* the receipt: which series each try was charged to; 0: to none */
	int64_t series[LOCKOUT_COUNTS];
};

/*
 * Charges a try to the rows, which the caller then puts back, and gives the
 * verdict. known says whether there is such a user, and only decides that his
 * row is not among those that are dropped for want of room.
 *
 * The tries that count are those in a series without a pause of window: so no
 * span of that length, wherever it begins, has more of them than the limit; nor
 * has one of the length of a block, where that is shorter. For LOCKOUT_ADDRESS,
 * which may be an office where somebody mistypes all the time, a series ends
 * window after its beginning.
 */
void lockout_charge(const struct lockout_policy *policy, int64_t now, int known,
    struct store_tries rows[LOCKOUT_COUNTS], struct lockout_verdict *verdict);

/*
 * Gives back what verdict was charged, once, where it still counts: its proof
 * was right. A series that has ended since, or was forgiven, is left alone.
 */
void lockout_refund(const struct lockout_policy *policy,
    const struct lockout_verdict *verdict,
    struct store_tries rows[LOCKOUT_COUNTS]);

/*
 * The user is in, with all proofs that are asked for: his failed tries, and
 * those of this address for him, were his own, and are forgotten. Not after a
 * first proof of two, and never where a verdict was blocked: the right password
 * would set back the count of wrong codes. The address over all users is only
 * refunded: else whoever has one account of his own could spray for ever.
 */
void lockout_forgive(const struct lockout_policy *policy, int64_t now,
    const struct lockout_verdict *verdict,
    struct store_tries rows[LOCKOUT_COUNTS]);

/*
 * What the person is told whose right proof came while blocked, in a
 * catalogue's language (NULL: English), cut where there is no room.
 */
void lockout_text(const struct lockout_verdict *verdict,
    const struct catalogue *catalogue, char *text, size_t size);

/* The messages of lockout_text, for the test of the catalogues; NULL ends
 * them. */
extern const char *const lockout_messages[];

/* How a row stands, for a list: what of it counts at now. */
struct lockout_state {
	enum lockout_count count;
	int64_t tries; /* failed, or still under way */
	int64_t limit; /* 0: none */
	int blocked;
	int64_t until; /* when it ends; LOCKOUT_NEVER */
};
void lockout_state(const struct lockout_policy *policy, int64_t now,
    const struct store_tries *row, struct lockout_state *state);

#endif
