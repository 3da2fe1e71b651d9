/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_PAGES_H
#define GATEHOUSED_PAGES_H

#include "lib/store_live.h"

/*
 * All sessions that live, from the store, a page at a time: while one is worked
 * on, a thread reads the next.
 */
#define PAGES_ROWS 256

/* Takes a page, in the caller's thread. The rows are gone when it returns;
 * nonzero ends the reading, whose result it becomes. */
typedef int pages_take(const struct store_live *rows, size_t count, void *data);

/* As store_session_live, from the first to the last; also GATE_ENOMEM, and
 * GATE_EIO without a thread. */
int pages_read(struct store *store, pages_take *take, void *data);

#endif
