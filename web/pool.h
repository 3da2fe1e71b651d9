/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef WEB_POOL_H
#define WEB_POOL_H

#include <stddef.h>

/* Threads for what has to wait, and a queue of bounded length before them. */
struct pool;

typedef void pool_function(void *data);

/* Starts the threads, so many at most wait in line. 0; GATE_ENOMEM, GATE_EIO.
 */
int pool_new(struct pool **pool, size_t threads, size_t queue);

/* Waits for those at work; what is still in line is not done any more. */
void pool_free(struct pool **pool);

/* Has function(data) called in one of the threads: 0; GATE_ETOOBIG where the
 * line is full. */
int pool_add(struct pool *pool, pool_function *function, void *data);

#endif
