/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_SPAWN_H
#define GATE_SPAWN_H

#include <stddef.h>
#include <sys/types.h>

/* Stands for /dev/null among the descriptors of a program to be started. */
#define SPAWN_NOTHING (-1)

/* A program to be started, and all that it is to have of ours. A descriptor
 * that is in its place already stays as it is, open or not. */
struct spawn {
	const char *program;     /* an absolute path */
	const char *const *argv; /* both end with NULL */
	const char *const *envp; /* its whole environment */
	const int *fds;          /* what it has as 0, 1, 2, ... */
	size_t fd_count;         /* and no other is open in it */
};

/*
 * Starts it: in a session, and so a process group, of its own, with no signal
 * blocked or ignored. 0 and *pid, a child for the caller to reap; GATE_EINVAL
 * where a descriptor would be written over before it is handed on; GATE_EIO and
 * errno.
 */
int spawn(const struct spawn *what, pid_t *pid);

#endif
