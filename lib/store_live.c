/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/store_live.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/store_tx.h"

/* What is written when a session begins, and what is read of all of them. */
#define LIVE_FIELDS(record)                                                    \
	STORE_FIELD(FIELD_TEXT, record, id),                                   \
	    STORE_FIELD(FIELD_TEXT, record, user),                             \
	    STORE_FIELD(FIELD_TEXT, record, service),                          \
	    STORE_FIELD(FIELD_TEXT, record, tty),                              \
	    STORE_FIELD(FIELD_INT, record, state),                             \
	    STORE_FIELD(FIELD_INT64, record, pid),                             \
	    STORE_FIELD(FIELD_INT64, record, pid_started),                     \
	    STORE_FIELD(FIELD_INT64, record, signed_in),                       \
	    STORE_FIELD(FIELD_INT64, record, opened),                          \
	    STORE_FIELD(FIELD_INT64, record, not_after),                       \
	    STORE_FIELD(FIELD_INT64, record, last),                            \
	    STORE_FIELD(FIELD_INT64, record, start),                           \
	    STORE_FIELD(FIELD_INT64, record, ends),                            \
	    STORE_FIELD(FIELD_INT64, record, idle),                            \
	    STORE_FIELD(FIELD_INT64, record, class),                           \
	    STORE_FIELD(FIELD_INT64, record, asks)

static const struct store_field add_fields[] = {
	LIVE_FIELDS(struct store_session),
};
static const struct store_shape add_shape =
    STORE_SHAPE(struct store_session, add_fields);

static const struct store_field live_fields[] = {
	LIVE_FIELDS(struct store_live),
	STORE_FIELD_BLOB(struct store_live, token, token_size),
};
static const struct store_shape live_shape =
    STORE_SHAPE(struct store_live, live_fields);

#define FIELD(type, member) STORE_FIELD(type, struct store_session, member)

static const struct store_field update_fields[] = {
	FIELD(FIELD_TEXT, tty),
	FIELD(FIELD_INT, state),
	FIELD(FIELD_INT64, pid),
	FIELD(FIELD_INT64, pid_started),
	FIELD(FIELD_INT64, opened),
	FIELD(FIELD_INT64, ends),
	FIELD(FIELD_INT64, idle),
	FIELD(FIELD_INT64, class),
	FIELD(FIELD_INT64, asks),
	FIELD(FIELD_TEXT, id),
};
static const struct store_shape update_shape =
    STORE_SHAPE(struct store_session, update_fields);

/* --- as sessions come and go --- */

int
store_live_add(struct store_tx *tx, const struct store_session *session)
{
	return store_keep(tx, SQL_LIVE_ADD, &add_shape, session, GATE_ESTORE);
}

int
store_live_update(struct store_tx *tx, const struct store_session *session)
{
	return store_keep(
	    tx, SQL_LIVE_UPDATE, &update_shape, session, GATE_ENOTFOUND);
}

int
store_live_end(struct store_tx *tx, const char *id, int64_t *last)
{
	int64_t recorded = *last;
	int r;

	r = store_run(tx, SQL_LIVE_END, STORE_PARAMS(store_text(id)),
	    store_number_row, &recorded, NULL);
	if (r == 0)
		r = store_run(tx, SQL_HOLD_END, STORE_PARAMS(store_text(id)),
		    NULL, NULL, NULL);
	if (r == 0 && recorded > *last)
		*last = recorded;
	return r;
}

/* --- all of them --- */

struct walk {
	struct store_live live;
	store_live_each *each;
	void *data;
};

static int
live_row(const struct store_value *columns, size_t count, void *data)
{
	struct walk *walk = data;
	int r;

	r = store_shape_get(&live_shape, columns, count, &walk->live);
	if (r == 0 &&
	    ((unsigned)walk->live.state >= SESSION_ENDED ||
		(walk->live.token_size != 0 &&
		    walk->live.token_size != STORE_HASH_SIZE)))
		r = GATE_ESTORE;
	return r == 0 ? walk->each(&walk->live, walk->data) : r;
}

int
store_session_live(struct store_tx *tx, const char *after, int64_t limit,
    store_live_each *each, void *data)
{
	struct walk walk = { .each = each, .data = data };

	/* SQL would take a negative limit for none at all. */
	if (limit < 0)
		return GATE_EINVAL;
	return store_run(tx, SQL_LIVE_LIST,
	    STORE_PARAMS(store_text(after), store_number(limit)), live_row,
	    &walk, NULL);
}

