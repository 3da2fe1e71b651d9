/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/demand.h"
#include "gatehoused/stages.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "password/age.h"

/* Room for what age_text says, in any language. */
#define TEXT_SIZE 256

struct look {
	struct login *login;
	struct age_verdict verdict;
	int always;      /* a code is asked for, wherever it is */
	int count_grace; /* use up a login of the grace that there is */
};

/* Was it the password by which they came in? */
static int
by_password(const struct login *l, const struct store_user *user)
{
	static const char word[] = "password";
	const char *method = l->record.method;

	/* of others': a line of ours behind theirs, with a code or without */
	if (user->elsewhere)
		return strcmp(method, "otp") == 0 || strcmp(method, word) == 0;
	return strncmp(method, word, sizeof(word) - 1) == 0;
}

static int
look_at(struct store_tx *tx, void *data)
{
	struct look *look = data;
	struct login *l = look->login;
	const struct password_rules *rules = l->policy->passwords;
	struct age_record record;
	struct store_user user;
	int has_factor, r;

	look->verdict = (struct age_verdict){ .state = AGE_FINE };
	r = store_user_get(tx, l->user, &user);
	if (r == 0) {
		memcpy(l->language, user.language, sizeof(l->language));
		r = login_has_factor(tx, &user, &has_factor);
	}
	if (r != 0 || !by_password(l, &user))
		return r == GATE_ENOTFOUND ? 0 : r;
	record = (struct age_record){ .changed = user.changed,
		.grace_used = user.grace_used,
		.must_change = user.must_change };
	look->verdict = age_judge(
	    has_factor && look->always ? &rules->age_mfa : &rules->age, &record,
	    clock_wall());
	if (look->count_grace && look->verdict.state == AGE_GRACE) {
		user.grace_used++;
		r = store_user_update(tx, &user);
	}
	return r;
}

int
password_age(struct login *l)
{
	struct look look = { .login = l };
	char text[TEXT_SIZE];
	int r;

	/* told already; or they are not here by a password, or were signed in
	 * by another line of the stack */
	if (l->answer != NULL || l->record.state != SESSION_SIGNED_IN ||
	    strcmp(l->record.method, "sso") == 0)
		return LOGIN_NEXT;
	look.always = demand_is_always(l);
	r = store_read(gate_store(l->gate), look_at, &look);
	if (r == 0 && look.verdict.state == AGE_GRACE) {
		look.count_grace = 1;
		r = store_write(gate_store(l->gate), look_at, &look);
	}
	if (r != 0 || look.verdict.state == AGE_FINE)
		return r;
	login_speak(l);
	age_text(&look.verdict, l->catalogue, text, sizeof(text));
	if (look.verdict.state != AGE_EXPIRED)
		return login_ask(l, PROMPT_INFO, KIND_TEXT, text);
	(void)refuse(&l->refusal, REASON_PASSWORD_EXPIRED, "%s",
	    look.verdict.is_forced ? "it must be changed: a first password, or "
				     "the administrator says so"
				   : "it is older than [password] max_age");
	return login_tell_why(l, text);
}
