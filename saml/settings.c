/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "saml/settings.h"

#include <errno.h>
#include <glob.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/config.h"
#include "lib/error.h"
#include "lib/file.h"
#include "lib/protocol.h"
#include "saml/fields.h"

/* What the settings and the frames around the documents take at the most. */
#define OVERHEAD          (64u << 10)
#define DOCUMENT_OVERHEAD 64

#define TEXT_MAX          4096

#define ROW(tag, kind, member, max)                                            \
	{                                                                      \
		tag, SAML_FIELD_##kind,                                        \
		    offsetof(struct saml_settings, member), max                \
	}

static const struct saml_field rows[] = {
	ROW(TAG_ENTITY_ID, REQUIRED, entity_id, TEXT_MAX),
	ROW(TAG_ACS_URL, REQUIRED, acs_url, TEXT_MAX),
	ROW(TAG_USER_FROM, REQUIRED, user_from, TEXT_MAX),
	ROW(TAG_CLOCK_SKEW, NUMBER, clock_skew, 0),
	ROW(TAG_MAX_RESPONSE, NUMBER, max_response, 0),
	ROW(TAG_MAX_VALIDITY, NUMBER, max_validity, 0),
	ROW(TAG_MEMORY_LIMIT, NUMBER, memory_limit, 0),
	ROW(TAG_ALLOW_UNSOLICITED, NUMBER, allow_unsolicited, 0),
};

static const struct saml_fields fields = { rows,
	sizeof(rows) / sizeof(rows[0]) };

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
saml_settings_free(struct saml_settings **settings)
{
	if (*settings == NULL)
		return;
	saml_settings_drop_documents(*settings);
	saml_fields_free(&fields, *settings);
	free(*settings);
	*settings = NULL;
}

/* Appends a document without a text yet; NULL when there is no memory. */
static struct saml_document *
document_add(struct saml_settings *settings, const char *name)
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

/* How much of a setup message the documents take. */
static size_t
documents_size(const struct saml_settings *settings)
{
	size_t i, sum = OVERHEAD;

	for (i = 0; i < settings->document_count; i++)
		sum += settings->documents[i].size +
		    strlen(settings->documents[i].name) + DOCUMENT_OVERHEAD;
	return sum;
}

static int
document_read(struct saml_settings *settings, const char *path, char *why,
    size_t why_size)
{
	struct saml_document *document;
	char phrase[256] = "";
	int r;

	document = document_add(settings, path);
	if (document == NULL)
		return GATE_ENOMEM;
	r = file_read(path, FILE_TRUSTED, SAML_DOCUMENT_MAX, &document->text,
	    &document->size, phrase, sizeof(phrase));
	if (r != 0) {
		snprintf(why, why_size, "%s: %s", path,
		    phrase[0] != '\0' ? phrase : gate_strerror(r));
		return r;
	}
	if (documents_size(settings) > WIRE_BODY_MAX) {
		snprintf(why, why_size,
		    "%s: with it, the metadata is over %u MiB in all", path,
		    WIRE_BODY_MAX >> 20);
		return GATE_ETOOBIG;
	}
	return 0;
}

/*
 * What idp_metadata names, as a pattern for glob(3): a directory stands for
 * the *.xml files in it. What exists is meant by its name, whatever
 * characters that has.
 */
static int
make_pattern(const char *path, char *pattern, size_t size)
{
	struct stat st;
	int exists = stat(path, &st) == 0;
	size_t n = 0;

	for (; *path != '\0'; path++) {
		if (n + sizeof("\\c/*.xml") > size)
			return GATE_ETOOBIG;
		if (exists && strchr("\\*?[", *path) != NULL)
			pattern[n++] = '\\';
		pattern[n++] = *path;
	}
	snprintf(pattern + n, size - n, "%s",
	    exists && S_ISDIR(st.st_mode) ? "/*.xml" : "");
	return 0;
}

/* What glob(3) came back with, as an error of ours. */
static int
glob_result(int result, const char *pattern, char *why, size_t why_size)
{
	if (result == 0)
		return 0;
	if (result == GLOB_NOSPACE)
		return GATE_ENOMEM;
	if (result == GLOB_NOMATCH) {
		snprintf(why, why_size, "%s: there is no such file", pattern);
		return GATE_ECONFIG;
	}
	snprintf(why, why_size, "%s: %s", pattern, strerror(errno));
	return GATE_EIO;
}

