/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/logout.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/fields.h"
#include "saml/identity.h"

#define ROW(tag, kind, member, max)                                            \
	{                                                                      \
		tag, SAML_FIELD_##kind, offsetof(struct saml_logout, member),  \
		    max                                                        \
	}

static const struct saml_field rows[] = {
	ROW(TAG_ISSUER, REQUIRED, issuer, SAML_URI_MAX),
	ROW(TAG_REQUEST_ID, REQUIRED, id, SAML_URI_MAX),
	ROW(TAG_ISSUED, NUMBER, issued, 0),
	ROW(TAG_REPLAY_UNTIL, NUMBER, replay_until, 0),
	ROW(TAG_NAME_ID, TEXT, name_id, SAML_IDENTITY_TEXT_MAX),
	ROW(TAG_NAME_ID_FORMAT, TEXT, name_id_format, SAML_URI_MAX),
	ROW(TAG_NAME_QUALIFIER, TEXT, name_qualifier, SAML_URI_MAX),
	ROW(TAG_SP_NAME_QUALIFIER, TEXT, sp_name_qualifier, SAML_URI_MAX),
	ROW(TAG_RELAY_STATE, TEXT, relay_state, SAML_URI_MAX),
	ROW(TAG_IN_RESPONSE_TO, TEXT, in_response_to, SAML_URI_MAX),
	ROW(TAG_STATUS, TEXT, status, SAML_URI_MAX),
	ROW(TAG_STATUS_SECOND, TEXT, status_second, SAML_URI_MAX),
};

static const struct saml_fields fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

void
saml_logout_clear(struct saml_logout *logout)
{
	size_t i;

	for (i = 0; i < logout->session_index_count; i++)
		free(logout->session_indexes[i]);
	saml_fields_free(&fields, logout);
	memset(logout, 0, sizeof(*logout));
}

void
saml_logout_put(const struct saml_logout *logout, struct wire_msg *msg)
{
	size_t i;

	wire_put_num(msg, TAG_IS_RESPONSE, logout->is_response);
	saml_fields_put(&fields, logout, msg);
	for (i = 0; i < logout->session_index_count; i++)
		wire_put_str(
		    msg, TAG_SESSION_INDEX, logout->session_indexes[i]);
}

static int
take_index(struct saml_logout *logout, const struct wire_field *field)
{
	char *copy;

	if (field->size == 0 || field->size > SAML_URI_MAX ||
	    strlen(field->bytes) != field->size ||
	    logout->session_index_count == SAML_SESSION_INDEXES_MAX)
		return GATE_EPROTO;
	if ((copy = strdup(field->bytes)) == NULL)
		return GATE_ENOMEM;
	logout->session_indexes[logout->session_index_count++] = copy;
	return 0;
}

static int
take(struct saml_logout *logout, uint32_t *seen, const struct wire_field *field)
{
	int r = saml_fields_take(&fields, logout, seen, field);

	if (r != GATE_ENOTFOUND)
		return r;
	if (field->tag == TAG_SESSION_INDEX)
		return take_index(logout, field);
	return field->tag == TAG_OUTCOME || field->tag == TAG_IS_RESPONSE
	    ? 0
	    : GATE_EPROTO;
}

/* What a request must have and a response must not, and the reverse. */
static int
is_whole(const struct saml_logout *logout)
{
	if (logout->is_response)
		return logout->name_id == NULL &&
		    logout->session_index_count == 0 &&
		    logout->in_response_to != NULL && logout->status != NULL;
	return logout->name_id != NULL && logout->in_response_to == NULL &&
	    logout->status == NULL;
}

int
saml_logout_get(struct saml_logout *logout, const struct wire_msg *msg)
{
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	int r = 0;

	memset(logout, 0, sizeof(*logout));
	logout->is_response = wire_num(msg, TAG_IS_RESPONSE, 0) != 0;
	while (r == 0 && wire_next(msg, &cursor, &field))
		r = take(logout, &seen, &field);
	if (r == 0)
		r = saml_fields_complete(&fields, seen);
	if (r == 0 && !is_whole(logout))
		r = GATE_EPROTO;
	if (r != 0)
		saml_logout_clear(logout);
	return r;
}
