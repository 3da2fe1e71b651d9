/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef IPWHITELIST_EXPORT_H
#define IPWHITELIST_EXPORT_H

#include <stdio.h>

#include "ipwhitelist/source.h"

/*
 * Writes rules for others to read: 0 or GATE_EIO; whoever closes the stream
 * looks for an error, too.
 */

/* As rules, in one file: sets first, then what source_text says with its note,
 * by sources and lines. What was read from it decides the same. */
int export_rules(FILE *to, struct source *const *sources, size_t count);

/*
 * As a table (RFC 4180) with a heading: action, what (address, network, range,
 * or the word of a rule), conditions, note, file, line. Cells that begin with
 * what a spreadsheet takes for a formula have an apostrophe before it.
 */
int export_csv(FILE *to, struct source *const *sources, size_t count);

#endif
