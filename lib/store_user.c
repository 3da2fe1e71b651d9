/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_user, member)

static const struct store_field user_fields[] = {
	FIELD(FIELD_TEXT, name),
	FIELD(FIELD_TEXT, verifier),
	FIELD(FIELD_INT64, changed),
	FIELD(FIELD_INT, disabled),
	FIELD(FIELD_INT64, created),
	FIELD(FIELD_INT, elsewhere),
	FIELD(FIELD_INT, must_change),
	FIELD(FIELD_INT64, grace_used),
	FIELD(FIELD_INT64, last_login),
	FIELD(FIELD_INT64, enroll_asked),
	FIELD(FIELD_TEXT, real_name),
	FIELD(FIELD_TEXT, mail),
	FIELD(FIELD_TEXT, language),
};
static const struct store_shape user_shape =
    STORE_SHAPE(struct store_user, user_fields);

/* What store_user_update writes, and the name by which it finds the row. */
static const struct store_field update_fields[] = {
	FIELD(FIELD_INT, disabled),
	FIELD(FIELD_INT, elsewhere),
	FIELD(FIELD_INT, must_change),
	FIELD(FIELD_INT64, grace_used),
	FIELD(FIELD_INT64, last_login),
	FIELD(FIELD_INT64, enroll_asked),
	FIELD(FIELD_TEXT, real_name),
	FIELD(FIELD_TEXT, mail),
	FIELD(FIELD_TEXT, language),
	FIELD(FIELD_TEXT, name),
};
static const struct store_shape update_shape =
    STORE_SHAPE(struct store_user, update_fields);

int
store_user_add(struct store_tx *tx, const struct store_user *user)
{
	if (user->name[0] == '\0')
		return GATE_EINVAL;
	return store_keep(tx, SQL_USER_ADD, &user_shape, user, GATE_EEXISTS);
}

int
store_user_get(struct store_tx *tx, const char *name, struct store_user *user)
{
	return store_fetch(tx, SQL_USER_GET, STORE_PARAMS(store_text(name)),
	    &user_shape, user);
}

int
store_user_remove(struct store_tx *tx, const char *name)
{
	int r = store_affect(tx, SQL_USER_REMOVE,
	    STORE_PARAMS(store_text(name)), GATE_ENOTFOUND);

	return r != 0 ? r : store_fallback_drop(tx, name);
}

int
store_user_update(struct store_tx *tx, const struct store_user *user)
{
	return store_keep(
	    tx, SQL_USER_UPDATE, &update_shape, user, GATE_ENOTFOUND);
}

int
store_user_seen(struct store_tx *tx, const char *name, int64_t now,
    int64_t changed, int *disabled)
{
	int64_t found = 0, value = 0;
	int r;

	r = store_run(tx, SQL_USER_SEEN,
	    STORE_PARAMS(
		store_number(now), store_text(name), store_number(changed)),
	    store_number_row, &value, &found);
	*disabled = value != 0;
	return r == 0 && found == 0 ? GATE_ENOTFOUND : r;
}

int
store_user_rehash(struct store_tx *tx, const char *name, const char *old,
    const char *verifier)
{
	if (store_text_fits(verifier, STORE_VERIFIER_MAX) != 0)
		return GATE_ETOOBIG;
	return store_affect(tx, SQL_USER_REHASH,
	    STORE_PARAMS(
		store_text(verifier), store_text(name), store_text(old)),
	    GATE_ENOTFOUND);
}

int
store_user_password(
    struct store_tx *tx, const char *name, const char *verifier, int64_t now)
{
	if (store_text_fits(verifier, STORE_VERIFIER_MAX) != 0)
		return GATE_ETOOBIG;
	return store_affect(tx, SQL_USER_PASSWORD,
	    STORE_PARAMS(
		store_text(verifier), store_number(now), store_text(name)),
	    GATE_ENOTFOUND);
}

struct user_walk {
	struct store_user user;
	store_user_each *each;
	void *data;
};

static int
user_walk_row(const struct store_value *columns, size_t count, void *data)
{
	struct user_walk *walk = data;
	int r;

	r = store_shape_get(&user_shape, columns, count, &walk->user);
	if (r != 0)
		return r;
	return walk->each(&walk->user, walk->data);
}

int
store_user_list(struct store_tx *tx, store_user_each *each, void *data)
{
	struct user_walk walk = { .each = each, .data = data };

	return store_run(
	    tx, SQL_USER_LIST, NULL, 0, user_walk_row, &walk, NULL);
}
