/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/rehash.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "gatehoused/wall_clock.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "session/session.h"

/* "nobody" is above the system's range, and no person either. */
#define NOBODY_UID 65534

/* 0 and *uid; GATE_ENOTFOUND where the system has no such account. */
static int
account_uid(struct login *l, uid_t *uid)
{
	char buffer[16384];
	struct passwd entry, *found = NULL;
	int r;

	r = getpwnam_r(l->user, &entry, buffer, sizeof(buffer), &found);
	if (found != NULL) {
		*uid = found->pw_uid;
		return 0;
	}
	if (r == 0)
		return GATE_ENOTFOUND;
	return refuse(&l->refusal, REASON_USER_LOOKUP,
	    "looking up \"%s\" failed: %s", l->user, strerror(r));
}

int
peer_may(struct login *l)
{
	uid_t uid;
	int r;

	if ((l->rights & RIGHT_LOGIN) || l->user[0] == '\0')
		return LOGIN_NEXT;
	r = account_uid(l, &uid);
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
	const struct config *config = l->policy->config;
	uid_t uid;
	int r;

	if (l->user[0] == '\0')
		return refuse(&l->refusal, REASON_USER_INVALID, "no user name");
	r = peer_may(l);
	if (r == 0)
		r = account_uid(l, &uid);
	if (r == GATE_ENOTFOUND)
		return LOGIN_NEXT; /* a portal user */
	if (r != 0)
		return r;
	if (uid == 0 && !config->allow_root)
		return refuse(&l->refusal, REASON_ROOT_REFUSED, NULL);
	if (uid != 0 && !config->allow_system &&
	    ((int64_t)uid <= config->system_uid_max || uid == NOBODY_UID))
		return refuse(&l->refusal, REASON_SYSTEM_ACCOUNT,
		    "\"%s\" has uid %u; see [users] allow_system", l->user,
		    (unsigned)uid);
	return LOGIN_NEXT;
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
	return 0;
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
	    s->state == SESSION_SIGNED_IN && l->code != CODE_NONE &&
	    strcmp(s->method, "password") == 0;
}

/* When whoever the gate keeps for the fallback was here last. */
static int
note_login(struct store_tx *tx, const struct login *l)
{
	struct store_user user;
	int r = store_user_get(tx, l->user, &user);

	if (r == 0) {
		user.last_login = clock_wall();
		r = store_user_update(tx, &user);
	}
	explicit_bzero(&user, sizeof(user));
	return r == GATE_ENOTFOUND ? 0 : r;
}

static int
commit_sign_in(struct store_tx *tx, void *data)
{
	struct login *l = data;
	struct store_session earlier;
	int r;

	if (login_claims(l) != NULL) {
		r = wall_clock_check(
		    tx, l->policy->config->clock_skew, &l->refusal);
		if (r != 0)
			return r;
	}
	r = use_up(tx, l);
	if (r == 0)
		r = tries_settle(tx, l);
	if (r == 0)
		r = rehash_commit(tx, l->rehash, l->user);
	if (r == 0)
		r = note_login(tx, l);
	if (r != 0)
		return r;
	if (l->session[0] != '\0' &&
	    store_session_get(tx, l->session, &earlier) == 0 &&
	    same_sign_in(l, &earlier)) {
		session_add_method(&earlier, l->method);
		l->record = earlier;
		return store_session_update(tx, &l->record);
	}
	return store_session_add(tx, &l->record);
}

int
let_in(struct login *l)
{
	int r = login_describe(l);

	/* only now, when all was right: it takes the time of a comparison */
	if (r == 0)
		r = rehash_make(l->rehash);
	if (r == 0)
		r = store_write(gate_store(l->gate), commit_sign_in, l);
	if (r != 0)
		l->record.id[0] = '\0'; /* nothing went on record */
	return r;
}
