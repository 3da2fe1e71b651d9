/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/error.h"
#include "lib/store_tx.h"

#define FIELD(type, member) STORE_FIELD(type, struct store_request, member)

static const struct store_field request_fields[] = {
	FIELD(FIELD_TEXT, id),
	FIELD(FIELD_INT, kind),
	FIELD(FIELD_TEXT, idp),
	FIELD(FIELD_TEXT, service),
	FIELD(FIELD_INT64, force_authn),
	FIELD(FIELD_INT64, created),
	FIELD(FIELD_INT64, expires),
	FIELD(FIELD_TEXT, data),
};
#define REQUEST_FIELDS (sizeof(request_fields) / sizeof(request_fields[0]))

int
store_request_add(struct store_tx *tx, const struct store_request *request)
{
	struct store_value values[REQUEST_FIELDS];
	int64_t added;
	int r;

	if (request->id[0] == '\0')
		return GATE_EINVAL;
	r = store_record_put(request_fields, REQUEST_FIELDS, request, values);
	if (r != 0)
		return r;
	r = store_run(
	    tx, SQL_REQUEST_ADD, values, REQUEST_FIELDS, NULL, NULL, &added);
	if (r != 0)
		return r;
	return added == 1 ? 0 : GATE_EEXISTS;
}

static int
request_row(const struct store_value *columns, size_t count, void *data)
{
	struct store_request *request = data;
	int r;

	r = store_record_get(request_fields, REQUEST_FIELDS, columns, count,
	    request, sizeof(*request));
	if (r == 0 && (unsigned)request->kind > REQUEST_LOGOUT)
		r = GATE_ESTORE;
	return r;
}

static int
request_fetch(struct store_tx *tx, enum store_statement statement,
    const char *id, struct store_request *request)
{
	int64_t found;
	int r;

	r = store_run(tx, statement, STORE_PARAMS(store_text(id)), request_row,
	    request, &found);
	if (r != 0)
		return r;
	return found == 1 ? 0 : GATE_ENOTFOUND;
}

int
store_request_peek(
    struct store_tx *tx, const char *id, struct store_request *request)
{
	return request_fetch(tx, SQL_REQUEST_PEEK, id, request);
}

int
store_request_take(
    struct store_tx *tx, const char *id, struct store_request *request)
{
	return request_fetch(tx, SQL_REQUEST_TAKE, id, request);
}

int
store_request_count(struct store_tx *tx, int64_t *count)
{
	*count = 0;
	return store_run(
	    tx, SQL_REQUEST_COUNT, NULL, 0, store_number_row, count, NULL);
}
