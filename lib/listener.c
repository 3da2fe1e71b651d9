/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/listener.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/error.h"
#include "lib/log.h"

#define BACKLOG 512

/* The address in use: is anybody there? If not, the way is free. */
static int
clear_stale(const struct sockaddr_un *address, const char *key)
{
	struct stat st;
	int answered, fd;

	/* connect(2) refuses any other file as it does a dead socket */
	if (lstat(address->sun_path, &st) == 0 && !S_ISSOCK(st.st_mode)) {
		log_error("%s is not a socket: see %s", address->sun_path, key);
		return GATE_EEXISTS;
	}
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return GATE_EIO;
	answered = connect(fd, (const struct sockaddr *)address,
		       sizeof(*address)) == 0 ||
	    errno != ECONNREFUSED;
	close(fd);
	if (answered) {
		log_error("%s is in use by another process", address->sun_path);
		return GATE_EEXISTS;
	}
	return unlink(address->sun_path) == 0 ? 0 : GATE_EIO;
}

/* Clients believe a socket only where nobody else could have put it. */
static int
check_folder(const char *path, const char *key)
{
	const char *slash = strrchr(path, '/');
	char folder[sizeof(((struct sockaddr_un *)0)->sun_path)] = "/";
	struct stat st;

	if (slash != path)
		memcpy(folder, path, (size_t)(slash - path));
	if (lstat(folder, &st) != 0 || !S_ISDIR(st.st_mode)) {
		log_error("%s: there is no folder %s", key, folder);
		return GATE_ENOTFOUND;
	}
	if (st.st_mode & (S_IWGRP | S_IWOTH)) {
		log_error("%s: others may write to %s, so that no client would "
			  "believe in it; chmod go-w %s",
		    key, folder, folder);
		return GATE_EUNSAFE;
	}
	return 0;
}

static int
bind_to(int fd, const struct sockaddr_un *address, const char *key)
{
	const struct sockaddr *at = (const struct sockaddr *)address;
	int r;

	if (bind(fd, at, sizeof(*address)) == 0)
		return 0;
	if (errno != EADDRINUSE)
		return GATE_EIO;
	r = clear_stale(address, key);
	if (r != 0)
		return r;
	return bind(fd, at, sizeof(*address)) == 0 ? 0 : GATE_EIO;
}

int
listener_open(const char *path, mode_t mode, const char *key, int *fd)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int r = GATE_EIO;

	if (strlen(path) >= sizeof(address.sun_path)) {
		log_error("%s: %s is longer than the %zu bytes that a socket's "
			  "path may have",
		    key, path, sizeof(address.sun_path) - 1);
		return GATE_ETOOBIG;
	}
	memcpy(address.sun_path, path, strlen(path) + 1);
	r = check_folder(path, key);
	if (r != 0)
		return r;
	r = GATE_EIO;
	*fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd < 0)
		goto out;
	r = bind_to(*fd, &address, key);
	if (r != 0)
		goto out;
	if (chmod(path, mode) != 0 || listen(*fd, BACKLOG) != 0)
		r = GATE_EIO;
out:
	if (r == 0)
		return 0;
	if (r == GATE_EIO)
		log_error("%s: %s", path, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return r;
}
