/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/tries.h"

#include <string.h>

#include "gatehoused/mail_code.h"
#include "gatehoused/stages.h"
#include "gatehoused/sweeper.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "session/charge.h"
#include "session/steady.h"

struct charge {
	struct login *login;
	struct store_user *user;
	store_change *look; /* or NULL */
	void *data;
};

static struct charge_who
who(const struct login *l)
{
	return (struct charge_who){
		.user = l->user, .address = login_from(l), .known = l->known
	};
}

static int
charge(struct store_tx *tx, void *data)
{
	struct charge *charge = data;
	struct login *l = charge->login;
	struct lockout_policy policy;
	struct charge_who by;
	int r;

	memset(charge->user, 0, sizeof(*charge->user));
	r = store_user_get(tx, l->user, charge->user);
	if (r != 0 && r != GATE_ENOTFOUND)
		return r;
	l->known = r == 0;
	l->changed = charge->user->changed;
	memcpy(l->language, charge->user->language, sizeof(l->language));
	by = who(l);
	lockout_policy(l->policy->config, &policy);
	r = charge_take(tx, &policy, &by, &l->charge);
	return r == 0 && charge->look != NULL ? charge->look(tx, charge->data)
					      : r;
}

int
tries_charge(struct login *l, struct store_user *user)
{
	return tries_charge_and(l, user, NULL, NULL);
}

int
tries_charge_and(
    struct login *l, struct store_user *user, store_change *look, void *data)
{
	struct charge all = {
		.login = l, .user = user, .look = look, .data = data
	};
	int r = store_write_soon(gate_store(l->gate), charge, &all);

	l->charged = r == 0;
	return r;
}

int
tries_charge_line(struct login *l)
{
	struct store_user user;
	int r;

	if (l->charged)
		return 0;
	r = tries_charge(l, &user);
	if (r == 0 && user.disabled)
		(void)refuse(&l->verdict, REASON_USER_DISABLED, NULL);
	explicit_bzero(&user, sizeof(user));
	return r;
}

/* The reason why a try is blocked, and until when. */
static int
blocked(struct login *l)
{
	const struct lockout_verdict *verdict = &l->charge;
	char until[CLOCK_TEXT_SIZE] = "released";

	if (verdict->until != LOCKOUT_NEVER)
		clock_text(clock_wall() + verdict->until - verdict->at, until);
	return refuse(&l->refusal,
	    verdict->by == LOCKOUT_USER ? REASON_USER_LOCKED
					: REASON_ADDRESS_BLOCKED,
	    verdict->by == LOCKOUT_USER ? "the user is locked until %s"
		: verdict->by == LOCKOUT_PAIR
		? "the address is blocked for this user until %s"
		: "the address is blocked until %s",
	    until);
}

int
tries_verdict(struct login *l, int r)
{
	char text[256];

	if (r == 0)
		login_speak(l);
	/* nobody guesses one of these: it lifts the lock, as SSO does */
	if (r == 0 && l->charge.blocked && l->code == CODE_RECOVERY &&
	    l->charge.by != LOCKOUT_ADDRESS)
		memset(&l->charge, 0, sizeof(l->charge));
	if (!l->charge.blocked) {
		l->proved = r == 0;
		return r;
	}
	(void)blocked(l);
	if (r != 0 || !l->charge.tell)
		return GATE_EREFUSED;
	lockout_text(&l->charge, l->catalogue, text, sizeof(text));
	return login_tell_why(l, text);
}

/*
 * Whether nothing is left of the user that could be guessed: else who has the
 * password alone, or the phone, would set back the count of the wrong codes,
 * or passwords, where he is asked for less than elsewhere.
 */
static int
has_shown_all(
    struct store_tx *tx, const struct login *l, int password, int *all)
{
	int code = l->code != CODE_NONE || enrol_has_confirmed(l);
	int has_factor = 0;
	struct store_user user;
	int r;

	/* neither the IdP's word nor an administrator's is guessed, nor one of
	 * our own recovery codes */
	*all = login_claims(l) != NULL || l->pass != NULL ||
	    l->code == CODE_RECOVERY || (password && code);
	if (*all)
		return 0;
	r = store_user_get(tx, l->user, &user);
	if (r == 0)
		r = login_has_factor(tx, &user, &has_factor);
	if (r == 0)
		*all = (password || user.verifier[0] == '\0') &&
		    (code ||
			(!has_factor &&
			    !mail_code_is_for(l->policy->config, &user)));
	explicit_bzero(&user, sizeof(user));
	return r == GATE_ENOTFOUND ? 0 : r;
}

int
tries_settle(struct store_tx *tx, struct login *l, int password)
{
	struct charge_who by = who(l);
	struct lockout_policy policy;
	int all = 0;
	int r = has_shown_all(tx, l, password, &all);

	if (r != 0)
		return r;
	lockout_policy(l->policy->config, &policy);
	return all ? charge_forgive(tx, &policy, &by, &l->charge)
		   : charge_refund(tx, &policy, &by, &l->charge);
}

static int
refund(struct store_tx *tx, void *data)
{
	const struct login *l = data;
	struct charge_who by = who(l);
	struct lockout_policy policy;

	lockout_policy(l->policy->config, &policy);
	return charge_refund(tx, &policy, &by, &l->charge);
}

void
tries_refund(struct login *l)
{
	int r;

	if (!l->charged || !l->proved)
		return;
	l->charged = 0;
	r = store_write(gate_store(l->gate), refund, l);
	memset(&l->charge, 0, sizeof(l->charge)); /* once */
	if (r != 0)
		log_warn("a try of \"%s\" stays charged: %s", l->user,
		    gate_strerror(r));
}

/* Whether the user is locked, by the count of his own. */
static int
look_at_lock(struct store_tx *tx, void *data)
{
	const struct login *l = data;
	struct store_tries rows[LOCKOUT_COUNTS];
	struct lockout_policy policy;
	struct lockout_state state;
	int64_t now;
	int r;

	lockout_keys(l->user, "", rows);
	r = store_tries_get(tx, &rows[LOCKOUT_USER]);
	if (r == 0)
		r = steady_look(tx, &now);
	if (r != 0)
		return r;
	lockout_policy(l->policy->config, &policy);
	lockout_state(&policy, now, &rows[LOCKOUT_USER], &state);
	return state.blocked ? 0 : GATE_ENOTFOUND;
}

void
tries_end(struct login *l)
{
	struct sweeper *sweeper = gate_sweeper(l->gate);
	int r;

	if (!l->policy->config->lockout_end_sessions || !l->charged ||
	    l->proved || !l->charge.fills || sweeper == NULL)
		return;
	/* others' tries may have been given back since */
	r = store_read(gate_store(l->gate), look_at_lock, l);
	if (r == 0)
		sweeper_end_user(sweeper, l->user, "lockout");
	else if (r != GATE_ENOTFOUND)
		log_error("whether the sessions of \"%s\" are to end: %s",
		    l->user, gate_strerror(r));
}

int64_t
tries_delay(const struct login *l)
{
	return l->charged ? l->charge.delay : l->policy->config->fail_delay;
}
