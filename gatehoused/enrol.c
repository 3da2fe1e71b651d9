/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/factors.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/enrolment.h"
#include "twofactor/otpauth.h"

#define TRIES_MOST 3

#define TEXT_SIZE  (OTPAUTH_SIZE + 512)

/* Where an enrolment is: what the next answer belongs to. */
enum place {
	ENROL_BEGIN = 0,
	ENROL_OFFERED, /* does the person want to, before the deadline? */
	ENROL_SHOWN,   /* the URI */
	ENROL_ASKED,   /* for a code of it */
	ENROL_TOLD,    /* the recovery codes */
	ENROL_OVER,
};

/* All that is secret: secret memory. */
struct enrolling {
	struct login *login;
	struct factor factor;
	struct factor_seed seed;
	struct recovery_code codes[RECOVERY_COUNT];
	struct recovery_kept kept[RECOVERY_COUNT];
	char list[RECOVERY_COUNT * RECOVERY_TEXT_SIZE + 1];
	char uri[OTPAUTH_SIZE];
	char text[TEXT_SIZE];
};

int
enrol_is_over(const struct login *l)
{
	return l->enrol_at == ENROL_OVER;
}

struct look {
	struct login *login;
	int has_factor;
	int64_t now; /* never behind an earlier one */
};

static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	struct store_user user;
	int r = store_user_get(tx, look->login->user, &user);

	if (r == 0)
		r = login_has_factor(tx, &user, &look->has_factor);
	if (r == 0)
		r = store_clock_get(tx, &look->now);
	explicit_bzero(&user, sizeof(user));
	if (look->now < clock_wall())
		look->now = clock_wall();
	return r;
}

/* A sentence with one thing filled in; secret perhaps. */
static int
tell(struct login *l, enum prompt_style style, const char *message,
    const char *name, const char *value, char *text)
{
	const struct catalogue_field fields[] = { { name, value },
		{ NULL, NULL } };

	catalogue_fill(l->policy->catalogue, message, fields, text, TEXT_SIZE);
	return login_ask(l, style, KIND_TEXT, text);
}

/* One that waits; the one that counts, should there be one by now, stays. */
static int
put(struct store_tx *tx, void *data)
{
	const struct enrolling *e = data;

	return factors_put(tx, gate_key(e->login->gate), e->login->user,
	    &e->factor, &e->seed, clock_wall());
}

/* The right password was shown: from here on nothing is guessed. */
static int
show(struct login *l)
{
	struct enrolling *e = secret_alloc(sizeof(*e));
	int r = tries_verdict(l, 0);

	tries_refund(l);
	if (e == NULL)
		return GATE_ENOMEM;
	e->login = l;
	factor_init(&e->factor, FACTOR_TOTP);
	if (r == 0)
		r = factor_seed_make(&e->factor, &e->seed);
	if (r == 0)
		r = otpauth_write(&e->factor, &e->seed,
		    l->policy->config->otp_issuer, l->user, e->uri,
		    sizeof(e->uri));
	if (r == 0)
		r = store_write(gate_store(l->gate), put, e);
	if (r == 0) {
		l->enrol_at = ENROL_SHOWN;
		r = tell(l, PROMPT_INFO,
		    "You need a second factor to sign in. Add this to your "
		    "authenticator app; it is a secret: {uri}",
		    "uri", e->uri, e->text);
	}
	secret_free(e, sizeof(*e));
	return r;
}

/* Only after a password that was right, and not blocked. */
static int
begin(struct login *l)
{
	struct look look = { .login = l };
	char days[24], text[TEXT_SIZE];
	int r;

	if (!l->policy->config->otp_enroll || !l->charged ||
	    l->charge.blocked || l->verdict.reason != REASON_NONE)
		return LOGIN_NEXT;
	r = store_read(gate_store(l->gate), look_at, &look);
	if (r != 0 || look.has_factor)
		return r;
	if (enrolment_due(NULL, l->policy->enroll_by, look.now) ==
	    ENROLMENT_MUST)
		return show(l);
	snprintf(days, sizeof(days), "%lld",
	    (long long)enrolment_days(l->policy->enroll_by, look.now));
	l->enrol_at = ENROL_OFFERED;
	return tell(l, PROMPT_SHOWN,
	    "You have no second factor yet; days left to set one up: {days}. "
	    "Type yes to set it up now, or nothing to go on without: ",
	    "days", days, text);
}

static int
offered(struct login *l)
{
	if (l->answer[0] != '\0')
		return show(l);
	l->enrol_at = ENROL_OVER;
	return tries_verdict(l, 0);
}

static int
ask_code(struct login *l)
{
	l->enrol_at = ENROL_ASKED;
	return login_ask(l, PROMPT_HIDDEN, KIND_CODE, "Code: ");
}

/* Whoever has the password must not put his in place of another's. */
static int
confirm(struct store_tx *tx, void *data)
{
	struct enrolling *e = data;
	struct login *l = e->login;
	const struct factors_proof proof = { .user = l->user,
		.code = l->answer,
		.window = factors_window(l->policy->config),
		.now = clock_wall(),
		.kept = e->kept,
		.count = RECOVERY_COUNT };
	struct look look = { .login = l };
	int r = look_at(tx, &look);

	if (r == 0 && look.has_factor)
		r = refuse(&l->refusal, REASON_CODE_USED,
		    "a second factor was set up meanwhile");
	return r == 0
	    ? factors_confirm(tx, gate_key(l->gate), &proof, &l->refusal)
	    : r;
}

static void
put_on_record(const struct login *l)
{
	const struct audit_event event = { .verb = "otp_confirm",
		.user = l->user,
		.address = l->address,
		.service = l->service,
		.peer_uid = l->peer.uid,
		.peer_pid = l->peer.pid,
		.detail = "by the user, signing in" };

	audit_write(gate_audit(l->gate), &event);
}

static int
tell_codes(struct login *l, struct enrolling *e)
{
	size_t i, at = 0;

	for (i = 0; i < RECOVERY_COUNT; i++)
		at += (size_t)snprintf(e->list + at, sizeof(e->list) - at,
		    "%s%s", i > 0 ? " " : "", e->codes[i].text);
	l->enrol_at = ENROL_TOLD;
	return tell(l, PROMPT_INFO,
	    "Recovery codes, each good once where your app is lost; they are "
	    "not shown again: {codes}",
	    "codes", e->list, e->text);
}

static int
asked(struct login *l)
{
	struct enrolling *e = secret_alloc(sizeof(*e));
	int r;

	if (e == NULL)
		return GATE_ENOMEM;
	e->login = l;
	r = recovery_make(l->user, e->codes, e->kept);
	if (r == 0)
		r = store_write(gate_store(l->gate), confirm, e);
	if (r == 0) {
		put_on_record(l);
		r = tell_codes(l, e);
	} else if (r == GATE_EREFUSED && l->refusal.reason == REASON_BAD_CODE &&
	    ++l->enrol_tries < TRIES_MOST)
		r = ask_code(l);
	secret_free(e, sizeof(*e));
	return r;
}

static int
told(struct login *l)
{
	l->method = "password+otp";
	l->enrol_at = ENROL_OVER;
	return LOGIN_NEXT;
}

static stage *const steps[] = {
	[ENROL_BEGIN] = begin,
	[ENROL_OFFERED] = offered,
	[ENROL_SHOWN] = ask_code,
	[ENROL_ASKED] = asked,
	[ENROL_TOLD] = told,
};

int
enrol(struct login *l)
{
	return steps[l->enrol_at](l);
}
