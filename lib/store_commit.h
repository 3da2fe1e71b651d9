/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_STORE_COMMIT_H
#define GATE_STORE_COMMIT_H

#include "lib/store.h"
#include "lib/store_engine.h"

/*
 * Group commit: callers who come while a commit is under way share the next
 * one. There is no thread of its own: the caller who finds the writer free
 * leads, and runs the changes of all who wait; a lone caller leads himself.
 */
struct store_commit;

/* Takes over db, a writer, also where it fails; 0 or GATE_ENOMEM. */
int store_commit_new(struct store_commit **commit, struct store_db *db);

/* Closes the connection. Nobody may be in store_commit_run. */
void store_commit_free(struct store_commit **commit);

/* What store_write promises, or store_write_soon (lib/store.h). */
int store_commit_run(
    struct store_commit *commit, store_change *change, void *data, int durable);

#endif
