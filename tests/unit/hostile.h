/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GATE_TESTS_HOSTILE_H
#define GATE_TESTS_HOSTILE_H

#include <sys/socket.h>
#include <sys/un.h>

#include "tests/unit/daemon.h"

/*
 * What hostile callers of the daemon have in common. Each of their tests ends
 * with an honest login, which must be answered within a second, and with no
 * socket left open. Included by one test program each, hence static.
 */
#define SOON     1000 /* milliseconds that an honest login may take */
#define CROWD    1000

#define HONEST() assert_in_range(daemon_login(), 0, SOON)

/* A connection without any manners. */
static int
barge_in(void)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	snprintf(address.sun_path, sizeof(address.sun_path), "%.90s/gate.sock",
	    scratch);
	if (fd >= 0 &&
	    connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Waits until the daemon has let go of every caller. */
static void
assert_at_rest(void)
{
	int64_t deadline = clock_mono_ms() + 5000;

	if (daemon_sockets() < 0) {
		print_message("not root: open sockets are not counted\n");
		return;
	}
	while (daemon_sockets() != 1) { /* the one it listens on */
		if (clock_mono_ms() > deadline)
			fail_msg("%d sockets are open", daemon_sockets());
		poll(NULL, 0, 5);
	}
}

/* Opens so many connections; how many of them could be opened. */
static int
crowd_in(int *fds, int count)
{
	int i, inside = 0;

	for (i = 0; i < count; i++) {
		fds[i] = barge_in();
		inside += fds[i] >= 0;
	}
	return inside;
}

static void
crowd_out(int *fds, int count)
{
	while (count-- > 0)
		if (fds[count] >= 0)
			close(fds[count]);
}

static int
hostile_setup(void **state)
{
	/* as most service managers start it */
	struct rlimit usual = { 1024, 0 }, before;
	int r;

	getrlimit(RLIMIT_NOFILE, &before);
	usual.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &usual);
	r = daemon_setup(state);
	before.rlim_cur = before.rlim_max < 4096 ? before.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &before);
	return r;
}

#endif
