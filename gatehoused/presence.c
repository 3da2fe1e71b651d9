/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/presence.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/loading.h"
#include "gatehoused/regard.h"
#include "gatehoused/shells.h"
#include "gatehoused/terms.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_live.h"
#include "session/steady.h"

struct presence {
	struct gate *gate;
	struct live *live;
	int64_t offset;       /* of the steady clock to CLOCK_BOOTTIME, ms */
	int has_rebooted;     /* since the store was last used */
	int unsettled;        /* somebody's class is not of the terms in force,
			       * and could not be made so: atomic */
	pthread_mutex_t lock; /* over what follows */
	struct terms *terms;
};

/*
 * While the machine runs the steady clock and CLOCK_BOOTTIME go alike: whoever
 * moves the mark moves both of its times.
 */
static int
commit_offset(struct store_tx *tx, void *data)
{
	struct presence *presence = data;
	struct store_steady before, mark;
	int64_t now;
	int r = store_steady_get(tx, &before);

	if (r == 0)
		r = steady_mark(tx, &now);
	if (r == 0)
		r = store_steady_get(tx, &mark);
	if (r != 0)
		return r;
	presence->offset = 1000 * (mark.time - mark.boot_time);
	presence->has_rebooted =
	    before.time != 0 && strcmp(before.boot, mark.boot) != 0;
	/* by their numbers other processes are meant now */
	return presence->has_rebooted ? store_session_let_all_go(tx) : 0;
}

int
presence_new(struct presence **presence, struct gate *gate)
{
	struct presence *p = calloc(1, sizeof(*p));
	struct policy *policy;
	int r;

	if (p == NULL)
		return GATE_ENOMEM;
	p->gate = gate;
	pthread_mutex_init(&p->lock, NULL);
	policy = gate_policy(gate);
	r = store_write(gate_store(gate), commit_offset, p);
	if (r == 0)
		r = terms_new(&p->terms, gate_store(gate), policy, 1);
	if (r == 0)
		r = live_new(&p->live, presence_now(p),
		    policy->config->idle_warn * 1000);
	policy_unref(&policy);
	if (r == 0) {
		*presence = p;
		return 0;
	}
	log_error("the table of sessions: %s", gate_strerror(r));
	presence_free(&p);
	return r;
}

void
presence_free(struct presence **presence)
{
	struct presence *p = *presence;

	if (p == NULL)
		return;
	live_free(&p->live);
	terms_unref(&p->terms);
	pthread_mutex_destroy(&p->lock);
	free(p);
	*presence = NULL;
}

int64_t
presence_now(const struct presence *presence)
{
	return clock_boot_ms() + presence->offset;
}

struct live *
presence_live(struct presence *presence)
{
	return presence->live;
}

struct terms *
presence_terms(struct presence *presence)
{
	struct terms *terms;

	pthread_mutex_lock(&presence->lock);
	terms = terms_ref(presence->terms);
	pthread_mutex_unlock(&presence->lock);
	return terms;
}

int
presence_load(struct presence *presence)
{
	int64_t begun = clock_mono_ms();
	int r = loading_run(
	    presence->gate, presence->has_rebooted, &presence->unsettled);

	if (r != 0)
		log_error("loading the sessions: %s", gate_strerror(r));
	else
		log_debug("%u sessions loaded in %lld ms",
		    (unsigned)live_count(presence->live),
		    (long long)(clock_mono_ms() - begun));
	return r;
}

/* --- a policy that comes into force --- */

/* The next time all of them are looked at again. */
static void
set_unsettled(struct presence *presence)
{
	__atomic_store_n(&presence->unsettled, 1, __ATOMIC_RELAXED);
}

struct retiming {
	const struct terms *old, *fresh;
	int unsettled;
};

static void
relimit(const char *id, const char *user, const char *service,
    struct live_limits *limits, void *data)
{
	struct retiming *retiming = data;
	const struct terms_case of = { user, service, limits->class,
		retiming->old->asks, limits->idle };
	struct live_limits fresh;
	int complete = terms_limits(retiming->fresh, &of, &fresh);

	(void)id;
	if (!complete)
		retiming->unsettled = 1;
	if (retiming->unsettled)
		fresh.idle = limits->idle;
	*limits = fresh;
}

/* Whoever comes in meanwhile comes in by the terms in force. */
static int
look_at_all(struct presence *presence)
{
	struct live_view *views = calloc(REGARD_MAX, sizeof(*views));
	char ids[REGARD_MAX][STORE_SESSION_ID_MAX];
	uint32_t place = 0;
	size_t count, i;
	int r, first = 0;

	if (views == NULL)
		return GATE_ENOMEM;
	while ((count = live_list(presence->live, presence_now(presence), views,
		    REGARD_MAX, &place)) > 0) {
		for (i = 0; i < count; i++)
			memcpy(ids[i], views[i].id, sizeof(ids[i]));
		r = regard_again(presence->gate,
		    (const char(*)[STORE_SESSION_ID_MAX])ids, count);
		if (first == 0)
			first = r;
	}
	free(views);
	return first;
}

