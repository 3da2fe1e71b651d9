/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_RULES_H
#define GATE_CONFIG_RULES_H

#include "lib/config.h"

/*
 * What single keys ask beyond their type: NULL if text will do as the value
 * of key, else what would be right, as "must be name_id or attribute:NAME".
 */
const char *config_rule_broken(const struct config_key *key, const char *text);

/* A key that, once set, needs another one of its section set. */
struct config_need {
	const char *section;
	const char *name;
	const char *needs;
};

/* All of them, *count; static storage. */
const struct config_need *config_needs(size_t *count);

#endif
