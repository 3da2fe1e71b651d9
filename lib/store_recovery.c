/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_fallback.h"
#include "lib/store_tx.h"

static const struct store_field recovery_fields[] = {
	STORE_FIELD_BLOB(struct store_recovery, kept, size),
};
static const struct store_shape recovery_shape =
    STORE_SHAPE(struct store_recovery, recovery_fields);

static int
recovery_add(
    struct store_tx *tx, const char *user, const struct store_recovery *code)
{
	if (code->size == 0)
		return GATE_EINVAL;
	if (code->size > STORE_RECOVERY_MAX)
		return GATE_ETOOBIG;
	return store_affect(tx, SQL_RECOVERY_ADD,
	    STORE_PARAMS(store_text(user), store_bytes(code->kept, code->size)),
	    GATE_EEXISTS);
}

int
store_recovery_replace(struct store_tx *tx, const char *user,
    const struct store_recovery *codes, size_t count)
{
	size_t i;
	int r;

	if (user[0] == '\0')
		return GATE_EINVAL;
	if (store_text_fits(user, STORE_USER_MAX) != 0)
		return GATE_ETOOBIG;
	r = store_run(tx, SQL_RECOVERY_DROP, STORE_PARAMS(store_text(user)),
	    NULL, NULL, NULL);
	for (i = 0; r == 0 && i < count; i++)
		r = recovery_add(tx, user, &codes[i]);
	return r;
}

struct recovery_walk {
	store_recovery_each *each;
	void *data;
};

static int
recovery_row(const struct store_value *columns, size_t count, void *data)
{
	const struct recovery_walk *walk = data;
	struct store_recovery code;
	int r = store_shape_get(&recovery_shape, columns, count, &code);

	return r != 0 ? r : walk->each(&code, walk->data);
}

int
store_recovery_list(struct store_tx *tx, const char *user,
    store_recovery_each *each, void *data)
{
	struct recovery_walk walk = { each, data };

	return store_run(tx, SQL_RECOVERY_LIST, STORE_PARAMS(store_text(user)),
	    recovery_row, &walk, NULL);
}

int
store_recovery_take(struct store_tx *tx, const char *user,
    const struct store_recovery *code, int64_t *left)
{
	int r;

	*left = 0;
	if (code->size > STORE_RECOVERY_MAX)
		return GATE_ETOOBIG;
	r = store_affect(tx, SQL_RECOVERY_TAKE,
	    STORE_PARAMS(store_text(user), store_bytes(code->kept, code->size)),
	    GATE_ENOTFOUND);
	if (r != 0)
		return r;
	return store_run(tx, SQL_RECOVERY_COUNT, STORE_PARAMS(store_text(user)),
	    store_number_row, left, NULL);
}

struct sealed_walk {
	store_sealed_each *each;
	void *data;
};

static int
sealed_row(const struct store_value *columns, size_t count, void *data)
{
	static const struct store_field fields[] = {
		STORE_FIELD(FIELD_TEXT, struct store_factor, user),
	};
	static const struct store_shape shape =
	    STORE_SHAPE(struct store_factor, fields);
	const struct sealed_walk *walk = data;
	struct store_factor row;
	int r = store_shape_get(&shape, columns, count, &row);

	return r != 0 ? r : walk->each(row.user, walk->data);
}

int
store_sealed_users(struct store_tx *tx, const char *after, int64_t limit,
    store_sealed_each *each, void *data)
{
	struct sealed_walk walk = { each, data };

	return store_run(tx, SQL_SEALED_USERS,
	    STORE_PARAMS(store_text(after), store_number(limit)), sealed_row,
	    &walk, NULL);
}
