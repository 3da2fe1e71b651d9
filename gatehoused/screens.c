/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/screens.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/beat.h"
#include "gatehoused/logind.h"
#include "gatehoused/presence.h"
#include "gatehoused/shell.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"

/*
 * Between two looks, in milliseconds: at most, and at least when the session
 * would end soon, so that who comes back then is not missed. Whether there is a
 * screen at all is asked more and more seldom: logind may learn of it a little
 * later than we do, as what opens the session asks us first.
 */
#define LOOK_EVERY 15000
#define LOOK_SOON  5000
#define FIND_MOST  240000

/* So many are passed, and so many taken, with the table locked. */
#define AT_ONCE 256
#define MANY    32

struct screens {
	struct gate *gate;
	struct beat *beat;
	int stopping;
};

/* A session to be looked at, out of the table meanwhile. */
struct look {
	char id[STORE_SESSION_ID_MAX];
	struct leader leader;
	struct shell_screen screen;
};

static int
is_stopping(const struct screens *s)
{
	return __atomic_load_n(&s->stopping, __ATOMIC_RELAXED);
}

/* --- one --- */

static void
tell_of(struct look *look, int r)
{
	if (r == GATE_ENOTFOUND)
		return;
	if (r != 0 && !look->screen.failing)
		log_warn("session %s: whether somebody is at its screen cannot "
			 "be asked: %s; it ends at its limit",
		    look->id, gate_strerror(r));
	else if (r == 0 && look->screen.failing)
		log_info("session %s: whether somebody is at its screen is "
			 "known again",
		    look->id);
	look->screen.failing = r != 0;
}

/* Asks logind, and touches the session if somebody is there, or was. */
static void
ask(struct screens *s, struct look *look, const struct logind *logind)
{
	struct presence *presence = gate_presence(s->gate);
	struct activity_hint before = look->screen.hint, now = { 0 };
	int64_t when;
	int r;

	/* both before it is asked: what it says is no older */
	now.at = presence_now(presence);
	now.mono = clock_mono_ms();
	if (before.at == 0)
		before.at = now.at - clock_boot_ms();
	r = logind_hint(logind, &now);
	tell_of(look, r);
	if (r != 0)
		return;
	look->screen.hint = now;
	when = activity_of_hint(&before, &now);
	if (when != ACTIVITY_NONE)
		(void)live_touch(presence_live(presence), LIVE_ID(look->id),
		    presence_now(presence), when);
}

/*
 * Where there is a screen, it is the session's: but of a process that stands
 * for several nobody knows whose.
 */
static void
look_at(struct screens *s, struct look *look)
{
	struct shells *shells = gate_shells(s->gate);
	int64_t pause = look->screen.pause * 2;
	struct logind logind;

	look->screen.pause = pause < FIND_MOST ? pause : FIND_MOST;
	if (look->screen.pause < LOOK_EVERY)
		look->screen.pause = LOOK_EVERY;
	if (logind_find(&look->leader, &logind) != 0 || !logind.has_screen ||
	    shells_share(shells, &look->leader) != 1)
		return;
	look->screen.pause = LOOK_EVERY;
	ask(s, look, &logind);
}

/* When it is looked at next: in the half of the time that it has left. */
static void
plan(struct look *look, int64_t now, int64_t left)
{
	int64_t wait = left / 2;

	if (wait < LOOK_SOON)
		wait = LOOK_SOON;
	if (wait > look->screen.pause)
		wait = look->screen.pause;
	look->screen.due = now + wait;
}

static void
look_if_it_matters(struct screens *s, struct look *look)
{
	struct presence *presence = gate_presence(s->gate);
	struct live *live = presence_live(presence);
	int64_t now = presence_now(presence);
	struct live_view view;

	look->screen.due = now + LOOK_EVERY;
	if (live_check(live, LIVE_ID(look->id), now, &view) != 0 ||
	    view.limits.idle == 0)
		return;
	look_at(s, look);
	now = presence_now(presence);
	if (live_get(live, LIVE_ID(look->id), now, &view) == 0)
		plan(look, now, view.idle_left);
}

/* --- all of them --- */

/* Takes those that are due, from *item on; 0 where the table is at its end. */
static int
take(struct shells *shells, int64_t now, uint32_t *item,
    struct look looks[MANY], size_t *count)
{
	const struct shell *shell;
	uint32_t i;
	int more;

	*count = 0;
	pthread_mutex_lock(&shells->lock);
	for (i = 0; i < AT_ONCE && *item < shells->slab.top && *count < MANY;
	     i++) {
		shell = shells_at(shells, (*item)++);
		if (shell == NULL || shell->screen.due > now)
			continue;
		memcpy(looks[*count].id, shell->id, sizeof(shell->id));
		looks[*count].leader = shell->leader;
		looks[(*count)++].screen = shell->screen;
	}
	more = *item < shells->slab.top;
	pthread_mutex_unlock(&shells->lock);
	return more;
}

static void
put_back(struct shells *shells, const struct look *look)
{
	struct shell *shell;

	pthread_mutex_lock(&shells->lock);
	shell = shells_find(shells, look->id);
	if (shell != NULL && leader_same(&shell->leader, &look->leader))
		shell->screen = look->screen;
	pthread_mutex_unlock(&shells->lock);
}

static void
look_at_all(void *data)
{
	struct screens *s = data;
	struct shells *shells = gate_shells(s->gate);
	struct look looks[MANY];
	uint32_t item = 0;
	size_t i, count;
	int more;

	if (!logind_runs())
		return;
	do {
		more = take(shells, presence_now(gate_presence(s->gate)), &item,
		    looks, &count);
		for (i = 0; i < count && !is_stopping(s); i++) {
			look_if_it_matters(s, &looks[i]);
			put_back(shells, &looks[i]);
		}
	} while (more && !is_stopping(s));
}

int
screens_new(struct screens **screens, struct gate *gate)
{
	struct screens *s = calloc(1, sizeof(*s));
	int r;

	if (s == NULL)
		return GATE_ENOMEM;
	s->gate = gate;
	r = beat_new(&s->beat, look_at_all, s);
	if (r == 0)
		*screens = s;
	else
		free(s);
	return r;
}

void
screens_free(struct screens **screens)
{
	struct screens *s = *screens;

	if (s == NULL)
		return;
	__atomic_store_n(&s->stopping, 1, __ATOMIC_RELAXED);
	beat_free(&s->beat);
	free(s);
	*screens = NULL;
}
