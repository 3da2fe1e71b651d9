/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_live.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_hold, member)

static const struct store_field hold_fields[] = {
	FIELD(FIELD_TEXT, session),
	FIELD(FIELD_TEXT, holder),
	FIELD(FIELD_TEXT, label),
	FIELD(FIELD_INT64, taken),
	FIELD(FIELD_INT64, until),
	FIELD(FIELD_INT64, end),
};
static const struct store_shape hold_shape =
    STORE_SHAPE(struct store_hold, hold_fields);

int
store_hold_put(struct store_tx *tx, const struct store_hold *hold)
{
	if (hold->session[0] == '\0' || hold->holder[0] == '\0' ||
	    hold->label[0] == '\0')
		return GATE_EINVAL;
	return store_keep(tx, SQL_HOLD_PUT, &hold_shape, hold, GATE_ENOTFOUND);
}

int
store_hold_get(struct store_tx *tx, const char *session, const char *holder,
    const char *label, struct store_hold *hold)
{
	return store_fetch(tx, SQL_HOLD_GET,
	    STORE_PARAMS(
		store_text(session), store_text(holder), store_text(label)),
	    &hold_shape, hold);
}

int
store_hold_drop(struct store_tx *tx, const char *session, const char *holder,
    const char *label)
{
	return store_affect(tx, SQL_HOLD_DROP,
	    STORE_PARAMS(
		store_text(session), store_text(holder), store_text(label)),
	    GATE_ENOTFOUND);
}

struct walk {
	store_hold_each *each;
	void *data;
};

static int
hold_row(const struct store_value *columns, size_t count, void *data)
{
	struct walk *walk = data;
	struct store_hold hold;
	int r;

	r = store_shape_get(&hold_shape, columns, count, &hold);
	return r == 0 ? walk->each(&hold, walk->data) : r;
}

int
store_hold_list(struct store_tx *tx, const char *session, int64_t limit,
    store_hold_each *each, void *data)
{
	struct walk walk = { each, data };

	if (limit < 0)
		return GATE_EINVAL;
	return store_run(tx, SQL_HOLD_LIST,
	    STORE_PARAMS(store_number(session != NULL),
		store_text(session != NULL ? session : ""),
		store_number(limit)),
	    hold_row, &walk, NULL);
}

int
store_hold_prune(
    struct store_tx *tx, int64_t before, int64_t limit, int64_t *dropped)
{
	*dropped = 0;
	if (limit < 0)
		return GATE_EINVAL;
	return store_run(tx, SQL_HOLD_PRUNE,
	    STORE_PARAMS(store_number(before), store_number(limit)), NULL, NULL,
	    dropped);
}
