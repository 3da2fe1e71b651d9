/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "web/entrance.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "lib/address.h"
#include "lib/error.h"
#include "lib/listener.h"
#include "lib/log.h"

#define KEY     "[web] listen"
#define BACKLOG 512

/* sd_listen_fds(3): they begin behind standard error. */
#define FIRST_FD 3

static int
inherited(int *fd)
{
	const char *pid = secure_getenv("LISTEN_PID");
	const char *count = secure_getenv("LISTEN_FDS");
	int listens = 0, flags;
	socklen_t size = sizeof(listens);

	if (pid == NULL || count == NULL || atol(pid) != (long)getpid())
		return GATE_ENOTFOUND;
	if (atoi(count) != 1 ||
	    getsockopt(FIRST_FD, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size) !=
		0 ||
	    !listens) {
		log_error("LISTEN_FDS: not one socket that listens");
		return GATE_EINVAL;
	}
	flags = fcntl(FIRST_FD, F_GETFL);
	if (flags < 0 || fcntl(FIRST_FD, F_SETFL, flags | O_NONBLOCK) != 0 ||
	    fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) != 0)
		return GATE_EIO;
	*fd = FIRST_FD;
	return 0;
}

/* So that who is in the group of run_as, as the proxy is, may call. */
static int
hand_over(const char *path, const char *user)
{
	struct passwd entry, *found = NULL;
	char buffer[16384];

	if (geteuid() != 0 || user[0] == '\0')
		return 0;
	if (getpwnam_r(user, &entry, buffer, sizeof(buffer), &found) != 0 ||
	    found == NULL)
		return 0; /* become says so */
	if (lchown(path, entry.pw_uid, entry.pw_gid) == 0)
		return 0;
	log_error("%s: %s", path, strerror(errno));
	return GATE_EIO;
}

/* --- a port --- */

/* "127.0.0.1:8080", "[::1]:8080" */
static int
read_port(const char *text, struct address *address, in_port_t *port)
{
	const char *colon = strrchr(text, ':');
	char host[ADDRESS_TEXT_SIZE], *end;
	size_t length;
	long number;

	if (colon == NULL)
		return GATE_EINVAL;
	length = (size_t)(colon - text);
	if (length > 1 && text[0] == '[' && text[length - 1] == ']') {
		text++;
		length -= 2;
	}
	if (length >= sizeof(host))
		return GATE_EINVAL;
	memcpy(host, text, length);
	host[length] = '\0';
	errno = 0;
	number = strtol(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || number < 1 || number > 65535)
		return GATE_EINVAL;
	*port = (in_port_t)number;
	return address_parse(host, address);
}

static int
bind_port(int fd, const struct address *address, in_port_t port)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	int on = 1;

	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (address_is_v4(address)) {
		memcpy(&v4.sin_addr, address->bytes + 12, 4);
		return bind(fd, (const struct sockaddr *)&v4, sizeof(v4));
	}
	memcpy(&v6.sin6_addr, address->bytes, 16);
	return bind(fd, (const struct sockaddr *)&v6, sizeof(v6));
}

static int
open_port(const char *text, int *fd)
{
	struct address address;
	in_port_t port;

	if (read_port(text, &address, &port) != 0) {
		log_error(
		    KEY ": \"%s\" is neither a path nor ADDRESS:PORT", text);
		return GATE_ECONFIG;
	}
	*fd = socket(address_is_v4(&address) ? AF_INET : AF_INET6,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (*fd >= 0 && bind_port(*fd, &address, port) == 0 &&
	    listen(*fd, BACKLOG) == 0)
		return 0;
	log_error(KEY ": %s: %s", text, strerror(errno));
	if (*fd >= 0)
		close(*fd);
	return GATE_EIO;
}

int
entrance_open(const struct config *config, int *fd)
{
	const char *listen_on = config->web_listen;
	int r = inherited(fd);

	if (r != GATE_ENOTFOUND)
		return r;
	if (listen_on[0] != '/')
		return open_port(listen_on, fd);
	r = listener_open(listen_on, 0660, KEY, fd);
	if (r == 0 && hand_over(listen_on, config->web_run_as) != 0) {
		close(*fd);
		r = GATE_EIO;
	}
	return r;
}
