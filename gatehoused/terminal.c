/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "lib/error.h"

/* Majors of pseudo terminals: devices.txt of Linux. */
#define PTS_FIRST 136
#define PTS_LAST  143

#define PATH_SIZE 80

/* As a path below /dev, with no way out of it. */
static int
is_sound(const char *name)
{
	static const char sound[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/_-";

	return name[0] != '\0' && name[strspn(name, sound)] == '\0';
}

/* What the device is called that is no pseudo terminal: sysfs knows. */
static int
console_path(dev_t device, char path[PATH_SIZE])
{
	static const char key[] = "\nDEVNAME=";
	char text[512], *name;
	ssize_t n;
	int fd;

	snprintf(path, PATH_SIZE, "/sys/dev/char/%u:%u/uevent", major(device),
	    minor(device));
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return GATE_ENOTFOUND;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	name = strstr(text, key);
	if (name == NULL)
		return GATE_ENOTFOUND;
	name += strlen(key);
	name[strcspn(name, "\n")] = '\0';
	if (!is_sound(name) || strlen(name) + sizeof("/dev/") > PATH_SIZE)
		return GATE_ENOTFOUND;
	snprintf(path, PATH_SIZE, "/dev/%.*s", PATH_SIZE - 6, name);
	return 0;
}

static int
path_of(dev_t device, char path[PATH_SIZE])
{
	unsigned kind = major(device);

	if (kind < PTS_FIRST || kind > PTS_LAST)
		return console_path(device, path);
	snprintf(path, PATH_SIZE, "/dev/pts/%u",
	    (kind - PTS_FIRST) * 256 + minor(device));
	return 0;
}

dev_t
terminal_named(const char *name)
{
	char path[PATH_SIZE];
	struct stat st;

	if (strncmp(name, "/dev/", 5) == 0)
		name += 5;
	if (!is_sound(name) || strlen(name) + sizeof("/dev/") > sizeof(path))
		return 0;
	snprintf(path, sizeof(path), "/dev/%s", name);
	if (lstat(path, &st) != 0 || !S_ISCHR(st.st_mode))
		return 0;
	return st.st_rdev;
}

/* Has it more pids than one, as seen from here? */
static int
is_contained(int64_t pid)
{
	static const char key[] = "\nNSpid:\t";
	char text[4096];
	const char *at;

	if (process_text(pid, "status", text, sizeof(text)) != 0)
		return 1;
	at = strstr(text, key);
	if (at == NULL) /* older than Linux 4.1 */
		return 0;
	at += strlen(key);
	return at[strcspn(at, "\t\n")] == '\t';
}

int
terminal_of(const struct process *process, struct terminal *terminal)
{
	memset(terminal, 0, sizeof(*terminal));
	if (process->terminal == 0 || is_contained(process->pid))
		return GATE_ENOTFOUND;
	terminal->device = process->terminal;
	terminal->holder.pid = process->pid;
	terminal->holder.started = process->started;
	return 0;
}

/* The process is the same, and has it still. */
static int
is_held(const struct terminal *terminal)
{
	struct process process;

	return process_read(terminal->holder.pid, &process) == 0 &&
	    process.started == terminal->holder.started &&
	    process.terminal == terminal->device;
}

static int
is_device(const struct stat *st, dev_t device)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == device;
}

static int64_t
wall_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int
terminal_look(struct terminal *terminal, int64_t now, int64_t *when)
{
	struct activity_look look = { .wall = wall_ms(), .at = now };
	char path[PATH_SIZE];
	struct stat st;
	int r = path_of(terminal->device, path);

	*when = ACTIVITY_NONE;
	if (r != 0 || lstat(path, &st) != 0 ||
	    !is_device(&st, terminal->device))
		return GATE_ENOTFOUND;
	/* a tty's fractions are of when it was made: seconds alone move */
	look.atime = (int64_t)st.st_atim.tv_sec * 1000;
	*when = activity_of_look(&terminal->look, &look);
	terminal->look = look;
	/* one that somebody else has got is new, which is a change as well */
	return *when == ACTIVITY_NONE || is_held(terminal) ? 0 : GATE_ENOTFOUND;
}

int
terminal_tell(const struct terminal *terminal, const char *text)
{
	char path[PATH_SIZE], line[512];
	struct stat st;
	ssize_t n;
	int fd, size;
	int r = path_of(terminal->device, path);

	if (r != 0)
		return r;
	fd = open(
	    path, O_WRONLY | O_NOCTTY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT ? GATE_ENOTFOUND : GATE_EIO;
	/* only now: while it is open its number is no other's */
	if (fstat(fd, &st) != 0 || !is_device(&st, terminal->device) ||
	    !is_held(terminal)) {
		r = GATE_ENOTFOUND;
		goto out;
	}
	/* a program may have it raw, where a new line begins nowhere */
	size = snprintf(line, sizeof(line), "\r\n\a%s\r\n", text);
	n = write(fd, line, strnlen(line, (size_t)size));
	if (n < 0)
		r = GATE_EIO;
out:
	close(fd);
	return r;
}
