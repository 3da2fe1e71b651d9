/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef PASSWORD_AGE_H
#define PASSWORD_AGE_H

#include <stddef.h>
#include <stdint.h>

#include "lib/catalogue.h"

/* What a password's age means. Times are seconds; 0 switches a rule off. */
struct age_policy {
	int64_t max;   /* older ones have expired */
	int64_t min;   /* younger ones may not be changed again */
	int64_t warn;  /* told so long before it expires */
	int64_t grace; /* logins with an expired one, to change it in peace */
};

/* What is on record of a password. */
struct age_record {
	int64_t changed;    /* epoch seconds; 0: nobody knows */
	int64_t grace_used; /* logins since it expired */
	int must_change; /* the administrator says so, or it is a first one */
};

enum age_state {
	AGE_FINE,
	AGE_WARN,    /* it expires in some days */
	AGE_GRACE,   /* it has expired; this login may still be, and others */
	AGE_EXPIRED, /* it has to be changed before anything else */
};

struct age_verdict {
	enum age_state state;
	int64_t days;       /* AGE_WARN: until it expires, rounded up */
	int64_t grace_left; /* AGE_GRACE: logins after this one */
	int is_forced;      /* AGE_EXPIRED: by must_change, not by its age */
};

/*
 * How old is it, for somebody who signs in at this time? One of which nobody
 * knows when it was changed, or that was changed in the future by more than a
 * day (a clock that was wrong), has expired if there is a greatest age at all.
 * AGE_GRACE: the caller counts grace_used up before it lets him in. There is
 * no grace for must_change.
 */
struct age_verdict age_judge(const struct age_policy *policy,
    const struct age_record *record, int64_t now);

/*
 * Seconds until it may be changed by its owner; 0: now. An administrator may
 * always, and so may who has to. A time in the future does not keep anybody
 * longer than the least age.
 */
int64_t age_wait(const struct age_policy *policy,
    const struct age_record *record, int64_t now);

/*
 * What to tell the person, in a catalogue's language (NULL: English): cut where
 * there is no room; empty for AGE_FINE.
 */
void age_text(const struct age_verdict *verdict,
    const struct catalogue *catalogue, char *text, size_t size);

/* The messages of age_text, for the test of the catalogues; NULL ends them. */
extern const char *const age_messages[];

#endif
