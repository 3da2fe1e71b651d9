/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "gatehoused/factors.h"
#include "gatehoused/mail_code.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/secret.h"
#include "twofactor/otp.h"

/* What a user has to show codes of. */
struct second {
	struct login *login;
	int64_t begun; /* to compare: clock_mono_ms */
	struct store_user user;
	struct factor factor;
	struct factor_seed seed;
	enum code_kind kind; /* of the factor; CODE_NONE: there is none */
	struct mail_code mail;
	struct factors_codes codes;
};

static int
read_second(struct store_tx *tx, void *data)
{
	struct second *s = data;
	const struct seal_key *key = gate_key(s->login->gate);
	const char *user = s->login->user;
	int r;

	s->begun = clock_mono_ms();
	/* nobody's, for those who have none: it makes the same work */
	factor_init(&s->factor, FACTOR_TOTP);
	s->seed.size = FACTOR_BARE_SIZE;
	memset(&s->user, 0, sizeof(s->user));
	s->kind = CODE_NONE;
	r = store_user_get(tx, user, &s->user);
	if (r != 0)
		return r == GATE_ENOTFOUND ? 0 : r;
	r = factors_get(tx, key, user, 1, &s->factor, &s->seed);
	if (r == 0)
		s->kind = CODE_FACTOR;
	else if (r == GATE_ENOTFOUND)
		r = 0;
	return r == 0 ? factors_get_codes(tx, key, user, &s->codes) : r;
}

static int
take_second(struct store_tx *tx, void *data)
{
	struct second *s = data;
	int r = read_second(tx, s);

	return r == 0 ? mail_code_take(tx, s->login, &s->user,
			    s->kind != CODE_NONE, &s->mail)
		      : r;
}

/*
 * What the code is compared with. It has to be paid for first, by the password
 * before it or now; a code by mail is charged for by itself, too.
 */
static int
get_second(struct login *l, struct second *s)
{
	struct store *store = gate_store(l->gate);
	store_change *look =
	    l->policy->config->otp_mail ? take_second : read_second;
	struct store_user user;
	int r;

	if (!l->charged)
		r = tries_charge_and(l, &user, look, s);
	else if (l->policy->config->otp_mail)
		r = store_write(store, look, s);
	else
		r = store_read(store, look, s);
	explicit_bzero(&user, sizeof(user));
	return r;
}

/*
 * Two codes in a row, with a blank between them, find a factor again that has
 * run away: the second of them, or NULL for one code.
 */
static const char *
second_of(const struct factor *factor, const char *typed, char *first)
{
	const char *blank = strchr(typed, ' ');
	size_t digits = (size_t)factor->digits;

	if (blank == NULL || (size_t)(blank - typed) != digits ||
	    strlen(blank + 1) != digits)
		return NULL;
	memcpy(first, typed, digits);
	first[digits] = '\0';
	return blank + 1;
}

static int
check_factor(struct login *l, const struct second *s)
{
	const struct otp_window window = factors_window(l->policy->config);
	char first[FACTOR_DIGITS_MAX + 1];
	const char *second = second_of(&s->factor, l->answer, first);
	int r;

	if (second != NULL)
		r = otp_resync(&s->factor, &s->seed, &window, first, second,
		    clock_wall(), &l->match);
	else
		r = otp_check(&s->factor, &s->seed, &window, l->answer,
		    clock_wall(), &l->match);
	explicit_bzero(first, sizeof(first));
	return r;
}

/* Without blanks and dashes; a scratch code has eight digits, ours 24. */
static int
is_long(const char *typed)
{
	size_t symbols = 0;

	for (; *typed != '\0'; typed++)
		symbols += *typed != ' ' && *typed != '-';
	return symbols > FACTOR_DIGITS_MAX;
}

static void
warn_of_few(struct login *l, size_t count)
{
	char left[24];
	const struct catalogue_field fields[] = { { "left", left },
		{ NULL, NULL } };

	snprintf(left, sizeof(left), "%zu", count);
	catalogue_fill(l->catalogue,
	    "Recovery codes left: {left}. Ask for new ones soon.", fields,
	    l->note, sizeof(l->note));
}

static int
check_recovery(struct login *l, const struct second *s)
{
	size_t which = 0;
	int r = recovery_match(
	    l->user, l->answer, s->codes.kept, s->codes.count, &which);

	if (r != 0)
		return r;
	l->recovery = s->codes.rows[which];
	l->code = is_long(l->answer) ? CODE_RECOVERY : CODE_SCRATCH;
	snprintf(l->remark, sizeof(l->remark),
	    "by a recovery code; %zu are left", s->codes.count - 1);
	if (s->codes.count - 1 <= RECOVERY_FEW)
		warn_of_few(l, s->codes.count - 1);
	return 0;
}

