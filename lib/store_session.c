/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "lib/error.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_session, member)

static const struct store_field session_fields[] = {
	FIELD(FIELD_TEXT, id),
	FIELD(FIELD_INT, state),
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_TEXT, service),
	FIELD(FIELD_TEXT, address),
	FIELD(FIELD_TEXT, tty),
	FIELD(FIELD_INT64, pid),
	FIELD(FIELD_TEXT, method),
	FIELD(FIELD_TEXT, issuer),
	FIELD(FIELD_TEXT, name_id),
	FIELD(FIELD_TEXT, session_index),
	FIELD(FIELD_INT64, signed_in),
	FIELD(FIELD_INT64, opened),
	FIELD(FIELD_INT64, ended),
	FIELD(FIELD_INT64, not_after),
	FIELD(FIELD_TEXT, end_reason),
	FIELD(FIELD_TEXT, name_id_format),
	FIELD(FIELD_TEXT, name_qualifier),
	FIELD(FIELD_TEXT, sp_name_qualifier),
	FIELD(FIELD_TEXT, authn_context),
	FIELD(FIELD_INT64, authn_instant),
	FIELD(FIELD_INT64, pid_started),
	FIELD(FIELD_TEXT, previous),
	FIELD(FIELD_INT64, handed),
	FIELD(FIELD_INT64, last),
	/* and of live, which store_live.c writes */
	FIELD(FIELD_INT64, start),
	FIELD(FIELD_INT64, ends),
	FIELD(FIELD_INT64, idle),
	FIELD(FIELD_INT64, class),
	FIELD(FIELD_INT64, asks),
};
#define SESSION_FIELDS (sizeof(session_fields) / sizeof(session_fields[0]))
#define ADD_FIELDS     (SESSION_FIELDS - 5)

/*
 * What store_session_update writes besides live, and the id by which it finds
 * the row. Only an end touches the columns that the index of named sessions is
 * made of.
 */
static const struct store_field update_fields[] = {
	FIELD(FIELD_TEXT, address),
	FIELD(FIELD_TEXT, method),
	FIELD(FIELD_TEXT, previous),
	FIELD(FIELD_TEXT, id),
};
#define UPDATE_FIELDS (sizeof(update_fields) / sizeof(update_fields[0]))

static const struct store_field end_fields[] = {
	FIELD(FIELD_INT, state),
	FIELD(FIELD_TEXT, address),
	FIELD(FIELD_TEXT, tty),
	FIELD(FIELD_INT64, pid),
	FIELD(FIELD_TEXT, method),
	FIELD(FIELD_INT64, opened),
	FIELD(FIELD_INT64, pid_started),
	FIELD(FIELD_TEXT, previous),
	FIELD(FIELD_INT64, ended),
	FIELD(FIELD_TEXT, end_reason),
	FIELD(FIELD_INT64, last),
	FIELD(FIELD_TEXT, id),
};
#define END_FIELDS (sizeof(end_fields) / sizeof(end_fields[0]))
#define END_LAST   (END_FIELDS - 2)

int
store_session_add(struct store_tx *tx, const struct store_session *session)
{
	struct store_value values[ADD_FIELDS];
	int64_t added;
	int r;

	if (session->id[0] == '\0' || session->user[0] == '\0')
		return GATE_EINVAL;
	r = store_record_put(session_fields, ADD_FIELDS, session, values);
	if (r != 0)
		return r;
	r = store_run(
	    tx, SQL_SESSION_ADD, values, ADD_FIELDS, NULL, NULL, &added);
	if (r != 0)
		return r;
	if (added != 1)
		return GATE_EEXISTS;
	return session->state == SESSION_ENDED ? 0
					       : store_live_add(tx, session);
}

static int
session_row(const struct store_value *columns, size_t count, void *data)
{
	struct store_session *session = data;
	int r;

	r = store_record_get(session_fields, SESSION_FIELDS, columns, count,
	    session, sizeof(*session));
	if (r == 0 && (unsigned)session->state > SESSION_ENDED)
		r = GATE_ESTORE;
	return r;
}

int
store_session_get(
    struct store_tx *tx, const char *id, struct store_session *session)
{
	int64_t found;
	int r;

	r = store_run(tx, SQL_SESSION_GET, STORE_PARAMS(store_text(id)),
	    session_row, session, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

static int
goes_on(struct store_tx *tx, const struct store_session *session)
{
	struct store_value values[UPDATE_FIELDS];
	int r;

	r = store_record_put(update_fields, UPDATE_FIELDS, session, values);
	if (r == 0)
		r = store_live_update(tx, session);
	return r != 0 ? r
		      : store_run(tx, SQL_SESSION_UPDATE, values, UPDATE_FIELDS,
			    NULL, NULL, NULL);
}

static int
ends(struct store_tx *tx, const struct store_session *session)
{
	struct store_value values[END_FIELDS];
	int64_t last = session->last;
	int r;

	r = store_record_put(end_fields, END_FIELDS, session, values);
	if (r == 0)
		r = store_live_end(tx, session->id, &last);
	if (r != 0)
		return r;
	values[END_LAST] = store_number(last);
	return store_affect(
	    tx, SQL_SESSION_END, values, END_FIELDS, GATE_ENOTFOUND);
}

int
store_session_update(struct store_tx *tx, const struct store_session *session)
{
	return session->state == SESSION_ENDED ? ends(tx, session)
					       : goes_on(tx, session);
}

struct session_walk {
	struct store_session session;
	store_session_each *each;
	void *data;
};

static int
session_walk_row(const struct store_value *columns, size_t count, void *data)
{
	struct session_walk *walk = data;
	int r;

	r = session_row(columns, count, &walk->session);
	if (r != 0)
		return r;
	return walk->each(&walk->session, walk->data);
}

int
store_session_list(struct store_tx *tx, const char *user, int all,
    int64_t limit, store_session_each *each, void *data)
{
	struct session_walk walk = { .each = each, .data = data };
	struct store_value ended = store_number(all != 0);

	if (user == NULL)
		return store_run(tx, SQL_SESSION_LIST,
		    STORE_PARAMS(ended, store_number(limit)), session_walk_row,
		    &walk, NULL);
	return store_run(tx, SQL_SESSION_LIST_USER,
	    STORE_PARAMS(store_text(user), ended, store_number(limit)),
	    session_walk_row, &walk, NULL);
}

int
store_session_named(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, store_session_each *each,
    void *data)
{
	struct session_walk walk = { .each = each, .data = data };

	return store_run(tx, SQL_SESSION_NAMED,
	    STORE_PARAMS(store_text(issuer), store_text(name_id),
		store_number(session_index != NULL),
		store_text(session_index != NULL ? session_index : "")),
	    session_walk_row, &walk, NULL);
}

int
store_session_id_row(
    const struct store_value *columns, size_t count, void *data)
{
	char *id = data;

	if (count != 1 || columns[0].type != STORE_TEXT ||
	    columns[0].size >= STORE_SESSION_ID_MAX)
		return GATE_ESTORE;
	memcpy(id, columns[0].bytes, columns[0].size);
	id[columns[0].size] = '\0';
	return 0;
}

int
store_session_gone(const struct store_value *columns, size_t count, void *data)
{
	char id[STORE_SESSION_ID_MAX];
	int64_t last = 0;
	int r;

	r = store_session_id_row(columns, count, id);
	if (r == 0)
		r = store_live_end(data, id, &last);
	return r == 0 ? store_attributes_drop(data, id) : r;
}
