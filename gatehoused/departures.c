/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/departures.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/backlog.h"
#include "gatehoused/ending.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_live.h"

/* As many processes are waited for at a time, so many times over: one that
 * will not end holds up few. */
#define HOLDERS        64
#define HOLDER_THREADS 4

/* Instead of a reason: the audit log has it already. */
#define TOLD "told"

/* In one look at the store; a user has fewer. */
#define USER_MOST 1000000

struct departures {
	struct gate *gate;
	struct backlog *users;
	struct backlog *sessions; /* to be ended on record */
	struct backlog *holders;  /* of sessions that have ended on record */
	int failing;              /* it has been said that the store fails */
};

/* The part of a backlog that is worked on now. */
struct work {
	const struct backlog_item *items;
	size_t count;
	struct ending ending;
};

#define WORK(gate, items, count, reason)                                       \
	{                                                                      \
		(items), (count), ENDING((gate), "session_end", (reason))      \
	}

/* --- on record --- */

/* One that somebody else has ended meanwhile is none of ours. */
static int
end_all(struct store_tx *tx, void *data)
{
	struct work *work = data;
	struct store_session session;
	size_t i;
	int r = 0;

	for (i = 0; i < work->count && r == 0; i++) {
		r = store_session_get(tx, work->items[i].name, &session);
		/* what is on record is behind; one that has left the table has
		 * brought it along */
		if (r == 0 && work->items[i].value > session.last)
			session.last = work->items[i].value;
		if (r == 0)
			r = ending_add(&work->ending, tx, &session);
		if (r == GATE_ENOTFOUND || r == GATE_EEXISTS)
			r = 0;
	}
	return r;
}

/* Those that no process holds are done with; others are left to who may wait
 * for them. */
static void
part(struct departures *d, const struct ending *ended)
{
	struct ending alone = ENDING(d->gate, ended->verb, ended->reason);
	const struct store_session *session;
	struct store_session *row;
	size_t i;

	alone.gone = strcmp(ended->reason, STORE_END_GONE) == 0;
	for (i = 0; i < ended->sessions.count; i++) {
		session = rows_at(&ended->sessions, i);
		if (session->pid > 0 && !alone.gone &&
		    backlog_add(d->holders, ended->reason, session->id, 0) == 0)
			continue;
		row = rows_add(&alone.sessions);
		if (row != NULL)
			*row = *session;
		else
			log_error("session %s has ended without a word: %s",
			    session->id, gate_strerror(GATE_ENOMEM));
	}
	ending_finish(&alone, d->gate, NULL);
	ending_clear(&alone);
}

/* Once for each time that the store begins to fail, or is well again. */
static void
tell_of_store(struct departures *d, int r)
{
	if (r != 0 && !d->failing)
		log_error("sessions that are over cannot be ended on record, "
			  "and are refused: %s",
		    gate_strerror(r));
	else if (r == 0 && d->failing)
		log_info("sessions that are over are ended on record again");
	d->failing = r != 0;
}

static int
end_on_record(const char *reason, const struct backlog_item *items,
    size_t count, void *data)
{
	struct departures *d = data;
	struct work work = WORK(d->gate, items, count, reason);
	int r = store_write(gate_store(d->gate), end_all, &work);

	tell_of_store(d, r);
	if (r == 0) {
		ending_leave(&work.ending, d->gate);
		part(d, &work.ending);
	}
	ending_clear(&work.ending);
	return r;
}

/* --- their processes --- */

static int
find_all(struct store_tx *tx, void *data)
{
	struct work *work = data;
	struct store_session session;
	size_t i;
	int r = 0;

	for (i = 0; i < work->count && r == 0; i++) {
		r = store_session_get(tx, work->items[i].name, &session);
		if (r == 0)
			r = ending_gather(&session, &work->ending.sessions);
		else if (r == GATE_ENOTFOUND)
			r = 0;
	}
	return r;
}

/* What is needed of the record is read again: it is large, and there may be
 * very many. */
static int
hang_up(const char *reason, const struct backlog_item *items, size_t count,
    void *data)
{
	struct departures *d = data;
	struct work work = WORK(d->gate, items, count, reason);
	int r = store_read(gate_store(d->gate), find_all, &work);

	work.ending.told = reason != NULL && strcmp(reason, TOLD) == 0;
	if (r == 0)
		ending_finish(&work.ending, d->gate, NULL);
	else
		log_error("the processes of %zu sessions that have ended: %s",
		    count, gate_strerror(r));
	ending_clear(&work.ending);
	return r;
}

/* Of a daemon before this one, which was killed in between. */
static int
take_over_one(const char *id, void *data)
{
	struct departures *d = data;

	return backlog_add(d->holders, NULL, id, 0);
}

static int
take_over(struct store_tx *tx, void *data)
{
	return store_session_holders(tx, take_over_one, data);
}

/* --- users --- */

struct user_work {
	struct departures *departures;
	const char *user;
	const char *reason;
};

static int
add_one(const struct store_session *session, void *data)
{
	const struct user_work *work = data;

	return departures_add(work->departures, work->reason, session->id, 0);
}

static int
add_all(struct store_tx *tx, void *data)
{
	const struct user_work *work = data;

	return store_session_list(tx, work->user, 0, USER_MOST, add_one, data);
}

static int
end_users(const char *reason, const struct backlog_item *items, size_t count,
    void *data)
{
	struct departures *d = data;
	struct user_work work = { .departures = d, .reason = reason };
	size_t i;
	int r = 0;

	for (i = 0; i < count && r == 0; i++) {
		work.user = items[i].name;
		r = store_read(gate_store(d->gate), add_all, &work);
	}
	if (r != 0)
		log_error("the sessions of \"%s\" cannot be ended (%s): %s",
		    work.user, reason, gate_strerror(r));
	return r;
}

int
departures_new(struct departures **departures, struct gate *gate)
{
	struct departures *d = calloc(1, sizeof(*d));
	const struct backlog_plan users = { end_users, d, 1, 1, 1 };
	const struct backlog_plan sessions = { end_on_record, d, BACKLOG_BATCH,
		1, 1 };
	const struct backlog_plan holders = { hang_up, d, HOLDERS,
		HOLDER_THREADS, 1 };
	int r;

	if (d == NULL)
		return GATE_ENOMEM;
	d->gate = gate;
	r = backlog_new(&d->users, &users);
	if (r == 0)
		r = backlog_new(&d->sessions, &sessions);
	if (r == 0)
		r = backlog_new(&d->holders, &holders);
	if (r == 0)
		r = store_read(gate_store(gate), take_over, d);
	if (r == 0)
		*departures = d;
	else
		departures_free(&d);
	return r;
}

void
departures_free(struct departures **departures)
{
	struct departures *d = *departures;

	if (d == NULL)
		return;
	/* each gives to the next */
	backlog_free(&d->users);
	backlog_free(&d->sessions);
	backlog_free(&d->holders);
	free(d);
	*departures = NULL;
}

int
departures_add(
    struct departures *d, const char *reason, const char *id, int64_t last)
{
	return backlog_add(d->sessions, reason, id, last);
}

int
departures_add_user(struct departures *d, const char *reason, const char *user)
{
	return backlog_add(d->users, reason, user, 0);
}

int
departures_hang_up(struct departures *d, const char *id)
{
	return backlog_add(d->holders, TOLD, id, 0);
}

void
departures_count(struct departures *d, size_t *unrecorded, size_t *held)
{
	*unrecorded = backlog_count(d->sessions);
	*held = backlog_count(d->holders);
}
