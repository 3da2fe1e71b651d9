/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/ending.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gatehoused/leader.h"
#include "gatehoused/presence.h"
#include "gatehoused/shells.h"
#include "gatehoused/sweeper.h"
#include "lib/clock.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_live.h"
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
	if (ending->gate != NULL)
		presence_note(gate_presence(ending->gate), row);
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

/*
 * Which processes may be ended, once those that leave have left. A server that
 * holds many people's sessions in one process must not be ended for one of
 * them: it goes on.
 */
static void
choose(struct processes *p, const struct ending *ending, struct gate *gate,
    const struct peer *by)
{
	struct leader asking = { 0 }, leader;
	size_t i;

	if (by != NULL)
		leader_of(by, &asking);
	for (i = 0; i < p->count && !ending->gone; i++) {
		holder(rows_at(&ending->sessions, i), &leader);
		if (leader_same(&leader, &asking))
			continue;
		p->is_left[i] = shells_share(gate_shells(gate), &leader) > 0;
		if (!p->is_left[i])
			p->leaders[i] = leader;
	}
}

/* What the daemon does by itself goes on record as its own. */
static void
record(const struct ending *ending, struct gate *gate, const struct peer *by,
    const struct store_session *session, int is_left)
{
	char detail[160] = "";
	struct audit_event event = { .verb = ending->verb,
		.user = session->user,
		.address = session->address,
		.service = session->service,
		.session = session->id,
		.method = session->method,
		.issuer = session->issuer,
		.detail = detail,
		.peer_uid = by != NULL ? by->uid : geteuid(),
		.peer_pid = by != NULL ? by->pid : getpid() };

	if (is_left) {
		snprintf(detail, sizeof(detail),
		    "%s: process %lld, which holds it, was not ended",
		    session->end_reason, (long long)session->pid);
		log_warn("session %s: %s", session->id, detail);
	} else
		snprintf(detail, sizeof(detail), "%s", session->end_reason);
	if (!ending->told)
		audit_write(gate_audit(gate), &event);
}

/* Those of whose processes nothing is to be done any more. */
struct letting_go {
	const struct ending *ending;
	const struct processes *processes;
};

static int
let_go(struct store_tx *tx, void *data)
{
	const struct letting_go *of = data;
	const struct processes *p = of->processes;
	const struct store_session *session;
	size_t i;
	int r = 0;

	for (i = 0; i < p->count && r == 0; i++) {
		session = rows_at(&of->ending->sessions, i);
		if (session->pid_started > 0 &&
		    (p->leaders[i].pid == 0 || !p->is_left[i]))
			r = store_session_let_go(tx, session->id);
	}
	return r;
}

/*
 * A daemon that is killed before it comes to this leaves them to the next one:
 * whom that would find gone, and whom it must not end, should be off the record
 * before anybody hears of the end.
 */
static void
note_done(const struct ending *ending, struct gate *gate,
    const struct processes *processes)
{
	struct letting_go of = { ending, processes };
	const struct store_session *session;
	size_t i, count = 0;
	int r = 0;

	for (i = 0; i < processes->count && !ending->gone; i++) {
		session = rows_at(&ending->sessions, i);
		count += session->pid_started > 0;
	}
	if (count > 0)
		r = store_write_soon(gate_store(gate), let_go, &of);
	if (r != 0)
		log_debug("%zu processes are looked for again at the next "
			  "start: %s",
		    count, gate_strerror(r));
}

void
ending_leave(const struct ending *ending, struct gate *gate)
{
	const struct store_session *session;
	size_t i;

	for (i = 0; i < ending->sessions.count; i++) {
		session = rows_at(&ending->sessions, i);
		presence_leave(gate_presence(gate), session->id);
	}
}

/* Milliseconds that a process is given to go by itself. */
static int64_t
grace_of(struct gate *gate)
{
	struct policy *policy = gate_policy(gate);
	int64_t grace = policy->config->idle_grace * 1000;

	policy_unref(&policy);
	return grace;
}

/* How many requests wait for processes. */
static int64_t waiting;

static void
stop_waiting(void)
{
	__atomic_sub_fetch(&waiting, 1, __ATOMIC_RELAXED);
}

/* Processes that do not listen must not stop all threads for as long as they
 * are given: nobody could sign in. */
static int
may_wait(const struct ending *ending, struct gate *gate)
{
	struct policy *policy = gate_policy(gate);
	int64_t most = policy->config->threads / 2;

	policy_unref(&policy);
	if (__atomic_add_fetch(&waiting, 1, __ATOMIC_RELAXED) <= most ||
	    ending->patient || gate_sweeper(gate) == NULL)
		return 1;
	stop_waiting();
	return 0;
}

/* Who asks is in none of them. */
static void
hand_over(struct processes *p, const struct ending *ending, struct gate *gate,
    const struct peer *by)
{
	const struct store_session *session;
	struct leader asking, leader;
	size_t i;

	leader_of(by, &asking);
	for (i = 0; i < p->count; i++) {
		holder(rows_at(&ending->sessions, i), &leader);
		if (leader.pid <= 0 || leader_same(&leader, &asking))
			continue;
		p->leaders[i] = leader;
		p->is_left[i] = 1; /* as yet */
	}
	note_done(ending, gate, p);
	for (i = 0; i < p->count; i++) {
		session = rows_at(&ending->sessions, i);
		if (p->is_left[i])
			p->is_left[i] = sweeper_hang_up(gate_sweeper(gate),
					    session->id) != 0;
	}
}

static void
end_processes(struct processes *p, const struct ending *ending,
    struct gate *gate, const struct peer *by)
{
	if (by != NULL && !may_wait(ending, gate)) {
		hand_over(p, ending, gate, by);
		return;
	}
	choose(p, ending, gate, by);
	leaders_end(p->leaders, p->count, grace_of(gate), p->is_left);
	note_done(ending, gate, p);
	if (by != NULL)
		stop_waiting();
}

void
ending_finish(struct ending *ending, struct gate *gate, const struct peer *by)
{
	struct processes p = { .count = ending->sessions.count };
	size_t i;
	int chosen;

	if (p.count == 0)
		return;
	ending_leave(ending, gate);
	p.leaders = calloc(p.count, sizeof(*p.leaders));
	p.is_left = calloc(p.count, 1);
	chosen = p.leaders != NULL && p.is_left != NULL;
	if (chosen)
		end_processes(&p, ending, gate, by);
	else
		log_error("ending the processes of %zu sessions: %s", p.count,
		    gate_strerror(GATE_ENOMEM));
	for (i = 0; i < p.count; i++) {
		int is_left = !chosen || p.is_left[i];

		ending->left += (size_t)is_left;
		record(
		    ending, gate, by, rows_at(&ending->sessions, i), is_left);
	}
	free(p.leaders);
	free(p.is_left);
}

void
ending_clear(struct ending *ending)
{
	rows_clear(&ending->sessions);
}
