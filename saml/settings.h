/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SETTINGS_H
#define SAML_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"

/*
 * What the SP is configured to be: all that a worker knows of the world. The
 * daemon reads the files, the worker gets their contents.
 */
struct saml_document {
	char *name; /* the file's, for messages */
	char *text; /* metadata, followed by a NUL */
	size_t size;
};

struct saml_settings {
	char *entity_id;
	char *acs_url;
	char *user_from;           /* "name_id" or "attribute:NAME" */
	int64_t clock_skew;        /* seconds */
	int64_t max_response;      /* bytes after decoding */
	int64_t max_validity;      /* seconds */
	int64_t memory_limit;      /* bytes a worker may grow to */
	int64_t allow_unsolicited; /* 0 or 1 */
	struct saml_document *documents;
	size_t document_count;
};

/* The most metadata files that are read, and the largest of one, in bytes. */
#define SAML_DOCUMENTS_MAX 4096
#define SAML_DOCUMENT_MAX  (32u << 20)

/*
 * Takes the [saml] keys of the configuration and reads the metadata files it
 * names: a file, a directory (all *.xml in it) or a glob pattern. No XML is
 * parsed. 0; or GATE_ENOTFOUND where SSO is not configured; or GATE_ECONFIG
 * where no file is, GATE_ETOOBIG where they are too many or too large, or
 * an error of file_read. why names the file.
 */
struct config;
int saml_settings_load(struct saml_settings **settings,
    const struct config *config, char *why, size_t why_size);
void saml_settings_free(struct saml_settings **settings);

/* Frees the documents alone, once their IdPs have been taken from them. */
void saml_settings_drop_documents(struct saml_settings *settings);

/* To and from the body of VERB_SAML_SETUP; get gives GATE_EPROTO, ENOMEM. */
void saml_settings_put(
    const struct saml_settings *settings, struct wire_msg *msg);
int saml_settings_get(
    struct saml_settings **settings, const struct wire_msg *msg);

#endif