/* The same work for whoever has no factor, or is nobody, to no avail. */
static int
check(struct login *l, const struct second *s)
{
	int r = check_factor(l, s), recovery = GATE_EREFUSED;
	int mail = l->policy->config->otp_mail ? mail_code_judge(l, &s->mail)
					       : GATE_EREFUSED;

	if (recovery_is(l->answer))
		recovery = check_recovery(l, s);
	if (recovery != GATE_EREFUSED)
		return recovery;
	if (s->user.name[0] == '\0')
		return refuse(&l->refusal, REASON_UNKNOWN_USER, NULL);
	if (s->mail.is_for)
		return mail;
	if (s->kind == CODE_NONE)
		return refuse(&l->refusal, REASON_NO_SECOND_FACTOR, NULL);
	if (r == GATE_EREFUSED)
		return refuse(&l->refusal, REASON_BAD_CODE, NULL);
	if (r == GATE_EEXISTS)
		return refuse(&l->refusal, REASON_CODE_USED, NULL);
	l->code = r == 0 ? s->kind : CODE_NONE;
	return r;
}

/* What all proofs come to: the password's first, for who has a wrong one must
 * not test codes. */
static int
both(struct login *l, const struct second *s, int r)
{
	if (l->verdict.reason != REASON_NONE) {
		l->refusal = l->verdict;
		return GATE_EREFUSED;
	}
	if (s->user.disabled)
		return refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	return r;
}

static int
burn(struct store_tx *tx, void *data)
{
	const struct login *l = data;
	int64_t left;

	return store_recovery_take(tx, l->user, &l->recovery, &left);
}

/*
 * A recovery code lifts a lock, and a try that is locked is charged to nobody:
 * with one of them, passwords could be guessed for ever. So it is used up by a
 * wrong one too.
 */
static int
pay_for_password(struct login *l)
{
	int r;

	if (l->code != CODE_RECOVERY || !l->charge.blocked ||
	    l->verdict.reason == REASON_NONE)
		return 0;
	r = store_write(gate_store(l->gate), burn, l);
	if (r == 0)
		log_warn("a recovery code of \"%s\", who is locked, was used "
			 "up by a wrong password",
		    l->user);
	return r == GATE_ENOTFOUND ? 0 : r;
}

/*
 * What a code is compared with takes some microseconds more of a user who is
 * known, or has a factor, or recovery codes: a refusal comes no sooner than it
 * takes for anybody, on the tick of a clock, and so tells nothing of that. It
 * is short enough for a thread to wait: a refusal has cost a password, or a
 * charge.
 */
#define PACE_MS 3

static int
prove(struct login *l, struct second *s)
{
	int r = get_second(l, s);

	if (r == 0)
		r = check(l, s);
	if (r == 0)
		r = pay_for_password(l);
	if (r == 0 || r == GATE_EREFUSED)
		r = tries_verdict(l, both(l, s, r));
	if (r != 0)
		clock_sleep_until(s->begun + PACE_MS);
	return r;
}

static int
ask(struct login *l)
{
	int r = mail_code_offer(l);

	if (r != 0)
		return r;
	return login_ask(l, PROMPT_HIDDEN, KIND_CODE, "Code: ");
}

int
code(struct login *l)
{
	struct second second;
	int r;

	if (l->method != NULL && strcmp(l->method, "sso") == 0)
		return LOGIN_NEXT; /* the IdP has seen to it */
	if (l->pass != NULL)
		return LOGIN_NEXT; /* an administrator has */
	if (l->waived || enrol_is_over(l))
		return LOGIN_NEXT;
	if (l->answer == NULL)
		return ask(l);
	l->method = l->method != NULL ? "password+otp" : "otp";
	memset(&second, 0, sizeof(second));
	second.login = l;
	r = prove(l, &second);
	explicit_bzero(&second, sizeof(second));
	return r;
}

int
code_use(struct store_tx *tx, struct login *l)
{
	int64_t left;
	int r = GATE_EINVAL;

	switch (l->code) {
	case CODE_NONE:
		break;
	case CODE_FACTOR:
		r = store_factor_claim(
		    tx, l->user, l->match.last, l->match.drift);
		break;
	case CODE_RECOVERY:
	case CODE_SCRATCH:
		r = store_recovery_take(tx, l->user, &l->recovery, &left);
		break;
	case CODE_MAIL:
		r = mail_code_use(tx, l);
		break;
	}
	/* somebody was faster with the same one */
	if (r == GATE_EEXISTS || r == GATE_ENOTFOUND)
		return refuse(&l->refusal, REASON_CODE_USED, NULL);
	return r;
}
