/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "lib/error.h"

/* Those that would end or stop the process with the echo off. */
static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP,
	SIGTTIN, SIGTTOU };

#define SIGNALS (sizeof(signals) / sizeof(signals[0]))

static volatile sig_atomic_t caught;

static void
catch_signal(int number)
{
	caught = number;
}

/* Without SA_RESTART, so that read(2) comes back. */
static void
catch_all(struct sigaction old[SIGNALS])
{
	struct sigaction action = { .sa_handler = catch_signal };
	size_t i;

	caught = 0;
	sigemptyset(&action.sa_mask);
	for (i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &action, &old[i]);
}

static void
put_back(const struct sigaction old[SIGNALS])
{
	size_t i;

	for (i = 0; i < SIGNALS; i++)
		(void)sigaction(signals[i], &old[i], NULL);
	if (caught != 0)
		(void)raise(caught);
}

/* Byte by byte: nothing of the next line is taken. */
static int
read_line(int fd, char *line, size_t size)
{
	size_t used = 0;
	ssize_t n;
	char c;

	for (;;) {
		n = caught == 0 ? read(fd, &c, 1) : 0;
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return GATE_EIO;
		if (n == 0)
			return GATE_ECLOSED;
		if (c == '\n')
			break;
		if (used == size - 1)
			return GATE_ETOOBIG;
		line[used++] = c;
	}
	line[used] = '\0';
	return 0;
}

static int
say(int fd, const char *text)
{
	return write(fd, text, strlen(text)) < 0 ? GATE_EIO : 0;
}

static int
ask(const char *prompt, char *line, size_t size, tcflag_t hide)
{
	struct sigaction old[SIGNALS];
	struct termios before, changed;
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
	int r = GATE_EIO;

	if (fd < 0)
		return GATE_EIO;
	if (tcgetattr(fd, &before) != 0)
		goto out;
	catch_all(old);
	changed = before;
	changed.c_lflag &= ~hide;
	if (tcsetattr(fd, TCSAFLUSH, &changed) == 0 && say(fd, prompt) == 0)
		r = read_line(fd, line, size);
	(void)tcsetattr(fd, TCSAFLUSH, &before);
	if (hide != 0 || r != 0)
		(void)say(fd, "\n");
	put_back(old);
out:
	close(fd);
	return r;
}

int
terminal_ask(const char *prompt, char *line, size_t size)
{
	return ask(prompt, line, size, ECHO | ECHONL);
}

int
terminal_ask_shown(const char *prompt, char *line, size_t size)
{
	return ask(prompt, line, size, 0);
}
