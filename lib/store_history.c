/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

int
store_history_add(struct store_tx *tx, const char *user, int64_t changed,
    const char *verifier, int64_t keep)
{
	int r;

	if (user[0] == '\0' || verifier[0] == '\0' || keep < 0)
		return GATE_EINVAL;
	if (store_text_fits(user, STORE_USER_MAX) != 0 ||
	    store_text_fits(verifier, STORE_VERIFIER_MAX) != 0)
		return GATE_ETOOBIG;
	r = store_affect(tx, SQL_HISTORY_ADD,
	    STORE_PARAMS(
		store_text(user), store_number(changed), store_text(verifier)),
	    GATE_ESTORE);
	if (r != 0)
		return r;
	return store_run(tx, SQL_HISTORY_TRIM,
	    STORE_PARAMS(store_text(user), store_number(keep)), NULL, NULL,
	    NULL);
}

struct old_password {
	int64_t changed;
	char verifier[STORE_VERIFIER_MAX];
};

static const struct store_field old_fields[] = {
	STORE_FIELD(FIELD_INT64, struct old_password, changed),
	STORE_FIELD(FIELD_TEXT, struct old_password, verifier),
};
static const struct store_shape old_shape =
    STORE_SHAPE(struct old_password, old_fields);

struct history_walk {
	store_history_each *each;
	void *data;
};

static int
history_row(const struct store_value *columns, size_t count, void *data)
{
	const struct history_walk *walk = data;
	struct old_password old;
	int r = store_shape_get(&old_shape, columns, count, &old);

	if (r == 0)
		r = walk->each(old.changed, old.verifier, walk->data);
	explicit_bzero(&old, sizeof(old));
	return r;
}

int
store_history_list(
    struct store_tx *tx, const char *user, store_history_each *each, void *data)
{
	struct history_walk walk = { each, data };

	return store_run(tx, SQL_HISTORY_LIST, STORE_PARAMS(store_text(user)),
	    history_row, &walk, NULL);
}
