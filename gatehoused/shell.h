/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SHELL_H
#define GATEHOUSED_SHELL_H

#include <pthread.h>

#include "gatehoused/process.h"
#include "gatehoused/shells.h"
#include "gatehoused/terminal.h"
#include "lib/siphash.h"
#include "session/activity.h"
#include "session/buckets.h"
#include "session/slab.h"

/* What is behind shells.h, for shells.c, shells_look.c and screens.c alone. */

/* A terminal of a session, and the survey that found it last. */
struct shell_terminal {
	struct terminal terminal;
	uint32_t survey;
};

/* Of the screen that a session may have: screens.c. */
struct shell_screen {
	int64_t due;   /* the next look */
	int64_t pause; /* to it, at most */
	struct activity_hint hint;
	int failing; /* which has been said */
};

/* Of one session: whoever opens more at a time over one connection is not
 * looked at in all of them. */
#define SHELL_TERMINALS 16

struct shell {
	uint32_t count; /* of the terminals */
	uint32_t item;  /* this one's number */
	char id[STORE_SESSION_ID_MAX];
	struct leader leader;
	dev_t named;  /* the only one, by PAM_TTY; 0: any that is found */
	int64_t due;  /* the next look */
	int64_t gone; /* since when its process is; 0: it is there */
	int told;     /* that its process is gone */
	struct shell_terminal *terminals;
	struct shell_screen screen;
};

struct shells {
	pthread_mutex_t lock; /* over the four that follow */
	struct slab slab;
	struct buckets by_id;
	struct buckets by_leader;
	uint32_t count;
	uint8_t key[SIPHASH_KEY_SIZE];

	/* of the thread that looks */
	struct processes processes;
	uint32_t survey;     /* its number */
	int64_t next_survey; /* clock_mono_ms */
};

/* All with the table locked. */
struct shell *shells_at(struct shells *shells, uint32_t item);
struct shell *shells_find(struct shells *shells, const char *id);

/* Of those that this process stands for, the first, and the one behind shell;
 * NULL: there are no more. */
struct shell *shells_first(struct shells *shells, const struct leader *leader);
struct shell *shells_next(struct shells *shells, const struct shell *shell);

#endif