int
presence_follow(struct presence *presence, struct policy *policy)
{
	struct retiming retiming = { .old = presence->terms,
		.unsettled = __atomic_exchange_n(
		    &presence->unsettled, 0, __ATOMIC_RELAXED) };
	struct terms *fresh, *old = presence->terms;
	int r = terms_new(
	    &fresh, gate_store(presence->gate), policy, old->version + 1);

	if (r != 0)
		goto out;
	pthread_mutex_lock(&presence->lock);
	presence->terms = fresh;
	pthread_mutex_unlock(&presence->lock);
	retiming.fresh = fresh;
	live_set_warn(presence->live, policy->config->idle_warn * 1000);
	live_retime(presence->live, presence_now(presence), fresh->version,
	    relimit, &retiming);
	if (retiming.unsettled)
		r = look_at_all(presence);
	terms_unref(&old);
out:
	if (r != 0 && retiming.unsettled)
		set_unsettled(presence);
	return r;
}

/* --- who comes, and goes --- */

int
presence_describe(struct presence *presence, struct store_session *session,
    const struct attributes *attributes)
{
	struct terms *terms = presence_terms(presence);
	struct terms_case of = { .user = session->user,
		.service = session->service,
		.asks = terms->asks };
	struct live_limits limits;
	int r = terms_look(
	    terms, session->user, session->service, attributes, &of.class);

	session->start = presence_now(presence);
	session->ends = terms_ends(terms, session);
	session->class = of.class;
	session->asks = terms->asks;
	(void)terms_limits(terms, &of, &limits);
	session->idle = limits.idle;
	terms_unref(&terms);
	return r;
}

/* How many a user may have, where one too many is refused; 0: any number. */
static uint32_t
most_of(const struct terms *terms)
{
	const struct config *config = terms->policy->config;

	return config->concurrent_action == CONCURRENT_REFUSE
	    ? (uint32_t)config->concurrent
	    : 0;
}

static int
refuse_one_more(struct refusal *refusal, const char *user, uint32_t most)
{
	return refuse(refusal, REASON_TOO_MANY_SESSIONS,
	    "\"%s\" has %u sessions, and [session] concurrent = %u", user,
	    (unsigned)most, (unsigned)most);
}

int
presence_has_room(
    struct presence *presence, const char *user, struct refusal *refusal)
{
	struct terms *terms = presence_terms(presence);
	uint32_t most = most_of(terms);

	terms_unref(&terms);
	if (most == 0 ||
	    live_user(presence->live, user, presence_now(presence), NULL) <
		most)
		return 0;
	return refuse_one_more(refusal, user, most);
}

/* By these terms, unless there are newer ones: GATE_ECONFIG. */
static int
enter(struct presence *presence, const struct terms *terms,
    struct store_session *s, struct refusal *refusal)
{
	const struct terms_case of = { s->user, s->service, s->class, s->asks,
		s->idle };
	const int64_t now = presence_now(presence);
	struct live_session session = { .id = s->id,
		.user = s->user,
		.service = s->service,
		.start = s->start,
		.activity = now,
		.not_after =
		    terms_not_after(s->start, s->signed_in, s->not_after) };
	int complete = terms_limits(terms, &of, &session.limits);
	int r;

	s->last = now;
	s->idle = session.limits.idle;
	s->ends = terms_ends(terms, s);
	if (complete) {
		s->class = session.limits.class;
		s->asks = terms->asks;
	}
	if (s->ends <= now)
		return refuse(refusal, REASON_SESSION_OVER,
		    "sign-in %s is past the end of its session", s->id);
	r = live_add(presence->live, &session, now, most_of(terms));
	return r == GATE_EREFUSED
	    ? refuse_one_more(refusal, s->user, most_of(terms))
	    : r;
}

int
presence_enter(struct presence *presence, struct store_session *session,
    struct refusal *refusal)
{
	struct terms *terms;
	int r;

	do {
		terms = presence_terms(presence);
		r = enter(presence, terms, session, refusal);
		terms_unref(&terms);
	} while (r == GATE_ECONFIG);
	if (r == 0 && session->pid > 0) {
		r = shells_add(gate_shells(presence->gate), session);
		if (r != 0)
			(void)live_remove(presence->live, LIVE_ID(session->id));
	}
	return r;
}

void
presence_settle(struct presence *presence, const struct store_session *session)
{
	struct terms *terms = presence_terms(presence);
	int is_settled = terms->asks == session->asks;
	int r;

	terms_unref(&terms);
	if (is_settled)
		return;
	r = regard_again(presence->gate, &session->id, 1);
	if (r == 0)
		return;
	set_unsettled(presence);
	log_error("session %s: %s: its idle limit is that of the "
		  "configuration at its sign-in",
	    session->id, gate_strerror(r));
}

void
presence_note(struct presence *presence, struct store_session *session)
{
	struct live_view view;

	if (live_get(presence->live, LIVE_ID(session->id),
		presence_now(presence), &view) == 0 &&
	    view.activity > session->last)
		session->last = view.activity;
}

void
presence_leave(struct presence *presence, const char *id)
{
	shells_remove(gate_shells(presence->gate), id);
	(void)live_remove(presence->live, LIVE_ID(id));
}

static const struct {
	enum reason reason;
	const char *text;
} ends[] = {
	[LIVE_IDLE] = { REASON_SESSION_IDLE, "was idle for too long" },
	[LIVE_MAX_AGE] = { REASON_SESSION_OVER, "is at its end" },
};

int
presence_check(
    struct presence *presence, const char *id, struct refusal *refusal)
{
	struct live_view view;
	int r = live_check(
	    presence->live, LIVE_ID(id), presence_now(presence), &view);

	if (r == GATE_ENOTFOUND)
		return refuse(
		    refusal, REASON_NO_SESSION, "session %s is not open", id);
	if (r == GATE_EREFUSED)
		return refuse(refusal, ends[view.state].reason, "session %s %s",
		    id, ends[view.state].text);
	return r;
}
