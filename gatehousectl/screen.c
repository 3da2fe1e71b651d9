/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gatehousectl/screen.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <termios.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/error.h"

/* The second screen, no cursor, no wrapping; and back. */
#define ENTER "\033[?1049h\033[?25l\033[?7l"
#define LEAVE "\033[?7h\033[?25h\033[?1049l"
#define HOME  "\033[H"
#define REST  "\033[K\033[J"

struct screen {
	struct termios before;
	sigset_t blocked; /* before */
	int signals;      /* signalfd(2) */
};

static void
say(const char *text)
{
	fputs(text, stdout);
	(void)fflush(stdout);
}

/* Keys come one by one, and are not shown; ^C stays a signal. */
static int
enter(const struct screen *screen)
{
	struct termios raw = screen->before;

	raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
	raw.c_cc[VMIN] = 1;
	raw.c_cc[VTIME] = 0;
	if (tcsetattr(STDIN_FILENO, TCSADRAIN, &raw) != 0)
		return GATE_EIO;
	say(ENTER);
	return 0;
}

static void
leave(const struct screen *screen)
{
	say(LEAVE);
	(void)tcsetattr(STDIN_FILENO, TCSADRAIN, &screen->before);
}

int
screen_new(struct screen **screen)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGTSTP, SIGWINCH };
	struct screen *s = calloc(1, sizeof(*s));
	sigset_t set;
	size_t i;

	*screen = NULL;
	if (s == NULL || tcgetattr(STDIN_FILENO, &s->before) != 0) {
		free(s);
		return GATE_EIO;
	}
	sigemptyset(&set);
	for (i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		sigaddset(&set, numbers[i]);
	(void)sigprocmask(SIG_BLOCK, &set, &s->blocked);
	s->signals = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s->signals < 0 || enter(s) != 0) {
		(void)sigprocmask(SIG_SETMASK, &s->blocked, NULL);
		if (s->signals >= 0)
			close(s->signals);
		free(s);
		return GATE_EIO;
	}
	*screen = s;
	return 0;
}

void
screen_free(struct screen **screen)
{
	struct screen *s = *screen;

	if (s == NULL)
		return;
	leave(s);
	close(s->signals);
	(void)sigprocmask(SIG_SETMASK, &s->blocked, NULL);
	free(s);
	*screen = NULL;
}

void
screen_size(const struct screen *screen, int *columns, int *lines)
{
	struct winsize size;

	(void)screen;
	*columns = 80;
	*lines = 24;
	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
	    size.ws_row > 0) {
		*columns = size.ws_col;
		*lines = size.ws_row;
	}
}

void
screen_begin(struct screen *screen)
{
	(void)screen;
	fputs(HOME, stdout);
}

void
screen_end(struct screen *screen)
{
	(void)screen;
	say(REST);
}

/* The shell has the terminal until it lets us go on. */
static void
stop(struct screen *screen)
{
	leave(screen);
	(void)raise(SIGSTOP);
	(void)enter(screen);
}

static enum screen_event
take_signal(struct screen *screen)
{
	struct signalfd_siginfo info;

	if (read(screen->signals, &info, sizeof(info)) != sizeof(info))
		return SCREEN_TIME;
	if (info.ssi_signo == SIGTSTP)
		stop(screen);
	return info.ssi_signo == SIGTSTP || info.ssi_signo == SIGWINCH
	    ? SCREEN_DRAW
	    : SCREEN_QUIT;
}

static enum screen_event
take_key(void)
{
	char key;

	if (read(STDIN_FILENO, &key, 1) != 1)
		return SCREEN_QUIT;
	return key == 'q' || key == 'Q' ? SCREEN_QUIT : SCREEN_DRAW;
}

enum screen_event
screen_wait(struct screen *screen, int64_t until)
{
	struct pollfd fds[] = { { .fd = screen->signals, .events = POLLIN },
		{ .fd = STDIN_FILENO, .events = POLLIN } };

	if (poll(fds, 2, clock_left_ms(until)) < 0)
		return errno == EINTR ? SCREEN_DRAW : SCREEN_QUIT;
	if (fds[0].revents != 0)
		return take_signal(screen);
	return fds[1].revents != 0 ? take_key() : SCREEN_TIME;
}
