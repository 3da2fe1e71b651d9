/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/concurrent.h"
#include "gatehoused/presence.h"
#include "gatehoused/stages.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/store_live.h"
#include "session/session.h"

/* The record that the application refers to, of this user and service. */
static int
find_record(struct store_tx *tx, struct login *l)
{
	int r = store_session_get(tx, l->session, &l->record);

	if (r == GATE_ENOTFOUND)
		return refuse(&l->refusal, REASON_NO_SESSION,
		    "there is no sign-in or session %s", l->session);
	if (r == 0)
		r = session_is_of(&l->record, l->user, l->service, &l->refusal);
	return r;
}

/* The gate knows of no reason, or not of the user at all. */
static int
is_enabled(struct store_tx *tx, struct login *l)
{
	struct store_user user;
	int r = store_user_get(tx, l->user, &user);

	explicit_bzero(user.verifier, sizeof(user.verifier));
	if (r == 0 && user.disabled)
		return refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
claim(struct store_tx *tx, struct login *l)
{
	int r = is_enabled(tx, l);

	/* signed in without the gate */
	if (r != 0 || l->session[0] == '\0')
		return r;
	r = find_record(tx, l);
	if (r == 0)
		r = session_claim(&l->record, clock_wall(),
		    l->policy->config->login_grace, &l->refusal);
	if (r == 0 && l->record.state == SESSION_OPEN)
		r = presence_check(
		    gate_presence(l->gate), l->record.id, &l->refusal);
	return r;
}

static int
claim_only(struct store_tx *tx, void *data)
{
	return claim(tx, data);
}

/*
 * 0 where a login without the gate is allowed by the configuration, and this
 * one by the rules: they are not got round by signing in elsewhere.
 */
static int
without_login(struct login *l)
{
	if (l->policy->config->without_login != WITHOUT_LOGIN_ALLOW)
		return refuse(&l->refusal, REASON_NO_LOGIN, NULL);
	l->method = "external";
	return may_enter(l);
}

int
signed_in(struct login *l)
{
	int r = 0;

	if (l->session[0] == '\0')
		r = without_login(l);
	if (r == 0)
		r = store_read(gate_store(l->gate), claim_only, l);
	/* a fresh sign-in has been asked may_they a moment ago */
	if (r == 0 &&
	    (l->session[0] == '\0' || l->record.state != SESSION_SIGNED_IN))
		r = may_they(l);
	return r;
}

/* Held by whom the kernel says it is, whatever a message may claim. */
static void
opened(struct login *l)
{
	session_opened(&l->record, l->tty, l->leader.pid, clock_wall());
	l->record.pid_started = l->leader.started;
}

/* What the last session has left, for who comes back in time. */
static int
hand_over(struct store_tx *tx, struct login *l)
{
	int64_t handover = l->policy->config->handover;
	int r = GATE_ENOTFOUND;

	l->record.previous[0] = '\0';
	if (handover > 0)
		r = store_session_previous(tx, l->user, l->service,
		    clock_wall() - handover, l->record.previous);
	return r == GATE_ENOTFOUND ? 0 : r;
}

struct opening {
	struct login *login;
	int entered;            /* it is in the table of those present */
	struct ending replaced; /* the sessions that it takes the place of */
};

/* With all that changes at once, or not at all. */
static int
put_open(struct store_tx *tx, struct opening *o)
{
	struct login *l = o->login;
	struct presence *presence = gate_presence(l->gate);
	int r = hand_over(tx, l);

	if (r == 0)
		r = concurrent_end(
		    &o->replaced, tx, l->gate, l->policy, &l->record);
	if (r == 0)
		r = presence_enter(presence, &l->record, &l->refusal);
	if (r != 0)
		return r;
	o->entered = 1;
	if (l->session[0] == '\0')
		return store_session_add(tx, &l->record);
	r = store_session_update(tx, &l->record);
	return r != 0 ? r
		      : store_activity_put(tx, l->record.id, l->record.last);
}

static int
commit_open(struct store_tx *tx, void *data)
{
	struct opening *o = data;
	struct login *l = o->login;
	int r = claim(tx, l);

	if (r == 0 && l->session[0] != '\0' &&
	    l->record.state != SESSION_SIGNED_IN)
		r = refuse(&l->refusal, REASON_NO_SESSION,
		    "session %s is open already", l->session);
	if (r != 0)
		return r;
	opened(l);
	return put_open(tx, o);
}

static int
write_open(struct login *l)
{
	struct opening o = { .login = l,
		.replaced = ENDING(l->gate, "session_end", "replaced") };
	struct presence *presence = gate_presence(l->gate);
	int r = store_write(gate_store(l->gate), commit_open, &o);

	if (r == 0) {
		concurrent_hang_up(&o.replaced, l->gate, &l->peer);
		presence_settle(presence, &l->record);
	} else if (o.entered)
		presence_leave(presence, l->record.id);
	ending_clear(&o.replaced);
	return r;
}

int
open_session(struct login *l)
{
	int r = 0;

	if (l->session[0] == '\0') {
		r = without_login(l);
		if (r == 0 && !(l->rights & RIGHT_LOGIN))
			r = refuse(&l->refusal, REASON_PEER, NULL);
		if (r == 0)
			r = where_from(l);
		if (r == 0)
			r = login_describe(l);
	}
	if (!l->detached)
		leader_of(&l->peer, &l->leader);
	if (r == 0)
		r = write_open(l);
	if (r != 0 && r != GATE_EREFUSED)
		l->record.id[0] = '\0';
	return r;
}

/*
 * Whoever closes a session says that its process has no part in it any more,
 * which nobody hangs up then. Of another process a peer without rights cannot
 * say so: he would stay, with no limit to it.
 */
static int
may_close(struct login *l)
{
	const struct store_session *s = &l->record;
	struct leader holder = { s->pid, s->pid_started }, asking;

	if ((l->rights & RIGHT_LOGIN) || s->pid == 0)
		return 0;
	leader_of(&l->peer, &asking);
	if (leader_same(&holder, &asking))
		return 0;
	return refuse(&l->refusal, REASON_PEER,
	    "process %lld holds session %s, which can be ended instead",
	    (long long)s->pid, s->id);
}

static int
commit_close(struct store_tx *tx, void *data)
{
	struct login *l = data;
	int r = find_record(tx, l);

	/* ended by somebody else before: there is nothing left to do */
	if (r != 0 || l->record.state == SESSION_ENDED)
		return r;
	r = may_close(l);
	if (r != 0)
		return r;
	presence_note(gate_presence(l->gate), &l->record);
	session_ended(&l->record, STORE_END_CLOSED, clock_wall());
	return store_session_update(tx, &l->record);
}

int
close_session(struct login *l)
{
	int r;

	if (l->session[0] == '\0')
		return refuse(&l->refusal, REASON_NO_SESSION,
		    "the application names no session");
	r = store_write(gate_store(l->gate), commit_close, l);
	if (r == 0)
		presence_leave(gate_presence(l->gate), l->record.id);
	return r;
}
