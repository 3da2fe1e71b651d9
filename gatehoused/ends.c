/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/sessions.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/protocol.h"
#include "lib/store_live.h"

/*
 * The end of sessions by who asks for it: one, all of a user, or all. Many go
 * in batches, so that logins come in between; each is refused from the commit
 * of its batch on, and only when all are on record are processes waited for.
 */

/* So many in one transaction. */
#define BATCH 128

/* So many ids are read at once. */
#define PAGE 10000

/* How often who waits hears how far it is, in ms. */
#define TELL_EVERY 1000

/* The session that is to end, and what its end takes. */
struct one_ending {
	struct session_one one;
	struct ending ending;
};

static int
commit_one(struct store_tx *tx, void *data)
{
	struct one_ending *e = data;
	int r = session_one_find(tx, &e->one);

	return r == 0 ? ending_add(&e->ending, tx, &e->one.session) : r;
}

static void
answer(struct request *request, size_t count, size_t left)
{
	request_done(request);
	wire_put_num(request->out, TAG_COUNT, (int64_t)count);
	wire_put_str(
	    request->out, TAG_STATE, left == 0 ? "complete" : "partial");
}

static int
end_one(struct request *request)
{
	struct one_ending e = { .ending = ENDING(
				    request->gate, "session_end", "user") };
	int r = session_one_begin(request, RIGHT_ADMIN, &e.one);

	if (e.one.own[0] == '\0')
		e.ending.reason = "administrator";
	if (r == 0)
		r = store_write(gate_store(request->gate), commit_one, &e);
	if (r == 0) {
		ending_finish(&e.ending, request->gate, request->peer);
		answer(request, 1, e.ending.left);
	}
	ending_clear(&e.ending);
	return r;
}

/* --- many of them --- */

struct ends {
	struct request *request;
	const char *user;   /* NULL: everybody's */
	const char *spared; /* the id of one that goes on; NULL */
	struct rows ids;    /* of char[STORE_SESSION_ID_MAX]: who went on */
	size_t page;        /* so many of them are of the last page */
	struct rows held;   /* ids as well: of those a process stands for */
	size_t next;        /* of either: the first of the batch */
	struct ending batch;
	size_t count, left;
	int64_t tell; /* when, clock_mono_ms; */
	int listens;  /* and whether anybody wants to know */
};

static int
add_id(struct rows *ids, const char *id)
{
	char *row = rows_add(ids);

	if (row == NULL)
		return GATE_ENOMEM;
	memset(row, 0, STORE_SESSION_ID_MAX);
	memcpy(row, id, strnlen(id, STORE_SESSION_ID_MAX - 1));
	return 0;
}

static int
gather_session(const struct store_session *session, void *data)
{
	struct ends *e = data;

	e->page++;
	if (e->spared != NULL && strcmp(session->id, e->spared) == 0)
		return 0;
	return add_id(&e->ids, session->id);
}

static int
gather_live(const struct store_live *live, void *data)
{
	struct ends *e = data;

	e->page++;
	return add_id(&e->ids, live->id);
}

/* A user's are few; all are read in the order of their ids, which those that
 * come meanwhile do not prolong. */
static int
read_page(struct store_tx *tx, void *data)
{
	struct ends *e = data;
	const char *after = "";

	e->page = 0;
	if (e->user != NULL)
		return store_session_list(
		    tx, e->user, 0, INT64_MAX, gather_session, e);
	if (e->ids.count > 0)
		after = rows_at(&e->ids, e->ids.count - 1);
	return store_session_live(tx, after, PAGE, gather_live, e);
}

static int
read_ids(struct ends *e)
{
	int r;

	do
		r = store_read(gate_store(e->request->gate), read_page, e);
	while (r == 0 && e->user == NULL && e->page == PAGE);
	return r;
}

static int
commit_batch(struct store_tx *tx, void *data)
{
	struct ends *e = data;
	struct store_session session;
	size_t i, end = e->next + BATCH;
	int r = 0;

	for (i = e->next; i < end && i < e->ids.count && r == 0; i++) {
		r = store_session_get(tx, rows_at(&e->ids, i), &session);
		if (r == 0)
			r = ending_add(&e->batch, tx, &session);
		/* somebody else has ended it meanwhile */
		if (r == GATE_EEXISTS || r == GATE_ENOTFOUND)
			r = 0;
	}
	return r;
}

