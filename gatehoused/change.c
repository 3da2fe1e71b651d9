/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehoused/demand.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/secret.h"
#include "password/history.h"
#include "password/policy.h"

#define HOUR 3600

/* Host names are shorter: RFC 1035, 2.3.4. */
#define HOST_SIZE 256

/* Room for all faults of a password as sentences. */
#define FAULTS_SIZE 4096

/* One whose password is kept where this line of the stack is for. */
static int
kept_user(struct login *l, int elsewhere)
{
	struct store_user user = { .disabled = 0 };
	int r = may_they(l);

	if (r == 0)
		r = login_user(l, &user);
	if (r == GATE_ENOTFOUND)
		r = refuse(&l->refusal, REASON_UNKNOWN_USER,
		    "the gate keeps no password for \"%s\"", l->user);
	if (r == 0 && user.elsewhere != elsewhere)
		r = refuse(&l->refusal, REASON_UNKNOWN_USER,
		    elsewhere ? "the gate itself keeps the password of \"%s\": "
				"the line must have no keyword"
			      : "others keep the password of \"%s\": the stack "
				"needs the steps check and record",
		    l->user);
	if (r == 0 && user.disabled)
		r = refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	if (r == 0) {
		l->changed = user.changed;
		memcpy(l->language, user.language, sizeof(l->language));
		login_speak(l);
	}
	explicit_bzero(&user, sizeof(user));
	return r;
}

int
kept_here(struct login *l)
{
	return kept_user(l, 0);
}

/*
 * Nobody but who signs people in is believed that others have looked at the old
 * password, or have stored the new one: whoever asks for himself could make the
 * old one young, or find it in the history by guessing.
 */
int
kept_elsewhere(struct login *l)
{
	int r = kept_user(l, 1);

	if (r == 0 && !(l->rights & RIGHT_LOGIN))
		r = refuse(&l->refusal, REASON_PEER,
		    "uid %u may not say what another module did; see [peers] "
		    "login",
		    (unsigned)l->peer.uid);
	return r;
}

/* The administrator may set one, but not at an expired login. */
static int
set_by_admin(const struct login *l)
{
	return l->by_admin && !l->expired_only;
}

/* Is it the right one? Another module keeps and compares some users'. */
static int
check_old(struct login *l)
{
	struct store_user user;
	int r = login_slot(l);

	if (r != 0)
		return r;
	r = tries_charge(l, &user);
	if (r == 0 && !user.elsewhere)
		r = verifier_check_at(
		    user.verifier, l->answer, l->policy->passwords->cost);
	explicit_bzero(&user, sizeof(user));
	if (r == GATE_EREFUSED)
		r = refuse(&l->refusal, REASON_BAD_PASSWORD, NULL);
	if (r == 0 || r == GATE_EREFUSED)
		r = tries_verdict(l, r);
	if (r == 0)
		tries_refund(l);
	return r;
}

int
ask_old_password(struct login *l)
{
	int r;

	if (set_by_admin(l))
		return LOGIN_NEXT;
	if (l->answer == NULL)
		return login_ask(
		    l, PROMPT_HIDDEN, KIND_OLDAUTHTOK, "Current password: ");
	r = check_old(l);
	/* the new one will be compared with it */
	return r == 0 ? login_keep(&l->password, l->answer) : r;
}

/* What a new password is judged by. */
struct trial {
	struct login *login;
	struct store_user user;
	int has_factor; /* and is asked for it wherever it is */
	char *verifiers[HISTORY_MAX];
	size_t count;
};

static int
add_verifier(struct trial *trial, const char *verifier)
{
	char *copy = strdup(verifier);

	if (copy == NULL)
		return GATE_ENOMEM;
	trial->verifiers[trial->count++] = copy;
	return 0;
}

static int
collect(int64_t changed, const char *verifier, void *data)
{
	struct trial *trial = data;

	(void)changed;
	if (trial->count >= trial->login->policy->passwords->history ||
	    trial->count >= HISTORY_MAX)
		return 0;
	return add_verifier(trial, verifier);
}

static int
read_trial(struct store_tx *tx, void *data)
{
	struct trial *t = data;
	const char *user = t->login->user;
	int r = store_user_get(tx, user, &t->user);

	if (r == 0)
		r = login_has_factor(tx, &t->user, &t->has_factor);
	if (r == 0)
		r = store_history_list(tx, user, collect, t);
	/* whose history begins with this change */
	if (r == 0 && t->count == 0 && t->user.verifier[0] != '\0' &&
	    t->login->policy->passwords->history > 0)
		r = add_verifier(t, t->user.verifier);
	return r;
}

/* Somebody who was there when it began. */
static int
still_there(struct login *l, int r)
{
	return r == GATE_ENOTFOUND ? refuse(&l->refusal, REASON_UNKNOWN_USER,
					 "the user was removed meanwhile")
				   : r;
}

static void
clear_trial(struct trial *t)
{
	while (t->count > 0)
		secret_str_free(&t->verifiers[--t->count]);
	explicit_bzero(&t->user, sizeof(t->user));
}

/* The rules that need to know nothing but the two passwords and the person. */
static int
judge_itself(const struct login *l, const struct trial *t,
    struct password_judgement *judgement)
{
	const struct password_rules *rules = l->policy->passwords;
	char host[HOST_SIZE] = "", buffer[16384];
	struct password_person person = { .user = l->user,
		.real_name = t->user.real_name,
		.service = l->service,
		.old = l->password };
	struct passwd entry, *found = NULL;

