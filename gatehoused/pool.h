/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_POOL_H
#define GATEHOUSED_POOL_H

#include <stddef.h>

struct wire_msg;

/* Threads that run jobs, which may block, in the order they were given. */
struct pool;

/* What a thread runs; out is the thread's own message for an answer. */
typedef void pool_job(void *data, struct wire_msg *out);

/* Starts the threads, all signals blocked; 0, GATE_ENOMEM or GATE_EIO. */
int pool_new(struct pool **pool, size_t threads);

/* Runs what was submitted to its end, then ends the threads. */
void pool_free(struct pool **pool);

/* Queues a job: 0 or GATE_ENOMEM. */
int pool_submit(struct pool *pool, pool_job *job, void *data);

#endif
