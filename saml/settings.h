/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SETTINGS_H
#define SAML_SETTINGS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/wire.h"
#include "saml/private_key.h"

/*
 * What the SP is configured to be: all that a worker knows of the world. The
 * daemon reads the files, the worker gets their contents.
 */
struct saml_document {
	char *name; /* the file's, for messages */
	char *text; /* metadata, followed by a NUL */
	size_t size;
	int64_t fetched; /* epoch seconds; 0: it was put there by hand */
};

/* What is particular to one IdP, see [idp NAME]. Empty texts: as in general. */
struct saml_idp_rule {
	char *entity_id;
	char *user_from;
	char *user_scope;
	int64_t strip_scope;
};

#define SAML_PRIVATE_KEYS_MAX 2
struct saml_settings {
	char *entity_id;
	char *acs_url;
	char *slo_url;             /* "" where there is none */
	char *user_from;           /* "name_id" or "attribute:NAME" */
	char *user_scope;          /* "@example.org", "metadata" or "" */
	int64_t clock_skew;        /* seconds */
	int64_t max_response;      /* bytes after decoding */
	int64_t max_validity;      /* seconds */
	int64_t memory_limit;      /* bytes a worker may grow to */
	int64_t allow_unsolicited; /* 0 or 1 */
	int64_t max_authn_age;     /* seconds; 0: no limit */
	int64_t check_address;     /* 0 or 1 */
	int64_t cbc_encryption;    /* enum config_cbc */
	struct saml_private_key keys[SAML_PRIVATE_KEYS_MAX]; /* that decrypt */
	size_t key_count;
	struct saml_idp_rule *rules;
	size_t rule_count;
	struct saml_document *documents;
	size_t document_count;
};

/* The most metadata files that are read, and the largest of one, in bytes. */
#define SAML_DOCUMENTS_MAX 4096
#define SAML_DOCUMENT_MAX  (32u << 20)

/*
 * Takes the [saml] keys of the configuration and reads the metadata files it
 * names: a file, a directory (all *.xml in it) or a glob pattern; and the
 * private keys, FILE_SECRET. A document that is the file of a [metadata NAME]
 * was fetched when its last modification says. No XML is parsed. 0; or
 * GATE_ENOTFOUND where SSO is not configured; or GATE_ECONFIG where no file is,
 * GATE_ETOOBIG where they are too many or too large, or an error of file_read.
 * why names the file.
 */
struct config;
int saml_settings_load(struct saml_settings **settings,
    const struct config *config, char *why, size_t why_size);
void saml_settings_free(struct saml_settings **settings);

/* The same for who brings a document himself: there may be no other yet. */
int saml_settings_load_others(struct saml_settings **settings,
    const struct config *config, char *why, size_t why_size);

/* Whether idp_metadata takes this file in, or would if it were there. */
int saml_settings_takes(const struct config *config, const char *file);

/*
 * Puts a text in the place of what was read from this file; a file that does
 * not exist yet is taken for one that will be read. 0; GATE_ENOTFOUND where it
 * is there and was not read, for it is none of ours; GATE_ENOMEM.
 */
int saml_settings_replace(struct saml_settings *settings, const char *file,
    const char *text, size_t size, int64_t fetched);

/* The rule for an IdP, or NULL. */
const struct saml_idp_rule *saml_settings_rule(
    const struct saml_settings *settings, const char *entity_id);

/* Wipes the private keys alone, once they have been decoded. */
void saml_settings_drop_keys(struct saml_settings *settings);

/* Frees the documents alone, once their IdPs have been taken from them. */
void saml_settings_drop_documents(struct saml_settings *settings);

/* The most sentences that a worker has to say of them: see warning.h. */
#define SAML_WARNINGS_MAX 16

/* To and from the body of VERB_SAML_SETUP; get gives GATE_EPROTO, ENOMEM. */
void saml_settings_put(
    const struct saml_settings *settings, struct wire_msg *msg);
int saml_settings_get(
    struct saml_settings **settings, const struct wire_msg *msg);

#endif
