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

static void
attribute_clear(struct saml_attribute *attribute)
{
	size_t i;

	for (i = 0; i < attribute->value_count; i++)
		free(attribute->values[i]);
	free(attribute->values);
	free(attribute->name);
}

void
saml_identity_free(struct saml_identity **identity)
{
	struct saml_identity *self = *identity;
	size_t i;

	if (self == NULL)
		return;
	for (i = 0; i < self->attribute_count; i++)
		attribute_clear(&self->attributes[i]);
	free(self->attributes);
	saml_fields_free(&fields, self);
	free(self);
	*identity = NULL;
}

/*
 * Makes room for one more. The room of an array is the power of two at or
 * above its count, which therefore need not be kept.
 */
static int
make_room(void *array, size_t count, size_t size)
{
	void *larger, **at = array;

	if (count & (count - 1))
		return 0;
	larger = reallocarray(*at, count > 0 ? count * 2 : 1, size);
	if (larger == NULL)
		return GATE_ENOMEM;
	*at = larger;
	return 0;
}

int
saml_identity_attribute(struct saml_identity *identity, const char *name)
{
	struct saml_attribute attribute = { .name = strdup(name) };

	if (attribute.name == NULL ||
	    make_room(&identity->attributes, identity->attribute_count,
		sizeof(attribute)) != 0) {
		free(attribute.name);
		return GATE_ENOMEM;
	}
	identity->attributes[identity->attribute_count++] = attribute;
	return 0;
}

int
saml_identity_value(struct saml_identity *identity, const char *value)
{
	struct saml_attribute *last;
	char *copy;

	if (identity->attribute_count == 0)
		return GATE_EINVAL;
	last = &identity->attributes[identity->attribute_count - 1];
	copy = strdup(value);
	if (copy == NULL ||
	    make_room(&last->values, last->value_count, sizeof(copy)) != 0) {
		free(copy);
		return GATE_ENOMEM;
	}
	last->values[last->value_count++] = copy;
	return 0;
}

void
saml_identity_put(const struct saml_identity *identity, struct wire_msg *msg)
{
	const struct saml_attribute *attribute;
	size_t i, j;

	saml_fields_put(&fields, identity, msg);
	for (i = 0; i < identity->attribute_count; i++) {
		attribute = &identity->attributes[i];
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
	if (field->tag == TAG_OUTCOME)
		return 0; /* the result's own, read by whoever got it */
	if (strlen(field->bytes) != field->size)
		return GATE_EPROTO;
	if (field->tag == TAG_ATTRIBUTE && field->size > 0)
		return saml_identity_attribute(identity, field->bytes);
	if (field->tag == TAG_VALUE && identity->attribute_count > 0)
		return saml_identity_value(identity, field->bytes);
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
