/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/fields.h"

#include <stdlib.h>
#include <string.h>

#include "lib/error.h"

static char **
text_of(const void *object, const struct saml_field *row)
{
	return (char **)((char *)object + row->offset);
}

static int64_t *
number_of(const void *object, const struct saml_field *row)
{
	return (int64_t *)((char *)object + row->offset);
}

void
saml_fields_put(
    const struct saml_fields *fields, const void *object, struct wire_msg *msg)
{
	const struct saml_field *row = fields->rows;

	for (; row < fields->rows + fields->count; row++)
		if (row->kind == SAML_FIELD_NUMBER)
			wire_put_num(msg, row->tag, *number_of(object, row));
		else
			wire_put_str(msg, row->tag, *text_of(object, row));
}

static int
take_text(
    const struct saml_field *row, char **text, const struct wire_field *field)
{
	if (field->size > row->max || strlen(field->bytes) != field->size)
		return GATE_EPROTO;
	if (row->kind == SAML_FIELD_REQUIRED && field->size == 0)
		return GATE_EPROTO;
	*text = strdup(field->bytes);
	return *text != NULL ? 0 : GATE_ENOMEM;
}

static int
take_number(int64_t *number, const struct wire_field *field)
{
	int64_t n = wire_field_num(field, -1);

	if (n < 0)
		return GATE_EPROTO;
	*number = n;
	return 0;
}

int
saml_fields_take(const struct saml_fields *fields, void *object, uint32_t *seen,
    const struct wire_field *field)
{
	const struct saml_field *row;
	size_t i;

	for (i = 0; i < fields->count; i++) {
		row = &fields->rows[i];
		if (row->tag != field->tag)
			continue;
		if (*seen & UINT32_C(1) << i)
			return GATE_EPROTO;
		*seen |= UINT32_C(1) << i;
		return row->kind == SAML_FIELD_NUMBER
		    ? take_number(number_of(object, row), field)
		    : take_text(row, text_of(object, row), field);
	}
	return GATE_ENOTFOUND;
}

int
saml_fields_complete(const struct saml_fields *fields, uint32_t seen)
{
	size_t i;

	for (i = 0; i < fields->count; i++)
		if (fields->rows[i].kind != SAML_FIELD_TEXT &&
		    !(seen & UINT32_C(1) << i))
			return GATE_EPROTO;
	return 0;
}

void
saml_fields_free(const struct saml_fields *fields, void *object)
{
	const struct saml_field *row = fields->rows;

	for (; row < fields->rows + fields->count; row++)
		if (row->kind != SAML_FIELD_NUMBER) {
			free(*text_of(object, row));
			*text_of(object, row) = NULL;
		}
}
