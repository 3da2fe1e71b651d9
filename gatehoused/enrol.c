/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "gatehoused/demand.h"
#include "gatehoused/factors.h"
#include "gatehoused/mail_code.h"
#include "gatehoused/picture.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "twofactor/enrolment.h"
#include "twofactor/otpauth.h"

#define TRIES_MOST 3

#define TEXT_SIZE  (OTPAUTH_SIZE + 512)

/* The URI, and below it the same as a QR code. */
#define SHOWN_SIZE (TEXT_SIZE + 2 + PICTURE_SIZE)

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
	char text[SHOWN_SIZE];
};

int
enrol_is_over(const struct login *l)
{
	return l->enrol_at == ENROL_OVER;
}

int
enrol_has_confirmed(const struct login *l)
{
	return enrol_is_over(l) && !l->waived;
}

struct look {
	struct login *login;
	int has_factor;
	int has_mail;    /* which is his second factor, while he has no other */
	int64_t created; /* the user */
	int changed;     /* disabled, or given another password, since */
	int64_t now;     /* never behind an earlier one */
};

static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	struct store_user user;
	int r;

	memset(&user, 0, sizeof(user));
	r = store_user_get(tx, look->login->user, &user);
	if (r == 0)
		r = login_has_factor(tx, &user, &look->has_factor);
	if (r == 0)
		r = store_clock_get(tx, &look->now);
	look->created = user.created;
	look->changed = user.disabled || user.changed != look->login->changed;
	look->has_mail = mail_code_is_for(look->login->policy->config, &user);
	explicit_bzero(&user, sizeof(user));
	if (look->now < clock_wall())
		look->now = clock_wall();
	return r;
}

/* A sentence with one thing filled in; secret perhaps. Its length. */
static size_t
fill(const struct login *l, const char *message, const char *name,
    const char *value, char text[TEXT_SIZE])
{
	const struct catalogue_field fields[] = { { name, value },
		{ NULL, NULL } };

	return catalogue_fill(l->catalogue, message, fields, text, TEXT_SIZE);
}

/* Whoever has the password, or had it, must not put his in place of another's.
 */
static int
may_still(struct store_tx *tx, struct login *l)
{
	struct look look = { .login = l };
	int r = look_at(tx, &look);

	if (r == 0 && look.changed)
		r = refuse(&l->refusal, REASON_BAD_PASSWORD,
		    "the user was disabled, or the password changed, "
		    "meanwhile");
	if (r == 0 && look.has_factor)
		r = refuse(&l->refusal, REASON_CODE_USED,
		    "a second factor was set up meanwhile");
	return r;
}

/* One that waits. */
static int
put(struct store_tx *tx, void *data)
{
	const struct enrolling *e = data;
	int r = may_still(tx, e->login);

	return r == 0 ? factors_put(tx, gate_key(e->login->gate),
			    e->login->user, &e->factor, &e->seed, clock_wall())
		      : r;
}

/* In one message: nobody could tell where a second one belongs. Who has no
 * picture has the URI. */
static int
show_uri(struct enrolling *e)
{
	struct login *l = e->login;
	size_t used;

	l->enrol_at = ENROL_SHOWN;
	if (l->draws)
		return login_ask(l, PROMPT_INFO, KIND_OTPAUTH, e->uri);
	used = fill(l,
	    "You need a second factor to sign in. Add this to your "
	    "authenticator app; it is a secret: {uri}",
	    "uri", e->uri, e->text);
	if (l->policy->config->otp_qr &&
	    picture_draw(e->uri, e->text + used + 2, PICTURE_SIZE) == 0)
		memcpy(e->text + used, "\n\n", 2);
	return login_ask(l, PROMPT_INFO, KIND_TEXT, e->text);
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
	if (r == 0)
		r = show_uri(e);
	secret_free(e, sizeof(*e));
	return r;
}

/*
 * Only after a password that was right, and not blocked: one that was compared
 * here, or by lines of which the administrator says so.
 */
static int
begin(struct login *l)
{
	struct look look = { .login = l };
	char days[24], text[TEXT_SIZE];
	int64_t deadline;
	int r;

	if (!l->policy->config->otp_enroll || l->waived ||
	    (!l->charged && !l->enrolls))
		return LOGIN_NEXT;
	/* whatever the password is, or the time to the question would tell */
	r = store_read(gate_store(l->gate), look_at, &look);
	if (r == GATE_ENOTFOUND)
		return LOGIN_NEXT; /* not the gate's: asked as a stranger is */
	if (r != 0 || look.has_factor || look.has_mail || !demand_is_clean(l))
		return r;
	r = tries_charge_line(l);
	if (r != 0 || !demand_is_clean(l))
		return r;
	deadline = enrolment_deadline(l->policy->enroll_by, look.created,
	    l->policy->config->otp_enroll_within);
	if (enrolment_due(NULL, deadline, look.now) == ENROLMENT_MUST)
		return show(l);
	snprintf(days, sizeof(days), "%lld",
	    (long long)enrolment_days(deadline, look.now));
	l->enrol_at = ENROL_OFFERED;
	fill(l,
	    "You have no second factor yet; days left to set one up: {days}. "
	    "Type yes to set it up now, or nothing to go on without: ",
	    "days", days, text);
	return login_ask(l, PROMPT_SHOWN, KIND_TEXT, text);
}

/* Whatever else was typed, a no or a code, did not ask for a new factor. */
static int
is_yes(const struct login *l)
{
	return strcasecmp(l->answer, "yes") == 0 ||
	    strcasecmp(l->answer, catalogue_get(l->catalogue, "yes")) == 0;
}

static int
offered(struct login *l)
{
	if (is_yes(l))
		return show(l);
	l->enrol_at = ENROL_OVER;
	return demand_waive(l, "[2fa] enroll_by, enroll_within", "");
}

static int
ask_code(struct login *l)
{
	l->enrol_at = ENROL_ASKED;
	return login_ask(l, PROMPT_HIDDEN, KIND_CODE, "Code: ");
}

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
	int r = may_still(tx, l);

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
	if (l->draws)
		return login_ask(l, PROMPT_INFO, KIND_RECOVERY, e->list);
	fill(l,
	    "Recovery codes, each good once where your app is lost; they are "
	    "not shown again: {codes}",
	    "codes", e->list, e->text);
	return login_ask(l, PROMPT_INFO, KIND_TEXT, e->text);
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
	l->method = l->method != NULL ? "password+otp" : "otp";
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
