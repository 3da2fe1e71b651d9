/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SAML_SETTINGS_PARTS_H
#define SAML_SETTINGS_PARTS_H

#include <limits.h>

#include "saml/fields.h"
#include "saml/settings.h"

/*
 * What settings are put together from. For the saml/settings*.c files alone:
 * one loads them from files, one from a message.
 */
extern const struct saml_fields saml_settings_fields;
extern const struct saml_fields saml_idp_rule_fields;

/* Append a document without a text yet; a rule for an IdP. NULL when there is
 * no memory. */
struct saml_document *saml_settings_add_document(
    struct saml_settings *settings, const char *name);
struct saml_idp_rule *saml_settings_add_rule(
    struct saml_settings *settings, const char *entity_id);

/*
 * What idp_metadata names, as a pattern for glob(3): a directory stands for
 * the *.xml files in it. What exists is meant by its name, whatever
 * characters that has. 0 or GATE_ETOOBIG.
 */
#define SAML_PATTERN_SIZE (PATH_MAX + 8)
int saml_settings_pattern(const char *path, char *pattern, size_t size);

#endif
