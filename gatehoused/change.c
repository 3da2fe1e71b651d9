/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/stages.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "password/policy.h"
#include "password/verifier.h"

int
kept_user(struct login *l)
{
	struct store_user user;
	int r = may_they(l);

	if (r == 0)
		r = login_user(l, &user);
	if (r == GATE_ENOTFOUND)
		r = refuse(&l->refusal, REASON_UNKNOWN_USER,
		    "the gate keeps no password for \"%s\"", l->user);
	return r;
}

int
ask_old_password(struct login *l)
{
	struct store_user user;
	int r;

	/* the administrator may set one, but not at an expired login */
	if (l->by_admin && !l->expired_only)
		return LOGIN_NEXT;
	if (l->answer == NULL)
		return login_ask(
		    l, PROMPT_HIDDEN, KIND_OLDAUTHTOK, "Current password: ");
	r = login_user(l, &user);
	if (r == 0)
		r = verifier_check(user.verifier, l->answer);
	explicit_bzero(&user, sizeof(user));
	if (r == GATE_EREFUSED)
		r = refuse(&l->refusal, REASON_BAD_PASSWORD, NULL);
	return r;
}

int
ask_new_password(struct login *l)
{
	const struct password_policy policy = {
		.min_length = (size_t)l->policy->config->password_min_length
	};
	char text[512];

	if (l->answer == NULL)
		return login_ask(
		    l, PROMPT_HIDDEN, KIND_NEW_AUTHTOK, "New password: ");
	l->new_password = secret_alloc(LOGIN_PASSWORD_SIZE);
	if (l->new_password == NULL)
		return GATE_ENOMEM;
	if (password_policy_check(
		&policy, l->user, l->answer, text, sizeof(text)) != 0)
		return login_tell(l, REASON_PASSWORD_WEAK, text);
	memcpy(l->new_password, l->answer, strlen(l->answer) + 1);
	return LOGIN_NEXT;
}

int
retype_password(struct login *l)
{
	if (l->answer == NULL)
		return login_ask(l, PROMPT_HIDDEN, KIND_NEW_AUTHTOK,
		    "Retype new password: ");
	if (!secret_equal(l->answer, strlen(l->answer), l->new_password,
		strlen(l->new_password)))
		return login_tell(
		    l, REASON_PASSWORD_RETYPE, "The two passwords differ.");
	return LOGIN_NEXT;
}

struct new_verifier {
	const char *name;
	char verifier[VERIFIER_SIZE];
};

static int
commit(struct store_tx *tx, void *data)
{
	struct new_verifier *new = data;

	return store_user_password(tx, new->name, new->verifier, clock_wall());
}

int
change_password(struct login *l)
{
	struct new_verifier new = { .name = l->user };
	int r = verifier_make(l->new_password, new.verifier);

	if (r == 0)
		r = store_write(gate_store(l->gate), commit, &new);
	explicit_bzero(new.verifier, sizeof(new.verifier));
	return r;
}
