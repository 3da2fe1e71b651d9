/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Logout messages of IdPs (SAML core 3.7, profiles 4.4): a request ends every
 * session that it names; a response says what became of a request of ours.
 */
#include <stdio.h>
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/logout.h"
#include "gatehoused/wall_clock.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "saml/logout.h"
#include "session/relay.h"

/* A message that has come, and what is made of it. */
struct incoming {
	const struct config *config;
	struct saml_logout_input input;
	const char *relay_state; /* of the form */
	struct saml_logout logout;
	struct ending ending;      /* of the sessions that a request names */
	int64_t tickets;           /* those that it has made void */
	struct store_request sent; /* what a response answers */
	struct refusal refusal;
};

static int
read_input(struct incoming *in, const struct wire_msg *msg)
{
	int64_t binding = wire_num(msg, TAG_BINDING, -1);

	in->input.text = wire_bytes(msg, TAG_TEXT, &in->input.size);
	in->input.now = clock_wall();
	in->relay_state = wire_str(msg, TAG_RELAY_STATE);
	if (in->input.text == NULL ||
	    (binding != SAML_BINDING_REDIRECT && binding != SAML_BINDING_POST))
		return GATE_EPROTO;
	in->input.binding = (enum saml_binding)binding;
	return 0;
}

/* Gathered before any is changed: not while the store walks over them. */
/*
 * All that one SessionIndex names; NULL: all of the name. What comes later of a
 * sign-in that this ends is too late (SAML core 3.7.3.1).
 */
static int
end_named(struct store_tx *tx, struct incoming *in, const char *index)
{
	const struct saml_logout *logout = &in->logout;
	struct rows found = { .size = sizeof(struct store_session) };
	int64_t dropped = 0;
	size_t i;
	int r;

	r = store_logout_mark(tx, logout->issuer, logout->name_id, index,
	    logout->issued, logout->replay_until);
	if (r == 0)
		r = store_ticket_revoke(
		    tx, logout->issuer, logout->name_id, index, &dropped);
	in->tickets += dropped;
	if (r == 0)
		r = store_session_named(tx, logout->issuer, logout->name_id,
		    index, ending_gather, &found);
	for (i = 0; i < found.count && r == 0; i++)
		r = ending_add(&in->ending, tx, rows_at(&found, i));
	rows_clear(&found);
	return r;
}

/* A request is good once: an old one must not end a new session. */
static int
claim(struct store_tx *tx, struct incoming *in)
{
	const struct saml_logout *logout = &in->logout;
	int r = wall_clock_check(tx, in->config->clock_skew, &in->refusal);

	if (r != 0)
		return r;
	r = store_replay_claim(
	    tx, logout->issuer, logout->id, logout->replay_until);
	return r == GATE_EEXISTS ? refuse(&in->refusal, REASON_REPLAY,
				       "LogoutRequest %s of %s was used before",
				       logout->id, logout->issuer)
				 : r;
}

static int
commit_request(struct store_tx *tx, void *data)
{
	struct incoming *in = data;
	const struct saml_logout *logout = &in->logout;
	size_t i;
	int r = claim(tx, in);

	if (r == 0 && logout->session_index_count == 0)
		r = end_named(tx, in, NULL);
	for (i = 0; i < logout->session_index_count && r == 0; i++)
		r = end_named(tx, in, logout->session_indexes[i]);
	return r;
}

/* Our word to the IdP: what it asked for is done, or not all of it. */
static int
compose_response(struct request *request, const struct incoming *in,
    struct saml_outgoing *outgoing, struct refusal *refusal)
{
	int partial = in->ending.left > 0;
	char handle[RELAY_SIZE], id[RELAY_ID_SIZE];
	struct saml_logout_response message = { .id = id,
		.now = clock_wall(),
		.in_response_to = in->logout.id,
		.status = partial ? SAML_STATUS_FAILURE : SAML_STATUS_SUCCESS,
		.status_second = partial ? SAML_STATUS_PARTIAL : NULL,
		.relay_state = in->input.binding == SAML_BINDING_POST
		    ? in->relay_state
		    : in->logout.relay_state };
	struct logout_way way = { 0 };
	int r;

	r = logout_way_find(request, in->logout.issuer, LOGOUT_RESPONSE,
	    in->input.binding, &way, refusal);
	if (r == 0)
		r = logout_fault(relay_mint(handle, id), refusal);
	message.destination = way.destination;
	message.binding = way.binding;
	if (r == 0)
		r = speaker_logout_response(request->policy->speaker, &message,
		    peer_patience_for_worker(request->rights, request->policy),
		    outgoing, refusal);
	logout_way_clear(&way);
	return r;
}

