/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/login.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/rehash.h"
#include "gatehoused/stages.h"
#include "gatehoused/tries.h"
#include "lib/error.h"
#include "lib/languages.h"
#include "lib/log.h"
#include "lib/secret.h"

/*
 * The gate's whole work: for every question of a PAM hook, what is looked at,
 * in which order. Where from, who, may they, in.
 */
#define STAGES_MAX 12

struct flow {
	const char *verb;
	const char *step;
	stage *stages[STAGES_MAX];
};

/* clang-format off */
static const struct flow logins[STEP_COUNT] = {
	[STEP_GATE] = { "login", "gate", {
		peer_may, where_from, sso_or_password, user_name, password,
		demand, enrol, code, may_they, may_enter, tell_note, let_in } },
	[STEP_ALLOWLIST] = { "login", "allowlist", {
		peer_may, where_from } },
	[STEP_SSO] = { "login", "sso", {
		peer_may, note_address, sso, may_they, may_enter, let_in } },
	[STEP_PASSWORD] = { "login", "password", {
		peer_may, note_address, user_name, ask_password, password,
		password_verdict, may_they, may_enter, let_in } },
	[STEP_OTP] = { "login", "otp", {
		peer_may, note_address, user_name, demand, enrol, code,
		may_they, may_enter, tell_note, let_in } },
};

static const struct flow accounts[STEP_COUNT] = {
	[STEP_GATE] = { "account", "gate", {
		peer_may, where_from, signed_in, password_age } },
	[STEP_ALLOWLIST] = { "account", "allowlist", {
		peer_may, where_from } },
};

static const struct flow session_open = { "open", NULL, {
	may_they, open_session } };

static const struct flow session_close = { "close", NULL, {
	peer_may, close_session } };

static const struct flow changes[STEP_COUNT] = {
	[STEP_GATE] = { "chauthtok", "update", {
		note_address, kept_here, ask_old_password, ask_new_password,
		tell_note, retype_password, change_password } },
	[STEP_CHECK] = { "chauthtok", "check", {
		note_address, kept_elsewhere, ask_old_password,
		ask_new_password, tell_note, retype_password } },
	[STEP_RECORD] = { "chauthtok", "record", {
		note_address, kept_elsewhere, ask_new_password,
		change_password } },
};

/* The first of libpam's two passes: nothing is asked or changed. */
static const struct flow probes[STEP_COUNT] = {
	[STEP_GATE] = { "chauthtok", "preliminary", {
		kept_here } },
	[STEP_CHECK] = { "chauthtok", "preliminary", {
		kept_elsewhere } },
	[STEP_RECORD] = { "chauthtok", "preliminary", {
		kept_elsewhere } },
};
/* clang-format on */

/* The flow that a request asks for, or NULL. */
static const struct flow *
choose(const struct wire_msg *msg)
{
	uint64_t step = (uint64_t)wire_num(msg, TAG_STEP, STEP_GATE);
	const struct flow *flow = NULL;

	if (step >= STEP_COUNT)
		return NULL;
	switch (wire_verb(msg)) {
	case VERB_LOGIN:
		flow = &logins[step];
		break;
	case VERB_ACCOUNT:
		flow = &accounts[step];
		break;
	case VERB_OPEN:
		flow = &session_open;
		break;
	case VERB_CLOSE:
		flow = &session_close;
		break;
	case VERB_CHAUTHTOK:
		flow = wire_num(msg, TAG_PRELIMINARY, 0) ? &probes[step]
							 : &changes[step];
		break;
	default:
		break;
	}
	return flow != NULL && flow->verb != NULL ? flow : NULL;
}

/*
 * The peer says who its real user is, and can only lie against itself: rights
 * need both.
 */
static int
run_by_admin(const struct login *l, int64_t ruid)
{
	const struct peer real = { .uid = (uid_t)ruid };

	return (l->rights & RIGHT_ADMIN) && ruid >= 0 &&
	    (peer_rights(&real, l->policy) & RIGHT_ADMIN);
}

/*
 * Nobody but who signs people in is believed that another module has seen the
 * right password: whoever asks for himself could give himself a second factor,
 * and has perhaps stolen no more than the session.
 */