static int
documents_load(struct saml_settings *settings, const char *path, char *why,
    size_t why_size)
{
	char pattern[PATH_MAX + 8];
	glob_t found = { 0 };
	size_t i;
	int r;

	r = make_pattern(path, pattern, sizeof(pattern));
	if (r != 0) {
		snprintf(why, why_size, "idp_metadata: the path is too long");
		goto out;
	}
	r = glob_result(
	    glob(pattern, GLOB_ERR, NULL, &found), pattern, why, why_size);
	if (r == 0 && found.gl_pathc > SAML_DOCUMENTS_MAX) {
		snprintf(why, why_size, "%s: %zu files, more than %d", pattern,
		    found.gl_pathc, SAML_DOCUMENTS_MAX);
		r = GATE_ETOOBIG;
	}
	for (i = 0; r == 0 && i < found.gl_pathc; i++)
		r = document_read(settings, found.gl_pathv[i], why, why_size);
out:
	globfree(&found);
	return r;
}

int
saml_settings_load(struct saml_settings **settings, const struct config *config,
    char *why, size_t why_size)
{
	struct saml_settings *new;
	int r = GATE_ENOMEM;

	if (config->idp_metadata[0] == '\0') {
		snprintf(why, why_size, "[saml] idp_metadata is not set");
		return GATE_ENOTFOUND;
	}
	snprintf(why, why_size, "%s", gate_strerror(r));
	new = calloc(1, sizeof(*new));
	if (new == NULL)
		goto out;
	new->entity_id = strdup(config->entity_id);
	new->acs_url = strdup(config->acs_url);
	new->user_from = strdup(config->user_from);
	new->clock_skew = config->clock_skew;
	new->max_response = config->max_response;
	new->max_validity = config->max_validity;
	new->memory_limit = config->worker_memory;
	new->allow_unsolicited = config->allow_unsolicited != 0;
	if (new->entity_id == NULL || new->acs_url == NULL ||
	    new->user_from == NULL)
		goto out;
	r = documents_load(new, config->idp_metadata, why, why_size);
	if (r == 0) {
		*settings = new;
		new = NULL;
	}
out:
	saml_settings_free(&new);
	return r;
}

void
saml_settings_put(const struct saml_settings *settings, struct wire_msg *msg)
{
	const struct saml_document *document = settings->documents;

	saml_fields_put(&fields, settings, msg);
	for (; document < settings->documents + settings->document_count;
	     document++) {
		wire_put_str(msg, TAG_METADATA_NAME, document->name);
		wire_put_bytes(
		    msg, TAG_METADATA, document->text, document->size);
	}
}

/* A document: its name, then its text. */
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
		return document_add(settings, field->bytes) != NULL
		    ? 0
		    : GATE_ENOMEM;
	if (field->tag != TAG_METADATA || last == NULL || last->text != NULL)
		return GATE_EPROTO;
	last->text = malloc(field->size + 1);
	if (last->text == NULL)
		return GATE_ENOMEM;
	memcpy(last->text, field->bytes, field->size + 1);
	last->size = field->size;
	return 0;
}

int
saml_settings_get(struct saml_settings **settings, const struct wire_msg *msg)
{
	struct saml_settings *new = calloc(1, sizeof(*new));
	struct wire_field field;
	uint32_t seen = 0;
	size_t cursor = 0;
	int r = new != NULL ? 0 : GATE_ENOMEM;

	while (r == 0 && wire_next(msg, &cursor, &field)) {
		r = saml_fields_take(&fields, new, &seen, &field);
		if (r == GATE_ENOTFOUND)
			r = take_document(new, &field);
	}
	if (r == 0)
		r = saml_fields_complete(&fields, seen);
	/* a name that no text followed */
	if (r == 0 && new->document_count > 0 &&
	    new->documents[new->document_count - 1].text == NULL)
		r = GATE_EPROTO;
	if (r == 0) {
		*settings = new;
		new = NULL;
	}
	saml_settings_free(&new);
	return r;
}
