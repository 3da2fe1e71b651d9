/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_HOLD_H
#define SESSION_HOLD_H

#include "session/list.h"

/*
 * Holds: leases that keep a session from idling out, as while a voice call is
 * in progress. A backend takes one, renews it while the call goes on, and
 * releases it; if the backend dies, the lease runs out. A session may have
 * several. Times are milliseconds of the steady clock (steady.h).
 *
 * One table has the holds of all sessions, few of which have any; each
 * session has a list, LIST_EMPTY at first. No locks: the caller's hold.
 */
#define HOLD_MAX      16 /* of one session */
#define HOLD_TEXT_MAX 64

struct holds;

struct hold {
	char holder[HOLD_TEXT_MAX]; /* who was authenticated as that */
	char label[HOLD_TEXT_MAX];  /* "call 4711" */
	int64_t taken;              /* first, not by renewing it */
	int64_t until;              /* it runs while now is less */
	int64_t end;                /* no renewal goes beyond it */
};

/* What a holder asks for, and what the administrator grants. */
struct hold_order {
	const char *holder;
	const char *label;
	int64_t lease; /* from now on */
	int64_t most;  /* in all, from when it was taken first */
};

/* 0 or GATE_ENOMEM. */
int holds_new(struct holds **holds);
void holds_free(struct holds **holds);

/*
 * Takes a hold, or renews the one of this holder and label. One that ran out
 * is renewed too, so that its end stands however often it is asked for; it
 * begins anew once the person has been active since (active is when last).
 * 0, and *until when it runs out; GATE_EREFUSED at its end, GATE_ETOOBIG with
 * HOLD_MAX others that run, GATE_EINVAL for texts that are empty, too long or
 * have control characters or for times that are none, GATE_ENOMEM.
 */
int hold_take(struct holds *holds, struct list *list,
    const struct hold_order *order, int64_t now, int64_t active,
    int64_t *until);

/* Puts back one that was on record, as it was, whether it runs or ran out. 0,
 * GATE_EEXISTS, GATE_ETOOBIG with HOLD_MAX others, GATE_EINVAL, GATE_ENOMEM. */
int hold_put(struct holds *holds, struct list *list, const struct hold *hold);

/* 0, and what it was is in *was unless that is NULL; GATE_ENOTFOUND. */
int hold_release(struct holds *holds, struct list *list, const char *holder,
    const char *label, struct hold *was);

/* Releases all of a session's. */
void hold_drop(struct holds *holds, struct list *list);

/* When the last of them runs out, or ran out; 0 if there is none. */
int64_t hold_until(const struct holds *holds, const struct list *list);

/* Copies them, in the order in which they were taken; how many. Those that ran
 * out are among them until others need their place. */
size_t hold_list(const struct holds *holds, const struct list *list,
    struct hold all[HOLD_MAX]);

#endif
