/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_GUARD_H
#define GATE_GUARD_H

/*
 * For a process that is to hold secrets, before it has any: no core dump of it,
 * nor of what it starts, has memory in it, and nobody but root may trace it.
 * The latter is to be said anew after the user has changed: prctl(2),
 * PR_SET_DUMPABLE.
 */
void guard_process(void);

/*
 * Keeps all of the process out of swap, now and later: nonzero where
 * RLIMIT_MEMLOCK, which has to be unlimited, allows it.
 */
int guard_memory(void);

#endif
