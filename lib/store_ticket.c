/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/digest.h"
#include "lib/error.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_ticket, member)

static const struct store_field ticket_fields[] = {
	FIELD(FIELD_BYTES, hash),
	FIELD(FIELD_TEXT, user),
	FIELD(FIELD_TEXT, issuer),
	FIELD(FIELD_TEXT, name_id),
	FIELD(FIELD_TEXT, session_index),
	FIELD(FIELD_INT64, session_not_on_or_after),
	FIELD(FIELD_INT64, expires),
	FIELD(FIELD_TEXT, name_id_format),
	FIELD(FIELD_TEXT, name_qualifier),
	FIELD(FIELD_TEXT, sp_name_qualifier),
	FIELD(FIELD_TEXT, authn_context),
	FIELD(FIELD_INT64, authn_instant),
	FIELD(FIELD_TEXT, service),
	FIELD(FIELD_INT64, has_attributes),
	FIELD(FIELD_TEXT, kept_names),
};
#define TICKET_FIELDS (sizeof(ticket_fields) / sizeof(ticket_fields[0]))

int
store_ticket_put(struct store_tx *tx, const struct store_ticket *ticket)
{
	struct store_value values[TICKET_FIELDS];
	int64_t added;
	int r;

	r = store_record_put(ticket_fields, TICKET_FIELDS, ticket, values);
	if (r != 0)
		return r;
	r = store_run(
	    tx, SQL_TICKET_PUT, values, TICKET_FIELDS, NULL, NULL, &added);
	if (r != 0)
		return r;
	return added == 1 ? 0 : GATE_EEXISTS;
}

static int
ticket_row(const struct store_value *columns, size_t count, void *ticket)
{
	return store_record_get(ticket_fields, TICKET_FIELDS, columns, count,
	    ticket, sizeof(struct store_ticket));
}

static int
ticket_fetch(struct store_tx *tx, enum store_statement statement,
    const uint8_t hash[STORE_HASH_SIZE], struct store_ticket *ticket)
{
	int64_t found;
	int r;

	r = store_run(tx, statement,
	    STORE_PARAMS(store_bytes(hash, STORE_HASH_SIZE)), ticket_row,
	    ticket, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

int
store_ticket_peek(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_ticket *ticket)
{
	return ticket_fetch(tx, SQL_TICKET_PEEK, hash, ticket);
}

int
store_ticket_take(struct store_tx *tx, const uint8_t hash[STORE_HASH_SIZE],
    struct store_ticket *ticket)
{
	return ticket_fetch(tx, SQL_TICKET_TAKE, hash, ticket);
}

void
store_ticket_owner(
    const uint8_t hash[STORE_HASH_SIZE], char owner[STORE_OWNER_MAX])
{
	digest_text(hash, owner);
}

int
store_ticket_gone(const struct store_value *columns, size_t count, void *data)
{
	char owner[STORE_OWNER_MAX];

	if (count != 1 || columns[0].type != STORE_BYTES ||
	    columns[0].size != STORE_HASH_SIZE)
		return GATE_ESTORE;
	store_ticket_owner(columns[0].bytes, owner);
	return store_attributes_drop(data, owner);
}

int
store_ticket_revoke(struct store_tx *tx, const char *issuer,
    const char *name_id, const char *session_index, int64_t *dropped)
{
	return store_run(tx, SQL_TICKET_REVOKE,
	    STORE_PARAMS(store_text(issuer), store_text(name_id),
		store_number(session_index != NULL),
		store_text(session_index != NULL ? session_index : "")),
	    store_ticket_gone, tx, dropped);
}
