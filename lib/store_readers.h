/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_READERS_H
#define GATE_STORE_READERS_H

#include "lib/store.h"
#include "lib/store_engine.h"

/*
 * The connections that are read through: opened when they are needed first,
 * and used again.
 */
struct store_readers;

/* options are the caller's and must outlive the readers; 0 or GATE_ENOMEM. */
int store_readers_new(struct store_readers **readers,
    const struct store_engine *engine, const struct store_options *options);

/* Closes all of them. Nobody may be in store_readers_run. */
void store_readers_free(struct store_readers **readers);

/* What store_read promises (lib/store.h). */
int store_readers_run(
    struct store_readers *readers, store_change *look, void *data);

#endif
