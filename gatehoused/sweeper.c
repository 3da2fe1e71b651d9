/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/sweeper.h"

#include <stdlib.h>

#include "gatehoused/backlog.h"
#include "gatehoused/beat.h"
#include "gatehoused/behind.h"
#include "gatehoused/departures.h"
#include "gatehoused/leader.h"
#include "gatehoused/presence.h"
#include "gatehoused/screens.h"
#include "gatehoused/shells.h"
#include "lib/error.h"
#include "lib/log.h"

/* Sessions looked at in one call; between two of them it may stop. */
#define LOOK_MOST 4096

/* More screens than that are not being locked at the same time: the others are
 * told of again. */
#define LOCKS_MOST 64

struct sweeper {
	struct gate *gate;
	int stopping;
	struct departures *departures;
	struct backlog *warnings;
	struct backlog *locks;
	struct behind *behind;
	struct beat *clock;
	struct beat *looks;
	struct screens *screens;
};

static const char *const end_reasons[] = {
	[LIVE_IDLE] = STORE_END_IDLE,
	[LIVE_MAX_AGE] = "max_age",
};

/* What a call of live_expire tells to. */
struct telling {
	struct sweeper *sweeper;
	int locks; /* [idle] action = lock */
};

static int
look(struct sweeper *s, const char *id, struct live_view *view)
{
	struct presence *presence = gate_presence(s->gate);

	return live_get(
	    presence_live(presence), LIVE_ID(id), presence_now(presence), view);
}

/* --- what is told when a session's time has come --- */

/* For a screen that can be locked it stays: over, until it is. */
static int
tell_end(const struct telling *telling, const struct live_view *view)
{
	struct sweeper *s = telling->sweeper;

	if (telling->locks && view->state == LIVE_IDLE &&
	    shells_has(gate_shells(s->gate), view->id)) {
		if (backlog_count(s->locks) < LOCKS_MOST)
			(void)backlog_add(s->locks, NULL, view->id, 0);
		return 1;
	}
	return departures_add(
	    s->departures, end_reasons[view->state], view->id, view->activity);
}

static int
tell(enum live_event event, const struct live_view *view, void *data)
{
	const struct telling *telling = data;
	struct sweeper *s = telling->sweeper;

	if (event == LIVE_END)
		return tell_end(telling, view);
	if (shells_has(gate_shells(s->gate), view->id) &&
	    backlog_add(s->warnings, NULL, view->id, 0) != 0)
		log_warn("session %s ends without a warning", view->id);
	return 0;
}

static void
expire(void *data)
{
	struct sweeper *s = data;
	struct presence *presence = gate_presence(s->gate);
	struct policy *policy = gate_policy(s->gate);
	struct telling telling = { s,
		policy->config->idle_action == END_ACTION_LOCK };
	struct live_sweep sweep;
	int64_t now;

	policy_unref(&policy);
	do {
		now = presence_now(presence);
		live_expire(presence_live(presence), now, LOOK_MOST, tell,
		    &telling, &sweep);
	} while (sweep.next <= now &&
	    !__atomic_load_n(&s->stopping, __ATOMIC_RELAXED));
}

/* --- what may take its time --- */

static int
warn(const char *reason, const struct backlog_item *items, size_t count,
    void *data)
{
	struct sweeper *s = data;
	struct live_view view;
	size_t i;

	(void)reason;
	/* one that has been touched meanwhile is warned again in its time */
	for (i = 0; i < count; i++)
		if (look(s, items[i].name, &view) == 0 &&
		    view.state == LIVE_GOES_ON)
			shells_warn(gate_shells(s->gate), s->gate, &view);
	return 0;
}

static void
lock_one(struct sweeper *s, const char *id)
{
	struct presence *presence = gate_presence(s->gate);
	struct live_view view;

	if (look(s, id, &view) != 0 || view.state != LIVE_IDLE)
		return;
	if (shells_lock(gate_shells(s->gate), s->gate, &view))
		(void)live_again(
		    presence_live(presence), id, presence_now(presence));
	else if (departures_add(
		     s->departures, STORE_END_IDLE, id, view.activity) == 0)
		/* or it would be told of each second until it is on record */
		(void)live_remove(presence_live(presence), LIVE_ID(id));
}

static int
lock(const char *reason, const struct backlog_item *items, size_t count,
    void *data)
{
	size_t i;

	(void)reason;
	for (i = 0; i < count; i++)
		lock_one(data, items[i].name);
	return 0;
}

static void
look_at_shells(void *data)
{
	struct sweeper *s = data;

	shells_look(gate_shells(s->gate), s->gate);
}

int
sweeper_new(struct sweeper **sweeper, struct gate *gate)
{
	struct sweeper *s = calloc(1, sizeof(*s));
	const struct backlog_plan warnings = {
		.work = warn, .data = s, .batch = BACKLOG_BATCH, .threads = 1
	};
	const struct backlog_plan locks = {
		.work = lock, .data = s, .batch = 1, .threads = 2
	};
	int r;

	if (s == NULL)
		return GATE_ENOMEM;
	s->gate = gate;
	r = departures_new(&s->departures, gate);
	if (r == 0)
		r = backlog_new(&s->warnings, &warnings);
	if (r == 0)
		r = backlog_new(&s->locks, &locks);
	if (r == 0)
		r = behind_new(&s->behind, gate);
	if (r == 0)
		r = beat_new(&s->clock, expire, s);
	if (r == 0)
		r = beat_new(&s->looks, look_at_shells, s);
	if (r == 0)
		r = screens_new(&s->screens, gate);
	if (r == 0)
		*sweeper = s;
	else
		sweeper_free(&s);
	return r;
}

void
sweeper_free(struct sweeper **sweeper)
{
	struct sweeper *s = *sweeper;

	if (s == NULL)
		return;
	__atomic_store_n(&s->stopping, 1, __ATOMIC_RELAXED);
	leaders_hurry(); /* nobody else would end them */
	/* first who gives to others */
	screens_free(&s->screens);
	beat_free(&s->looks);
	beat_free(&s->clock);
	backlog_free(&s->warnings);
	backlog_free(&s->locks);
	departures_free(&s->departures);
	behind_free(&s->behind);
	free(s);
	*sweeper = NULL;
}

int
sweeper_end(struct sweeper *s, const char *id, const char *reason)
{
	return departures_add(s->departures, reason, id, 0);
}

int
sweeper_hang_up(struct sweeper *s, const char *id)
{
	return departures_hang_up(s->departures, id);
}

void
sweeper_end_user(struct sweeper *s, const char *user, const char *reason)
{
	int r = departures_add_user(s->departures, reason, user);

	if (r != 0)
		log_error("the sessions of \"%s\" go on (%s): %s", user, reason,
		    gate_strerror(r));
}

void
sweeper_status(struct sweeper *s, struct sweeper_status *status)
{
	departures_count(s->departures, &status->unrecorded, &status->held);
}