static int
is_behind_password(const struct login *l, const struct wire_msg *msg)
{
	return (l->rights & RIGHT_LOGIN) && wire_verb(msg) == VERB_LOGIN &&
	    wire_num(msg, TAG_STEP, STEP_GATE) == STEP_OTP &&
	    wire_num(msg, TAG_ENROLL, 0) != 0;
}

/* A session that no process stands for cannot be hung up on: whoever opens one
 * for himself is not believed that. */
static int
is_detached(const struct login *l, const struct wire_msg *msg)
{
	return (l->rights & RIGHT_LOGIN) && wire_num(msg, TAG_DETACHED, 0) != 0;
}

/* What the application says of its language, or [gate] language. */
static const struct catalogue *
language_of(const struct policy *policy, const struct wire_msg *msg)
{
	const struct catalogue *catalogue = policy->catalogue;
	const char *language = wire_str(msg, TAG_LANGUAGE);

	if (language != NULL)
		(void)languages_find(policy->languages, language, &catalogue);
	return catalogue;
}

void
login_speak(struct login *l)
{
	if (l->language[0] != '\0')
		(void)languages_find(
		    l->policy->languages, l->language, &l->catalogue);
}

int
login_new(struct login **login, struct gate *gate, struct policy *policy,
    const struct peer *peer, struct slot *slot, const struct wire_msg *msg)
{
	struct login *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL)
		return GATE_ENOMEM;
	l->gate = gate;
	l->policy = policy_ref(policy);
	l->catalogue = language_of(policy, msg);
	l->peer = *peer;
	l->slot = slot;
	l->rights = peer_rights(peer, policy);
	l->expired_only = wire_num(msg, TAG_EXPIRED_ONLY, 0) != 0;
	l->enrolls = is_behind_password(l, msg);
	l->draws = wire_num(msg, TAG_DRAWS, 0) != 0;
	l->detached = is_detached(l, msg);
	l->by_admin = run_by_admin(l, wire_num(msg, TAG_RUID, -1));
	l->flow = choose(msg);
	r = l->flow != NULL ? 0 : GATE_EPROTO;
	if (r == 0)
		r = wire_copy(msg, TAG_SERVICE, l->service, sizeof(l->service));
	if (r == 0)
		r = wire_copy(msg, TAG_USER, l->user, sizeof(l->user));
	if (r == 0)
		r = wire_copy(msg, TAG_RHOST, l->rhost, sizeof(l->rhost));
	if (r == 0)
		r = wire_copy(msg, TAG_SSH, l->ssh, sizeof(l->ssh));
	if (r == 0)
		r = wire_copy(msg, TAG_TTY, l->tty, sizeof(l->tty));
	if (r == 0)
		r = wire_copy(msg, TAG_SESSION, l->session, sizeof(l->session));
	if (r == 0) {
		*login = l;
		return 0;
	}
	l->flow = NULL; /* it never began: nothing to go on record */
	login_free(&l);
	return r;
}

/* Puts the decision on record. */
static void
record(const struct login *l, const struct refusal *refusal)
{
	const struct store_ticket *claims = login_claims(l);
	struct audit_event event = { .verb = l->flow->verb,
		.step = l->flow->step,
		.user = l->user,
		.address = l->address[0] != '\0' ? l->address : l->rhost,
		.service = l->service,
		.session = l->record.id[0] != '\0' ? l->record.id : l->session,
		.method = l->method != NULL ? l->method : l->record.method,
		.issuer = claims != NULL ? claims->issuer : NULL,
		.peer_uid = l->peer.uid,
		.peer_pid = l->peer.pid,
		.reason = refusal->reason,
		.detail = refusal->reason == REASON_NONE ? l->remark
							 : refusal->detail };

	audit_write(gate_audit(l->gate), &event);
}

void
login_free(struct login **login)
{
	struct login *l = *login;

	if (l == NULL)
		return;
	if (l->flow != NULL) {
		if (!l->told)
			(void)refuse(&l->refusal, REASON_ABANDONED, NULL);
		record(l, &l->refusal);
	}
	tries_end(l);
	assertion_free(&l->assertion);
	free(l->ticket);
	free(l->pass);
	attributes_clear(&l->attributes);
	rehash_free(&l->rehash);
	secret_free(l->password, LOGIN_PASSWORD_SIZE);
	secret_free(l->new_password, LOGIN_PASSWORD_SIZE);
	policy_unref(&l->policy);
	free(l);
	*login = NULL;
}