/* Of those in the batch the processes end, and the audit log hears of them. */
static void
finish(struct ends *e)
{
	ending_finish(&e->batch, e->request->gate, e->request->peer);
	e->count += e->batch.sessions.count;
	e->left += e->batch.left;
	ending_clear(&e->batch);
	e->batch.left = 0;
}

/*
 * After the commit. Those that a process stands for wait until all have left:
 * one that holds several must not be spared because some of them go on still.
 */
static void
sort_out(struct ends *e)
{
	struct rows *rows = &e->batch.sessions;
	struct store_session *all = rows->memory;
	size_t i, count = 0;

	ending_leave(&e->batch, e->request->gate);
	for (i = 0; i < rows->count; i++) {
		if (all[i].pid > 0 && add_id(&e->held, all[i].id) == 0)
			continue;
		if (count < i)
			all[count] = all[i];
		count++;
	}
	rows->count = count;
	finish(e);
}

static int
read_held(struct store_tx *tx, void *data)
{
	struct ends *e = data;
	struct store_session session;
	size_t i, end = e->next + BATCH;
	int r = 0;

	for (i = e->next; i < end && i < e->held.count && r == 0; i++) {
		r = store_session_get(tx, rows_at(&e->held, i), &session);
		if (r == 0)
			r = ending_gather(&session, &e->batch.sessions);
	}
	return r;
}

static void
tell(struct ends *e)
{
	struct wire_msg *out = e->request->out;

	if (!e->listens || clock_mono_ms() < e->tell)
		return;
	wire_begin(out, VERB_ROW);
	wire_put_num(out, TAG_COUNT, (int64_t)e->count);
	e->listens = request_send(e->request) == 0;
	e->tell = clock_mono_ms() + TELL_EVERY;
}

static void
finish_held(struct ends *e)
{
	int r;

	for (e->next = 0; e->next < e->held.count; e->next += BATCH) {
		r = store_read(gate_store(e->request->gate), read_held, e);
		if (r != 0) {
			log_error("sessions have ended, but their processes "
				  "go on: %s",
			    gate_strerror(r));
			e->left++;
		}
		finish(e);
		tell(e);
	}
}

static int
end_many(struct request *request, const char *user, const char *spared,
    const char *reason)
{
	struct ends e = { .request = request,
		.user = user,
		.spared = spared,
		.ids.size = STORE_SESSION_ID_MAX,
		.held.size = STORE_SESSION_ID_MAX,
		.batch = ENDING(request->gate, "session_end", reason),
		.tell = clock_mono_ms() + TELL_EVERY,
		.listens = 1 };
	int r = read_ids(&e);

	for (; r == 0 && e.next < e.ids.count; e.next += BATCH) {
		r = store_write(gate_store(request->gate), commit_batch, &e);
		if (r != 0)
			break;
		sort_out(&e);
		tell(&e);
	}
	ending_clear(&e.batch);
	finish_held(&e);
	if (r == 0)
		answer(request, e.count, e.left);
	rows_clear(&e.held);
	rows_clear(&e.ids);
	return r;
}

/* One's own user needs no right. */
static int
end_user(struct request *request, const char *user)
{
	char own[STORE_USER_MAX];
	int r = sessions_scope(request, RIGHT_ADMIN, own);

	if (r == 0 && own[0] != '\0' && strcmp(own, user) != 0)
		r = GATE_EPERM;
	if (r != 0)
		return r;
	return end_many(
	    request, user, NULL, own[0] != '\0' ? "user" : "administrator");
}

int
session_end(struct request *request)
{
	const struct live_view *bearer = request->bearer;
	const char *id = wire_str(request->in, TAG_SESSION);
	const char *user = wire_str(request->in, TAG_USER);
	int all = wire_num(request->in, TAG_ALL, 0) != 0;
	int named = (id != NULL) + (user != NULL) + all;

	/* one of the three: what is meant must not be guessed */
	if (named != 1 && !(named == 0 && bearer != NULL))
		return GATE_EPROTO;
	if (id != NULL || named == 0)
		return end_one(request);
	if (bearer != NULL && all)
		return end_many(request, bearer->user, bearer->id, "user");
	if (user != NULL)
		return end_user(request, user);
	return request->rights & RIGHT_ADMIN
	    ? end_many(request, NULL, NULL, "administrator")
	    : GATE_EPERM;
}
