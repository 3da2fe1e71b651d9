/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/loading.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/ending.h"
#include "gatehoused/pages.h"
#include "gatehoused/presence.h"
#include "gatehoused/regard.h"
#include "gatehoused/rows.h"
#include "gatehoused/shells.h"
#include "gatehoused/terms.h"
#include "lib/error.h"
#include "lib/log.h"
#include "lib/store_live.h"

/* How many are ended in one transaction. */
#define END_BATCH 256

struct loading {
	struct gate *gate;
	struct live *live;
	struct terms *terms;
	int64_t now;
	int has_rebooted;
	struct live_session sessions[PAGES_ROWS];
	struct store_session session; /* for shells_add */
	/* ids, in the room that the store has for them */
	struct rows gone;      /* with another boot */
	struct rows unsettled; /* whose class the terms have not made */
	struct rows undated;   /* of whose activity nothing is known */
};

static int
add_id(struct rows *rows, const char *id)
{
	char *row = rows_add(rows);

	if (row == NULL)
		return GATE_ENOMEM;
	memcpy(row, id, STORE_SESSION_ID_MAX);
	return 0;
}

/* --- gone with a boot --- */

struct batch {
	const struct rows *ids;
	size_t at, end;
	struct ending ending;
};

static int
commit_batch(struct store_tx *tx, void *data)
{
	struct batch *batch = data;
	struct store_session session;
	size_t i;
	int r = 0;

	for (i = batch->at; i < batch->end && r == 0; i++) {
		r = store_session_get(tx, rows_at(batch->ids, i), &session);
		if (r == 0)
			r = ending_add(&batch->ending, tx, &session);
	}
	return r;
}

static int
end_gone(struct loading *l)
{
	struct batch batch = { .ids = &l->gone };
	int r = 0;

	while (r == 0 && batch.at < l->gone.count) {
		batch.end = batch.at + END_BATCH;
		if (batch.end > l->gone.count)
			batch.end = l->gone.count;
		batch.ending =
		    (struct ending)ENDING(NULL, "session_end", STORE_END_GONE);
		batch.ending.gone = 1;
		r = store_write(gate_store(l->gate), commit_batch, &batch);
		if (r == 0)
			ending_finish(&batch.ending, l->gate, NULL);
		ending_clear(&batch.ending);
		batch.at = batch.end;
	}
	return r;
}

/* --- those that go on --- */

static int
load_shell(struct loading *l, const struct store_live *from)
{
	struct store_session *s = &l->session;

	memcpy(s->id, from->id, sizeof(s->id));
	memcpy(s->user, from->user, sizeof(s->user));
	memcpy(s->service, from->service, sizeof(s->service));
	memcpy(s->tty, from->tty, sizeof(s->tty));
	s->state = from->state;
	s->pid = from->pid;
	s->pid_started = from->pid_started;
	s->opened = from->opened;
	return shells_add(gate_shells(l->gate), s);
}

/* What is known of one, for the table: session's to fill in. */
static int
describe(struct loading *l, const struct store_live *from,
    struct live_session *session)
{
	const struct terms_case of = { from->user, from->service, from->class,
		from->asks, from->idle };
	int r = 0;

	*session = (struct live_session){ .id = from->id,
		.token = from->token_size > 0 ? from->token : NULL,
		.user = from->user,
		.service = from->service,
		.start = from->start,
		.activity = from->last > 0 ? from->last : l->now,
		.not_after = terms_not_after(
		    from->start, from->signed_in, from->not_after) };
	if (!terms_limits(l->terms, &of, &session->limits))
		r = add_id(&l->unsettled, from->id);
	if (r == 0 && from->last == 0)
		r = add_id(&l->undated, from->id);
	return r;
}

static int
load_page(const struct store_live *rows, size_t count, void *data)
{
	struct loading *l = data;
	const struct store_live *row, *end = rows + count;
	size_t n = 0;
	int r = 0;

	for (row = rows; row < end && r == 0; row++) {
		if (row->state != SESSION_OPEN)
			continue;
		if (row->pid > 0 && l->has_rebooted) {
			r = add_id(&l->gone, row->id);
			continue;
		}
		r = describe(l, row, &l->sessions[n++]);
		if (r == 0 && row->pid > 0)
			r = load_shell(l, row);
	}
	return r == 0 ? live_add_all(l->live, l->sessions, n, l->now) : r;
}

/* Those of before activity was kept: it begins with the first start, not with
 * each. */
static int
commit_dates(struct store_tx *tx, void *data)
{
	struct loading *l = data;
	size_t i;
	int r = 0;

	for (i = 0; i < l->undated.count && r == 0; i++)
		r = store_activity_put(tx, rows_at(&l->undated, i), l->now);
	return r;
}

static int
look_again(struct loading *l)
{
	size_t at, n;
	int r = 0, one;

	for (at = 0; at < l->unsettled.count; at += n) {
		n = l->unsettled.count - at;
		n = n < REGARD_MAX ? n : REGARD_MAX;
		one = regard_again(l->gate, rows_at(&l->unsettled, at), n);
		r = r != 0 ? r : one;
	}
	if (r != 0)
		log_error("the persons whose sessions go on cannot be looked "
			  "at: %s: idle limits are those of before",
		    gate_strerror(r));
	return r != 0;
}

int
loading_run(struct gate *gate, int has_rebooted, int *unsettled)
{
	struct store *store = gate_store(gate);
	struct loading *l = calloc(1, sizeof(*l));
	int r;

	if (l == NULL)
		return GATE_ENOMEM;
	l->gate = gate;
	l->live = presence_live(gate_presence(gate));
	l->terms = presence_terms(gate_presence(gate));
	l->now = presence_now(gate_presence(gate));
	l->gone.size = l->unsettled.size = l->undated.size =
	    STORE_SESSION_ID_MAX;
	l->has_rebooted = has_rebooted;
	r = pages_read(store, load_page, l);
	if (r == 0)
		r = end_gone(l);
	if (r == 0 && l->undated.count > 0)
		r = store_write(store, commit_dates, l);
	if (r == 0)
		*unsettled = look_again(l);
	terms_unref(&l->terms);
	rows_clear(&l->gone);
	rows_clear(&l->unsettled);
	rows_clear(&l->undated);
	free(l);
	return r;
}
