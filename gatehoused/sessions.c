/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/sessions.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/presence.h"
#include "gatehoused/terms.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/session.h"

#define LIST_MAX         100000
#define LIST_MAX_ANYBODY 100

struct listing {
	const char *user;
	int all;
	int64_t limit;
	struct rows rows; /* of struct store_session */
};

static int
look(struct store_tx *tx, void *data)
{
	struct listing *list = data;

	return store_session_list(
	    tx, list->user, list->all, list->limit, ending_gather, &list->rows);
}

static void
put_record(struct wire_msg *out, const struct store_session *s)
{
	wire_begin(out, VERB_ROW);
	wire_put_str(out, TAG_SESSION, s->id);
	wire_put_str(out, TAG_STATE, session_state_word(s->state));
	wire_put_str(out, TAG_USER, s->user);
	wire_put_str(out, TAG_SERVICE, s->service);
	wire_put_str(out, TAG_ADDRESS, s->address);
	wire_put_str(out, TAG_TTY, s->tty);
	wire_put_num(out, TAG_PID, s->pid);
	wire_put_str(out, TAG_METHOD, s->method);
	wire_put_str(out, TAG_ISSUER, s->issuer);
	wire_put_str(out, TAG_NAME_ID, s->name_id);
	wire_put_str(out, TAG_SESSION_INDEX, s->session_index);
	wire_put_str(out, TAG_AUTHN_CONTEXT, s->authn_context);
	wire_put_num(out, TAG_AUTHN_INSTANT, s->authn_instant);
	wire_put_num(out, TAG_STARTED, s->signed_in);
	wire_put_num(out, TAG_OPENED, s->opened);
	wire_put_num(out, TAG_ENDED, s->ended);
	wire_put_str(out, TAG_END_REASON, s->end_reason);
	if (s->previous[0] != '\0')
		wire_put_str(out, TAG_PREVIOUS, s->previous);
}

void
session_put_left(struct wire_msg *out, const struct live_view *view)
{
	if (view->idle_left != LIVE_NEVER)
		wire_put_num(out, TAG_IDLE_LEFT, view->idle_left);
	if (view->age_left != LIVE_NEVER)
		wire_put_num(out, TAG_AGE_LEFT, view->age_left);
	wire_put_num(out, TAG_HELD, view->held);
}

/* What is not on record, or not yet. 0, and *view, if the session is open. */
static int
put_present(struct request *request, const struct store_session *s,
    struct live_view *view)
{
	struct presence *presence = gate_presence(request->gate);
	struct wire_msg *out = request->out;
	int64_t now = presence_now(presence);
	int r = GATE_ENOTFOUND;

	if (s->state == SESSION_OPEN)
		r = live_get(
		    presence_live(presence), LIVE_ID(s->id), now, view);
	if (r != 0)
		return r;
	wire_put_num(out, TAG_IDLE, now - view->activity);
	if (view->limits.idle > 0)
		wire_put_num(out, TAG_IDLE_LIMIT, view->limits.idle);
	session_put_left(out, view);
	return 0;
}

static int
send_session(struct request *request, const void *row)
{
	struct live_view view;

	put_record(request->out, row);
	(void)put_present(request, row, &view);
	return request_send(request);
}

int
sessions_scope(
    struct request *request, unsigned rights, char own[STORE_USER_MAX])
{
	own[0] = '\0';
	if (request->bearer != NULL) {
		memcpy(own, request->bearer->user, STORE_USER_MAX);
		return 0;
	}
	if (request->rights & rights)
		return 0;
	return request_peer_name(request, own, STORE_USER_MAX) == 0
	    ? 0
	    : GATE_EPERM;
}

int
session_list(struct request *request)
{
	char own[STORE_USER_MAX];
	struct listing list = { .user = wire_str(request->in, TAG_USER),
		.all = wire_num(request->in, TAG_ALL, 0) != 0,
		.limit = LIST_MAX,
		.rows.size = sizeof(struct store_session) };
	int r = sessions_scope(request, RIGHT_ADMIN, own);

	if (r == 0 && own[0] != '\0') {
		if (list.user != NULL && strcmp(list.user, own) != 0)
			return GATE_EPERM;
		list.user = own;
		list.limit = LIST_MAX_ANYBODY;
	}
	if (r == 0)
		r = store_read(gate_store(request->gate), look, &list);
	if (r == 0)
		r = request_send_rows(request, &list.rows, send_session);
	rows_clear(&list.rows);
	return r;
}

int
session_one_begin(
    struct request *request, unsigned rights, struct session_one *one)
{
	one->id = wire_str(request->in, TAG_SESSION);
	if (one->id == NULL && request->bearer != NULL)
		one->id = request->bearer->id;
	return one->id != NULL ? sessions_scope(request, rights, one->own)
			       : GATE_EPROTO;
}

int
session_one_find(struct store_tx *tx, void *data)
{
	struct session_one *one = data;
	int r = store_session_get(tx, one->id, &one->session);

	if (r == 0 && one->own[0] != '\0' &&
	    strcmp(one->own, one->session.user) != 0)
		r = GATE_ENOTFOUND;
	return r;
}

static int
look_at_one(struct store_tx *tx, void *data)
{
	struct session_whole *whole = data;
	int r = session_one_find(tx, &whole->one);

	return r != 0 ? r
		      : store_attributes_get(tx, whole->one.session.id,
			    &whole->kept, &whole->kept_size);
}

int
session_whole_read(
    struct request *request, unsigned rights, struct session_whole *whole)
{
	int r = session_one_begin(request, rights, &whole->one);

	if (r == 0)
		r = store_read(gate_store(request->gate), look_at_one, whole);
	if (r == 0 && whole->kept != NULL)
		r = attributes_decode(
		    &whole->attributes, whole->kept, whole->kept_size);
	return r;
}

void
session_whole_clear(struct session_whole *whole)
{
	attributes_clear(&whole->attributes);
	free(whole->kept);
	whole->kept = NULL;
}

void
session_put_attributes(
    struct wire_msg *out, const struct attributes *attributes)
{
	const struct attribute *a = attributes->items;
	const struct attribute *end = a + attributes->count;
	size_t i;

	for (; a < end; a++) {
		wire_put_str(out, TAG_ATTRIBUTE, a->name);
		for (i = 0; i < a->value_count; i++)
			wire_put_str(out, TAG_VALUE, a->values[i]);
	}
}

/* The rule of [idle] that has given the session its limit, unless another
 * policy is just coming into force. */
static void
put_rule(struct request *request, const struct live_view *view)
{
	struct terms *terms = presence_terms(gate_presence(request->gate));
	struct idle_verdict verdict;

	if (view->limits.version == terms->version) {
		idle_limit(terms->policy->idle, view->user, view->service,
		    view->limits.class, &verdict);
		wire_put_str(request->out, TAG_RULE, verdict.rule);
	}
	terms_unref(&terms);
}

int
session_show(struct request *request)
{
	struct live_view present;
	struct session_whole whole = { 0 };
	int r = session_whole_read(request, RIGHT_ADMIN, &whole);

	if (r == 0) {
		put_record(request->out, &whole.one.session);
		if (put_present(request, &whole.one.session, &present) == 0)
			put_rule(request, &present);
		session_put_attributes(request->out, &whole.attributes);
		r = request_send(request);
	}
	if (r == 0)
		request_done(request);
	session_whole_clear(&whole);
	return r;
}
