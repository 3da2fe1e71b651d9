/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SESSION_ACTIVITY_H
#define SESSION_ACTIVITY_H

#include <stdint.h>

/*
 * What counts as activity: something a person did, as opposed to what a page or
 * a program does by itself. Opt-in, never opt-out: what is not recognised
 * extends nothing. Times are milliseconds; of the steady clock (steady.h)
 * unless they say wall.
 */
enum activity_mode {
	ACTIVITY_INPUT,      /* reports of input alone */
	ACTIVITY_NAVIGATION, /* and requests that a person caused */
	ACTIVITY_REQUEST,    /* and any other request */
};

/* Nothing that counts. */
#define ACTIVITY_NONE (-1)

/* Headers of a request, as they came; NULL: absent. A header that came more
 * than once is its values joined by commas. */
struct activity_request {
	const char *fetch_user; /* Sec-Fetch-User */
	const char *purpose;    /* Sec-Purpose */
};

/*
 * Nonzero if the request counts as activity, at the moment it came. Sec-Fetch-
 * User (W3C Fetch Metadata, 2.4) is "?1" for a navigation that a person caused;
 * no script can set it. What is fetched ahead (Sec-Purpose) nobody has seen.
 */
int activity_of_request(
    enum activity_mode mode, const struct activity_request *request);

/*
 * A report of input, of any mode: age is the text that the page's script sent,
 * milliseconds since the last input. When that was, between last (the activity
 * or report before) and now, whatever it says; ACTIVITY_NONE if it is no number
 * or if there was no input since last.
 */
int64_t activity_of_report(const char *age, int64_t last, int64_t now);

/* A look at a terminal. All zero: none yet. */
struct activity_look {
	int64_t atime; /* of the tty, wall */
	int64_t wall;  /* when we looked, */
	int64_t at;    /* and by the steady clock */
};

/*
 * When there was input between two looks: Linux sets a tty's atime when input
 * is read from it, but no more than once in each 8 s, so that the input may be
 * as much later. ACTIVITY_NONE if the atime is the same, or for a first look.
 * However the wall clock was set, it is between the looks; where that has
 * blurred the moment, it is the look before.
 */
int64_t activity_of_look(
    const struct activity_look *before, const struct activity_look *now);

/*
 * A look at the idle hint of a desktop, which tells systemd-logind(8) when it
 * finds that nobody is there, and when somebody is again. All zero: none yet.
 */
struct activity_hint {
	int is_idle;
	int64_t since; /* it says so, by CLOCK_MONOTONIC; 0: it never said */
	int64_t mono;  /* when we looked, by that clock, */
	int64_t at;    /* and by the steady one */
};

/*
 * The last activity that a look shows: the look itself while the desktop says
 * that somebody is there, and once it says idle, the moment it began to; if
 * that was before the look before, ACTIVITY_NONE, as for a desktop that has
 * never said anything. CLOCK_MONOTONIC stands still while the machine is
 * suspended: the moment is reckoned from the look before, or it would be too
 * late by as long; by none, from the boot: mono 0, and at what the steady clock
 * was then. Never earlier than that, never later than now.
 */
int64_t activity_of_hint(
    const struct activity_hint *before, const struct activity_hint *now);

#endif
