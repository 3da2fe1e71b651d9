/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/ending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatehoused/leader.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "session/session.h"

/* How many sessions that go on are looked at for one who shares a process. */
#define LOOK_MAX 100000

int
ending_add(struct ending *ending, struct store_tx *tx,
    const struct store_session *session)
{
	struct store_session *row;

	if (session->state == SESSION_ENDED)
		return GATE_EEXISTS;
	row = rows_add(&ending->sessions);
	if (row == NULL)
		return GATE_ENOMEM;
	*row = *session;
	session_ended(row, ending->reason, clock_wall());
	return store_session_update(tx, row);
}

int
ending_gather(const struct store_session *session, void *data)
{
	struct store_session *row = rows_add(data);

	if (row == NULL)
		return GATE_ENOMEM;
	*row = *session;
	return 0;
}

int
ending_add_user(struct ending *ending, struct store_tx *tx, const char *user)
{
	struct rows found = { .size = sizeof(struct store_session) };
	size_t i;
	int r =
	    store_session_list(tx, user, 0, LOOK_MAX, ending_gather, &found);

	for (i = 0; i < found.count && r == 0; i++)
		r = ending_add(ending, tx, rows_at(&found, i));
	rows_clear(&found);
	return r;
}

/* The processes that are to end, one for each session. */
struct processes {
	struct leader *leaders; /* zeros for one that is left alone */
	unsigned char *is_left;
	size_t count;
};

static void
holder(const struct store_session *session, struct leader *leader)
{
	leader->pid = session->pid;
	leader->started = session->pid_started;
}

/* A server that holds many people's sessions in one process must not be ended
 * for one of them: it goes on. */
static int
spare(const struct store_session *session, void *data)
{
	struct processes *p = data;
	struct leader leader;
	size_t i;

	holder(session, &leader);
	for (i = 0; i < p->count; i++) {
		if (!leader_same(&p->leaders[i], &leader))
			continue;
		memset(&p->leaders[i], 0, sizeof(p->leaders[i]));
		p->is_left[i] = 1;
	}
	return 0;
}

static int
spare_shared(struct store_tx *tx, void *data)
{
	return store_session_list(tx, NULL, 0, LOOK_MAX, spare, data);
}

/* Which processes may be ended; without an answer of the store, none. */
static int
choose(
    struct processes *p, const struct ending *ending, struct request *request)
{
	struct leader asking;
	size_t i, known = 0;

	leader_of(request->peer, &asking);
	for (i = 0; i < p->count; i++) {
		holder(rows_at(&ending->sessions, i), &p->leaders[i]);
		if (leader_same(&p->leaders[i], &asking))
			memset(&p->leaders[i], 0, sizeof(p->leaders[i]));
		known += p->leaders[i].pid > 0;
	}
	return known == 0
	    ? 0
	    : store_read(gate_store(request->gate), spare_shared, p);
}

static void
record(const struct ending *ending, const struct request *request,
    const struct store_session *session, int is_left)
{
	char detail[128] = "";
	struct audit_event event = { .verb = ending->verb,
		.user = session->user,
		.address = session->address,
		.service = session->service,
		.session = session->id,
		.method = session->method,
		.issuer = session->issuer,
		.detail = detail,
		.peer_uid = request->peer->uid,
		.peer_pid = request->peer->pid };

	if (is_left) {
		snprintf(detail, sizeof(detail),
		    "process %lld, which holds it, was not ended",
		    (long long)session->pid);
		log_warn("session %s: %s", session->id, detail);
	}
	audit_write(gate_audit(request->gate), &event);
}

void
ending_finish(struct ending *ending, struct request *request)
{
	struct processes p = { .count = ending->sessions.count };
	size_t i;
	int r = GATE_ENOMEM;

	if (p.count == 0)
		return;
	p.leaders = calloc(p.count, sizeof(*p.leaders));
	p.is_left = calloc(p.count, 1);
	if (p.leaders != NULL && p.is_left != NULL)
		r = choose(&p, ending, request);
	if (r == 0)
		leaders_end(p.leaders, p.count, p.is_left);
	else
		log_error("ending the processes of %zu sessions: %s", p.count,
		    gate_strerror(r));
	for (i = 0; i < p.count; i++) {
		int is_left = r != 0 || p.is_left[i];

		ending->left += (size_t)is_left;
		record(ending, request, rows_at(&ending->sessions, i), is_left);
	}
	free(p.leaders);
	free(p.is_left);
}

void
ending_clear(struct ending *ending)
{
	rows_clear(&ending->sessions);
}
