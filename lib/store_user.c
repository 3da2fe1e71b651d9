/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_user, member)

static const struct store_field user_fields[] = {
	FIELD(FIELD_TEXT, name),
	FIELD(FIELD_TEXT, verifier),
	FIELD(FIELD_INT64, changed),
	FIELD(FIELD_INT, disabled),
	FIELD(FIELD_INT64, otp_step),
	STORE_FIELD_BLOB(struct store_user, seed, seed_size),
};
#define USER_FIELDS (sizeof(user_fields) / sizeof(user_fields[0]))

/* Runs what is to change one user's row. */
static int
user_change(struct store_tx *tx, enum store_statement statement,
    const struct store_value *params, size_t count, int otherwise)
{
	int64_t changed;
	int r;

	r = store_run(tx, statement, params, count, NULL, NULL, &changed);
	if (r != 0)
		return r;
	return changed == 1 ? 0 : otherwise;
}

int
store_user_add(struct store_tx *tx, const struct store_user *user)
{
	struct store_value values[USER_FIELDS];
	int r;

	if (user->name[0] == '\0')
		return GATE_EINVAL;
	r = store_record_put(user_fields, USER_FIELDS, user, values);
	if (r != 0)
		return r;
	return user_change(tx, SQL_USER_ADD, values, USER_FIELDS, GATE_EEXISTS);
}

static int
user_row(const struct store_value *columns, size_t count, void *user)
{
	return store_record_get(user_fields, USER_FIELDS, columns, count, user,
	    sizeof(struct store_user));
}

int
store_user_get(struct store_tx *tx, const char *name, struct store_user *user)
{
	int64_t found;
	int r;

	r = store_run(tx, SQL_USER_GET, STORE_PARAMS(store_text(name)),
	    user_row, user, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

int
store_user_remove(struct store_tx *tx, const char *name)
{
	return user_change(tx, SQL_USER_REMOVE, STORE_PARAMS(store_text(name)),
	    GATE_ENOTFOUND);
}

int
store_user_password(
    struct store_tx *tx, const char *name, const char *verifier, int64_t now)
{
	if (store_text_fits(verifier, STORE_VERIFIER_MAX) != 0)
		return GATE_ETOOBIG;
	return user_change(tx, SQL_USER_PASSWORD,
	    STORE_PARAMS(
		store_text(verifier), store_number(now), store_text(name)),
	    GATE_ENOTFOUND);
}

int
store_user_seed(
    struct store_tx *tx, const char *name, const uint8_t *seed, size_t size)
{
	if (size > STORE_SEED_MAX)
		return GATE_ETOOBIG;
	return user_change(tx, SQL_USER_SEED,
	    STORE_PARAMS(store_bytes(seed, size), store_text(name)),
	    GATE_ENOTFOUND);
}

int
store_otp_claim(struct store_tx *tx, const char *name, int64_t step)
{
	struct store_user user;
	int r;

	r = user_change(tx, SQL_OTP_CLAIM,
	    STORE_PARAMS(store_number(step), store_text(name)), GATE_EEXISTS);
	if (r != GATE_EEXISTS)
		return r;
	/* No row was changed: a step used before, or nobody of that name? */
	r = store_user_get(tx, name, &user);
	return r == 0 ? GATE_EEXISTS : r;
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

	r = user_row(columns, count, &walk->user);
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
