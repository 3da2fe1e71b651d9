/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_BACKLOG_H
#define GATEHOUSED_BACKLOG_H

#include <stddef.h>
#include <stdint.h>

/*
 * Names, of sessions or users, that wait for something to be done with them by
 * threads of its own, some at a time. However many there are, whoever adds one
 * waits for nobody; what fails is tried again a second later.
 */
struct backlog;

#define BACKLOG_BATCH 256
#define BACKLOG_RETRY 1000 /* ms */

struct backlog_item {
	const char *name;
	int64_t value; /* the caller's own */
};

/*
 * Works on up to BACKLOG_BATCH of them that have this reason in common. 0, and
 * they are done; else all of them are to be worked on again, then one by one.
 */
typedef int backlog_work(const char *reason, const struct backlog_item *items,
    size_t count, void *data);

struct backlog_plan {
	backlog_work *work;
	void *data;
	size_t batch;   /* names at a time, BACKLOG_BATCH at most */
	size_t threads; /* at most; they come when they are needed */
	int finish;     /* what waits at the end is worked on once */
};

/* 0 or GATE_ENOMEM. */
int backlog_new(struct backlog **backlog, const struct backlog_plan *plan);

/* Waits for what is under way, and for what the plan says of the rest. Nobody
 * may add to it any more, but for its own work. */
void backlog_free(struct backlog **backlog);

/* One more; reason is a literal, or NULL. 0, GATE_ENOMEM, or GATE_EIO where
 * there is no thread to do it. */
int backlog_add(struct backlog *backlog, const char *reason, const char *name,
    int64_t value);

/* How many there are, those under way too. */
size_t backlog_count(struct backlog *backlog);

#endif
