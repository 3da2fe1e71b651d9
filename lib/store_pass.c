/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_pass, member)

static const struct store_field pass_fields[] = {
	FIELD(FIELD_BYTES, hash),
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_TEXT, reason),
	FIELD(FIELD_TEXT, issued_by),
	FIELD(FIELD_TEXT, used_from),
	FIELD(FIELD_INT64, issued),
	FIELD(FIELD_INT64, expires),
	FIELD(FIELD_INT64, used),
};
static const struct store_shape pass_shape =
    STORE_SHAPE(struct store_pass, pass_fields);

int
store_pass_put(struct store_tx *tx, const struct store_pass *pass)
{
	/* Who got in by it must be told from who was let in by it, and why. */
	if (pass->user[0] == '\0' || pass->reason[0] == '\0' ||
	    pass->issued_by[0] == '\0')
		return GATE_EINVAL;
	return store_keep(tx, SQL_PASS_PUT, &pass_shape, pass, GATE_EEXISTS);
}

int
store_pass_get(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_pass *pass)
{
	return store_fetch(tx, SQL_PASS_GET,
	    STORE_PARAMS(store_bytes(hash, STORE_HASH_SIZE)), &pass_shape,
	    pass);
}

int
store_pass_use(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    const char *used_from, int64_t now)
{
	struct store_pass pass;
	int r;

	/* 0 would say that it was not used. */
	if (now <= 0)
		return GATE_EINVAL;
	if (store_text_fits(used_from, STORE_ADDRESS_MAX) != 0)
		return GATE_ETOOBIG;
	r = store_affect(tx, SQL_PASS_USE,
	    STORE_PARAMS(store_number(now), store_text(used_from),
		store_bytes(hash, STORE_HASH_SIZE)),
	    GATE_EEXISTS);
	if (r != GATE_EEXISTS)
		return r;
	r = store_pass_get(tx, hash, &pass);
	return r == 0 ? GATE_EEXISTS : r;
}

int
store_pass_revoke(struct store_tx *tx, const char *user, int64_t *dropped)
{
	return store_run(tx, SQL_PASS_REVOKE, STORE_PARAMS(store_text(user)),
	    NULL, NULL, dropped);
}

struct pass_walk {
	store_pass_each *each;
	void *data;
};

static int
pass_row(const struct store_value *columns, size_t count, void *data)
{
	const struct pass_walk *walk = data;
	struct store_pass pass;
	int r = store_shape_get(&pass_shape, columns, count, &pass);

	return r != 0 ? r : walk->each(&pass, walk->data);
}

int
store_pass_list(
    struct store_tx *tx, int64_t limit, store_pass_each *each, void *data)
{
	struct pass_walk walk = { each, data };

	return store_run(tx, SQL_PASS_LIST, STORE_PARAMS(store_number(limit)),
	    pass_row, &walk, NULL);
}
