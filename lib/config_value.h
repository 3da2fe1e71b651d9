/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_VALUE_H
#define GATE_CONFIG_VALUE_H

#include "lib/config.h"

/* Room for any value as text: a line of the file is shorter. */
#define CONFIG_VALUE_SIZE 256

/*
 * Reads text as the value of key into object, the struct of the key's kind, in
 * place of the one there. 0; or GATE_EINVAL and in why what would be right, as
 * "must be a number from 1 to 256"; or GATE_ENOMEM.
 */
int config_value_set(void *object, const struct config_key *key,
    const char *text, char *why, size_t why_size);

/* Frees a value that is a text; others need no freeing. */
void config_value_free(void *object, const struct config_key *key);

#endif
