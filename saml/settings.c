/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/protocol.h"
#include "saml/settings_parts.h"

#define TEXT_MAX 4096

#define ROW_OF(type, tag, kind, member, max)                                   \
	{                                                                      \
		tag, SAML_FIELD_##kind, offsetof(struct type, member), max     \
	}
#define ROW(tag, kind, member, max)                                            \
	ROW_OF(saml_settings, tag, kind, member, max)
#define RULE_ROW(tag, kind, member, max)                                       \
	ROW_OF(saml_idp_rule, tag, kind, member, max)

static const struct saml_field rows[] = {
	ROW(TAG_ENTITY_ID, REQUIRED, entity_id, TEXT_MAX),
	ROW(TAG_ACS_URL, REQUIRED, acs_url, TEXT_MAX),
	ROW(TAG_USER_FROM, REQUIRED, user_from, TEXT_MAX),
	ROW(TAG_CLOCK_SKEW, NUMBER, clock_skew, 0),
	ROW(TAG_MAX_RESPONSE, NUMBER, max_response, 0),
	ROW(TAG_MAX_VALIDITY, NUMBER, max_validity, 0),
	ROW(TAG_MEMORY_LIMIT, NUMBER, memory_limit, 0),
	ROW(TAG_ALLOW_UNSOLICITED, NUMBER, allow_unsolicited, 0),
	ROW(TAG_SLO_URL, TEXT, slo_url, TEXT_MAX),
	ROW(TAG_USER_SCOPE, TEXT, user_scope, TEXT_MAX),
	ROW(TAG_MAX_AUTHN_AGE, NUMBER, max_authn_age, 0),
	ROW(TAG_CHECK_ADDRESS, NUMBER, check_address, 0),
	ROW(TAG_CBC_ENCRYPTION, NUMBER, cbc_encryption, 0),
};

const struct saml_fields saml_settings_fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

/* These follow the rule's own field, its entityID, up to the next rule. */
static const struct saml_field rule_rows[] = {
	RULE_ROW(TAG_USER_FROM, TEXT, user_from, TEXT_MAX),
	RULE_ROW(TAG_USER_SCOPE, TEXT, user_scope, TEXT_MAX),
	RULE_ROW(TAG_STRIP_SCOPE, NUMBER, strip_scope, 0),
};

const struct saml_fields saml_idp_rule_fields = { rule_rows,
	sizeof(rule_rows) / sizeof(rule_rows[0]) };

void
saml_settings_drop_documents(struct saml_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->document_count; i++) {
		free(settings->documents[i].name);
		free(settings->documents[i].text);
	}
	free(settings->documents);
	settings->documents = NULL;
	settings->document_count = 0;
}

void
saml_settings_drop_keys(struct saml_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->key_count; i++)
		saml_private_key_clear(&settings->keys[i]);
	settings->key_count = 0;
}

static void
drop_rules(struct saml_settings *settings)
{
	size_t i;

	for (i = 0; i < settings->rule_count; i++) {
		saml_fields_free(&saml_idp_rule_fields, &settings->rules[i]);
		free(settings->rules[i].entity_id);
	}
	free(settings->rules);
	settings->rules = NULL;
	settings->rule_count = 0;
}

void
saml_settings_free(struct saml_settings **settings)
{
	if (*settings == NULL)
		return;
	saml_settings_drop_documents(*settings);
	saml_settings_drop_keys(*settings);
	drop_rules(*settings);
	saml_fields_free(&saml_settings_fields, *settings);
	free(*settings);
	*settings = NULL;
}

struct saml_document *
saml_settings_add_document(struct saml_settings *settings, const char *name)
{
	struct saml_document *larger, *document;

	larger = reallocarray(
	    settings->documents, settings->document_count + 1, sizeof(*larger));
	if (larger == NULL)
		return NULL;
	settings->documents = larger;
	document = &larger[settings->document_count];
	*document = (struct saml_document){ .name = strdup(name) };
	if (document->name == NULL)
		return NULL;
	settings->document_count++;
	return document;
}

struct saml_idp_rule *
saml_settings_add_rule(struct saml_settings *settings, const char *entity_id)
{
	struct saml_idp_rule *larger, *rule;

	larger = reallocarray(
	    settings->rules, settings->rule_count + 1, sizeof(*larger));
	if (larger == NULL)
		return NULL;
	settings->rules = larger;
	rule = &larger[settings->rule_count];
	*rule = (struct saml_idp_rule){ .entity_id = strdup(entity_id) };
	if (rule->entity_id == NULL)
		return NULL;
	settings->rule_count++;
	return rule;
}

const struct saml_idp_rule *
saml_settings_rule(const struct saml_settings *settings, const char *entity_id)
{
	size_t i;

	for (i = 0; i < settings->rule_count; i++)
		if (strcmp(settings->rules[i].entity_id, entity_id) == 0)
			return &settings->rules[i];
	return NULL;
}
