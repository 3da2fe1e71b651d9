/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/rows.h"
#include "gatehoused/sessions.h"
#include "lib/error.h"
#include "lib/protocol.h"
#include "session/session.h"

#define LIST_MAX         100000
#define LIST_MAX_ANYBODY 100

struct list {
	const char *user;
	int all;
	int64_t limit;
	struct rows rows; /* of struct store_session */
};

static int
collect(const struct store_session *session, void *data)
{
	struct list *list = data;
	struct store_session *row = rows_add(&list->rows);

	if (row == NULL)
		return GATE_ENOMEM;
	*row = *session;
	return 0;
}

static int
look(struct store_tx *tx, void *data)
{
	struct list *list = data;

	return store_session_list(
	    tx, list->user, list->all, list->limit, collect, list);
}

static void
put_session(struct wire_msg *out, const struct store_session *s)
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
}

/*
 * Whose sessions a peer may see or end: anybody's with one of these rights
 * (*name is ""), else its own.
 */
static int
scope(struct request *request, unsigned rights, char *name, size_t size)
{
	name[0] = '\0';
	if (request->rights & rights)
		return 0;
	return request_peer_name(request, name, size) == 0 ? 0 : GATE_EPERM;
}

int
session_list(struct request *request)
{
	char own[STORE_USER_MAX];
	struct list list = { .user = wire_str(request->in, TAG_USER),
		.all = wire_num(request->in, TAG_ALL, 0) != 0,
		.limit = LIST_MAX,
		.rows.size = sizeof(struct store_session) };
	size_t i;
	int r = scope(request, RIGHT_ADMIN, own, sizeof(own));

	if (r == 0 && own[0] != '\0') {
		if (list.user != NULL && strcmp(list.user, own) != 0)
			return GATE_EPERM;
		list.user = own;
		list.limit = LIST_MAX_ANYBODY;
	}
	if (r == 0)
		r = store_read(gate_store(request->gate), look, &list);
	for (i = 0; i < list.rows.count && r == 0; i++) {
		put_session(request->out, rows_at(&list.rows, i));
		r = request_send(request);
	}
	rows_clear(&list.rows);
	if (r == 0)
		request_done(request);
	return r;
}

int
session_one_begin(
    struct request *request, unsigned rights, struct session_one *one)
{
	one->id = wire_str(request->in, TAG_SESSION);
	return one->id != NULL
	    ? scope(request, rights, one->own, sizeof(one->own))
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

/* A session, and the attributes that were kept with it. */
struct one_view {
	struct session_one one;
	uint8_t *kept;
	size_t kept_size;
	struct attributes attributes;
};

static int
look_at_one(struct store_tx *tx, void *data)
{
	struct one_view *view = data;
	int r = session_one_find(tx, &view->one);

	return r != 0 ? r
		      : store_attributes_get(tx, view->one.session.id,
			    &view->kept, &view->kept_size);
}

static void
put_attributes(struct wire_msg *out, const struct attributes *attributes)
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

int
session_show(struct request *request)
{
	struct one_view view = { 0 };
	int r = session_one_begin(request, RIGHT_ADMIN, &view.one);

	if (r == 0)
		r = store_read(gate_store(request->gate), look_at_one, &view);
	if (r == 0 && view.kept != NULL)
		r = attributes_decode(
		    &view.attributes, view.kept, view.kept_size);
	if (r == 0) {
		put_session(request->out, &view.one.session);
		put_attributes(request->out, &view.attributes);
		r = request_send(request);
	}
	if (r == 0)
		request_done(request);
	attributes_clear(&view.attributes);
	free(view.kept);
	return r;
}

/* The session that is to end, and what its end takes. */
struct one_ending {
	struct session_one one;
	struct ending ending;
};

static int
commit_end(struct store_tx *tx, void *data)
{
	struct one_ending *e = data;
	int r = session_one_find(tx, &e->one);

	return r == 0 ? ending_add(&e->ending, tx, &e->one.session) : r;
}

int
session_end(struct request *request)
{
	struct one_ending e = { .ending = ENDING("session_end", "user") };
	int r = session_one_begin(request, RIGHT_ADMIN, &e.one);

	if (e.one.own[0] == '\0')
		e.ending.reason = "administrator";
	if (r == 0)
		r = store_write(gate_store(request->gate), commit_end, &e);
	if (r == 0) {
		ending_finish(&e.ending, request);
		request_done(request);
		wire_put_str(request->out, TAG_STATE,
		    e.ending.left == 0 ? "complete" : "partial");
	}
	ending_clear(&e.ending);
	return r;
}
