/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_factor, member)

static const struct store_field factor_fields[] = {
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_INT, confirmed),
	STORE_FIELD_BLOB(struct store_factor, sealed, sealed_size),
	FIELD(FIELD_INT64, last),
	FIELD(FIELD_INT64, drift),
	FIELD(FIELD_INT64, created),
};
static const struct store_shape factor_shape =
    STORE_SHAPE(struct store_factor, factor_fields);

int
store_factor_put(struct store_tx *tx, const struct store_factor *factor)
{
	if (factor->user[0] == '\0' || factor->sealed_size == 0 ||
	    (factor->confirmed != 0 && factor->confirmed != 1))
		return GATE_EINVAL;
	return store_keep(
	    tx, SQL_FACTOR_PUT, &factor_shape, factor, GATE_ESTORE);
}

int
store_factor_get(struct store_tx *tx, const char *user, int confirmed,
    struct store_factor *factor)
{
	return store_fetch(tx, SQL_FACTOR_GET,
	    STORE_PARAMS(store_text(user), store_number(confirmed)),
	    &factor_shape, factor);
}

int
store_factor_drop(struct store_tx *tx, const char *user, int confirmed)
{
	return store_affect(tx, SQL_FACTOR_DROP,
	    STORE_PARAMS(store_text(user), store_number(confirmed)),
	    GATE_ENOTFOUND);
}

int
store_factor_claim(
    struct store_tx *tx, const char *user, int64_t last, int64_t drift)
{
	struct store_factor factor;
	int r;

	r = store_affect(tx, SQL_FACTOR_CLAIM,
	    STORE_PARAMS(
		store_number(last), store_number(drift), store_text(user)),
	    GATE_EEXISTS);
	if (r != GATE_EEXISTS)
		return r;
	/* No row was changed: a step used before, or none of that name? */
	r = store_factor_get(tx, user, 1, &factor);
	return r == 0 ? GATE_EEXISTS : r;
}

int
store_factor_confirm(
    struct store_tx *tx, const char *user, int64_t last, int64_t drift)
{
	struct store_factor waiting;
	int r;

	/* asked first: the one that counts must not go for nothing */
	r = store_factor_get(tx, user, 0, &waiting);
	if (r != 0)
		return r;
	r = store_factor_drop(tx, user, 1);
	if (r != 0 && r != GATE_ENOTFOUND)
		return r;
	return store_affect(tx, SQL_FACTOR_CONFIRM,
	    STORE_PARAMS(
		store_number(last), store_number(drift), store_text(user)),
	    GATE_ENOTFOUND);
}