int
store_activity_put(struct store_tx *tx, const char *id, int64_t last)
{
	return store_run(tx, SQL_LIVE_ACTIVITY,
	    STORE_PARAMS(store_number(last), store_text(id)), NULL, NULL, NULL);
}

/* --- session tokens --- */

int
store_session_token_find(struct store_tx *tx,
    const uint8_t hash[STORE_HASH_SIZE], char id[STORE_SESSION_ID_MAX])
{
	int64_t found;
	int r;

	r = store_run(tx, SQL_LIVE_FIND,
	    STORE_PARAMS(store_bytes(hash, STORE_HASH_SIZE)),
	    store_session_id_row, id, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

int
store_session_token_put(
    struct store_tx *tx, const char *id, const uint8_t *hash)
{
	char owner[STORE_SESSION_ID_MAX];
	int r = GATE_ENOTFOUND;

	if (hash != NULL)
		r = store_session_token_find(tx, hash, owner);
	if (r == 0)
		return strcmp(owner, id) == 0 ? 0 : GATE_EEXISTS;
	if (r != GATE_ENOTFOUND)
		return r;
	return store_affect(tx, SQL_LIVE_TOKEN,
	    STORE_PARAMS(store_bytes(hash, hash != NULL ? STORE_HASH_SIZE : 0),
		store_text(id)),
	    GATE_ENOTFOUND);
}

/* --- processes that outlive their sessions --- */

struct holder_walk {
	store_holder_each *each;
	void *data;
};

static int
holder_row(const struct store_value *columns, size_t count, void *data)
{
	const struct holder_walk *walk = data;
	char id[STORE_SESSION_ID_MAX];
	int r;

	r = store_session_id_row(columns, count, id);
	return r == 0 ? walk->each(id, walk->data) : r;
}

int
store_session_holders(struct store_tx *tx, store_holder_each *each, void *data)
{
	struct holder_walk walk = { each, data };

	return store_run(
	    tx, SQL_SESSION_HOLDERS, NULL, 0, holder_row, &walk, NULL);
}

int
store_session_let_go(struct store_tx *tx, const char *id)
{
	return store_run(tx, SQL_SESSION_LET_GO, STORE_PARAMS(store_text(id)),
	    NULL, NULL, NULL);
}

int
store_session_let_all_go(struct store_tx *tx)
{
	return store_run(tx, SQL_SESSION_LET_ALL_GO, NULL, 0, NULL, NULL, NULL);
}

/* --- work that survives --- */

int
store_session_previous(struct store_tx *tx, const char *user,
    const char *service, int64_t since, char id[STORE_SESSION_ID_MAX])
{
	int64_t found;
	int r;

	r = store_run(tx, SQL_SESSION_PREVIOUS,
	    STORE_PARAMS(
		store_text(user), store_text(service), store_number(since)),
	    store_session_id_row, id, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

/* --- what the bits of classes stand for --- */

int
store_asks_put(struct store_tx *tx, const char *text, int64_t *number)
{
	int64_t found = 0;
	int r;

	*number = 0;
	if (text[0] == '\0')
		return 0;
	r = store_text_fits(text, STORE_ASKS_MAX);
	if (r == 0)
		r = store_run(tx, SQL_ASKS_FIND, STORE_PARAMS(store_text(text)),
		    store_number_row, number, &found);
	if (r == 0 && found == 0)
		r = store_run(tx, SQL_ASKS_ADD, STORE_PARAMS(store_text(text)),
		    store_number_row, number, NULL);
	return r;
}

struct asks_walk {
	store_asks_each *each;
	void *data;
};

static int
asks_row(const struct store_value *columns, size_t count, void *data)
{
	struct asks_walk *walk = data;
	char *text;
	int r;

	if (count != 2 || columns[0].type != STORE_NUMBER ||
	    columns[1].type != STORE_TEXT || columns[1].size >= STORE_ASKS_MAX)
		return GATE_ESTORE;
	text = strndup(columns[1].bytes, columns[1].size);
	if (text == NULL)
		return GATE_ENOMEM;
	r = walk->each(columns[0].number, text, walk->data);
	free(text);
	return r;
}

int
store_asks_list(struct store_tx *tx, store_asks_each *each, void *data)
{
	struct asks_walk walk = { each, data };

	return store_run(tx, SQL_ASKS_LIST, NULL, 0, asks_row, &walk, NULL);
}
