/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/speaker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/error.h"
#include "lib/file.h"
#include "lib/protocol.h"
#include "saml/fields.h"
#include "saml/identity.h"
#include "saml/order.h"
#include "saml/private_key.h"

/* A certificate of an RSA key with 8192 bits, and a chain behind it. */
#define CERTIFICATE_MAX (64u << 10)

#define ROW(tag, kind, member, max)                                            \
	{                                                                      \
		tag, SAML_FIELD_##kind, offsetof(struct saml_speaker, member), \
		    max                                                        \
	}

static const struct saml_field rows[] = {
	ROW(TAG_ENTITY_ID, REQUIRED, entity_id, SAML_URI_MAX),
	ROW(TAG_ACS_URL, REQUIRED, acs_url, SAML_ORDER_TEXT_MAX),
	ROW(TAG_SLO_URL, TEXT, slo_url, SAML_ORDER_TEXT_MAX),
	ROW(TAG_NAME_ID_FORMAT, TEXT, name_id_format, SAML_ORDER_TEXT_MAX),
	ROW(TAG_REQUESTED_ATTRIBUTES, TEXT, requested_attributes,
	    SAML_ORDER_TEXT_MAX),
	ROW(TAG_DISPLAY_NAME, TEXT, display_name, SAML_ORDER_TEXT_MAX),
	ROW(TAG_CONTACT, TEXT, contact, SAML_ORDER_TEXT_MAX),
	ROW(TAG_CERTIFICATE, TEXT, certificate, CERTIFICATE_MAX),
	ROW(TAG_ROLLOVER_CERTIFICATE, TEXT, rollover_certificate,
	    CERTIFICATE_MAX),
	ROW(TAG_MEMORY_LIMIT, NUMBER, memory_limit, 0),
};

static const struct saml_fields fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

void
saml_speaker_free(struct saml_speaker **speaker)
{
	struct saml_speaker *self = *speaker;

	if (self == NULL)
		return;
	saml_private_key_clear(&self->key);
	saml_private_key_clear(&self->rollover_key);
	saml_fields_free(&fields, self);
	free(self);
	*speaker = NULL;
}

static int
certificate_read(char **pem, const char *path, char *why, size_t why_size)
{
	char phrase[256] = "";
	size_t size;
	int r;

	if (path[0] == '\0') {
		*pem = strdup("");
		return *pem != NULL ? 0 : GATE_ENOMEM;
	}
	r = file_read(path, FILE_TRUSTED, CERTIFICATE_MAX, pem, &size, phrase,
	    sizeof(phrase));
	if (r == 0 && strlen(*pem) != size) {
		snprintf(phrase, sizeof(phrase), "this is no PEM");
		r = GATE_ECONFIG;
	}
	if (r != 0)
		snprintf(why, why_size, "%s: %s", path,
		    phrase[0] != '\0' ? phrase : gate_strerror(r));
	return r;
}

/* What is in the configuration itself. */
static int
values_copy(struct saml_speaker *speaker, const struct config *config)
{
	speaker->entity_id = strdup(config->entity_id);
	speaker->acs_url = strdup(config->acs_url);
	speaker->slo_url = strdup(config->slo_url);
	speaker->name_id_format = strdup(config->name_id_format);
	speaker->requested_attributes = strdup(config->requested_attributes);
	speaker->display_name = strdup(config->display_name);
	speaker->contact = strdup(config->contact);
	speaker->memory_limit = config->worker_memory;
	return speaker->entity_id != NULL && speaker->acs_url != NULL &&
		speaker->slo_url != NULL && speaker->name_id_format != NULL &&
		speaker->requested_attributes != NULL &&
		speaker->display_name != NULL && speaker->contact != NULL
	    ? 0
	    : GATE_ENOMEM;
}

/* What is in the files that it names. */
static int
files_read(struct saml_speaker *speaker, const struct config *config, char *why,
    size_t why_size)
{
	int r;

	r = saml_private_key_load(
	    &speaker->key, config->saml_key, why, why_size);
	if (r == 0)
		r = saml_private_key_load(&speaker->rollover_key,
		    config->rollover_key, why, why_size);
	if (r == 0)
		r = certificate_read(&speaker->certificate,
		    config->saml_certificate, why, why_size);
	if (r == 0)
		r = certificate_read(&speaker->rollover_certificate,
		    config->rollover_certificate, why, why_size);
	return r;
}

int
saml_speaker_load(struct saml_speaker **speaker, const struct config *config,
    char *why, size_t why_size)
{
	struct saml_speaker *new;
	int r = GATE_ENOMEM;

	if (config->entity_id[0] == '\0' || config->acs_url[0] == '\0') {
		snprintf(why, why_size, "[saml] %s is not set",
		    config->entity_id[0] == '\0' ? "entity_id" : "acs_url");
		return GATE_ENOTFOUND;
	}
	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new != NULL)
		r = values_copy(new, config);
	if (r == 0 && saml_order_check(&fields, new, why, why_size) != 0)
		r = GATE_ECONFIG;
	if (r == 0)
		r = files_read(new, config, why, why_size);
	if (r == 0) {
		why[0] = '\0';
		*speaker = new;
		new = NULL;
	}
	saml_speaker_free(&new);
	return r;
}

void
saml_speaker_put(const struct saml_speaker *speaker, struct wire_msg *msg)
{
	saml_fields_put(&fields, speaker, msg);
	saml_private_key_put(&speaker->key, TAG_PRIVATE_KEY, msg);
	saml_private_key_put(&speaker->rollover_key, TAG_ROLLOVER_KEY, msg);
}

static int
take(struct saml_speaker *speaker, uint32_t *seen,
    const struct wire_field *field)
{
	int r = saml_fields_take(&fields, speaker, seen, field);

	if (r != GATE_ENOTFOUND)
		return r;
	if (field->tag == TAG_PRIVATE_KEY)
		return saml_private_key_take(&speaker->key, field);
	if (field->tag == TAG_ROLLOVER_KEY)
		return saml_private_key_take(&speaker->rollover_key, field);
	return GATE_EPROTO;
}

int
saml_speaker_get(struct saml_speaker **speaker, const struct wire_msg *msg)
{
	struct saml_speaker *new = calloc(1, sizeof(*new));
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	char why[128];
	int r = new != NULL ? 0 : GATE_ENOMEM;

	while (r == 0 && wire_next(msg, &cursor, &field))
		r = take(new, &seen, &field);
	if (r == 0)
		r = saml_fields_complete(&fields, seen);
	if (r == 0 && saml_order_check(&fields, new, why, sizeof(why)) != 0)
		r = GATE_EPROTO;
	if (r == 0) {
		*speaker = new;
		new = NULL;
	}
	saml_speaker_free(&new);
	return r;
}
