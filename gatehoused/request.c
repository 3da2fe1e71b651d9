/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/request.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>

#include "gatehoused/bearer.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* Goes on with the dialogue; when it is concluded, all is said. */
static int
go_on(struct request *request, const char *answer)
{
	int r = login_go_on(*request->dialogue, answer, request->out);

	if (r == 0) {
		login_free(request->dialogue);
		request->last = 1;
	}
	return r == LOGIN_WAIT ? SLOTS_WAIT : 0;
}

/* A question of a PAM hook begins a dialogue. */
static int
begin_dialogue(struct request *request)
{
	int r;

	/* it has begun, and waited */
	if (request->slot->state != SLOT_IDLE)
		return go_on(request, NULL);
	login_free(request->dialogue);
	r = login_new(request->dialogue, request->gate, request->policy,
	    request->peer, request->slot, request->in);
	return r == 0 ? go_on(request, NULL) : r;
}

static int
answer_dialogue(struct request *request)
{
	const char *answer = wire_str(request->in, TAG_TEXT);

	if (*request->dialogue == NULL || answer == NULL)
		return GATE_EPROTO;
	return go_on(request, answer);
}

/* Who asks by the token that he shows, if he shows one. */
#define BEARER 1

/*
 * Who may ask what: who has one of the rights. A verb without any is for
 * everybody: its handler sees to it that a peer without rights gets no further
 * than itself.
 */
static const struct question {
	const char *name;
	unsigned rights;
	request_handler *handle;
	int bearer;
} verbs[] = {
	[VERB_LOGIN] = { "login", 0, begin_dialogue },
	[VERB_ANSWER] = { "answer", 0, answer_dialogue },
	[VERB_ACCOUNT] = { "account", 0, begin_dialogue },
	[VERB_OPEN] = { "open", 0, begin_dialogue },
	[VERB_CLOSE] = { "close", 0, begin_dialogue },
	[VERB_CHAUTHTOK] = { "chauthtok", 0, begin_dialogue },
	[VERB_TICKET] = { "ticket", 0, ticket_exchange },
	[VERB_SESSION_LIST] = { "session_list", 0, session_list, BEARER },
	[VERB_SESSION_SHOW] = { "session_show", 0, session_show, BEARER },
	[VERB_SESSION_END] = { "session_end", 0, session_end, BEARER },
	[VERB_USER_ADD] = { "user_add", RIGHT_ADMIN, user_add },
	[VERB_USER_REMOVE] = { "user_remove", RIGHT_ADMIN, user_remove },
	[VERB_USER_LIST] = { "user_list", RIGHT_ADMIN, user_list },
	[VERB_USER_SHOW] = { "user_show", RIGHT_ADMIN, user_show },
	[VERB_USER_SET] = { "user_set", RIGHT_ADMIN, user_set },
	[VERB_USER_DISABLE] = { "user_disable", RIGHT_ADMIN, user_disable },
	[VERB_USER_ENABLE] = { "user_enable", RIGHT_ADMIN, user_enable },
	[VERB_USER_MUST_CHANGE] = { "user_must_change", RIGHT_ADMIN,
	    user_must_change },
	[VERB_OTP_ENROLL] = { "otp_enroll", RIGHT_ADMIN, otp_enroll },
	[VERB_OTP_CONFIRM] = { "otp_confirm", RIGHT_ADMIN, otp_confirm },
	[VERB_OTP_RECOVERY] = { "otp_recovery", RIGHT_ADMIN, otp_recovery },
	[VERB_OTP_SHOW] = { "otp_show", RIGHT_ADMIN, otp_show },
	[VERB_OTP_REMOVE] = { "otp_remove", RIGHT_ADMIN, otp_remove },
	[VERB_OTP_FORGET] = { "otp_forget", RIGHT_ADMIN, otp_forget },
	[VERB_OTP_IMPORT] = { "otp_import", RIGHT_ADMIN, otp_import },
	[VERB_KEY_ROTATE] = { "key_rotate", RIGHT_ADMIN, key_rotate },
	[VERB_STATUS] = { "status", 0, status_show },
	[VERB_ALLOWLIST_TEST] = { "allowlist_test", RIGHT_ADMIN,
	    allowlist_test },
	[VERB_SSO_BEGIN] = { "sso_begin", RIGHT_LOGIN | RIGHT_ADMIN | RIGHT_WEB,
	    sso_begin },
	[VERB_IDP_LIST] = { "idp_list", RIGHT_LOGIN | RIGHT_ADMIN | RIGHT_WEB,
	    idp_list },
	[VERB_LOGOUT_BEGIN] = { "logout_begin", 0, logout_begin, BEARER },
	[VERB_LOGOUT_RECEIVE] = { "logout_receive", RIGHT_LOGIN | RIGHT_WEB,
	    logout_receive },
	[VERB_LOCKOUT_LIST] = { "lockout_list", RIGHT_ADMIN, lockout_list },
	[VERB_LOCKOUT_RESET] = { "lockout_reset", RIGHT_ADMIN, lockout_reset },
	[VERB_EMERGENCY_ISSUE] = { "emergency_issue", RIGHT_ADMIN, pass_issue },
	[VERB_EMERGENCY_LIST] = { "emergency_list", RIGHT_ADMIN, pass_list },
	[VERB_EMERGENCY_REVOKE] = { "emergency_revoke", RIGHT_ADMIN,
	    pass_revoke },
	[VERB_SESSION_CHECK] = { "session_check", 0, session_check },
	[VERB_SESSION_TOKEN] = { "session_token", 0, session_token },
	[VERB_HOLD_TAKE] = { "hold_take", 0, holds_take },
	[VERB_HOLD_RELEASE] = { "hold_release", 0, holds_release },
	[VERB_HOLD_LIST] = { "hold_list", 0, holds_list },
	[VERB_SESSION_IDENTITY] = { "session_identity", RIGHT_LOGIN | RIGHT_WEB,
	    session_identity, BEARER },
	[VERB_SP_METADATA] = { "sp_metadata",
	    RIGHT_LOGIN | RIGHT_ADMIN | RIGHT_WEB, sp_metadata },
	[VERB_IDENTITY_KEYS] = { "identity_keys", 0, identity_keys },
	[VERB_RELOAD] = { "reload", RIGHT_ADMIN, reload },
	[VERB_CLOCK_ACCEPT] = { "clock_accept", RIGHT_ADMIN, clock_accept },
};

