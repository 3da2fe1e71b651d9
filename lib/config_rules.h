/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_RULES_H
#define GATE_CONFIG_RULES_H

#include "lib/config.h"

/*
 * What single keys ask beyond their type: NULL if text will do as the value
 * of key, else what would be right, as "must be name_id or attribute:NAME".
 */
const char *config_rule_broken(const struct config_key *key, const char *text);

/*
 * What in a value other programs would not take for a part of it, whatever the
 * key: NULL, or a phrase that says so.
 */
const char *config_rule_misread(const char *value);

/*
 * libpam has every service's name in lower case, and gatehoused by so many
 * bytes: NULL if there may be a service of this name, or why there is none.
 */
const char *config_rule_no_service(const char *name);

/*
 * A key that, once set, needs another one of its section set; without a name
 * it is the section itself, being there.
 */
struct config_need {
	const char *section;
	const char *name; /* or NULL */
	const char *needs;
};

/* All of them, *count; static storage. */
const struct config_need *config_needs(size_t *count);

#endif
