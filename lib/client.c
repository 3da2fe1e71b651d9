/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lib/client.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "lib/protocol.h"

/* How often a daemon whose queue is full is asked again, in milliseconds. */
#define RETRY_MS 5

struct client {
	int fd;
	struct wire_msg *msg;
};

static int
address_of(struct sockaddr_un *address, const char *path)
{
	size_t size = strlen(path) + 1;

	if (path[0] != '/' || size > sizeof(address->sun_path))
		return GATE_EINVAL;
	memset(address, 0, sizeof(*address));
	address->sun_family = AF_UNIX;
	memcpy(address->sun_path, path, size);
	return 0;
}

/*
 * Whoever may write to the directory may put a socket of their own in the
 * daemon's place, so its owner is the one to expect behind the socket. The
 * group bits stand for the mask of an ACL too.
 */
static int
directory_owner(const struct sockaddr_un *address, uid_t *owner)
{
	char directory[sizeof(address->sun_path)];
	struct stat st;
	char *slash;

	memcpy(directory, address->sun_path, sizeof(directory));
	slash = strrchr(directory, '/');
	slash[slash == directory ? 1 : 0] = '\0';
	if (lstat(directory, &st) == -1)
		return GATE_EIO;
	if (!S_ISDIR(st.st_mode) || (st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return GATE_EPEER;
	*owner = st.st_uid;
	return 0;
}

/*
 * A blocking connect would wait without end for room in the daemon's queue;
 * a non-blocking one says EAGAIN then, and gives poll(2) nothing to wait for.
 */
static int
connect_by(int fd, const struct sockaddr_un *address, int64_t deadline)
{
	int left;

	while (connect(fd, (const struct sockaddr *)address,
		   sizeof(*address)) == -1) {
		if (errno != EAGAIN && errno != EINTR)
			return GATE_EIO;
		left = clock_left_ms(deadline);
		if (left == 0)
			return GATE_ETIMEOUT;
		poll(NULL, 0, left < RETRY_MS ? left : RETRY_MS);
	}
	return 0;
}

/* The kernel keeps the credentials of the process that called listen(2). */
static int
check_peer(int fd, uid_t owner)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == -1)
		return GATE_EIO;
	if (size != sizeof(peer) || (peer.uid != 0 && peer.uid != owner))
		return GATE_EPEER;
	return 0;
}

int
client_new(struct client **client, const char *path, int64_t deadline)
{
	struct client *c;
	struct sockaddr_un address;
	uid_t owner;
	int r, saved;

	*client = NULL;
	c = calloc(1, sizeof(*c));
	if (c == NULL)
		return GATE_ENOMEM;
	c->fd = -1;
	r = address_of(&address, path);
	if (r != 0)
		goto out;
	r = directory_owner(&address, &owner);
	if (r != 0)
		goto out;
	r = wire_msg_new(&c->msg, WIRE_BODY_LOGIN);
	if (r != 0)
		goto out;
	c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (c->fd == -1) {
		r = GATE_EIO;
		goto out;
	}
	r = connect_by(c->fd, &address, deadline);
	if (r != 0)
		goto out;
	r = check_peer(c->fd, owner);
	if (r != 0)
		goto out;
	*client = c;
	c = NULL;
out:
	saved = errno;
	client_free(&c);
	errno = saved;
	return r;
}

void
client_free(struct client **client)
{
	struct client *c;

	if (client == NULL || *client == NULL)
		return;
	c = *client;
	*client = NULL;
	if (c->fd != -1)
		close(c->fd);
	wire_msg_free(&c->msg);
	free(c);
}

struct wire_msg *
client_msg(struct client *client)
{
	return client->msg;
}

int
client_ask(struct client *client, int64_t deadline)
{
	/* from memory, in one frame: for all else there is a commit to wait
	 * for, or somebody has to think */
	int soon = wire_verb(client->msg) == VERB_SESSION_CHECK;
	int r;

	r = wire_send(client->fd, client->msg, deadline);
	/* A daemon that gives up tells its reason before it hangs up. */
	if (r != 0 && r != GATE_ECLOSED)
		return r;
	return soon ? wire_recv_soon(client->fd, client->msg, deadline)
		    : wire_recv(client->fd, client->msg, deadline);
}

int
client_next(struct client *client, int64_t deadline)
{
	return wire_recv(client->fd, client->msg, deadline);
}