	if (gethostname(host, sizeof(host) - 1) == 0)
		person.host = host;
	if (t->user.real_name[0] == '\0' &&
	    getpwnam_r(l->user, &entry, buffer, sizeof(buffer), &found) == 0 &&
	    found != NULL)
		person.real_name = entry.pw_gecos;
	return password_judge(
	    t->has_factor ? &rules->policy_mfa : &rules->policy, &person,
	    l->answer, judgement);
}

static int
was_used(const struct login *l, const struct trial *t)
{
	return history_check((const char *const *)t->verifiers, t->count,
	    l->answer, slots_widen(gate_slots(l->gate), l->slot, t->count),
	    NULL);
}

/* All the rules: 0, with the faults in judgement, or an error. */
static int
judge(struct login *l, const struct trial *t,
    struct password_judgement *judgement)
{
	const struct password_rules *rules = l->policy->passwords;
	const struct age_record record = { .changed = t->user.changed,
		.grace_used = t->user.grace_used,
		.must_change = t->user.must_change };
	int64_t wait = set_by_admin(l)
	    ? 0
	    : age_wait(t->has_factor ? &rules->age_mfa : &rules->age, &record,
		  clock_wall());
	int r = judge_itself(l, t, judgement);

	if (r != 0 && r != GATE_EREFUSED)
		return r;
	if (wait > 0)
		password_fault_add(judgement, FAULT_TOO_YOUNG,
		    (size_t)((wait + HOUR - 1) / HOUR), 0, "");
	/* the same as the current one has been said */
	if (l->password != NULL && strcmp(l->password, l->answer) == 0)
		return 0;
	r = was_used(l, t);
	if (r == GATE_EREFUSED) {
		password_fault_add(
		    judgement, FAULT_USED_BEFORE, 0, rules->history, "");
		r = 0;
	}
	return r;
}

/* All that is wrong, for the person; the record has as much as fits. */
static int
tell_faults(struct login *l, const struct password_judgement *judgement)
{
	char text[FAULTS_SIZE];

	password_judgement_text(judgement, NULL, text, sizeof(text));
	(void)refuse(&l->refusal, REASON_PASSWORD_WEAK, "%s", text);
	password_judgement_text(judgement, l->catalogue, text, sizeof(text));
	return login_tell_why(l, text);
}

int
ask_new_password(struct login *l)
{
	struct password_judgement judgement = { .count = 0 };
	struct trial trial = { .login = l };
	int r;

	if (l->answer == NULL)
		return login_ask(
		    l, PROMPT_HIDDEN, KIND_NEW_AUTHTOK, "New password: ");
	r = login_slot(l);
	if (r != 0)
		return r;
	r = still_there(l, store_read(gate_store(l->gate), read_trial, &trial));
	if (r == 0 && trial.has_factor)
		trial.has_factor = demand_is_always(l);
	if (r == 0)
		r = judge(l, &trial, &judgement);
	clear_trial(&trial);
	if (r != 0)
		return r;
	if (judgement.count > 0)
		return tell_faults(l, &judgement);
	password_strength_text(
	    &judgement, l->catalogue, l->note, sizeof(l->note));
	return login_keep(&l->new_password, l->answer);
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
	struct login *login;
	const char *name;
	int64_t history; /* how many are remembered */
	char verifier[VERIFIER_SIZE];
};

static int
is_any(int64_t changed, const char *verifier, void *data)
{
	(void)changed;
	(void)verifier;
	(void)data;
	return GATE_EEXISTS;
}

/* The new one, and before it the one in use where that is not there yet. */
static int
remember(struct store_tx *tx, const struct new_verifier *new,
    const struct store_user *user, int64_t now)
{
	int r = store_history_list(tx, new->name, is_any, NULL);

	if (r == 0 && user->verifier[0] != '\0')
		r = store_history_add(
		    tx, new->name, user->changed, user->verifier, new->history);
	if (r == 0 || r == GATE_EEXISTS)
		r = store_history_add(
		    tx, new->name, now, new->verifier, new->history);
	return r;
}

/*
 * While somebody thought of a new one, the administrator may have shut him out,
 * or the owner may have changed the one that he knew.
 */
static int
may_still(struct login *l, const struct store_user *user)
{
	if (user->disabled)
		return refuse(&l->refusal, REASON_USER_DISABLED, NULL);
	if (user->changed != l->changed)
		return refuse(&l->refusal, REASON_BAD_PASSWORD,
		    "the password was changed meanwhile");
	return 0;
}

static int
commit(struct store_tx *tx, void *data)
{
	const struct new_verifier *new = data;
	int64_t now = clock_wall(), dropped;
	struct store_user user;
	int r = store_user_get(tx, new->name, &user);

	if (r == 0)
		r = may_still(new->login, &user);
	if (r == 0 && new->history > 0)
		r = remember(tx, new, &user, now);
	if (r == 0)
		r = store_user_password(
		    tx, new->name, user.elsewhere ? "" : new->verifier, now);
	if (r == 0)
		r = store_device_forget(tx, new->name, &dropped);
	explicit_bzero(&user, sizeof(user));
	return r;
}

int
change_password(struct login *l)
{
	const struct password_rules *rules = l->policy->passwords;
	struct new_verifier new = {
		.login = l, .name = l->user, .history = (int64_t)rules->history
	};
	int r = login_slot(l);

	if (r != 0)
		return r;
	r = verifier_make_at(l->new_password, rules->cost, new.verifier);
	if (r == 0)
		r = still_there(
		    l, store_write(gate_store(l->gate), commit, &new));
	explicit_bzero(new.verifier, sizeof(new.verifier));
	return r;
}
