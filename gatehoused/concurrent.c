/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/concurrent.h"

#include <stdlib.h>
#include <string.h>

#include "gatehoused/errands.h"
#include "gatehoused/presence.h"
#include "lib/error.h"

/* Another session of the user's. */
struct other {
	char id[STORE_SESSION_ID_MAX];
	int64_t start;
};

struct others {
	struct presence *presence;
	const char *newcomer;
	struct rows rows; /* of struct other */
};

static int
find_other(const struct store_session *session, void *data)
{
	struct others *others = data;
	struct refusal ignored;
	struct other *other;

	/* one that is over is none any more, and ends for its own reason */
	if (session->state != SESSION_OPEN ||
	    strcmp(session->id, others->newcomer) == 0 ||
	    presence_check(others->presence, session->id, &ignored) != 0)
		return 0;
	other = rows_add(&others->rows);
	if (other == NULL)
		return GATE_ENOMEM;
	memcpy(other->id, session->id, sizeof(other->id));
	other->start = session->start;
	return 0;
}

/* The newest first. */
static int
compare(const void *a, const void *b)
{
	const struct other *one = a, *two = b;

	return (one->start < two->start) - (one->start > two->start);
}

static int
end_one(struct ending *ending, struct store_tx *tx, const char *id)
{
	struct store_session session;
	int r = store_session_get(tx, id, &session);

	return r == 0 ? ending_add(ending, tx, &session) : r;
}

int
concurrent_end(struct ending *ending, struct store_tx *tx, struct gate *gate,
    const struct policy *policy, const struct store_session *session)
{
	const struct config *config = policy->config;
	struct others others = { .presence = gate_presence(gate),
		.newcomer = session->id,
		.rows.size = sizeof(struct other) };
	const struct other *other;
	size_t i;
	int r;

	if (config->concurrent == 0 ||
	    config->concurrent_action != CONCURRENT_END_OLDEST)
		return 0;
	r = store_session_list(
	    tx, session->user, 0, INT64_MAX, find_other, &others);
	if (others.rows.count > 1)
		qsort(others.rows.memory, others.rows.count, others.rows.size,
		    compare);
	for (i = (size_t)config->concurrent - 1;
	     i < others.rows.count && r == 0; i++) {
		other = rows_at(&others.rows, i);
		r = end_one(ending, tx, other->id);
	}
	rows_clear(&others.rows);
	return r;
}

struct hanging_up {
	struct ending ending;
	struct gate *gate;
	struct peer by;
};

static void
hang_up(void *data, int stop_fd)
{
	struct hanging_up *h = data;

	(void)stop_fd;
	ending_finish(&h->ending, h->gate, &h->by);
	ending_clear(&h->ending);
	free(h);
}

void
concurrent_hang_up(
    struct ending *ending, struct gate *gate, const struct peer *by)
{
	struct hanging_up *h;

	if (ending->sessions.count == 0)
		return;
	ending_leave(ending, gate);
	h = calloc(1, sizeof(*h));
	if (h != NULL) {
		*h = (struct hanging_up){ *ending, gate, *by };
		h->ending.patient = 1;
		if (errands_add(gate_errands(gate), hang_up, h) == 0) {
			ending->sessions =
			    (struct rows){ .size = ending->sessions.size };
			return;
		}
		free(h);
	}
	ending_finish(ending, gate, by);
	ending_clear(ending);
}
