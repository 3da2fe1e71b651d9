/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/request.h"
#include "gatehoused/rows.h"
#include "lib/clock.h"
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
	wire_put_num(out, TAG_STARTED, s->signed_in);
	wire_put_num(out, TAG_OPENED, s->opened);
	wire_put_num(out, TAG_ENDED, s->ended);
	wire_put_str(out, TAG_END_REASON, s->end_reason);
}

/*
 * Whose sessions a peer may see and end: anybody's with RIGHT_ADMIN (*name is
 * ""), else its own.
 */
static int
scope(struct request *request, char *name, size_t size)
{
	name[0] = '\0';
	if (request->rights & RIGHT_ADMIN)
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
	int r = scope(request, own, sizeof(own));

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

struct one {
	const char *id;
	char own[STORE_USER_MAX]; /* "" for anybody's */
	struct store_session session;
};

/* Which session the request names, and whose it may be. */
static int
begin_one(struct request *request, struct one *one)
{
	one->id = wire_str(request->in, TAG_SESSION);
	return one->id != NULL ? scope(request, one->own, sizeof(one->own))
			       : GATE_EPROTO;
}

/* Another's session is not there at all for who may not see it. */
static int
find(struct store_tx *tx, void *data)
{
	struct one *one = data;
	int r = store_session_get(tx, one->id, &one->session);

	if (r == 0 && one->own[0] != '\0' &&
	    strcmp(one->own, one->session.user) != 0)
		r = GATE_ENOTFOUND;
	return r;
}

int
session_show(struct request *request)
{
	struct one one;
	int r = begin_one(request, &one);

	if (r == 0)
		r = store_read(gate_store(request->gate), find, &one);
	if (r == 0) {
		put_session(request->out, &one.session);
		r = request_send(request);
	}
	if (r == 0)
		request_done(request);
	return r;
}

static int
commit_end(struct store_tx *tx, void *data)
{
	struct one *one = data;
	int r = find(tx, one);

	if (r == 0 && one->session.state == SESSION_ENDED)
		r = GATE_EEXISTS;
	if (r != 0)
		return r;
	session_ended(&one->session,
	    one->own[0] != '\0' ? "user" : "administrator", clock_wall());
	return store_session_update(tx, &one->session);
}

int
session_end(struct request *request)
{
	struct one one;
	int r = begin_one(request, &one);

	if (r == 0)
		r = store_write(gate_store(request->gate), commit_end, &one);
	if (r == 0) {
		struct audit_event event = { .verb = "session_end",
			.user = one.session.user,
			.address = one.session.address,
			.service = one.session.service,
			.session = one.session.id,
			.peer_uid = request->peer->uid,
			.peer_pid = request->peer->pid };

		audit_write(gate_audit(request->gate), &event);
		request_done(request);
	}
	return r;
}