/* What the module is told for a reason: little. The log has the rest. */
static enum outcome
outcome_of(enum reason reason)
{
	switch (reason) {
	case REASON_NONE:
		return OUTCOME_GRANTED;
	case REASON_NOT_TOKEN:
		return OUTCOME_NOT_TOKEN;
	case REASON_STORE_FAILED:
	case REASON_STORE_FULL:
	case REASON_USER_LOOKUP:
	case REASON_OVERLOAD:
	case REASON_INTERNAL:
		return OUTCOME_UNAVAILABLE;
	case REASON_PASSWORD_EXPIRED:
		return OUTCOME_NEW_AUTHTOK;
	case REASON_PASSWORD_WEAK:
	case REASON_PASSWORD_RETYPE:
		return OUTCOME_TRY_AGAIN;
	default:
		return OUTCOME_DENIED;
	}
}

/* A change of password tells whether the user is one for this line. */
static enum outcome
conclusion(const struct login *l)
{
	if (l->refusal.reason == REASON_UNKNOWN_USER &&
	    strcmp(l->flow->verb, "chauthtok") == 0)
		return OUTCOME_USER_UNKNOWN;
	return outcome_of(l->refusal.reason);
}

static void
conclude(struct login *l)
{
	enum outcome outcome = conclusion(l);
	/* before it is refunded: it must not tell what was right */
	int64_t delay = tries_delay(l);

	/* right, but refused for another reason: no guess was made */
	if (outcome != OUTCOME_GRANTED)
		tries_refund(l);
	record(l, &l->refusal);
	wire_begin(l->out, VERB_RESULT);
	wire_put_num(l->out, TAG_OUTCOME, outcome);
	if (outcome == OUTCOME_GRANTED) {
		if (l->user[0] != '\0')
			wire_put_str(l->out, TAG_USER, l->user);
		if (l->record.id[0] != '\0')
			wire_put_str(l->out, TAG_SESSION, l->record.id);
		if (l->flow == &session_open && l->record.previous[0] != '\0')
			wire_put_str(l->out, TAG_PREVIOUS, l->record.previous);
	} else
		wire_put_num(l->out, TAG_DELAY, delay * 1000);
	l->flow = NULL;
}

/* Stage by stage, until one asks, waits or ends the flow, or none is left. */
static int
go_through(struct login *l)
{
	int r;

	do {
		r = l->flow->stages[l->at](l);
		l->spent = l->answer == NULL;
		l->answer = NULL;
		if (r != LOGIN_WAIT)
			slots_give_back(gate_slots(l->gate), l->slot);
		if (r == LOGIN_NEXT)
			l->at++;
	} while (r == LOGIN_NEXT && l->at < STAGES_MAX &&
	    l->flow->stages[l->at] != NULL);
	return r;
}

int
login_go_on(struct login *l, const char *answer, struct wire_msg *out)
{
	int r, settled = 0;

	l->answer = l->waits && l->spent ? NULL : answer;
	l->out = out;
	r = l->told ? GATE_EREFUSED : go_through(l);
	/* a try is on disk before anything that is known of it is said: letting
	 * somebody in is a commit of its own, which has seen to it */
	if (l->charged && r != LOGIN_NEXT && r != LOGIN_WAIT)
		settled = store_settle(gate_store(l->gate));
	if (settled != 0)
		r = settled;
	l->waits = r == LOGIN_WAIT;
	if (r == LOGIN_ASK || r == LOGIN_WAIT)
		return r;
	if (r == LOGIN_NEXT)
		memset(&l->refusal, 0, sizeof(l->refusal));
	else if (r != GATE_EREFUSED)
		login_fault(l, r);
	conclude(l);
	return 0;
}

int
login_ask(struct login *l, enum prompt_style style, enum prompt_kind kind,
    const char *text)
{
	wire_begin(l->out, VERB_PROMPT);
	wire_put_num(l->out, TAG_STYLE, style);
	wire_put_num(l->out, TAG_KIND, kind);
	wire_put_str(l->out, TAG_TEXT, catalogue_get(l->catalogue, text));
	return LOGIN_ASK;
}

int
login_tell(struct login *l, enum reason reason, const char *text)
{
	(void)refuse(&l->refusal, reason, NULL);
	return login_tell_why(l, text);
}