#define VERB_COUNT (sizeof(verbs) / sizeof(verbs[0]))

static void
record(struct request *request, const char *verb, const char *user,
    enum reason reason, const char *detail)
{
	struct audit_event event = { .verb = verb,
		.user = user,
		.peer_uid = request->peer->uid,
		.peer_pid = request->peer->pid,
		.reason = reason,
		.detail = detail };

	audit_write(gate_audit(request->gate), &event);
}

static int
may_ask(const struct request *request, const struct question *verb)
{
	return verb->rights == 0 || (verb->rights & request->rights) != 0;
}

static int
run(struct request *request, const struct question *verb)
{
	struct live_view bearer = { 0 };
	size_t size;
	int r;

	if (!verb->bearer || wire_bytes(request->in, TAG_TOKEN, &size) == NULL)
		return verb->handle(request);
	r = bearer_find(request, &bearer);
	if (r == GATE_EREFUSED || r == GATE_ENOTFOUND)
		return bearer_refused(request, bearer.id, 1);
	request->bearer = &bearer;
	if (r == 0)
		r = verb->handle(request);
	request->bearer = NULL;
	return r;
}

int
request_dispatch(struct request *request)
{
	uint16_t verb = wire_verb(request->in);
	struct refusal refusal;
	int r;

	if (verb >= VERB_COUNT || verbs[verb].handle == NULL)
		r = GATE_EPROTO;
	else if (!may_ask(request, &verbs[verb]))
		r = GATE_EPERM;
	else
		r = run(request, &verbs[verb]);
	if (r == SLOTS_WAIT)
		return r;
	slots_give_back(gate_slots(request->gate), request->slot);
	if (r == 0)
		return 0;
	/* what was not even begun is a decision too */
	if (verb < VERB_COUNT && (r == GATE_EPERM || r == GATE_EPROTO)) {
		(void)refuse(&refusal, reason_from_error(r), NULL);
		record(request, verbs[verb].name,
		    wire_str(request->in, TAG_USER), refusal.reason,
		    refusal.detail);
	}
	wire_begin(request->out, VERB_RESULT);
	wire_put_num(request->out, TAG_OUTCOME,
	    r == GATE_EPERM || r == GATE_EPROTO ? OUTCOME_DENIED
						: OUTCOME_UNAVAILABLE);
	wire_put_num(request->out, TAG_ERROR, r);
	wire_put_num(request->out, TAG_DELAY,
	    request->policy->config->fail_delay * 1000);
	return 0;
}

int
request_slot(struct request *request, struct refusal *refusal)
{
	char from[SLOT_FROM_SIZE];

	snprintf(from, sizeof(from), "uid %u", (unsigned)request->peer->uid);
	return slots_take(
	    gate_slots(request->gate), request->slot, from, refusal);
}

void
request_done(struct request *request)
{
	wire_begin(request->out, VERB_RESULT);
	wire_put_num(request->out, TAG_OUTCOME, OUTCOME_GRANTED);
}

void
request_record(struct request *request, const char *verb, const char *user)
{
	record(request, verb, user, REASON_NONE, NULL);
}

void
request_record_with(struct request *request, const char *verb, const char *user,
    const char *detail)
{
	record(request, verb, user, REASON_NONE, detail);
}

int
request_refused(struct request *request, const char *verb, const char *user,
    const struct refusal *refusal)
{
	record(request, verb, user, refusal->reason, refusal->detail);
	wire_begin(request->out, VERB_RESULT);
	wire_put_num(request->out, TAG_OUTCOME, OUTCOME_DENIED);
	if (request->rights & (RIGHT_ADMIN | RIGHT_WEB))
		wire_put_str(
		    request->out, TAG_REASON, reason_word(refusal->reason));
	if (request->rights & RIGHT_ADMIN)
		wire_put_str(request->out, TAG_DETAIL, refusal->detail);
	return 0;
}

int
request_send(struct request *request)
{
	return wire_send(request->fd, request->out,
	    clock_mono_ms() +
		peer_patience_to_read(request->rights, request->policy));
}

int
request_send_rows(
    struct request *request, const struct rows *rows, request_row *send)
{
	size_t i;
	int r = 0;

	for (i = 0; i < rows->count && r == 0; i++)
		r = send(request, rows_at(rows, i));
	if (r == 0)
		request_done(request);
	return r;
}

int
request_peer_name(const struct request *request, char *name, size_t size)
{
	char buffer[16384];
	struct passwd entry, *found = NULL;

	if (getpwuid_r(request->peer->uid, &entry, buffer, sizeof(buffer),
		&found) != 0 ||
	    found == NULL)
		return GATE_ENOTFOUND;
	return (size_t)snprintf(name, size, "%s", found->pw_name) < size
	    ? 0
	    : GATE_ETOOBIG;
}
