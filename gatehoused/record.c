/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/stages.h"
#include "lib/clock.h"
#include "lib/error.h"
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

static int
commit_open(struct store_tx *tx, void *data)
{
	struct login *l = data;
	int r;

	r = claim(tx, l);
	if (r == 0 && l->session[0] == '\0') {
		opened(l);
		return store_session_add(tx, &l->record);
	}
	if (r == 0 && l->record.state != SESSION_SIGNED_IN)
		r = refuse(&l->refusal, REASON_NO_SESSION,
		    "session %s is open already", l->session);
	if (r != 0)
		return r;
	opened(l);
	return store_session_update(tx, &l->record);
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
	leader_of(&l->peer, &l->leader);
	if (r == 0)
		r = store_write(gate_store(l->gate), commit_open, l);
	if (r != 0 && r != GATE_EREFUSED)
		l->record.id[0] = '\0';
	return r;
}

static int
commit_close(struct store_tx *tx, void *data)
{
	struct login *l = data;
	int r = find_record(tx, l);

	/* ended by somebody else before: there is nothing left to do */
	if (r != 0 || l->record.state == SESSION_ENDED)
		return r;
	session_ended(&l->record, "closed", clock_wall());
	return store_session_update(tx, &l->record);
}

int
close_session(struct login *l)
{
	if (l->session[0] == '\0')
		return refuse(&l->refusal, REASON_NO_SESSION,
		    "the application names no session");
	return store_write(gate_store(l->gate), commit_close, l);
}
