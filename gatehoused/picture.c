/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehoused/picture.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"
#include "twofactor/qr.h"

#define PATIENCE 2000 /* milliseconds */

static const struct qr_terminal terminal = {
	.columns = 80, .utf8 = 1, .plain = 1
};

/*
 * The child: exit status 0 if all was written. It has a copy of all the
 * daemon's memory, but only this thread, and calls nothing that could need
 * another.
 */
static void __attribute__((noreturn)) draw(const char *text, int fd)
{
	char *picture = NULL;
	size_t done = 0, size;
	ssize_t n = 0;

	if (qr_draw(text, &terminal, &picture) != 0)
		_exit(1);
	size = strlen(picture);
	for (; done < size && n >= 0; done += n > 0 ? (size_t)n : 0)
		n = write(fd, picture + done, size - done);
	_exit(n >= 0 ? 0 : 1);
}

/* Up to the end that the child makes: 0 and *length, or an error. */
static int
receive(int fd, char *picture, size_t size, size_t *length)
{
	const int64_t deadline = clock_mono_ms() + PATIENCE;
	struct pollfd p = { .fd = fd, .events = POLLIN };
	int64_t left;
	ssize_t n;

	for (*length = 0; *length < size; *length += (size_t)n) {
		left = deadline - clock_mono_ms();
		n = left > 0 ? poll(&p, 1, (int)left) : 0;
		if (n == 0)
			return GATE_ETIMEOUT;
		if (n > 0)
			n = read(fd, picture + *length, size - *length);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return GATE_EIO;
		n = n < 0 ? 0 : n;
	}
	return GATE_ETOOBIG;
}

/* Ends the child, which may have hung: 0 where it did what it should. */
static int
reap(pid_t pid, int r)
{
	int status = 0;
	pid_t reaped;

	if (r != 0)
		(void)kill(pid, SIGKILL);
	do
		reaped = waitpid(pid, &status, 0);
	while (reaped < 0 && errno == EINTR);
	if (r == 0 && (reaped != pid || !WIFEXITED(status)))
		r = GATE_EIO;
	return r == 0 && WEXITSTATUS(status) != 0 ? GATE_ETOOBIG : r;
}

int
picture_draw(const char *text, char *picture, size_t size)
{
	size_t length = 0;
	int fds[2], r;
	pid_t pid;

	picture[0] = '\0';
	if (pipe2(fds, O_CLOEXEC) != 0)
		return GATE_EIO;
	pid = fork();
	if (pid == 0)
		draw(text, fds[1]);
	close(fds[1]);
	r = pid > 0 ? receive(fds[0], picture, size - 1, &length) : GATE_EIO;
	close(fds[0]);
	if (pid > 0)
		r = reap(pid, r);
	if (r != 0)
		explicit_bzero(picture, size);
	else
		picture[length] = '\0';
	return r;
}
