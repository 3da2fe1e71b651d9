/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/file.h"

#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/error.h"

static void explain(char *why, size_t why_size, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void
explain(char *why, size_t why_size, const char *format, ...)
{
	va_list args;

	if (why == NULL)
		return;
	va_start(args, format);
	vsnprintf(why, why_size, format, args);
	va_end(args);
}

static int
file_judge(
    const struct stat *st, enum file_safety safety, char *why, size_t why_size)
{
	unsigned mode = st->st_mode & 07777;

	if (!S_ISREG(st->st_mode)) {
		explain(why, why_size, "not a regular file");
		return GATE_EUNSAFE;
	}
	if (st->st_uid != 0 && st->st_uid != geteuid()) {
		explain(why, why_size,
		    "owned by uid %u, read by uid %u: it must be root's or "
		    "the reader's; chown it",
		    (unsigned)st->st_uid, (unsigned)geteuid());
		return GATE_EUNSAFE;
	}
	if (mode & (S_IWGRP | S_IWOTH)) {
		explain(why, why_size,
		    "mode %04o: others may write to it; chmod %s FILE", mode,
		    safety == FILE_SECRET ? "600" : "go-w");
		return GATE_EUNSAFE;
	}
	if (safety == FILE_SECRET && (mode & (S_IRWXG | S_IRWXO))) {
		explain(why, why_size,
		    "mode %04o: others may read it; chmod 600 FILE", mode);
		return GATE_EUNSAFE;
	}
	return 0;
}

/* Opens and judges; *st tells what was opened. */
static int
file_open_stat(const char *path, enum file_safety safety, int *fd,
    struct stat *st, char *why, size_t why_size)
{
	int opened, saved, r = GATE_EIO;

	*fd = -1;
	explain(why, why_size, "%s", "");
	/* O_NONBLOCK: a FIFO in the file's place must not hang us. */
	opened = open(
	    path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (opened == -1 && errno == ELOOP) {
		explain(why, why_size, "a symbolic link: name the file itself");
		return GATE_EUNSAFE;
	}
	if (opened == -1 || fstat(opened, st) == -1) {
		saved = errno;
		explain(why, why_size, "%s", strerror(saved));
		errno = saved;
		goto out;
	}
	r = file_judge(st, safety, why, why_size);
	if (r != 0)
		goto out;
	*fd = opened;
	opened = -1;
out:
	if (opened != -1) {
		saved = errno;
		close(opened);
		errno = saved;
	}
	return r;
}

int
file_open(const char *path, enum file_safety safety, int *fd, char *why,
    size_t why_size)
{
	struct stat st;

	return file_open_stat(path, safety, fd, &st, why, why_size);
}

/* Reads until the end of the file or until size bytes are there. */
static ssize_t
read_full(int fd, char *bytes, size_t size)
{
	size_t have = 0;
	ssize_t n;

	while (have < size) {
		n = read(fd, bytes + have, size - have);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		if (n == 0)
			break;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

int
file_read(const char *path, enum file_safety safety, size_t max, char **bytes,
    size_t *size, char *why, size_t why_size)
{
	struct stat st;
	char *buffer = NULL;
	size_t room = 0;
	ssize_t n;
	int fd = -1, saved, r;

	*bytes = NULL;
	*size = 0;
	r = file_open_stat(path, safety, &fd, &st, why, why_size);
	if (r != 0)
		return r;
	if ((uintmax_t)st.st_size > max) {
		explain(why, why_size, "%jd bytes: at most %zu are read",
		    (intmax_t)st.st_size, max);
		r = GATE_ETOOBIG;
		goto out;
	}
	/* The size of this moment; what is appended meanwhile is left out. */
	room = (size_t)st.st_size;
	buffer = malloc(room + 1);
	if (buffer == NULL) {
		explain(why, why_size, "%s", gate_strerror(GATE_ENOMEM));
		r = GATE_ENOMEM;
		goto out;
	}
	n = read_full(fd, buffer, room);
	if (n == -1) {
		saved = errno;
		explain(why, why_size, "%s", strerror(saved));
		errno = saved;
		r = GATE_EIO;
		goto out;
	}
	buffer[n] = '\0';
	*bytes = buffer;
	*size = (size_t)n;
	buffer = NULL;
out:
	saved = errno;
	if (buffer != NULL)
		explicit_bzero(buffer, room); /* it may be half a secret */
	free(buffer);
	close(fd);
	errno = saved;
	return r;
}

static int
write_full(int fd, const char *bytes, size_t size)
{
	ssize_t n;

	while (size > 0) {
		n = write(fd, bytes, size);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return -1;
		bytes += n;
		size -= (size_t)n;
	}
	return 0;
}

/* The directory that a path is in; freed by the caller. NULL: no memory. */
static char *
directory_of(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash == NULL ? strdup(".")
			     : strndup(path, (size_t)(slash - path) + 1);
}

/* A new name is on disk only once its directory is. */
static int
sync_directory(const char *path)
{
	char *directory = directory_of(path);
	int fd, saved, r = -1;

	if (directory == NULL)
		return -1;
	fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	free(directory);
	if (fd != -1)
		r = fsync(fd);
	saved = errno;
	if (fd != -1)
		close(fd);
	errno = saved;
	return r;
}

/* A draft's name is its place's, this, and what mkostemp(3) makes of SUFFIX:
 * nobody calls a copy of his own so. */
#define MARK   ".draft-"
#define SUFFIX "XXXXXX"

static int
is_draft(const char *name, const char *of)
{
	size_t length = strlen(of);

	return strncmp(name, of, length) == 0 &&
	    strncmp(name + length, MARK, strlen(MARK)) == 0 &&
	    strlen(name + length) == strlen(MARK SUFFIX);
}

void
file_draft_sweep(const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *of = slash != NULL ? slash + 1 : path;
	char *directory = directory_of(path);
	DIR *listing = directory != NULL ? opendir(directory) : NULL;
	struct dirent *entry;

	while (listing != NULL && (entry = readdir(listing)) != NULL)
		if (is_draft(entry->d_name, of))
			(void)unlinkat(dirfd(listing), entry->d_name, 0);
	if (listing != NULL)
		closedir(listing);
	free(directory);
}

int
file_draft_open(struct file_draft *draft, const char *path, mode_t mode)
{
	int saved;

	*draft = (struct file_draft){ .path = path, .fd = -1 };
	if (asprintf(&draft->name, "%s" MARK SUFFIX, path) == -1) {
		draft->name = NULL;
		return GATE_ENOMEM;
	}
	draft->fd = mkostemp(draft->name, O_CLOEXEC);
	if (draft->fd == -1) {
		saved = errno;
		free(draft->name);
		draft->name = NULL;
		errno = saved;
		return GATE_EIO;
	}
	if (fchmod(draft->fd, mode) == 0)
		return 0;
	file_draft_drop(draft);
	return GATE_EIO;
}

void
file_draft_drop(struct file_draft *draft)
{
	int saved = errno;

	if (draft->name == NULL)
		return;
	unlink(draft->name);
	close(draft->fd);
	free(draft->name);
	draft->name = NULL;
	errno = saved;
}

int
file_draft_commit(struct file_draft *draft)
{
	int r = GATE_EIO;

	if (fsync(draft->fd) == 0 && rename(draft->name, draft->path) == 0) {
		close(draft->fd);
		free(draft->name);
		draft->name = NULL;
		r = sync_directory(draft->path) == 0 ? 0 : GATE_EIO;
	}
	file_draft_drop(draft);
	return r;
}

int
file_scratch(const char *path)
{
	struct file_draft draft;
	int fd;

	if (file_draft_open(&draft, path, S_IRUSR | S_IWUSR) != 0)
		return -1;
	fd = fcntl(draft.fd, F_DUPFD_CLOEXEC, 0);
	file_draft_drop(&draft);
	return fd;
}

int
file_create(const char *path, const void *bytes, size_t size)
{
	struct file_draft draft;
	int r;

	/*
	 * Written under another name and linked: link(2) neither follows nor
	 * replaces what has the name already, and no reader meets half a file.
	 */
	r = file_draft_open(&draft, path, S_IRUSR | S_IWUSR);
	if (r != 0)
		return r;
	r = GATE_EIO;
	if (write_full(draft.fd, bytes, size) == -1 || fsync(draft.fd) == -1)
		goto out;
	if (link(draft.name, path) == -1) {
		r = errno == EEXIST ? GATE_EEXISTS : GATE_EIO;
	} else if (sync_directory(path) == -1) {
		unlink(path);
	} else {
		r = 0;
	}
out:
	file_draft_drop(&draft);
	return r;
}

int
file_replace(const char *path, mode_t mode, const void *bytes, size_t size)
{
	struct file_draft draft;
	int r;

	r = file_draft_open(&draft, path, mode);
	if (r != 0)
		return r;
	if (write_full(draft.fd, bytes, size) == 0)
		r = file_draft_commit(&draft);
	else
		r = GATE_EIO;
	file_draft_drop(&draft);
	return r;
}

int
file_program(
    const char *program, char path[PATH_MAX], char *why, size_t why_size)
{
	int fd, saved, r;

	if (realpath(program, path) == NULL) {
		saved = errno;
		explain(why, why_size, "%s", strerror(saved));
		errno = saved;
		return GATE_EIO;
	}
	r = file_open(path, FILE_TRUSTED, &fd, why, why_size);
	if (r != 0)
		return r;
	close(fd);
	if (access(path, X_OK) == 0)
		return 0;
	saved = errno;
	explain(why, why_size, "%s", strerror(saved));
	errno = saved;
	return GATE_EIO;
}
