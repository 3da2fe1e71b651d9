/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/account.h"
#include "gatehoused/demand.h"
#include "gatehoused/emergency.h"
#include "gatehoused/presence.h"
#include "gatehoused/rehash.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "gatehoused/wall_clock.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "session/session.h"

int
peer_may(struct login *l)
{
	uid_t uid;
	int r;

	if ((l->rights & RIGHT_LOGIN) || l->user[0] == '\0')
		return LOGIN_NEXT;
	r = account_uid(l->user, &uid, &l->refusal);
	if (r == 0 && uid == l->peer.uid)
		return LOGIN_NEXT;
	if (r != 0 && r != GATE_ENOTFOUND)
		return r;
	return refuse(&l->refusal, REASON_PEER,
	    "uid %u may only ask about itself; see [peers] login",
	    (unsigned)l->peer.uid);
}

int
may_they(struct login *l)
{
	int r;

	if (l->user[0] == '\0')
		return refuse(&l->refusal, REASON_USER_INVALID, "no user name");
	r = peer_may(l);
	if (r == 0)
		r = account_may(l->policy->config, l->user, &l->refusal);
	return r == GATE_ENOTFOUND ? LOGIN_NEXT : r; /* a portal user */
}

int
login_describe(struct login *l)
{
	const struct store_ticket *claims = login_claims(l);
	struct store_session *s = &l->record;
	int r = session_begin(s, clock_wall());

	if (r != 0)
		return r;
	memcpy(s->user, l->user, sizeof(s->user));
	memcpy(s->service, l->service, sizeof(s->service));
	snprintf(s->address, sizeof(s->address), "%s", l->address);
	memcpy(s->tty, l->tty, sizeof(s->tty));
	session_add_method(s, l->method);
	if (claims != NULL)
		session_claims(s, claims);
	if (l->pass != NULL)
		s->not_after = l->pass->expires;
	r = presence_describe(gate_presence(l->gate), s, login_attributes(l));
	return r != GATE_EIO
	    ? r
	    : refuse(&l->refusal, REASON_USER_LOOKUP,
		  "the groups of \"%s\", which [idle] asks for", l->user);
}

/* The ticket becomes the session, attributes and all. */
static int
use_ticket(struct store_tx *tx, struct login *l)
{
	char owner[STORE_OWNER_MAX];
	int r = store_ticket_take(tx, l->ticket->hash, l->ticket);

	if (r == GATE_ENOTFOUND)
		return refuse(&l->refusal, REASON_TICKET_UNKNOWN, NULL);
	if (r != 0 || !l->ticket->has_attributes)
		return r;
	store_ticket_owner(l->ticket->hash, owner);
	return store_attributes_move(tx, owner, l->record.id);
}

static int
use_assertion(struct store_tx *tx, struct login *l)
{
	int r = store_attributes_put(
	    tx, l->record.id, l->assertion->kept, l->assertion->kept_size);

	return r == 0 ? assertion_claim(tx, l->assertion, &l->refusal) : r;
}

/* Uses up what can be used once only. */
static int
use_up(struct store_tx *tx, struct login *l)
{
	if (l->assertion != NULL)
		return use_assertion(tx, l);
	if (l->ticket != NULL)
		return use_ticket(tx, l);
	if (l->pass != NULL)
		return emergency_use(tx, l);
	return l->code != CODE_NONE ? code_use(tx, l) : 0;
}

/* An earlier line of the same stack proved something: is this its record? */
static int
same_sign_in(struct login *l, const struct store_session *s)
{
	struct refusal ignored;

	return session_is_of(s, l->user, l->service, &ignored) == 0 &&
	    session_claim(s, clock_wall(), l->policy->config->login_grace,
		&ignored) == 0 &&
	    s->state == SESSION_SIGNED_IN &&
	    (l->code != CODE_NONE || enrol_is_over(l) || l->waived) &&
	    strcmp(s->method, "password") == 0;
}

static int
find_earlier(
    struct store_tx *tx, struct login *l, struct store_session *s, int *found)
{
	int r = l->session[0] != '\0' ? store_session_get(tx, l->session, s)
				      : GATE_ENOTFOUND;

	*found = r == 0 && same_sign_in(l, s);
	return r == GATE_ENOTFOUND ? 0 : r;
}

/*
 * When whoever the gate keeps for the fallback was here last. A dialogue may
 * take minutes: what was compared at its beginning must still be so.
 */
static int
note_login(struct store_tx *tx, struct login *l)
{
	int disabled;
	int r = store_user_seen(tx, l->user, clock_wall(),
	    l->known ? l->changed : STORE_USER_ANY, &disabled);

	if (r == 0 && disabled)
		return refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	if (r == GATE_ENOTFOUND && l->known)
		return refuse(&l->refusal, REASON_BAD_PASSWORD,
		    "the user was removed, or the password changed, "
		    "meanwhile");
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
commit_sign_in(struct store_tx *tx, void *data)
{
	struct login *l = data;
	struct store_session earlier;
	int merges = 0, r;

	if (login_claims(l) != NULL || l->pass != NULL) {
		r = wall_clock_check(
		    tx, l->policy->config->clock_skew, &l->refusal);
		if (r != 0)
			return r;
	}
	r = use_up(tx, l);
	if (r == 0)
		r = find_earlier(tx, l, &earlier, &merges);
	if (r == 0)
		r = tries_settle(tx, l, l->shown || merges);
	if (r == 0)
		r = demand_remember(tx, l);
	if (r == 0)
		r = rehash_commit(tx, l->rehash, l->user);
	if (r == 0)
		r = note_login(tx, l);
	if (r != 0)
		return r;
	if (merges) {
		if (!l->waived)
			session_add_method(&earlier, l->method);
		l->record = earlier;
		return store_session_update(tx, &l->record);
	}
	return store_session_add(tx, &l->record);
}

int
let_in(struct login *l)
{
	int r = presence_has_room(gate_presence(l->gate), l->user, &l->refusal);

	/* all was right: it tells nobody anything but who it is for */
	if (r == GATE_EREFUSED)
		return login_tell_why(l,
		    "You are signed in too many times already. Sign out "
		    "elsewhere first.");
	r = login_describe(l);
	/* only now, when all was right; but nobody waits for it, as it can be
	 * done at the next login too */
	if (l->rehash != NULL && !slots_try(gate_slots(l->gate), l->slot))
		rehash_free(&l->rehash);
	if (r == 0)
		r = rehash_make(l->rehash);
	if (r == 0)
		r = store_write(gate_store(l->gate), commit_sign_in, l);
	if (r != 0)
		l->record.id[0] = '\0'; /* nothing went on record */
	else if (l->pass != NULL)
		emergency_alarm(l);
	return r;
}
