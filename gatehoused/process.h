/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATEHOUSED_PROCESS_H
#define GATEHOUSED_PROCESS_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A process, as proc(5) has it. */
struct process {
	int64_t pid;
	int64_t parent;
	int64_t started; /* clock ticks after the boot */
	dev_t terminal;  /* the one that controls it; 0: none */
};

/*
 * Reads a file of /proc/PID into text, cut where there is no room, and ended:
 * 0, GATE_ENOTFOUND where there is no such process, GATE_EIO where that cannot
 * be told, as without descriptors.
 */
int process_text(int64_t pid, const char *name, char *text, size_t size);

/* One process; errors as above, and *process is zeros. */
int process_read(int64_t pid, struct process *process);

/*
 * All that run, as they are come to one after another: one that was there all
 * the while is among them. Begin with zeros; each look replaces the one before.
 */
struct processes {
	struct process *all; /* by their pids */
	size_t count;
	size_t room;
};

/* 0, GATE_ENOMEM, GATE_EIO: there are none then. */
int processes_look(struct processes *processes);
void processes_clear(struct processes *processes);

/* The one with this pid, or NULL. */
const struct process *processes_find(
    const struct processes *processes, int64_t pid);

/*
 * One step up from a process that has a terminal: its parent, as long as that
 * has none; NULL where it has, and at the top. Whoever comes to a process so
 * has found one of the terminals that are the first on the ways down from that:
 * what runs in one may well make others, such as script(1).
 */
const struct process *processes_above(
    const struct processes *processes, const struct process *process);

#endif
