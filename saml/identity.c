/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/identity.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/fields.h"

#define ROW(tag, kind, member, max)                                            \
	{                                                                      \
		tag, SAML_FIELD_##kind,                                        \
		    offsetof(struct saml_identity, member), max                \
	}

static const struct saml_field rows[] = {
	ROW(TAG_USER, REQUIRED, user, SAML_IDENTITY_TEXT_MAX),
	ROW(TAG_ISSUER, REQUIRED, issuer, SAML_URI_MAX),
	ROW(TAG_ASSERTION_ID, REQUIRED, assertion_id, SAML_URI_MAX),
	ROW(TAG_IN_RESPONSE_TO, TEXT, in_response_to, SAML_URI_MAX),
	ROW(TAG_NAME_ID, TEXT, name_id, SAML_IDENTITY_TEXT_MAX),
	ROW(TAG_NAME_ID_FORMAT, TEXT, name_id_format, SAML_URI_MAX),
	ROW(TAG_NAME_QUALIFIER, TEXT, name_qualifier, SAML_URI_MAX),
	ROW(TAG_SP_NAME_QUALIFIER, TEXT, sp_name_qualifier, SAML_URI_MAX),
	ROW(TAG_SESSION_INDEX, TEXT, session_index, SAML_URI_MAX),
	ROW(TAG_AUTHN_CONTEXT, TEXT, authn_context, SAML_URI_MAX),
	ROW(TAG_AUTHN_INSTANT, NUMBER, authn_instant, 0),
	ROW(TAG_NOT_ON_OR_AFTER, NUMBER, not_on_or_after, 0),
	ROW(TAG_SESSION_NOT_ON_OR_AFTER, NUMBER, session_not_on_or_after, 0),
	ROW(TAG_REPLAY_UNTIL, NUMBER, replay_until, 0),
};

static const struct saml_fields fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

int
saml_identity_new(struct saml_identity **identity)
{
	*identity = calloc(1, sizeof(**identity));
	return *identity != NULL ? 0 : GATE_ENOMEM;
}

void
saml_identity_free(struct saml_identity **identity)
{
	struct saml_identity *self = *identity;

	if (self == NULL)
		return;
	attributes_clear(&self->attributes);
	saml_fields_free(&fields, self);
	free(self);
	*identity = NULL;
}

void
saml_identity_put(const struct saml_identity *identity, struct wire_msg *msg)
{
	const struct attribute *attribute;
	size_t i, j;

	saml_fields_put(&fields, identity, msg);
	for (i = 0; i < identity->attributes.count; i++) {
		attribute = &identity->attributes.items[i];
		wire_put_str(msg, TAG_ATTRIBUTE, attribute->name);
		for (j = 0; j < attribute->value_count; j++)
			wire_put_str(msg, TAG_VALUE, attribute->values[j]);
	}
}

static int
take(struct saml_identity *identity, uint32_t *seen,
    const struct wire_field *field)
{
	int r = saml_fields_take(&fields, identity, seen, field);

	if (r != GATE_ENOTFOUND)
		return r;
	if (field->tag == TAG_OUTCOME || field->tag == TAG_TRACE)
		return 0; /* the result's own, read by whoever got it */
	if (strlen(field->bytes) != field->size)
		return GATE_EPROTO;
	if (field->tag == TAG_ATTRIBUTE && field->size > 0)
		return attributes_add(&identity->attributes, field->bytes);
	if (field->tag == TAG_VALUE && identity->attributes.count > 0)
		return attributes_add_value(
		    &identity->attributes, field->bytes);
	return GATE_EPROTO;
}

int
saml_identity_get(struct saml_identity **identity, const struct wire_msg *msg)
{
	struct saml_identity *new = NULL;
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	int r;

	r = saml_identity_new(&new);
	while (r == 0 && wire_next(msg, &cursor, &field))
		r = take(new, &seen, &field);
	if (r == 0)
		r = saml_fields_complete(&fields, seen);
	if (r == 0) {
		*identity = new;
		new = NULL;
	}
	saml_identity_free(&new);
	return r;
}
