/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/settings_parts.h"

void
saml_settings_put(const struct saml_settings *settings, struct wire_msg *msg)
{
	const struct saml_document *document = settings->documents;
	const struct saml_idp_rule *rule = settings->rules;
	size_t i;

	saml_fields_put(&saml_settings_fields, settings, msg);
	for (i = 0; i < settings->key_count; i++)
		saml_private_key_put(&settings->keys[i], TAG_PRIVATE_KEY, msg);
	for (; rule < settings->rules + settings->rule_count; rule++) {
		wire_put_str(msg, TAG_IDP_RULE, rule->entity_id);
		saml_fields_put(&saml_idp_rule_fields, rule, msg);
	}
	for (; document < settings->documents + settings->document_count;
	     document++) {
		wire_put_str(msg, TAG_METADATA_NAME, document->name);
		wire_put_num(msg, TAG_FETCHED, document->fetched);
		wire_put_bytes(
		    msg, TAG_METADATA, document->text, document->size);
	}
}

/* What has been read of a setup message so far. */
struct reading {
	struct saml_settings *settings;
	uint32_t seen;      /* of the settings' own fields */
	uint32_t rule_seen; /* of the last rule's */
};

static int
take_key(struct saml_settings *settings, const struct wire_field *field)
{
	int r = GATE_EPROTO;

	if (settings->key_count < SAML_PRIVATE_KEYS_MAX)
		r = saml_private_key_take(
		    &settings->keys[settings->key_count], field);
	settings->key_count += r == 0;
	return r;
}

/* A rule: its entityID, then all of its fields. */
static int
take_rule(struct reading *reading, const struct wire_field *field)
{
	struct saml_settings *settings = reading->settings;
	int r = 0;

	if (settings->rule_count > 0)
		r = saml_fields_complete(
		    &saml_idp_rule_fields, reading->rule_seen);
	if (r != 0 || strlen(field->bytes) != field->size || field->size == 0)
		return GATE_EPROTO;
	reading->rule_seen = 0;
	return saml_settings_add_rule(settings, field->bytes) != NULL
	    ? 0
	    : GATE_ENOMEM;
}

/* A document: its name, when it was fetched, then its text. */
static int
take_document(struct saml_settings *settings, const struct wire_field *field)
{
	struct saml_document *last = NULL;

	if (settings->document_count > 0)
		last = &settings->documents[settings->document_count - 1];
	if (field->tag == TAG_METADATA_NAME &&
	    (last == NULL || last->text != NULL) &&
	    settings->document_count < SAML_DOCUMENTS_MAX &&
	    strlen(field->bytes) == field->size)
		return saml_settings_add_document(settings, field->bytes) !=
			NULL
		    ? 0
		    : GATE_ENOMEM;
	if (last == NULL || last->text != NULL)
		return GATE_EPROTO;
	if (field->tag == TAG_FETCHED) {
		last->fetched = wire_field_num(field, -1);
		return last->fetched >= 0 ? 0 : GATE_EPROTO;
	}
	if (field->tag != TAG_METADATA)
		return GATE_EPROTO;
	last->text = malloc(field->size + 1);
	if (last->text == NULL)
		return GATE_ENOMEM;
	memcpy(last->text, field->bytes, field->size + 1);
	last->size = field->size;
	return 0;
}

static int
take(struct reading *reading, const struct wire_field *field)
{
	struct saml_settings *settings = reading->settings;
	int r = GATE_ENOTFOUND;

	if (field->tag == TAG_PRIVATE_KEY)
		return take_key(settings, field);
	if (field->tag == TAG_IDP_RULE)
		return take_rule(reading, field);
	/* once rules have begun, the tags that both have are theirs */
	if (settings->rule_count > 0)
		r = saml_fields_take(&saml_idp_rule_fields,
		    &settings->rules[settings->rule_count - 1],
		    &reading->rule_seen, field);
	else
		r = saml_fields_take(
		    &saml_settings_fields, settings, &reading->seen, field);
	return r == GATE_ENOTFOUND ? take_document(settings, field) : r;
}

/* Nothing that must be there is missing, and nothing was only begun. */
static int
complete(const struct reading *reading)
{
	const struct saml_settings *settings = reading->settings;
	int r = saml_fields_complete(&saml_settings_fields, reading->seen);

	if (r == 0 && settings->rule_count > 0)
		r = saml_fields_complete(
		    &saml_idp_rule_fields, reading->rule_seen);
	/* a name that no text followed */
	if (r == 0 && settings->document_count > 0 &&
	    settings->documents[settings->document_count - 1].text == NULL)
		r = GATE_EPROTO;
	return r;
}

int
saml_settings_get(struct saml_settings **settings, const struct wire_msg *msg)
{
	struct reading reading = { .settings = calloc(
				       1, sizeof(struct saml_settings)) };
	struct wire_field field;
	size_t cursor = 0;
	int r = reading.settings != NULL ? 0 : GATE_ENOMEM;

	while (r == 0 && wire_next(msg, &cursor, &field))
		r = take(&reading, &field);
	if (r == 0)
		r = complete(&reading);
	if (r == 0) {
		*settings = reading.settings;
		reading.settings = NULL;
	}
	saml_settings_free(&reading.settings);
	return r;
}
