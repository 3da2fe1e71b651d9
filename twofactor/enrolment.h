/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TWOFACTOR_ENROLMENT_H
#define TWOFACTOR_ENROLMENT_H

#include "twofactor/factor.h"

/* What is to become of a user whose password was right. */
enum enrolment {
	ENROLMENT_DONE,  /* there is a factor: ask for its code */
	ENROLMENT_OFFER, /* ask to enrol now; who does not is let in */
	ENROLMENT_MUST,  /* enrol now, or stay out */
};

/*
 * By whether there is a factor (NULL: none) that was confirmed by a right
 * code; one that was not is as good as none. Before the deadline enroll_by
 * (epoch seconds; 0: none was set) enrolment is offered, from then on, and
 * without a deadline, demanded. now is never behind an earlier one.
 */
enum enrolment enrolment_due(
    const struct factor *factor, int64_t enroll_by, int64_t now);

/*
 * The deadline of a user who was added at created (epoch seconds): the day
 * enroll_by that is set for all (0: none), or within seconds (0: none) after
 * that, whichever is later. 0 where neither is set.
 */
int64_t enrolment_deadline(int64_t enroll_by, int64_t created, int64_t within);

/* The days left to enrol, a begun one counted whole; 0 when it is due. */
int64_t enrolment_days(int64_t enroll_by, int64_t now);

/*
 * Reads a deadline as an administrator writes it: 2027-01-31 is the end of
 * that day in UTC. "" is none, 0. 0 or GATE_EINVAL.
 */
int enrolment_date(const char *text, int64_t *enroll_by);

/* What is said of a text that is none. */
#define ENROLMENT_DATE_FORM "must be a day, as 2027-01-31"

#endif
