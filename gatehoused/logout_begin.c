/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A logout that begins here (SAML profiles 4.4.3): the session is ended first,
 * and then its IdP is told, so that it can end the others.
 */
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/logout.h"
#include "gatehoused/sessions.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/relay.h"

#define REASON_URI(word) "urn:oasis:names:tc:SAML:2.0:logout:" word

/* A logout on its way out. */
struct outgoing {
	const struct config *config;
	enum saml_binding binding; /* wished for */
	struct session_one one;
	struct ending ending;
	struct logout_way way;
	struct store_request request;
	struct saml_outgoing message;
	struct refusal refusal; /* why the IdP is not told */
};

static int
read_wishes(struct outgoing *o, struct request *request)
{
	int64_t binding =
	    wire_num(request->in, TAG_BINDING, o->config->request_binding);
	int r = session_one_begin(request, RIGHT_ADMIN | RIGHT_LOGIN, &o->one);

	if (binding != SAML_BINDING_REDIRECT && binding != SAML_BINDING_POST)
		return GATE_EPROTO;
	o->binding = (enum saml_binding)binding;
	if (r == 0)
		r = wire_copy(request->in, TAG_DATA, o->request.data,
		    sizeof(o->request.data));
	return r;
}

/*
 * One that has ended before can still be told of to its IdP, by who may do so:
 * its user could fill the record of requests with it.
 */
static int
commit_end(struct store_tx *tx, void *data)
{
	struct outgoing *o = data;
	int r = session_one_find(tx, &o->one);

	if (r == 0)
		r = ending_add(&o->ending, tx, &o->one.session);
	return r == GATE_EEXISTS && o->one.own[0] == '\0' ? 0 : r;
}

static int
commit_request(struct store_tx *tx, void *data)
{
	struct outgoing *o = data;

	return store_request_add(tx, &o->request);
}

/* What goes on record, and by what it is found again. */
static int
describe(struct outgoing *o)
{
	struct store_request *q = &o->request;
	char handle[RELAY_SIZE], id[RELAY_ID_SIZE];
	int r = relay_mint(handle, id);

	explicit_bzero(handle, sizeof(handle));
	if (r != 0)
		return r;
	memcpy(q->id, id, sizeof(id));
	memcpy(q->idp, o->one.session.issuer, sizeof(q->idp));
	q->kind = REQUEST_LOGOUT;
	q->created = clock_wall();
	q->expires = q->created + o->config->request_lifetime;
	return 0;
}

/* A text of the record; "" is none. */
static const char *
given(const char *text)
{
	return text[0] != '\0' ? text : NULL;
}

static int
compose(struct request *request, struct outgoing *o)
{
	const struct store_session *s = &o->one.session;
	const struct saml_logout_request message = { .id = o->request.id,
		.destination = o->way.destination,
		.now = o->request.created,
		.binding = o->way.binding,
		.name_id = s->name_id,
		.name_id_format = given(s->name_id_format),
		.name_qualifier = given(s->name_qualifier),
		.sp_name_qualifier = given(s->sp_name_qualifier),
		.session_index = given(s->session_index),
		.reason = strcmp(o->ending.reason, "user") == 0
		    ? REASON_URI("user")
		    : REASON_URI("admin") };

	return speaker_logout_request(request->policy->speaker, &message,
	    peer_patience_for_worker(request->rights, request->policy),
	    &o->message, &o->refusal);
}

/* Tells the IdP; the record comes last: what failed leaves none. */
static int
tell_idp(struct request *request, struct outgoing *o)
{
	const struct store_session *s = &o->one.session;
	int r;

	if (s->issuer[0] == '\0' || s->name_id[0] == '\0')
		return refuse(&o->refusal, REASON_NAME_ID,
		    "the session has no IdP, or no NameID of one");
	r = logout_way_find(request, s->issuer, LOGOUT_REQUEST, o->binding,
	    &o->way, &o->refusal);
	if (r == 0)
		r = logout_fault(describe(o), &o->refusal);
	if (r == 0)
		r = compose(request, o);
	if (r == 0)
		r = logout_fault(
		    store_write(gate_store(request->gate), commit_request, o),
		    &o->refusal);
	return r;
}

static void
answer(struct request *request, const struct outgoing *o, int told)
{
	request_done(request);
	wire_put_num(
	    request->out, TAG_COUNT, (int64_t)o->ending.sessions.count);
	wire_put_str(request->out, TAG_STATE,
	    o->ending.left == 0 ? LOGOUT_COMPLETE : LOGOUT_PARTIAL);
	if (!told && request->rights != 0)
		wire_put_str(request->out, TAG_DETAIL, o->refusal.detail);
	if (!told)
		return;
	speaker_put(&o->message, request->out);
	wire_put_str(request->out, TAG_REQUEST_ID, o->request.id);
	wire_put_num(request->out, TAG_EXPIRES, o->request.expires);
	wire_put_str(request->out, TAG_ENTITY_ID, o->request.idp);
}

int
logout_begin(struct request *request)
{
	struct outgoing o = { .config = request->policy->config,
		.ending = ENDING(request->gate, "logout_begin", "user") };
	int r = read_wishes(&o, request);

	if (request->bearer == NULL && (request->rights & RIGHT_ADMIN))
		o.ending.reason = "administrator";
	if (r == 0)
		r = store_write(gate_store(request->gate), commit_end, &o);
	if (r == 0) {
		ending_finish(&o.ending, request->gate, request->peer);
		answer(request, &o, tell_idp(request, &o) == 0);
	}
	ending_clear(&o.ending);
	logout_way_clear(&o.way);
	saml_outgoing_clear(&o.message);
	return r;
}