int
login_tell_why(struct login *l, const char *text)
{
	l->told = 1;
	return login_ask(l, PROMPT_ERROR, KIND_TEXT, text);
}

int
tell_note(struct login *l)
{
	if (l->answer != NULL || l->note[0] == '\0')
		return LOGIN_NEXT;
	return login_ask(l, PROMPT_INFO, KIND_TEXT, l->note);
}

const struct store_ticket *
login_claims(const struct login *l)
{
	return l->assertion != NULL ? &l->assertion->claims : l->ticket;
}

const struct attributes *
login_attributes(const struct login *l)
{
	if (l->assertion != NULL)
		return &l->assertion->identity->attributes;
	return l->ticket != NULL ? &l->attributes : NULL;
}

int
login_name_is_sound(const char *name)
{
	const unsigned char *at;

	for (at = (const unsigned char *)name; *at != '\0'; at++)
		if (*at < 0x20 || *at == 0x7f)
			return 0;
	return name[0] != '\0' && name[0] != '-' && strchr(name, '/') == NULL &&
	    strlen(name) < STORE_USER_MAX;
}

int
login_name(struct login *l, const char *user)
{
	if (!login_name_is_sound(user))
		return refuse(&l->refusal, REASON_USER_INVALID,
		    "a user name must be printable, not begin with \"-\" and "
		    "hold no \"/\"");
	if (l->user[0] != '\0' && strcmp(l->user, user) != 0)
		return refuse(&l->refusal, REASON_USER_MISMATCH,
		    "the proof is for \"%s\", the application asked for \"%s\"",
		    user, l->user);
	memmove(l->user, user, strlen(user) + 1); /* it may be l->user */
	/* before anything is compared for a name that came only now */
	return peer_may(l);
}

struct lookup {
	const char *name;
	struct store_user *user;
};

static int
look_up(struct store_tx *tx, void *data)
{
	struct lookup *lookup = data;

	return store_user_get(tx, lookup->name, lookup->user);
}

int
login_user(struct login *l, struct store_user *user)
{
	struct lookup lookup = { .name = l->user, .user = user };

	memset(user, 0, sizeof(*user));
	return store_read(gate_store(l->gate), look_up, &lookup);
}

int
login_has_factor(
    struct store_tx *tx, const struct store_user *user, int *has_factor)
{
	struct store_factor factor;
	int r = store_factor_get(tx, user->name, 1, &factor);

	*has_factor = r == 0;
	return r == GATE_ENOTFOUND ? 0 : r;
}

const char *
login_from(const struct login *l)
{
	return (l->rights & RIGHT_LOGIN) ? l->address : "";
}

int
login_keep(char **kept, const char *password)
{
	size_t size = strlen(password) + 1;

	if (size > LOGIN_PASSWORD_SIZE)
		return GATE_ETOOBIG;
	if (*kept == NULL)
		*kept = secret_alloc(LOGIN_PASSWORD_SIZE);
	if (*kept == NULL)
		return GATE_ENOMEM;
	memcpy(*kept, password, size);
	return 0;
}

/* Where a login comes from, for its share of the queue: the address, as lockout
 * counts it. */
static void
origin(const struct login *l, char from[SLOT_FROM_SIZE])
{
	struct store_tries rows[LOCKOUT_COUNTS];

	lockout_keys(l->user, login_from(l), rows);
	if (rows[LOCKOUT_ADDRESS].address[0] != '\0')
		snprintf(
		    from, SLOT_FROM_SIZE, "%s", rows[LOCKOUT_ADDRESS].address);
	else
		snprintf(from, SLOT_FROM_SIZE, "uid %u", (unsigned)l->peer.uid);
}

int
login_slot(struct login *l)
{
	char from[SLOT_FROM_SIZE];
	int r;

	origin(l, from);
	r = slots_take(gate_slots(l->gate), l->slot, from, &l->refusal);
	if (r != GATE_EREFUSED)
		return r;
	return login_tell_why(
	    l, "Too many people are signing in. Try again in a minute.");
}

int
login_fault(struct login *l, int error)
{
	log_error("%s of \"%s\" by %s: %s", l->flow->verb, l->user, l->service,
	    gate_strerror(error));
	return refuse(
	    &l->refusal, reason_from_error(error), "%s", gate_strerror(error));
}
