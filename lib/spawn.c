/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>

#include "lib/error.h"

/* They are put into their places from the last one down. */
static int
is_in_order(const struct spawn *what)
{
	int count = (int)what->fd_count, place;

	for (place = 0; place < count; place++)
		if (what->fds[place] > place && what->fds[place] < count)
			return 0;
	return 1;
}

static int
set_file(posix_spawn_file_actions_t *files, int fd, int place)
{
	if (fd == place)
		return 0;
	if (fd == SPAWN_NOTHING)
		return posix_spawn_file_actions_addopen(
		    files, place, "/dev/null", O_RDWR, 0);
	return posix_spawn_file_actions_adddup2(files, fd, place);
}

static int
set_files(posix_spawn_file_actions_t *files, const struct spawn *what)
{
	int r = 0, place = (int)what->fd_count;

	while (r == 0 && place-- > 0)
		r = set_file(files, what->fds[place], place);
	if (r == 0)
		r = posix_spawn_file_actions_addclosefrom_np(
		    files, (int)what->fd_count);
	return r;
}

/* A session of its own has no terminal to be signalled from. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, all;
	int r;

	sigemptyset(&none);
	sigfillset(&all);
	r = posix_spawnattr_setsigmask(attr, &none);
	if (r == 0)
		r = posix_spawnattr_setsigdefault(attr, &all);
	if (r == 0)
		r = posix_spawnattr_setflags(attr,
		    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
			POSIX_SPAWN_SETSID);
	return r;
}

/* posix_spawn(3) wants them this way, and writes to none of them. */
static char *const *
strings(const char *const *list)
{
	return (char *const *)(uintptr_t)list;
}

int
spawn(const struct spawn *what, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int r;

	if (!is_in_order(what))
		return GATE_EINVAL;
	r = posix_spawn_file_actions_init(&files);
	if (r != 0)
		goto out;
	r = posix_spawnattr_init(&attr);
	if (r != 0)
		goto out_files;
	r = set_files(&files, what);
	if (r == 0)
		r = set_attributes(&attr);
	if (r == 0)
		r = posix_spawn(pid, what->program, &files, &attr,
		    strings(what->argv), strings(what->envp));
	posix_spawnattr_destroy(&attr);
out_files:
	posix_spawn_file_actions_destroy(&files);
out:
	errno = r;
	return r == 0 ? 0 : GATE_EIO;
}
