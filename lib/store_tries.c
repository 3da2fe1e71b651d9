/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_tries, member)

static const struct store_field tries_fields[] = {
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_TEXT, address),
	FIELD(FIELD_INT64, tries),
	FIELD(FIELD_INT64, tells),
	FIELD(FIELD_INT64, blocks),
	FIELD(FIELD_INT64, series),
	FIELD(FIELD_INT64, last),
	FIELD(FIELD_INT64, expires),
	FIELD(FIELD_INT64, known),
};
static const struct store_shape tries_shape =
    STORE_SHAPE(struct store_tries, tries_fields);

int
store_tries_get(struct store_tx *tx, struct store_tries *tries)
{
	return store_fetch(tx, SQL_TRIES_GET,
	    STORE_PARAMS(store_text(tries->user), store_text(tries->address)),
	    &tries_shape, tries);
}

int
store_tries_put(struct store_tx *tx, const struct store_tries *tries)
{
	if (tries->user[0] == '\0' && tries->address[0] == '\0')
		return GATE_EINVAL;
	return store_keep(tx, SQL_TRIES_PUT, &tries_shape, tries, GATE_ESTORE);
}

int
store_tries_reset(struct store_tx *tx, const char *user, const char *address,
    int64_t *dropped)
{
	*dropped = 0;
	/* SQL would take it for all there are. */
	if (user == NULL && address == NULL)
		return GATE_EINVAL;
	return store_run(tx, SQL_TRIES_RESET,
	    STORE_PARAMS(store_number(user != NULL),
		store_text(user != NULL ? user : ""),
		store_number(address != NULL),
		store_text(address != NULL ? address : "")),
	    NULL, NULL, dropped);
}

struct tries_walk {
	store_tries_each *each;
	void *data;
};

static int
tries_row(const struct store_value *columns, size_t count, void *data)
{
	const struct tries_walk *walk = data;
	struct store_tries tries;
	int r = store_shape_get(&tries_shape, columns, count, &tries);

	return r != 0 ? r : walk->each(&tries, walk->data);
}

int
store_tries_list(struct store_tx *tx, const char *user, int64_t limit,
    store_tries_each *each, void *data)
{
	struct tries_walk walk = { each, data };

	return store_run(tx, SQL_TRIES_LIST,
	    STORE_PARAMS(store_number(user != NULL),
		store_text(user != NULL ? user : ""), store_number(limit)),
	    tries_row, &walk, NULL);
}

int
store_tries_prune(struct store_tx *tx, int64_t now, int64_t most, int64_t limit,
    int64_t *dropped)
{
	int64_t count = 0, trimmed = 0;
	int r;

	*dropped = 0;
	/* SQL would take a negative limit for none at all. */
	if (limit < 0)
		return GATE_EINVAL;
	r = store_run(tx, SQL_TRIES_PRUNE,
	    STORE_PARAMS(store_number(now), store_number(limit)), NULL, NULL,
	    dropped);
	if (r == 0)
		r = store_run(tx, SQL_TRIES_COUNT, NULL, 0, store_number_row,
		    &count, NULL);
	if (r != 0 || count <= most || *dropped >= limit)
		return r;
	limit -= *dropped;
	r = store_run(tx, SQL_TRIES_TRIM,
	    STORE_PARAMS(
		store_number(count - most < limit ? count - most : limit)),
	    NULL, NULL, &trimmed);
	*dropped += trimmed;
	return r;
}
