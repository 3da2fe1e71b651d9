/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SOURCES_H
#define GATEHOUSED_SOURCES_H

#include <stdint.h>

#include "lib/config.h"

/* Takes one thing that is to be shown of a source: its name and a text. */
typedef void sources_show(const char *key, const char *text, void *data);

/*
 * Tells how each [metadata NAME] is at now, as gatehouse-metadata has noted it:
 * keys of the form metadata_NAME_fetched.
 */
void sources_status(
    const struct config *config, int64_t now, sources_show *show, void *data);

#endif
