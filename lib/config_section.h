/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_SECTION_H
#define GATE_CONFIG_SECTION_H

#include "lib/config.h"

/* What the structs of all sections with a name of their own begin with. */
struct config_named {
	char *name;
	int line;
};

/* "idp", ... of a kind other than SECTION_ONE; and back, SECTION_ONE where
 * there is no such kind. */
const char *config_section_word(enum config_section kind);
enum config_section config_section_kind(const char *word);

/*
 * The sections of a kind, in the file's order: how many, and the one at place,
 * which is the object that config_value takes. Of SECTION_ONE there is one,
 * the config itself, and it is not a config_named.
 */
size_t config_section_count(
    const struct config *config, enum config_section kind);
void *config_section_at(
    const struct config *config, enum config_section kind, size_t place);

/*
 * Appends a section with all keys at their defaults and *object, which lives
 * until the next one is appended. 0 or GATE_ENOMEM.
 */
int config_section_add(struct config *config, enum config_section kind,
    const char *name, int line, void **object);

/* Appends an access rule; 0 or GATE_ENOMEM. */
int config_section_add_rule(
    struct config *config, const char *service, const char *text, int line);

/* Appends a rule of [idle]; 0 or GATE_ENOMEM. */
int config_section_add_idle_rule(
    struct config *config, const char *text, int line);

/* Puts on record where the value of a key in the section at place is from
 * (config_origin); 0 or GATE_ENOMEM. */
int config_section_origin(struct config *config, const struct config_key *key,
    size_t place, int origin);

/* Sets all keys of a kind in object to their defaults; 0 or GATE_ENOMEM. */
int config_section_default(void *object, enum config_section kind);

/* Frees the values of all keys of a kind in object. */
void config_section_clear(void *object, enum config_section kind);

/* Frees all that was appended. */
void config_section_free_all(struct config *config);

#endif
