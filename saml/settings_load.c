/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "lib/config.h"
#include "lib/error.h"
#include "lib/file.h"
#include "saml/settings_parts.h"

/* What the settings and the frames around the documents take at the most. */
#define OVERHEAD          (64u << 10)
#define DOCUMENT_OVERHEAD 64

/*
 * When a document was fetched: metadata/ says so by the file's time. 0 for one
 * that is no file of a [metadata NAME].
 */
static int64_t
fetched_at(const struct config *config, const char *path)
{
	struct stat document, source;
	size_t i;

	if (stat(path, &document) != 0)
		return 0;
	for (i = 0; i < config->source_count; i++)
		if (stat(config->sources[i].file, &source) == 0 &&
		    source.st_dev == document.st_dev &&
		    source.st_ino == document.st_ino)
			return source.st_mtime;
	return 0;
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
document_read(struct saml_settings *settings, const struct config *config,
    const char *path, char *why, size_t why_size)
{
	struct saml_document *document;
	char phrase[256] = "";
	int r;

	document = saml_settings_add_document(settings, path);
	if (document == NULL)
		return GATE_ENOMEM;
	document->fetched = fetched_at(config, path);
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

/* That there are none is an error where some are wanted. */
static int
documents_load(struct saml_settings *settings, const struct config *config,
    int wanted, char *why, size_t why_size)
{
	const char *path = config->idp_metadata;
	char pattern[SAML_PATTERN_SIZE];
	glob_t found = { 0 };
	size_t i;
	int r, result;

	r = saml_settings_pattern(path, pattern, sizeof(pattern));
	if (r != 0) {
		snprintf(why, why_size, "idp_metadata: the path is too long");
		goto out;
	}
	result = glob(pattern, GLOB_ERR, NULL, &found);
	if (result != GLOB_NOMATCH || wanted)
		r = glob_result(result, pattern, why, why_size);
	if (r == 0 && found.gl_pathc > SAML_DOCUMENTS_MAX) {
		snprintf(why, why_size, "%s: %zu files, more than %d", pattern,
		    found.gl_pathc, SAML_DOCUMENTS_MAX);
		r = GATE_ETOOBIG;
	}
	for (i = 0; r == 0 && i < found.gl_pathc; i++)
		r = document_read(
		    settings, config, found.gl_pathv[i], why, why_size);
out:
	globfree(&found);
	return r;
}

static int
key_read(struct saml_settings *settings, const char *path, char *why,
    size_t why_size)
{
	struct saml_private_key *key = &settings->keys[settings->key_count];
	int r = saml_private_key_load(key, path, why, why_size);

	settings->key_count += key->pem != NULL;
	return r;
}

static int
rules_copy(struct saml_settings *settings, const struct config *config)
{
	const struct config_idp *idp = config->idps;
	struct saml_idp_rule *rule;

	for (; idp < config->idps + config->idp_count; idp++) {
		rule = saml_settings_add_rule(settings, idp->entity_id);
		if (rule == NULL)
			return GATE_ENOMEM;
		rule->user_from = strdup(idp->user_from);
		rule->user_scope = strdup(idp->user_scope);
		rule->strip_scope = idp->strip_scope != 0;
		if (rule->user_from == NULL || rule->user_scope == NULL)
			return GATE_ENOMEM;
	}
	return 0;
}

/* What is in the configuration itself. */
static int
values_copy(struct saml_settings *settings, const struct config *config)
{
	settings->entity_id = strdup(config->entity_id);
	settings->acs_url = strdup(config->acs_url);
	settings->slo_url = strdup(config->slo_url);
	settings->user_from = strdup(config->user_from);
	settings->user_scope = strdup(config->user_scope);
	settings->clock_skew = config->clock_skew;
	settings->max_response = config->max_response;
	settings->max_validity = config->max_validity;
	settings->memory_limit = config->worker_memory;
	settings->allow_unsolicited = config->allow_unsolicited != 0;
	settings->max_authn_age = config->max_authn_age;
	settings->check_address = config->check_address != 0;
	settings->cbc_encryption = config->cbc_encryption;
	if (settings->entity_id == NULL || settings->acs_url == NULL ||
	    settings->slo_url == NULL || settings->user_from == NULL ||
	    settings->user_scope == NULL)
		return GATE_ENOMEM;
	return rules_copy(settings, config);
}

static int
load(struct saml_settings **settings, const struct config *config, int wanted,
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
	r = values_copy(new, config);
	if (r == 0)
		r = key_read(new, config->saml_key, why, why_size);
	if (r == 0)
		r = key_read(new, config->rollover_key, why, why_size);
	if (r == 0)
		r = documents_load(new, config, wanted, why, why_size);
	if (r == 0) {
		*settings = new;
		new = NULL;
	}
out:
	saml_settings_free(&new);
	return r;
}

int
saml_settings_load(struct saml_settings **settings, const struct config *config,
    char *why, size_t why_size)
{
	return load(settings, config, 1, why, why_size);
}

int
saml_settings_load_others(struct saml_settings **settings,
    const struct config *config, char *why, size_t why_size)
{
	return load(settings, config, 0, why, why_size);
}
