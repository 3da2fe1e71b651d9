/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/process.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "lib/error.h"

/* Of the words of a stat, counted from 1 as in proc(5). */
#define WORD_PARENT   4
#define WORD_TERMINAL 7
#define WORD_STARTED  22

static int
read_file(int folder, const char *path, char *text, size_t size)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT || errno == ESRCH ? GATE_ENOTFOUND
							 : GATE_EIO;
	n = read(fd, text, size - 1);
	close(fd);
	if (n <= 0) /* it ended meanwhile: ESRCH */
		return GATE_ENOTFOUND;
	text[n] = '\0';
	return 0;
}

int
process_text(int64_t pid, const char *name, char *text, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lld/%s", (long long)pid, name);
	return read_file(AT_FDCWD, path, text, size);
}

/* The kernel's way to put a device's numbers into one. */
static dev_t
device_of(unsigned long number)
{
	return makedev((number >> 8) & 0xfff,
	    (number & 0xff) | ((number >> 12) & 0xfff00));
}

/* The third word is the first after the name, which may hold anything. */
static int
parse(const char *text, struct process *process)
{
	const char *at = strrchr(text, ')');
	int word;

	for (word = 2; at != NULL && word < WORD_STARTED; word++) {
		at = strchr(at + 1, ' ');
		if (at != NULL && word + 1 == WORD_PARENT)
			process->parent = strtoll(at, NULL, 10);
		else if (at != NULL && word + 1 == WORD_TERMINAL)
			process->terminal = device_of(strtoul(at, NULL, 10));
	}
	if (at != NULL)
		process->started = strtoll(at, NULL, 10);
	return process->started > 0 ? 0 : GATE_EIO;
}

static int
read_stat(int folder, const char *path, int64_t pid, struct process *process)
{
	char text[1024];
	int r = read_file(folder, path, text, sizeof(text));

	memset(process, 0, sizeof(*process));
	if (r == 0)
		r = parse(text, process);
	if (r == 0)
		process->pid = pid;
	else
		memset(process, 0, sizeof(*process));
	return r;
}

int
process_read(int64_t pid, struct process *process)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/%lld/stat", (long long)pid);
	return read_stat(AT_FDCWD, path, pid, process);
}

/* Room for one more. */
static struct process *
next_place(struct processes *processes)
{
	size_t room = processes->room > 0 ? 2 * processes->room : 256;
	struct process *more;

	if (processes->count < processes->room)
		return &processes->all[processes->count];
	more = reallocarray(processes->all, room, sizeof(*more));
	if (more == NULL)
		return NULL;
	processes->all = more;
	processes->room = room;
	return &more[processes->count];
}

static int
by_pid(const void *a, const void *b)
{
	const struct process *one = a, *other = b;

	return (one->pid > other->pid) - (one->pid < other->pid);
}

static int
take(struct processes *processes, int folder, const char *name)
{
	struct process *process;
	char path[32];
	int64_t pid;

	if (name[0] < '1' || name[0] > '9')
		return 0;
	pid = strtoll(name, NULL, 10);
	snprintf(path, sizeof(path), "%lld/stat", (long long)pid);
	process = next_place(processes);
	if (process == NULL)
		return GATE_ENOMEM;
	if (read_stat(folder, path, pid, process) == 0)
		processes->count++;
	return 0;
}

int
processes_look(struct processes *processes)
{
	DIR *folder = opendir("/proc");
	struct dirent *entry;
	int r = 0;

	processes->count = 0;
	if (folder == NULL)
		return GATE_EIO;
	while (r == 0 && (entry = readdir(folder)) != NULL)
		r = take(processes, dirfd(folder), entry->d_name);
	closedir(folder);
	if (r != 0)
		processes->count = 0;
	if (processes->count > 0)
		qsort(processes->all, processes->count, sizeof(*processes->all),
		    by_pid);
	return r;
}

void
processes_clear(struct processes *processes)
{
	free(processes->all);
	memset(processes, 0, sizeof(*processes));
}

const struct process *
processes_find(const struct processes *processes, int64_t pid)
{
	const struct process key = { .pid = pid };

	if (processes->count == 0)
		return NULL;
	return bsearch(&key, processes->all, processes->count,
	    sizeof(*processes->all), by_pid);
}

const struct process *
processes_above(
    const struct processes *processes, const struct process *process)
{
	const struct process *parent =
	    processes_find(processes, process->parent);

	/* the table is not of one moment: no way goes round in it, though, as
	 * a parent has begun before */
	if (parent == NULL || parent->pid <= 1 || parent->terminal != 0 ||
	    parent->started > process->started)
		return NULL;
	return parent;
}
