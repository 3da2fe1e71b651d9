/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_SHELLS_H
#define GATEHOUSED_SHELLS_H

#include "gatehoused/gate.h"
#include "gatehoused/leader.h"
#include "session/live.h"

/*
 * The sessions that a process stands for, and the terminal that some of them
 * have: where their input is seen, where their end is announced, and by which
 * it is known that they are gone without a word.
 */
struct shells;

/* 0 or GATE_ENOMEM. Waits for nobody. */
int shells_new(struct shells **shells);
void shells_free(struct shells **shells);

/* A session that is open, as on record; nothing if it has no process.
 * 0 or GATE_ENOMEM. / It is open no more. */
int shells_add(struct shells *shells, const struct store_session *session);
void shells_remove(struct shells *shells, const char *id);

/* Nonzero if a process stands for this session. */
int shells_has(struct shells *shells, const char *id);

/* How many of the sessions that are there this process stands for. */
size_t shells_share(struct shells *shells, const struct leader *leader);

/*
 * Once a second, by one thread: looks at terminals for input, which touches
 * their sessions, and at processes. The sessions whose process has been gone
 * for [session] linger are ended on record, as "gone".
 */
void shells_look(struct shells *shells, struct gate *gate);

/* LIVE_WARN: tells the person at the terminal that the session will end. */
void shells_warn(
    struct shells *shells, struct gate *gate, const struct live_view *view);

/*
 * [idle] action = lock: has the session's screen locked where logind has one.
 * Nonzero if it was: the session goes on, and is idle again after as long.
 */
int shells_lock(
    struct shells *shells, struct gate *gate, const struct live_view *view);

#endif
