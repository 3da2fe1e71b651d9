/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_SESSIONS_H
#define GATEHOUSECTL_SESSIONS_H

#include "gatehousectl/ask.h"

/*
 * Asks for sessions, as far as the daemon picks them out by --user, --all and
 * --state; row is told of those that fit all the other options. An exit status.
 */
int sessions_ask(const struct options *options, ask_row *row, void *data);

/* Is it said which sessions are meant, by the argument or by --user, and not by
 * both? CTL_DONE, or CTL_USAGE and a complaint. */
int sessions_named(const struct options *options);

/* Says it in the question. */
void sessions_name(const struct options *options, struct ask *ask);

#endif
