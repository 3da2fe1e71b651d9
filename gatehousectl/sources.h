/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSECTL_SOURCES_H
#define GATEHOUSECTL_SOURCES_H

#include "gatehousectl/findings.h"
#include "lib/config.h"

/*
 * Finds what is wrong with each [metadata NAME] of this configuration, read
 * from file: a certificate that is none, a document that gatehoused would not
 * read. As gatehoused's user: what he cannot read is no use.
 */
void sources_check(
    const char *file, const struct config *config, struct findings *findings);

#endif