/* The sessions are ended whether or not the IdP can be told. */
static void
answer_request(struct request *request, const struct incoming *in)
{
	struct saml_outgoing outgoing = { 0 };
	struct refusal refusal = { 0 };
	int r = compose_response(request, in, &outgoing, &refusal);

	request_done(request);
	wire_put_num(request->out, TAG_IS_RESPONSE, 0);
	wire_put_num(
	    request->out, TAG_COUNT, (int64_t)in->ending.sessions.count);
	wire_put_str(request->out, TAG_STATE,
	    in->ending.left == 0 ? LOGOUT_COMPLETE : LOGOUT_PARTIAL);
	wire_put_str(request->out, TAG_ENTITY_ID, in->logout.issuer);
	if (r == 0)
		speaker_put(&outgoing, request->out);
	else {
		log_warn("the LogoutRequest of %s is not answered: %s",
		    in->logout.issuer, refusal.detail);
		wire_put_str(request->out, TAG_DETAIL, refusal.detail);
	}
	saml_outgoing_clear(&outgoing);
}

/* The message itself goes on record too, also one that ended nothing. */
static void
record(const struct request *request, const struct incoming *in,
    const char *verb, const char *detail)
{
	const struct audit_event event = { .verb = verb,
		.user = in->logout.name_id,
		.issuer = in->logout.issuer,
		.detail = detail,
		.peer_uid = request->peer->uid,
		.peer_pid = request->peer->pid };

	audit_write(gate_audit(request->gate), &event);
}

static int
receive_request(struct request *request, struct incoming *in)
{
	char detail[128];
	int r = store_write(gate_store(request->gate), commit_request, in);

	if (r != 0)
		return r;
	ending_finish(&in->ending, request->gate, request->peer);
	snprintf(detail, sizeof(detail),
	    "%zu sessions and %lld tickets ended, %zu processes go on",
	    in->ending.sessions.count, (long long)in->tickets, in->ending.left);
	record(request, in, "logout_request", detail);
	answer_request(request, in);
	return 0;
}

/* A response to no request of ours, or from another IdP, burns nothing. */
static int
commit_response(struct store_tx *tx, void *data)
{
	struct incoming *in = data;
	const struct saml_logout *logout = &in->logout;
	int r = store_request_peek(tx, logout->in_response_to, &in->sent);

	if (r == GATE_ENOTFOUND ||
	    (r == 0 &&
		(in->sent.kind != REQUEST_LOGOUT ||
		    in->sent.expires <= in->input.now)))
		return refuse(&in->refusal, REASON_REQUEST_UNKNOWN, NULL);
	if (r == 0 && strcmp(in->sent.idp, logout->issuer) != 0)
		return refuse(&in->refusal, REASON_REQUEST_MISMATCH,
		    "the LogoutRequest was sent to %s, and %s answers",
		    in->sent.idp, logout->issuer);
	return r == 0
	    ? store_request_take(tx, logout->in_response_to, &in->sent)
	    : r;
}

/* An IdP may call a part of it a success (core 3.2.2.2, PartialLogout). */
static const char *
state_of(const struct saml_logout *logout)
{
	if (logout->status_second != NULL &&
	    strcmp(logout->status_second, SAML_STATUS_PARTIAL) == 0)
		return LOGOUT_PARTIAL;
	return strcmp(logout->status, SAML_STATUS_SUCCESS) == 0
	    ? LOGOUT_COMPLETE
	    : LOGOUT_FAILED;
}

static int
receive_response(struct request *request, struct incoming *in)
{
	int r = store_write(gate_store(request->gate), commit_response, in);

	if (r != 0)
		return r;
	record(request, in, "logout_response", state_of(&in->logout));
	request_done(request);
	wire_put_num(request->out, TAG_IS_RESPONSE, 1);
	wire_put_str(request->out, TAG_STATE, state_of(&in->logout));
	wire_put_str(request->out, TAG_ENTITY_ID, in->logout.issuer);
	wire_put_str(request->out, TAG_REQUEST_ID, in->sent.id);
	wire_put_str(request->out, TAG_STATUS, in->logout.status);
	wire_put_str(request->out, TAG_STATUS_SECOND, in->logout.status_second);
	if (in->sent.data[0] != '\0')
		wire_put_str(request->out, TAG_DATA, in->sent.data);
	return 0;
}

static int
receive(struct request *request, struct incoming *in)
{
	int r = read_input(in, request->in);

	if (r != 0)
		return r;
	if (request->policy->workers == NULL)
		return refuse(&in->refusal, REASON_SSO_OFF, NULL);
	r = workers_logout(request->policy->workers, &in->input,
	    peer_patience_for_worker(request->rights, request->policy),
	    &in->logout, &in->refusal);
	if (r != 0)
		return r;
	return in->logout.is_response ? receive_response(request, in)
				      : receive_request(request, in);
}

int
logout_receive(struct request *request)
{
	struct incoming in = { .config = request->policy->config,
		.ending = ENDING(request->gate, "logout", "slo") };
	int r = receive(request, &in);

	if (r != GATE_EPROTO)
		r = logout_fault(r, &in.refusal);
	if (r == GATE_EREFUSED)
		r = request_refused(
		    request, "logout_receive", in.logout.name_id, &in.refusal);
	ending_clear(&in.ending);
	saml_logout_clear(&in.logout);
	return r;
}
