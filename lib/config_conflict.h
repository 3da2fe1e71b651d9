/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_CONFIG_CONFLICT_H
#define GATE_CONFIG_CONFLICT_H

#include "lib/config.h"

/* Is told of what is wrong, and in which line. */
typedef void config_conflict(int line, const char *text, void *data);

/*
 * What sections with a name of their own may not have in common, and keys of
 * which one makes no sense with the other: each conflict that there is goes to
 * tell. Texts that are not set are in conflict with nothing.
 */
void config_conflicts(
    const struct config *config, config_conflict *tell, void *data);

/*
 * Keys that are good each by itself, but of which one has another effect by the
 * other than one might think: to be warned of.
 */
void config_oddities(
    const struct config *config, config_conflict *tell, void *data);

#endif
