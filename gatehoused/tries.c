/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/tries.h"

#include <string.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "session/charge.h"

struct charge {
	struct login *login;
	struct store_user *user;
};

static struct charge_who
who(const struct login *l)
{
	return (struct charge_who){
		.user = l->user, .address = l->address, .known = l->known
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
	by = who(l);
	lockout_policy(l->policy->config, &policy);
	return charge_take(tx, &policy, &by, &l->charge);
}

int
tries_charge(struct login *l, struct store_user *user)
{
	struct charge all = { .login = l, .user = user };
	int r = store_write(gate_store(l->gate), charge, &all);

	l->charged = r == 0;
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
	lockout_text(&l->charge, l->policy->catalogue, text, sizeof(text));
	return login_tell_why(l, text);
}

int
tries_settle(struct store_tx *tx, struct login *l)
{
	struct charge_who by = who(l);
	struct lockout_policy policy;

	lockout_policy(l->policy->config, &policy);
	if (l->halfway)
		return charge_refund(tx, &policy, &by, &l->charge);
	return charge_forgive(tx, &policy, &by, &l->charge);
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

int64_t
tries_delay(const struct login *l)
{
	return l->charged ? l->charge.delay : l->policy->config->fail_delay;
}
